"""One patient at the counter, from credential to slip: what a screen or a program fills before it settles."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec

from terminal.counter.basket import Prescription
from terminal.counter.faults import RefusedByCentre
from terminal.counter.identify import Identified, identify
from terminal.counter.office import card_money, drafts, filings
from terminal.counter.office.operators import Session
from terminal.counter.office.serving import Stage, reached
from terminal.counter.settle import Trial, commit, try_out
from terminal.counter.split import split
from terminal.counter.tendering import rest_in_cash
from terminal.counter.till import Till
from terminal.counter.tracing import traced
from terminal.documents import (
    Claim,
    Credential,
    ItemClass,
    Line,
    Mark,
    Settlement,
    Step,
    Tender,
    TenderKind,
    Visit,
    VisitType,
)
from terminal.money import Fen, Price, Quantity, Rate, amount_of
from terminal.peripherals.bankpos.port import BankPos


@dataclass(frozen=True)
class Item:
    """What a catalogue, a bar code or a prescription says of something sold."""

    code: str
    name: str
    price: Price
    item_class: ItemClass | None = None
    first_self_pay: Rate | None = None
    ceiling: Price | None = None
    house_code: str = ""
    category: str = ""


@dataclass
class Sale:
    """A bill in the making. Every change takes the trial back, because it no longer is the bill's."""

    till: Till
    bill: str
    operator: str = ""
    """Who charges; empty is the operator of the settings."""
    visit: VisitType = VisitType.OUTPATIENT
    account_use: bool = True
    disease: Mark | None = None
    """What a chronic visit is for."""
    credential: Credential | None = None
    who: Identified | None = None
    lines: list[Line] = field(default_factory=list)
    trial: Trial | None = None
    settled: Settlement | None = None
    kept: bool = False
    """It is stored as a parked bill, and card money may lie on it."""

    @classmethod
    def new(cls, till: Till, operator: str = "") -> "Sale":
        """A sale with a number of its own, never used before or again."""
        return cls(till, _number(till), operator)

    @classmethod
    def recalled(cls, till: Till, bill: str, operator: str = "") -> "Sale":
        """A parked bill taken up again; who the patient is has to be asked anew. Raises UnknownDraft."""
        claim = drafts.find(till, bill)
        visit = claim.visit
        return cls(
            till,
            bill,
            operator,
            visit=visit.type,
            disease=Mark(visit.disease, visit.disease_name, visit.begin.date()) if visit.disease else None,
            account_use=claim.account_use,
            credential=claim.credential,
            lines=list(claim.lines),
            kept=True,
        )

    @property
    def cards(self) -> tuple[Tender, ...]:
        """What was paid by bank card for this bill, under the bank's references. Raises PosAnswerOpen."""
        return card_money.tenders(self.till, self.bill) if self.kept else ()

    @property
    def total(self) -> Fen:
        """What the lines add up to."""
        return Fen(sum(line.amount for line in self.lines))

    @property
    def self_paid(self) -> list[Line]:
        """Lines the patient pays in full and has to agree to."""
        return [line for line in self.lines if line.item_class is ItemClass.C]

    def identify(self, credential: Credential) -> Identified:
        """Who the patient is. Raises the faults of ``identify``."""
        self.who = identify(self.till, credential)
        self.credential, self.trial = credential, None
        if self.disease and self.disease.kind not in {mark.kind for mark in self.diseases()}:
            self.disease = None  # somebody else's
        return self.who

    def add(self, item: Item, quantity: Quantity) -> Line:
        """One more line at the catalogue's price."""
        line = Line(
            sn=max((line.sn for line in self.lines), default=0) + 1,
            name=item.name,
            price=item.price,
            quantity=quantity,
            amount=amount_of(item.price, quantity),
            code=item.code,
            house_code=item.house_code or item.code,
            category=item.category,
            item_class=item.item_class,
            first_self_pay=item.first_self_pay,
            ceiling=item.ceiling,
        )
        self.lines.append(line)
        self.trial = None
        return line

    def change(self, line: Line) -> None:
        """Another version of a line, from ``basket``."""
        self.lines, self.trial = [line if each.sn == line.sn else each for each in self.lines], None

    def take(self, prescription: Prescription) -> tuple[Line, ...]:
        """The lines of a prescription, each with its number; the same prescription once."""
        if any(line.prescription == prescription.number for line in self.lines):
            return ()
        last = max((line.sn for line in self.lines), default=0)
        taken = tuple(
            msgspec.structs.replace(line, sn=last + place, prescription=prescription.number)
            for place, line in enumerate(prescription.lines, 1)
        )
        self.lines, self.trial = [*self.lines, *taken], None
        return taken

    def remove(self, sn: int) -> None:
        """Takes a line out."""
        self.lines = [line for line in self.lines if line.sn != sn]
        self.trial = None

    def choose_visit(self, visit: VisitType, disease: Mark | None = None) -> None:
        """Another kind of visit; a chronic one names the disease on file."""
        self.visit, self.disease, self.trial = visit, disease, None

    def diseases(self) -> tuple[Mark, ...]:
        """What a chronic visit of this patient may be for. Raises LookupError before somebody is identified."""
        if self.who is None:
            raise LookupError("only an identified patient has filings")
        return filings.diseases(self.till, self.who)

    def trace(self, sn: int, codes: tuple[str, ...]) -> None:
        """The trace codes of a line. Raises TraceCodeTwice."""
        self.lines, self.trial = traced(self.lines, sn, codes), None

    def use_account(self, use: bool) -> None:
        """Whether the personal account pays its part of this bill."""
        self.account_use, self.trial = use, None

    def claim(self) -> Claim:
        """The bill as it would be settled."""
        settings = self.till.settings
        return Claim(
            bill=self.bill,
            institution=self.till.institution,
            terminal=settings.terminal,
            operator=self.operator or settings.operator,
            visit=Visit(
                self.visit,
                self.till.clock().replace(microsecond=0),
                disease=self.disease.kind if self.disease else "",
                disease_name=self.disease.name if self.disease else "",
            ),
            lines=tuple(self.lines),
            credential=self.credential,
            account_use=self.account_use,
        )

    def try_out(self) -> Settlement:
        """The split to show before the money. Raises the faults of a trial."""
        self.trial = try_out(self.till, self.claim())
        return self.trial.told

    def why(self) -> tuple[Step, ...]:
        """Every step of the local split, for the line-by-line reasons. Raises CannotSplit."""
        if self.trial is None:
            return ()
        return split(self.till, self.trial.claim, self.trial.facts, explain=3).steps

    def keep(self) -> None:
        """Stores the basket: it outlives the desk."""
        drafts.park(self.till, self.claim(), self._who_charges)
        self.kept = True

    def let_go(self) -> None:
        """An emptied basket is parked no more. Raises DraftHoldsMoney."""
        if self.kept and self.settled is None:
            drafts.drop(self.till, self.bill, self._who_charges, "emptied")
            self.kept = False

    def check(self, received: Mapping[TenderKind, Fen]) -> None:
        """Whether this much by card and code fits the trial. Raises TenderDoesNotFit, LookupError without a trial."""
        if self.trial is None:
            raise LookupError("money is taken only after the trial was shown")
        rest_in_cash(self.trial.told.cash, received, to_jiao=self.till.settings.cash_to_jiao)

    def ask_card(self, amount: Fen, by: Session, pos: BankPos | None) -> card_money.Charge:
        """The intent to charge a card for this bill, kept with its basket.

        Raises TenderDoesNotFit for more than is due, LookupError without a trial, and the faults of ``card_money.ask``.
        """
        paid_already = sum(card.amount for card in self.cards)
        self.check({TenderKind.BANK_CARD: Fen(amount + paid_already)})
        self.keep()
        return card_money.ask(self.till, self.bill, amount, by, pos)

    def settle(self, received: Mapping[TenderKind, Fen] | None = None) -> Settlement:
        """Settles exactly the trial that was shown: ``received`` by code, what lies on cards, and the rest in cash.

        Raises LookupError without a trial, TenderDoesNotFit, and the faults of ``commit``; LaneMoved means: try it
        again. After RefusedByCentre the corrected bill has a new number.
        """
        if self.trial is None:
            raise LookupError("a sale is settled only after its trial was shown")
        told, to_jiao = self.trial.told, self.till.settings.cash_to_jiao
        money = rest_in_cash(told.cash, received or {}, to_jiao=to_jiao, cards=self.cards)
        trial = replace(self.trial, told=msgspec.structs.replace(told, tenders=money))
        reached(self.till, self.bill, Stage.SETTLING, self._who_charges)
        try:
            self.settled = commit(self.till, trial)
        except RefusedByCentre:
            refused, self.bill, self.trial = self.bill, _number(self.till), None
            if self.kept:
                drafts.corrected(self.till, refused, self.claim(), self._who_charges)
            raise
        return self.settled

    @property
    def _who_charges(self) -> str:
        return self.operator or self.till.settings.operator


def _number(till: Till) -> str:
    return "T" + till.queue.numbers.next()[12:]
