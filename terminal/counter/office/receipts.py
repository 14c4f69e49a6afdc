"""Receipts as a controlled stock: rolls of paper with printed numbers, or an electronic service that may be away.

Every number is accounted for once: used for one bill, void, or lost. A second print of the same receipt bears a mark.
"""

from typing import ClassVar, Protocol

import msgspec

from terminal.counter import journal
from terminal.counter.faults import UnknownBill
from terminal.counter.office.faults import NoReceipt, NoReceiptsLeft, NumberTaken, WrongRoll
from terminal.counter.office.operators import Session
from terminal.counter.office.register import Document, Write, read, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till


class Roll(Document, frozen=True):
    """A roll handed to this terminal: ``prefix`` and numbers from ``first`` to ``last``, printed with ``digits``."""

    KIND: ClassVar[str] = "receipt.roll"
    prefix: str
    first: int
    last: int
    digits: int = 8

    def number(self, place: int) -> str:
        """A number as it stands on the paper."""
        return f"{self.prefix}{place:0{self.digits}d}"


class Receipt(Document, frozen=True):
    """A number used for a bill."""

    KIND: ClassVar[str] = "receipt"
    number: str
    bill: str


class Reprinted(Document, frozen=True):
    """A further print of the same number; ``copy`` counts from 2 and stands on the paper (补打)."""

    KIND: ClassVar[str] = "receipt.reprint"
    number: str
    copy: int


class Spoilt(Document, frozen=True):
    """Numbers that will never be used: void (misprinted, refunded) or lost."""

    KIND: ClassVar[str] = "receipt.spoilt"
    numbers: tuple[str, ...]
    lost: bool
    reason: str


class Wanted(Document, frozen=True):
    """A bill whose electronic receipt the service has not numbered yet."""

    KIND: ClassVar[str] = "receipt.wanted"
    bill: str


class Service(Protocol):
    """An electronic receipt service. The same bill twice gets the same number; raises OSError when it is away."""

    def issue(self, bill: str, settlement: bytes) -> str: ...


class Stock(msgspec.Struct, frozen=True):
    """One roll and what is left of it."""

    prefix: str
    first: str
    last: str
    next: str
    left: int


def add_roll(till: Till, roll: Roll, by: Session) -> None:
    """Takes a roll into the stock. Raises WrongRoll when it is empty or overlaps another, NotAllowed."""
    by.require(Right.RECEIPTS)
    with writing(till) as pen:
        rolls = [note.document for note in read(till, Roll) if note.document.prefix == roll.prefix]
        overlaps = any(roll.first <= other.last and other.first <= roll.last for other in rolls)
        if overlaps or not 0 <= roll.first <= roll.last < 10**roll.digits:
            raise WrongRoll(first=roll.number(roll.first), last=roll.number(roll.last))
        pen(roll, by.number)


def stock(till: Till) -> list[Stock]:
    """The rolls in the order they were issued."""
    gone = _gone(till)
    found = []
    for note in read(till, Roll):
        roll = note.document
        free = [place for place in range(roll.first, roll.last + 1) if roll.number(place) not in gone]
        ends = roll.number(roll.first), roll.number(roll.last)
        found.append(Stock(roll.prefix, *ends, roll.number(free[0]) if free else "", len(free)))
    return found


def next_number(till: Till) -> str:
    """The next number of the roll in use; for whoever holds the pen. Raises NoReceiptsLeft."""
    number = next((roll.next for roll in stock(till) if roll.left), None)
    if number is None:
        raise NoReceiptsLeft()
    return number


def use(till: Till, bill: str, by: Session) -> Receipt:
    """The next number for a bill; a bill that has one keeps it. Raises UnknownBill, NoReceiptsLeft, NotAllowed."""
    by.require(Right.RECEIPTS)
    if journal.find(till.queue, bill) is None:
        raise UnknownBill(bill=bill)
    with writing(till) as pen:
        if (known := of_bill(till, bill)) is not None:
            return known
        receipt = Receipt(next_number(till), bill)
        pen(receipt, by.number)
    return receipt


def reprint(till: Till, bill: str, by: Session) -> Reprinted:
    """Another print of a bill's receipt, with its mark. Raises NoReceipt, NotAllowed."""
    by.require(Right.RECEIPTS)
    with writing(till) as pen:
        if (receipt := of_bill(till, bill)) is None:
            raise NoReceipt(bill=bill)
        return copied(till, pen, receipt, by)


def copied(till: Till, pen: Write, receipt: Receipt, by: Session) -> Reprinted:
    """Counts one more print of a number; for whoever holds the pen."""
    copies = sum(note.document.number == receipt.number for note in read(till, Reprinted))
    again = Reprinted(receipt.number, copies + 2)
    pen(again, by.number)
    return again


def spoil(till: Till, numbers: tuple[str, ...], reason: str, by: Session, *, lost: bool = False) -> Spoilt:
    """Takes numbers out for good: void or lost. Raises NumberTaken for one that is not in stock, NotAllowed."""
    by.require(Right.RECEIPTS)
    with writing(till) as pen:
        known = {
            roll.number(place)
            for roll in (note.document for note in read(till, Roll))
            for place in range(roll.first, roll.last + 1)
        }
        if wrong := next((number for number in numbers if number not in known - _spoilt(till)), None):
            raise NumberTaken(number=wrong)
        spoilt = Spoilt(numbers, lost, reason)
        pen(spoilt, by.number)
    return spoilt


def of_bill(till: Till, bill: str) -> Receipt | None:
    """The receipt that stands for a bill: not void."""
    spoilt = _spoilt(till)
    used = [note.document for note in read(till, Receipt)]
    return next((each for each in reversed(used) if each.bill == bill and each.number not in spoilt), None)


def _spoilt(till: Till) -> set[str]:
    return {number for note in read(till, Spoilt) for number in note.document.numbers}


def _gone(till: Till) -> set[str]:
    return _spoilt(till) | {note.document.number for note in read(till, Receipt)}
