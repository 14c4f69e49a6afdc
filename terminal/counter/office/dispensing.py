"""What a pharmacy writes down of a medicine it hands out: prescription and who checked it, lot and expiry."""

from datetime import date
from typing import ClassVar

from terminal.counter.faults import Expired, PrescriptionUnchecked
from terminal.counter.office.register import Document, read, write
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


def record(till: Till, given: Dispensed, actor: str) -> None:
    """Writes it down, the last word counting. Raises Expired, PrescriptionUnchecked without a second person's check."""
    if given.expires < till.clock().date():
        raise Expired(lot=given.lot, expires=given.expires)
    if given.prescription and given.checked_by in ("", actor):
        raise PrescriptionUnchecked(prescription=given.prescription)
    write(till, given, actor)


def dispensed(till: Till, bill: str) -> dict[int, Dispensed]:
    """What was written down of a bill, by line."""
    notes = (note.document for note in read(till, Dispensed))
    return {each.line: each for each in notes if each.bill == bill}
