"""Money by bank card through the POS beside the till: what it was asked for, what it said, what nobody knows yet.

A request is a document before its first byte leaves, its answer a second one. A request without an answer stands
between the till and every further one: the POS is asked for its last transaction, or a person reads it there.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import ClassVar

import msgspec

from terminal.counter.office.faults import (
    CardMoneyNotBack,
    CardMoneyThere,
    NothingOnCard,
    PosAnswerOpen,
    PosReferenceMissing,
    PosSaysNo,
    UnknownCharge,
)
from terminal.counter.office.operators import Session
from terminal.counter.office.register import Document, Write, read, writing
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


def charges(till: Till) -> Mapping[str, Charge]:
    """Every request as it stands, oldest first."""
    found: dict[str, Charge] = {}
    for note in read(till, Asked, Told, Carried):
        match note.document:
            case Asked() as asked:
                found[asked.number] = _fresh(asked, note.at, note.actor)
            case Told() as told:
                found[told.number] = _told(found[told.number], told, note.at)
            case Carried(number, bill):
                found[number] = msgspec.structs.replace(found[number], bill=bill)
    return MappingProxyType(found)


def open_charge(till: Till) -> Charge | None:
    """The request whose answer nobody knows."""
    return next((each for each in charges(till).values() if each.state is Result.IN_DOUBT), None)


def held(till: Till, bill: str | None = None) -> list[Charge]:
    """What lies on cards for a bill, or for any: approved, less what was given back of it."""
    known = charges(till)
    left = {each.number: int(each.amount) for each in known.values() if each.deal is Deal.SALE}
    left |= {number: 0 for number in left if known[number].state is not Result.APPROVED}
    for each in known.values():
        if each.deal in BACK and each.state is Result.APPROVED:
            left[each.original] -= each.amount
    return [
        msgspec.structs.replace(known[number], amount=Fen(rest))
        for number, rest in left.items()
        if rest > 0 and bill in (None, known[number].bill)
    ]


def to_return(till: Till, bill: str, purpose: str, back: Iterable[Tender]) -> list[tuple[Charge, Fen]]:
    """What of money that goes back has still to go through the POS, and how much of each charge."""
    done = {
        each.original for each in charges(till).values() if each.purpose == purpose and each.state is Result.APPROVED
    }
    amounts = {tender.reference: tender.amount for tender in back if tender.kind is TenderKind.BANK_CARD}
    there = [each for each in held(till, bill) if each.number not in done]
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
    left = next((each.amount for each in held(till) if each.number == number), Fen(0))
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise NothingOnCard(charge=number)
    refused = {
        each.deal for each in charges(till).values() if each.original == number and each.state is Result.DECLINED
    }
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
        return charges(till)[number]
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
    known = [told for told in _tellings(till) if told.voucher]
    after = known[-1].voucher if known else _last_voucher(till, by, pos)
    with writing(till) as write:
        _alone(till)
        if purpose and any(
            (each.purpose, each.original, each.state) == (purpose, original, Result.APPROVED)
            for each in charges(till).values()
        ):
            raise NothingOnCard(charge=original)  # somebody was faster
        number = f"{bill}-P{sum(each.startswith(f'{bill}-P') for each in charges(till)) + 1}"
        previous = [note.document.nonce for note in read(till, Asked)]
        nonce = new_nonce(previous[-1] if previous else "")
        write(Asked(number, bill, deal, amount, nonce, after, original, purpose), by.number)
    return find(till, number)


def _alone(till: Till) -> None:
    if (waiting := open_charge(till)) is not None:
        raise PosAnswerOpen(charge=waiting.number, amount=waiting.amount, bill=waiting.bill)


def _tellings(till: Till) -> list[Told]:
    return [note.document for note in read(till, Told)]


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
    asked = next(note.document for note in read(till, Asked) if note.document.number == charge.number)
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
