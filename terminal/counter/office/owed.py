"""After a difference: who owes whom, since when, and how it was settled at a later visit.

A patient who left with a provisional slip paid by the terminal's own split. When the centre then settles otherwise, or
not at all, the difference is owed; it is read from the bills themselves, so that no list can forget one.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from offline_queue.ports import Item
from offline_queue.vocabulary import State, Step
from terminal.counter import journal
from terminal.counter.office.faults import NothingOwed
from terminal.counter.office.operators import Session
from terminal.counter.office.refunds import RefundState, refunds
from terminal.counter.office.register import Document, read, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.documents import TenderKind
from terminal.money import Fen

_ENDED = (State.ACCEPTED, State.REFUSED, State.REVERSED, State.CLOSED_BY_HAND)
_SERVED = (Step.RECORD, Step.NOT_SENT, Step.BUSY, Step.DOUBT)
"""Steps after which the patient held a slip without the centre's word."""


class Cause(StrEnum):
    """Why money is owed."""

    SETTLED_DIFFERENTLY = "settled_differently"
    NOT_SETTLED = "not_settled"


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
    evened: dict[str, int] = {}
    phones: dict[str, str] = {}
    for note in read(till, Evened, Contact):
        match note.document:
            case Evened(bill, amount):
                evened[bill] = evened.get(bill, 0) + amount
            case Contact(bill, phone):
                phones[bill] = phone
    given_back = {refund.bill for refund in refunds(till).values() if refund.state is RefundState.DONE}
    return [
        msgspec.structs.replace(each, amount=Fen(rest), phone=phones.get(each.bill, ""))
        for each in _differences(till, person)
        if each.bill not in given_back and (rest := each.amount - evened.get(each.bill, 0))
    ]


def even_out(till: Till, bill: str, by: Session, *, to_patient: bool, tender: TenderKind = TenderKind.CASH) -> Evened:
    """Collects what the patient of a bill owes, or with ``to_patient`` pays what the desk owes.

    Raises NothingOwed in that direction, NotAllowed.
    """
    by.require(Right.OWED)
    with writing(till) as write:
        rest = sum(each.amount for each in owed(till) if each.bill == bill)
        if rest == 0 or (rest < 0) is not to_patient:
            raise NothingOwed(bill=bill)
        done = Evened(bill, Fen(rest), tender)
        write(done, by.number)
    return done


def _differences(till: Till, person: str | None) -> Iterator[Owed]:
    newest = {item.key: item for item in till.queue.items(_ENDED, lane=person) if not item.reverses}
    for item in newest.values():
        entry = journal.entry(till.queue, item)
        paid = sum(tender.amount for tender in entry.told.tenders)
        if item.state is State.ACCEPTED:
            due, cause = journal.standing(till.queue, item).cash, Cause.SETTLED_DIFFERENTLY
        elif was_served(till, item):
            due, cause = entry.told.total, Cause.NOT_SETTLED
        else:
            continue
        if due != paid:
            yield Owed(item.key, entry.person.name, "", item.closed or item.created, Fen(due - paid), cause)


def was_served(till: Till, item: Item) -> bool:
    """Whether the patient left with a slip before the centre had spoken, so that money was taken."""
    return any(event.kind in _SERVED for event in till.queue.events(item=item))
