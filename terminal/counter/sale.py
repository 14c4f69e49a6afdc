"""One patient at the counter, from credential to slip: what a screen or a program fills before it settles."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from terminal.counter.faults import RefusedByCentre
from terminal.counter.identify import Identified, identify
from terminal.counter.settle import Trial, commit, paid, try_out
from terminal.counter.split import split
from terminal.counter.tendering import tenders as tenders
from terminal.counter.till import Till
from terminal.documents import (
    Claim,
    Credential,
    ItemClass,
    Line,
    Settlement,
    Step,
    TenderKind,
    Visit,
    VisitType,
)
from terminal.money import Fen, Price, Quantity, Rate, amount_of


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
    credential: Credential | None = None
    who: Identified | None = None
    lines: list[Line] = field(default_factory=list)
    trial: Trial | None = None
    settled: Settlement | None = None

    @classmethod
    def new(cls, till: Till, operator: str = "") -> "Sale":
        """A sale with a number of its own, never used before or again."""
        return cls(till, _number(till), operator)

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

    def remove(self, sn: int) -> None:
        """Takes a line out."""
        self.lines = [line for line in self.lines if line.sn != sn]
        self.trial = None

    def choose_visit(self, visit: VisitType) -> None:
        """Another kind of visit."""
        self.visit, self.trial = visit, None

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
            visit=Visit(self.visit, self.till.clock().replace(microsecond=0)),
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

    def settle(self, received: Mapping[TenderKind, Fen] | None = None) -> Settlement:
        """Settles exactly the trial that was shown, with what was received for its cash part.

        Raises LookupError without a trial, TenderDoesNotFit, and the faults of ``commit``; LaneMoved means: try it
        again. After RefusedByCentre the corrected bill has a new number.
        """
        if self.trial is None:
            raise LookupError("a sale is settled only after its trial was shown")
        trial = paid(self.till, self.trial, received) if received else self.trial
        try:
            self.settled = commit(self.till, trial)
        except RefusedByCentre:
            self.bill, self.trial = _number(self.till), None
            raise
        return self.settled


def _number(till: Till) -> str:
    return "T" + till.queue.numbers.next()[12:]
