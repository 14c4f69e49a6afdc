"""Money by bank card through the POS beside the till: what it was asked for, what it said, what nobody knows yet.

A request is a document before its first byte leaves, its answer a second one. A request without an answer stands
between the till and every further one: the POS is asked for its last transaction, or a person reads it there.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any, ClassVar

import msgspec

from terminal.counter.office.card_faults import (
    CardMoneyNotBack,
    CardMoneyThere,
    NothingOnCard,
    PosAnswerOpen,
    PosReferenceMissing,
    PosSaysNo,
    UnknownCharge,
)
from terminal.counter.office.operators import Session
from terminal.counter.office.register import Document, Note, Tally, Write, tally, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.documents import Tender, TenderKind
from terminal.money import Fen
from terminal.peripherals.bankpos.linked import linked_pos, new_nonce
from terminal.peripherals.bankpos.messages import NOTHING, Answer, Deal, Original, Request
from terminal.peripherals.bankpos.port import BankPos, Outcome, Result
from terminal.peripherals.bankpos.standalone import StandAlonePos, Typed

_NO_LAST = "25"
"""The POS knows no transaction yet."""
_FIRST = "000000"
"""No voucher has this number: every transaction is later."""
BACK = (Deal.VOID, Deal.REFUND)


class Asked(Document, frozen=True):
    """What the POS is about to be asked. ``original`` is the charge that is taken back, by its number."""

    KIND: ClassVar[str] = "pos.asked"
    number: str
    bill: str
    deal: Deal
    amount: Fen
    nonce: str
    after: str = ""
    original: str = ""
    purpose: str = ""
    """What money goes back for, a refund or an evening out: for one purpose a charge goes back once."""


class Told(Document, frozen=True):
    """What became of a request; the last word counts."""

    KIND: ClassVar[str] = "pos.told"
    number: str
    result: Result
    code: str = ""
    text: str = ""
    card: str = ""
    """Masked."""
    voucher: str = ""
    reference: str = ""
    day: str = ""
    """MMDD."""
    by_hand: bool = False
    """Read from the POS by a person."""


class Carried(Document, frozen=True):
    """A charge counts for another bill: the corrected one, after a refusal."""

    KIND: ClassVar[str] = "pos.carried"
    number: str
    bill: str


class Charge(msgspec.Struct, frozen=True):
    """One request as it stands; ``in_doubt`` as long as nobody knows its answer."""

    number: str
    bill: str
    deal: Deal
    amount: Fen
    state: Result
    at: datetime
    operator: str
    original: str = ""
    purpose: str = ""
    card: str = ""
    voucher: str = ""
    reference: str = ""
    day: str = ""
    """YYYYMMDD."""
    text: str = ""


def attached(till: Till) -> BankPos | None:
    """The POS on a cable; None where it stands alone. Raises the peripherals' DeviceSettings."""
    address = till.settings.devices.bank_pos
    return linked_pos(address) if address else None


class Cards(Tally):
    """Every request as it stands, and what of it still lies on a card."""

    KINDS = (Asked, Told, Carried)

    def __init__(self) -> None:
        self.charges: dict[str, Charge] = {}
        self.asked: dict[str, Asked] = {}
        self.in_doubt: dict[str, None] = {}
        self.made: Counter[str] = Counter()
        """Requests by the bill they were made for."""
        self.of_bill: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self.backs: defaultdict[str, list[str]] = defaultdict(list)
        """The requests to give a charge back."""
        self.left: dict[str, Fen] = {}
        self.nonce = self.voucher = ""
        """The newest of each."""

    def take(self, note: Note[Any]) -> None:
        """A request is made, answered, or counts for another bill; what followed an erased request is passed over."""
        match note.document:
            case Asked(number, bill) as asked:
                self.charges[number], self.asked[number] = _fresh(asked, note.at, note.actor), asked
                self.in_doubt[number] = None
                self.made[bill] += 1
                self.of_bill[bill][number] = None
                self.nonce = asked.nonce
                if asked.original:
                    self.backs[asked.original].append(number)
            case Told() as told:
                self.voucher = told.voucher or self.voucher
                if (charge := self.charges.get(told.number)) is not None:
                    self.charges[told.number] = charge = _told(charge, told, note.at)
                    self.in_doubt.pop(told.number, None)
                    if told.result is Result.IN_DOUBT:
                        self.in_doubt[told.number] = None
                    self._weigh(charge.original or told.number)
            case Carried(number, bill) if (charge := self.charges.get(number)) is not None:
                self.of_bill[charge.bill].pop(number, None)
                self.of_bill[bill][number] = None
                self.charges[number] = msgspec.structs.replace(charge, bill=bill)

    def _weigh(self, number: str) -> None:
        """What is left of a charge after an answer about it."""
        if (charge := self.charges.get(number)) is None:
            return
        rest = charge.amount - sum(each.amount for each in self.given_back(number))
        if charge.state is Result.APPROVED and rest > 0:
            self.left[number] = Fen(rest)
        else:
            self.left.pop(number, None)

    def given_back(self, number: str) -> list[Charge]:
        """What was given back of a charge, request by request."""
        backs = [self.charges[each] for each in self.backs.get(number, ())]
        return [each for each in backs if each.state is Result.APPROVED]

    def lying(self, number: str) -> Charge | None:
        """A charge with what is left of it; None when nothing is."""
        rest = self.left.get(number)
        return None if rest is None else msgspec.structs.replace(self.charges[number], amount=rest)


def charges(till: Till) -> dict[str, Charge]:
    """Every request as it stands, oldest first."""
    return dict(tally(till, Cards).charges)


def open_charge(till: Till) -> Charge | None:
    """The request whose answer nobody knows."""
    cards = tally(till, Cards)
    return next((cards.charges[number] for number in cards.in_doubt), None)


def held(till: Till, bill: str | None = None) -> list[Charge]:
    """What lies on cards for a bill, or for any: approved, less what was given back of it."""
    cards = tally(till, Cards)
    numbers = cards.left if bill is None else cards.of_bill.get(bill, ())
    return [each for number in numbers if (each := cards.lying(number)) is not None]


def lying(till: Till, number: str) -> Charge | None:
    """A charge with what is left of it on its card; None when nothing is."""
    return tally(till, Cards).lying(number)


def to_return(till: Till, bill: str, purpose: str, back: Iterable[Tender]) -> list[tuple[Charge, Fen]]:
    """What of money that goes back has still to go through the POS, and how much of each charge."""
    cards = tally(till, Cards)
    amounts = {tender.reference: tender.amount for tender in back if tender.kind is TenderKind.BANK_CARD}
    there = [
        each for each in held(till, bill) if all(given.purpose != purpose for given in cards.given_back(each.number))
    ]
    return [(each, amounts[each.reference]) for each in there if amounts.get(each.reference, 0) > 0]


def return_all(till: Till, bill: str, purpose: str, back: Iterable[Tender], by: Session, pos: BankPos | None) -> None:
    """Each payment goes back to its card, once for one purpose. Raises PosAnswerOpen, PosSaysNo, CardMoneyNotBack."""
    for each, amount in to_return(till, bill, purpose, back):
        if pos is None:
            raise CardMoneyNotBack(bill=bill, amount=amount, reference=each.reference, charge=each.number)
        returned(give_back(till, each.number, by, pos, amount, purpose))


def tenders(till: Till, bill: str) -> tuple[Tender, ...]:
    """What lies on cards for a bill, each payment under the bank's reference. Raises PosAnswerOpen."""
    if (waiting := open_charge(till)) is not None and waiting.bill == bill:
        returned(waiting)
    return tuple(Tender(TenderKind.BANK_CARD, each.amount, each.reference) for each in held(till, bill))


def ask(till: Till, bill: str, amount: Fen, by: Session, pos: BankPos | None) -> Charge:
    """The intent of a charge, durable when this returns: only then the POS may be asked.

    Raises PosAnswerOpen, NothingOnCard for nothing or less, NotAllowed, and the POS's fault when its last transaction
    had to be asked and could not be: then nothing was asked for.
    """
    by.require(Right.SETTLE)
    if amount <= 0:
        raise NothingOnCard(charge=bill)
    return _asked(till, bill, Deal.SALE, amount, by, pos)


def ask_back(
    till: Till, number: str, by: Session, pos: BankPos | None, amount: Fen | None = None, purpose: str = ""
) -> Charge:
    """The intent of giving a charge back to its card: void on its own day, else refund by its reference.

    ``amount`` is a part of what is left of it. Raises UnknownCharge, NothingOnCard when so much is not there,
    PosAnswerOpen, NotAllowed.
    """
    by.require(Right.SETTLE)
    charge = find(till, number)
    cards = tally(till, Cards)
    left = cards.left.get(number, Fen(0))
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise NothingOnCard(charge=number)
    backs = [cards.charges[each] for each in cards.backs.get(number, ())]
    refused = {each.deal for each in backs if each.state is Result.DECLINED}
    whole = amount == charge.amount
    today = charge.at.date() == till.clock().date()
    deal = Deal.VOID if whole and today and Deal.VOID not in refused else Deal.REFUND
    return _asked(till, charge.bill, deal, amount, by, pos, number, purpose)


def perform(till: Till, charge: Charge, pos: BankPos, by: Session) -> Charge:
    """Hands an intent over, once, and writes down what came of it."""
    return tell(till, charge.number, pos.perform(_request(till, charge)), by)


def charge(till: Till, bill: str, amount: Fen, by: Session, pos: BankPos) -> Charge:
    """Asks for an amount and returns what became of it; see ``ask``."""
    return perform(till, ask(till, bill, amount, by, pos), pos, by)


def give_back(
    till: Till, number: str, by: Session, pos: BankPos, amount: Fen | None = None, purpose: str = ""
) -> Charge:
    """Gives a charge back to its card and returns what became of it; see ``ask_back``."""
    return perform(till, ask_back(till, number, by, pos, amount, purpose), pos, by)


def returned(charge: Charge) -> Charge:
    """A request that was done, for whoever must go on with it. Raises PosAnswerOpen, PosSaysNo."""
    if charge.state is Result.IN_DOUBT:
        raise PosAnswerOpen(charge=charge.number, amount=charge.amount, bill=charge.bill)
    if charge.state is not Result.APPROVED:
        raise PosSaysNo(charge=charge.number, amount=charge.amount, text=charge.text or charge.state)
    return charge


def inquire(till: Till, number: str, by: Session, pos: BankPos) -> Charge:
    """Asks the POS what became of a request in doubt; charges nothing. Raises UnknownCharge."""
    found = find(till, number)
    if found.state is not Result.IN_DOUBT:
        return found
    return tell(till, number, pos.inquire(_request(till, found)), by)


def decide(till: Till, number: str, by: Session, *, took: bool, reference: str = "") -> Charge:
    """What a person read from the POS: whether it took the request, and under which reference.

    Raises UnknownCharge, CardMoneyThere when its answer is known, PosReferenceMissing, NotAllowed.
    """
    by.require(Right.SETTLE)
    if took and not reference:
        raise PosReferenceMissing(charge=number)
    with writing(till) as write:
        found = find(till, number)
        if found.state is not Result.IN_DOUBT:
            raise CardMoneyThere(charge=number, state=found.state)
        result = Result.APPROVED if took else Result.NOT_SENT
        write(Told(number, result, reference=reference, by_hand=True), by.number)
    return find(till, number)


def copy(till: Till, number: str, amount: Fen, reference: str, by: Session) -> Charge:
    """The slip of a POS that stands alone, as the cashier copies it.

    Raises TypedAmountDiffers when the slip bears another amount, PosReferenceMissing.
    """
    if not reference:
        raise PosReferenceMissing(charge=number)
    typed = Typed(amount, "", reference)
    outcome = StandAlonePos(lambda _: typed).perform(_request(till, find(till, number)))
    if outcome.fault is not None:
        raise outcome.fault
    return tell(till, number, outcome, by)


def tell(till: Till, number: str, outcome: Outcome, by: Session) -> Charge:
    """Writes down how a request ended; silence adds nothing to its intent."""
    answer = outcome.answer or Answer("")
    if outcome.result is not Result.IN_DOUBT or outcome.answer:
        approved = outcome.result is Result.APPROVED
        told = Told(
            number,
            outcome.result,
            code=answer.code,
            text=answer.text if approved or not answer.amount else f"{answer.text} {answer.amount}",
            card=answer.card,
            voucher=answer.voucher if approved else "",
            reference=answer.reference if approved else "",
            day=answer.day,
        )
        with writing(till) as write:
            if find(till, number).state is Result.IN_DOUBT:
                write(told, by.number)
    return find(till, number)


def carry(till: Till, write: Write, old: str, new: str, actor: str) -> None:
    """What lies on cards for a refused bill counts for the corrected one."""
    for each in held(till, old):
        write(Carried(each.number, new), actor)


def find(till: Till, number: str) -> Charge:
    """One request. Raises UnknownCharge."""
    try:
        return tally(till, Cards).charges[number]
    except KeyError as error:
        raise UnknownCharge(charge=number) from error


def _asked(
    till: Till,
    bill: str,
    deal: Deal,
    amount: Fen,
    by: Session,
    pos: BankPos | None,
    original: str = "",
    purpose: str = "",
) -> Charge:
    _alone(till)
    after = tally(till, Cards).voucher or _last_voucher(till, by, pos)
    with writing(till) as write:
        _alone(till)
        cards = tally(till, Cards)
        if purpose and any(each.purpose == purpose for each in cards.given_back(original)):
            raise NothingOnCard(charge=original)  # somebody was faster
        numbers = (f"{bill}-P{place}" for place in count(cards.made[bill] + 1))
        number = next(each for each in numbers if each not in cards.charges)
        nonce = new_nonce(cards.nonce)
        write(Asked(number, bill, deal, amount, nonce, after, original, purpose), by.number)
    return find(till, number)


def _alone(till: Till) -> None:
    if (waiting := open_charge(till)) is not None:
        raise PosAnswerOpen(charge=waiting.number, amount=waiting.amount, bill=waiting.bill)


def _last_voucher(till: Till, by: Session, pos: BankPos | None) -> str:
    """Where the POS stands before this till's first request to it; a POS that cannot say it is not asked for money."""
    if pos is None:
        return ""
    outcome = pos.perform(Request(Deal.LAST, NOTHING, new_nonce(), till.settings.terminal, by.number))
    if outcome.fault is not None:
        raise outcome.fault
    answer = outcome.answer or Answer("")
    return answer.voucher or (_FIRST if answer.code == _NO_LAST else "")


def _request(till: Till, charge: Charge) -> Request:
    """The same request as often as it is made from its documents."""
    asked = tally(till, Cards).asked[charge.number]
    original = Original()
    if charge.original:
        first = find(till, charge.original)
        voucher = first.voucher if charge.deal is Deal.VOID else ""
        original = Original(voucher, first.day, first.reference)
    return Request(
        charge.deal, charge.amount, asked.nonce, till.settings.terminal, charge.operator[:8], original, asked.after
    )


def _fresh(asked: Asked, at: datetime, actor: str) -> Charge:
    return Charge(
        asked.number, asked.bill, asked.deal, asked.amount, Result.IN_DOUBT, at, actor, asked.original, asked.purpose
    )


def _told(charge: Charge, told: Told, at: datetime) -> Charge:
    year = at.year - (told.day[:2] == "12" and at.month == 1)  # charged on New Year's Eve, told after midnight
    return msgspec.structs.replace(
        charge,
        state=told.result,
        card=told.card,
        voucher=told.voucher,
        reference=told.reference,
        day=f"{year}{told.day or f'{at:%m%d}'}",
        text=told.text,
    )
