"""What a pharmacy writes down of a medicine it hands out: prescription and who checked it, lot and expiry."""

from datetime import date
from typing import Any, ClassVar

from terminal.counter.faults import Expired, PrescriptionUnchecked
from terminal.counter.office.register import Document, Note, Tally, tally, write
from terminal.counter.till import Till


class Dispensed(Document, frozen=True):
    """One line of a bill as it is handed out."""

    KIND: ClassVar[str] = "dispensed"
    bill: str
    line: int
    lot: str
    expires: date
    prescription: str = ""
    checked_by: str = ""
    """The pharmacist who checked the prescription."""


class _Lots(Tally):
    """What was written down, by bill and line."""

    KINDS = (Dispensed,)

    def __init__(self) -> None:
        self.of_bill: dict[str, dict[int, Dispensed]] = {}

    def take(self, note: Note[Any]) -> None:
        """The last word about a line."""
        self.of_bill.setdefault(note.document.bill, {})[note.document.line] = note.document


def record(till: Till, given: Dispensed, actor: str) -> None:
    """Writes it down, the last word counting. Raises Expired, PrescriptionUnchecked without a second person's check."""
    if given.expires < till.clock().date():
        raise Expired(lot=given.lot, expires=given.expires)
    if given.prescription and given.checked_by in ("", actor):
        raise PrescriptionUnchecked(prescription=given.prescription)
    write(till, given, actor)


def dispensed(till: Till, bill: str) -> dict[int, Dispensed]:
    """What was written down of a bill, by line."""
    return dict(tally(till, _Lots).of_bill.get(bill, {}))
