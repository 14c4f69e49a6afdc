"""What outlives its day: whose contents are still needed when the term of a day is over, and which documents stand."""

from datetime import date

from offline_queue.ports import Event
from terminal.counter import journal
from terminal.counter.office import card_money, filings, issuing, shifts
from terminal.counter.office.drafts import Parked, drafts
from terminal.counter.office.filings import Filed
from terminal.counter.office.owed import Contact, owed
from terminal.counter.office.refunds import RefundState, Requested, refunds
from terminal.counter.office.register import Document, opened
from terminal.counter.till import Till

_UNDER_WAY = (RefundState.REQUESTED, RefundState.REVIEWED, RefundState.AUDITED)


class Standing:
    """The register's answer to the store's question.

    A day stays as long as a bill of it is needed: money is owed, a refund or a receipt is under way, the running shift
    counts it. Of the register's documents everything stands that names nobody: operators, rolls and numbers, shifts,
    money that moved. What tells of a patient (a parked bill, a refund, a telephone number, a filing) goes with its
    affair.
    """

    def __init__(self, till: Till) -> None:
        self._till = till

    def needed(self) -> set[str]:
        """Bills whose contents are needed."""
        till = self._till
        found = {each.bill for each in owed(till)}
        found |= {each.bill for each in refunds(till).values() if each.state in _UNDER_WAY}
        found |= issuing.under_way(till)
        if (charge := card_money.open_charge(till)) is not None:
            found.add(charge.bill)
        shift = shifts.current(till)
        if shift is not None:
            items = till.queue.touched(shift.document.after, till.queue.anchor().seq)
            found |= {item.reverses or item.key for item in items}
        return found

    def stands(self, note: Event, day: date) -> bool:
        """Whether a document goes forward when this day is erased."""
        document: Document | None = opened(note, Parked, Requested, Contact, Filed)
        match document:
            case Parked(claim):
                return claim.bill in drafts(self._till)
            case Requested(number, bill):
                return refunds(self._till)[number].state in _UNDER_WAY or self._readable(bill, day)
            case Contact(bill):
                return self._readable(bill, day)
            case Filed(number):
                return filings.live(self._till, number)
        return True

    def _readable(self, bill: str, day: date) -> bool:
        """Whether a bill's own contents are there after this day was erased."""
        item = journal.find(self._till.queue, bill)
        return item is not None and item.created.date() != day and item.sealed_with not in self._till.queue.erased()
