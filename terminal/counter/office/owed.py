"""After a difference: who owes whom, since when, and how it was settled at a later visit.

A patient who left with a provisional slip paid by the terminal's own split, or all of it. When the centre then settles
otherwise, or not at all, the difference is owed; it is read from the bills themselves, so that no list can forget one.

What is owed is one sum per bill number: the cash part as it stands now, less all money that moved for it. A refused
bill's number may be settled again, and then the patient has paid twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

import msgspec

from offline_queue.ports import Item
from offline_queue.vocabulary import OPEN, WITHOUT_EFFECT, State, Step
from terminal.counter import journal
from terminal.counter.office import card_money
from terminal.counter.office.card_faults import CashForCardMoney
from terminal.counter.office.card_money import Carried, Charge, Told
from terminal.counter.office.faults import AlreadyRequested, NothingOwed
from terminal.counter.office.kept import OwnPay
from terminal.counter.office.operators import Session
from terminal.counter.office.refunds import RefundState, refunds, took_effect
from terminal.counter.office.register import Document, Note, Tally, tally, writing
from terminal.counter.office.register import write as write_note
from terminal.counter.office.roles import Right
from terminal.counter.tendering import by_kind, share
from terminal.counter.till import Till
from terminal.counter.words import Language, word
from terminal.documents import Settlement, Tender, TenderKind
from terminal.money import Fen
from terminal.peripherals.bankpos.port import BankPos

_SERVED = (Step.RECORD, Step.NOT_SENT, Step.BUSY, Step.DOUBT)
"""Steps after which the patient held a slip without the centre's word."""


class Cause(StrEnum):
    """Why money is owed."""

    SETTLED_DIFFERENTLY = "settled_differently"
    NOT_SETTLED = "not_settled"
    PAID_IN_FULL = "paid_in_full"
    """The whole bill was paid in an outage and the centre has settled since: the insurance's part goes back."""
    TAKEN_BACK = "taken_back"
    """The bill no longer stands, and its refund is not finished or gave back another sum than was paid."""


class Contact(Document, frozen=True):
    """Where the patient of a bill can be reached."""

    KIND: ClassVar[str] = "owed.contact"
    bill: str
    phone: str


class Evened(Document, frozen=True):
    """Money that evened out a difference: taken from the patient, or with a minus given back."""

    KIND: ClassVar[str] = "owed"
    bill: str
    amount: Fen
    tender: TenderKind
    tenders: tuple[Tender, ...] = ()
    """Where it is more than the one tender, or went to a reference."""

    @property
    def ways(self) -> tuple[Tender, ...]:
        """How the money moved."""
        return self.tenders or (Tender(self.tender, self.amount),)


class Owed(msgspec.Struct, frozen=True):
    """A difference that is open. A positive amount is the patient's debt, a negative one the desk's."""

    bill: str
    name: str
    phone: str
    since: datetime
    amount: Fen
    cause: Cause
    back: tuple[Tender, ...] = ()
    """How the desk's debt goes back: the way the money came, cash last."""
    refund: str = ""
    """The refund that is to pay it out and is not finished."""


class _Evening(Tally):
    """What moved on each bill's number after it was settled, and where its patient can be reached."""

    KINDS = (Evened, Contact, OwnPay)

    def __init__(self) -> None:
        self.ways: defaultdict[str, list[Tender]] = defaultdict(list)
        self.times: Counter[str] = Counter()
        self.phones: dict[str, str] = {}
        self.kept: dict[str, Fen] = {}
        """By refund."""

    def take(self, note: Note[Any]) -> None:
        """A difference is evened out, a phone number told, kept lines become the patient's own pay."""
        match note.document:
            case Evened(bill) as evened:
                self.ways[bill] += evened.ways
                self.times[bill] += 1
            case Contact(bill, phone):
                self.phones[bill] = phone
            case OwnPay(refund, _, amount):
                self.kept[refund] = amount


class _Loose(Tally):
    """Charges whose bill was not yet seen to be accepted, which it then is for good."""

    KINDS = (Told, Carried)

    def __init__(self) -> None:
        self.numbers: dict[str, None] = {}

    def take(self, note: Note[Any]) -> None:
        """An answer about a charge, or another bill for it."""
        self.numbers[note.document.number] = None


def owed(till: Till, person: str | None = None) -> list[Owed]:
    """What is open, oldest first; of one person's number, if given: to be told at the next visit."""
    return _open_on(till, till.queue.items(tuple(State), lane=person))


def of_bill(till: Till, bill: str) -> Owed | None:
    """What is open on one bill's number."""
    return next(iter(_open_on(till, till.queue.items_of(bill))), None)


def _open_on(till: Till, items: Iterable[Item]) -> list[Owed]:
    served: dict[str, list[Item]] = defaultdict(list)
    erased = till.queue.erased()
    for item in items:
        if item.sealed_with in erased:
            continue  # nothing was owed when its day was erased
        if not item.reverses and (item.state is State.ACCEPTED or was_served(till, item)):
            served[item.key].append(item)
    known = tally(till, _Evening)
    moved = {bill: list(known.ways.get(bill, ())) for bill in served}
    gone: dict[str, Fen] = {}
    unfinished: dict[str, str] = {}
    for refund in refunds(till).values():
        if refund.bill not in served:
            continue
        if took_effect(till, refund):
            gone[refund.bill] = known.kept.get(refund.number, Fen(0))
            if refund.state is RefundState.AUDITED:
                unfinished[refund.bill] = refund.number
        if refund.state is RefundState.DONE:
            moved[refund.bill] += refund.requested.back.tenders
    found = (_difference(till, items, gone, moved[key]) for key, items in served.items())
    return [
        msgspec.structs.replace(each, phone=known.phones.get(each.bill, ""), refund=unfinished.get(each.bill, ""))
        for each in found
        if each.amount
    ]


def next_step(due: Owed, language: Language) -> str:
    """Why money is owed and what to do about it now, in one sentence."""
    ways = " ".join(f"{word(f'tender.{each.kind}', language)}{each.amount}" for each in due.back)
    step = "finish" if due.refund else "collect" if due.amount > 0 else "pay"
    text = word(f"owed.{step}", language).format(amount=Fen(abs(due.amount)), ways=ways, refund=due.refund)
    return word(f"owed.{due.cause}", language) + text


def reach(till: Till, bill: str, phone: str, actor: str) -> Contact:
    """Notes where the patient of a bill can be reached. Raises UnknownKey."""
    till.queue.item(bill)
    contact = Contact(bill, phone)
    write_note(till, contact, actor)
    return contact


def unbilled(till: Till) -> list[Charge]:
    """What lies on cards without a bill that stands: to be settled, or given back."""
    found, loose = [], tally(till, _Loose).numbers
    for number in list(loose):
        charge = card_money.lying(till, number)
        item = journal.find(till.queue, charge.bill) if charge else None
        if charge is None or (item is not None and item.state is State.ACCEPTED):
            del loose[number]
        elif item is None or (item.state in WITHOUT_EFFECT and not was_served(till, item)):
            found.append(charge)
    return found


def even_out(
    till: Till,
    bill: str,
    by: Session,
    *,
    to_patient: bool,
    tender: TenderKind | None = None,
    pos: BankPos | None = None,
) -> Evened:
    """Collects what the patient of a bill owes, or with ``to_patient`` pays what the desk owes.

    Without ``tender`` cash is collected, and money goes back the way it came, through the bank POS what came through
    it. Raises NothingOwed in that direction, CashForCardMoney, NotAllowed, AlreadyRequested while a refund is to pay it
    out, PosAnswerOpen, PosSaysNo, and CardMoneyNotBack where the POS stands alone.
    """
    by.require(Right.OWED)
    due = _open(till, bill, to_patient, tender)
    card_money.return_all(till, bill, _purpose(till, bill), due.back, by, pos)
    with writing(till) as write:
        if _open(till, bill, to_patient, tender) != due:
            raise NothingOwed(bill=bill)  # somebody was faster
        kind = due.back[0].kind if due.back else tender or TenderKind.CASH
        back = tuple(Tender(each.kind, Fen(-each.amount), each.reference) for each in due.back)
        done = Evened(bill, due.amount, kind, back)
        write(done, by.number)
    return done


def on_cards(till: Till, bill: str) -> list[tuple[Charge, Fen, str]]:
    """What of the desk's debt has still to go through the bank POS: of which charge, how much, for which purpose."""
    due, purpose = of_bill(till, bill), _purpose(till, bill)
    return [(*each, purpose) for each in card_money.to_return(till, bill, purpose, due.back if due else ())]


def _open(till: Till, bill: str, to_patient: bool, tender: TenderKind | None) -> Owed:
    due = of_bill(till, bill)
    if due is not None and due.refund:
        raise AlreadyRequested(bill=bill, refund=due.refund)
    if due is None or (due.amount < 0) is not to_patient:
        raise NothingOwed(bill=bill)
    if other := next((each for each in due.back if tender not in (None, each.kind)), None):
        raise CashForCardMoney(bill=bill, kind=other.kind, amount=other.amount)
    return due


def _purpose(till: Till, bill: str) -> str:
    """The name of a bill's next evening out; the same until that is in the register."""
    return f"{bill}-O{tally(till, _Evening).times[bill] + 1}"


def _difference(till: Till, served: Sequence[Item], gone: Mapping[str, Fen], moved: Sequence[Tender]) -> Owed:
    """What one bill's number comes to, against all money that moved for it, each time the patient was served."""
    entries = [journal.entry(till.queue, item) for item in served]
    taken = by_kind([*(tender for entry in entries for tender in entry.told.tenders), *moved])
    item, entry = served[-1], entries[-1]
    due, cause = _due(till, item, entry.told, gone)
    rest = Fen(due - sum(tender.amount for tender in taken))
    back = share(Fen(max(-rest, 0)), reversed(taken))
    return Owed(item.key, entry.person.name, "", item.closed or item.created, rest, cause, back)


def _due(till: Till, item: Item, told: Settlement, gone: Mapping[str, Fen]) -> tuple[Fen, Cause]:
    """The patient's own part as it stands: of a bill that waits, what was told; of a refunded one, what was kept."""
    stands = item.state in OPEN or (item.state is State.ACCEPTED and not journal.taken_back(till.queue, item))
    if item.key in gone and not stands:
        return gone[item.key], Cause.NOT_SETTLED if gone[item.key] else Cause.TAKEN_BACK
    if item.state in OPEN:
        return told.cash, Cause.SETTLED_DIFFERENTLY
    if item.state is State.ACCEPTED:
        cause = Cause.PAID_IN_FULL if told.fully_paid else Cause.SETTLED_DIFFERENTLY
        return journal.standing(till.queue, item).cash, cause
    return told.total, Cause.NOT_SETTLED


def was_served(till: Till, item: Item) -> bool:
    """Whether the patient left with a slip before the centre had spoken, so that money was taken."""
    return any(event.kind in _SERVED for event in till.queue.events(item=item))
