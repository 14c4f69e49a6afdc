"""After a difference: who owes whom, since when, and how it was settled at a later visit.

A patient who left with a provisional slip paid by the terminal's own split. When the centre then settles otherwise, or
not at all, the difference is owed; it is read from the bills themselves, so that no list can forget one.

What is owed is one sum per bill number: the cash part as it stands now, less all money that moved for it. A refused
bill's number may be settled again, and then the patient has paid twice.
"""

from collections import defaultdict
from collections.abc import Container, Sequence
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from offline_queue.ports import Item
from offline_queue.vocabulary import OPEN, State, Step
from terminal.counter import journal
from terminal.counter.office.faults import AlreadyRequested, NothingOwed
from terminal.counter.office.operators import Session
from terminal.counter.office.refunds import RefundState, refunds, took_effect
from terminal.counter.office.register import Document, read, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.documents import Settlement, TenderKind
from terminal.money import Fen

_SERVED = (Step.RECORD, Step.NOT_SENT, Step.BUSY, Step.DOUBT)
"""Steps after which the patient held a slip without the centre's word."""


class Cause(StrEnum):
    """Why money is owed."""

    SETTLED_DIFFERENTLY = "settled_differently"
    NOT_SETTLED = "not_settled"
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


class Owed(msgspec.Struct, frozen=True):
    """A difference that is open. A positive amount is the patient's debt, a negative one the desk's."""

    bill: str
    name: str
    phone: str
    since: datetime
    amount: Fen
    cause: Cause


def owed(till: Till, person: str | None = None) -> list[Owed]:
    """What is open, oldest first; of one person's number, if given: to be told at the next visit."""
    moved: dict[str, int] = defaultdict(int)
    phones: dict[str, str] = {}
    for note in read(till, Evened, Contact):
        match note.document:
            case Evened(bill, amount):
                moved[bill] += amount
            case Contact(bill, phone):
                phones[bill] = phone
    gone: set[str] = set()
    for refund in refunds(till).values():
        if took_effect(till, refund):
            gone.add(refund.bill)
        if refund.state is RefundState.DONE:
            moved[refund.bill] += sum(tender.amount for tender in refund.requested.back.tenders)
    served: dict[str, list[Item]] = defaultdict(list)
    for item in till.queue.items(tuple(State), lane=person):
        if not item.reverses and (item.state is State.ACCEPTED or was_served(till, item)):
            served[item.key].append(item)
    return [
        msgspec.structs.replace(each, amount=Fen(rest), phone=phones.get(each.bill, ""))
        for items in served.values()
        if (rest := (each := _difference(till, items, gone)).amount - moved[each.bill])
    ]


def even_out(till: Till, bill: str, by: Session, *, to_patient: bool, tender: TenderKind = TenderKind.CASH) -> Evened:
    """Collects what the patient of a bill owes, or with ``to_patient`` pays what the desk owes.

    Raises NothingOwed in that direction, NotAllowed, AlreadyRequested while a refund is to pay it out.
    """
    by.require(Right.OWED)
    with writing(till) as write:
        for refund in refunds(till).values():
            if refund.bill == bill and refund.state is RefundState.AUDITED and took_effect(till, refund):
                raise AlreadyRequested(bill=bill, refund=refund.number)
        rest = sum(each.amount for each in owed(till) if each.bill == bill)
        if rest == 0 or (rest < 0) is not to_patient:
            raise NothingOwed(bill=bill)
        done = Evened(bill, Fen(rest), tender)
        write(done, by.number)
    return done


def _difference(till: Till, served: Sequence[Item], gone: Container[str]) -> Owed:
    """What one bill's number comes to, against what was taken each time the patient was served under it."""
    entries = [journal.entry(till.queue, item) for item in served]
    paid = sum(tender.amount for entry in entries for tender in entry.told.tenders)
    item, entry = served[-1], entries[-1]
    due, cause = _due(till, item, entry.told, gone)
    return Owed(item.key, entry.person.name, "", item.closed or item.created, Fen(due - paid), cause)


def _due(till: Till, item: Item, told: Settlement, gone: Container[str]) -> tuple[Fen, Cause]:
    """The patient's own part as it stands: of a bill that waits, what was told."""
    if item.key in gone:
        return Fen(0), Cause.TAKEN_BACK
    if item.state in OPEN:
        return told.cash, Cause.SETTLED_DIFFERENTLY
    if item.state is State.ACCEPTED:
        return journal.standing(till.queue, item).cash, Cause.SETTLED_DIFFERENTLY
    return told.total, Cause.NOT_SETTLED


def was_served(till: Till, item: Item) -> bool:
    """Whether the patient left with a slip before the centre had spoken, so that money was taken."""
    return any(event.kind in _SERVED for event in till.queue.events(item=item))
