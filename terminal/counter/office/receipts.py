"""Receipts as a controlled stock: rolls of paper with printed numbers, or an electronic service that may be away.

Every number is accounted for once: used for one bill, void, or lost. A second print of the same receipt bears a mark.
"""

from collections import Counter
from collections.abc import Container
from typing import Any, ClassVar, Protocol

import msgspec

from terminal.counter import journal
from terminal.counter.faults import UnknownBill
from terminal.counter.office.faults import NoReceipt, NoReceiptsLeft, NumberTaken, WrongRoll
from terminal.counter.office.operators import Session
from terminal.counter.office.register import Document, Note, Tally, Write, tally, writing
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

    def holds(self, number: str) -> bool:
        """Whether a number was printed on this roll."""
        place = number.removeprefix(self.prefix)
        digits = place.isascii() and place.isdigit() and self.number(int(place)) == number
        return digits and self.first <= int(place) <= self.last


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


class _Shelf:
    """A roll with a finger on its next number."""

    def __init__(self, roll: Roll, left: int) -> None:
        self.roll, self.place, self.left = roll, roll.first, left

    def next(self, gone: Container[str]) -> str:
        """The first number that is still there, "" for none."""
        while self.place <= self.roll.last and self.roll.number(self.place) in gone:
            self.place += 1
        return self.roll.number(self.place) if self.left else ""


class _Numbers(Tally):
    """Where every number went."""

    KINDS = (Roll, Receipt, Reprinted, Spoilt)

    def __init__(self) -> None:
        self.shelves: list[_Shelf] = []
        self.used: dict[str, list[Receipt]] = {}
        self.spoilt: set[str] = set()
        self.gone: set[str] = set()
        self.prints: Counter[str] = Counter()

    def take(self, note: Note[Any]) -> None:
        """A roll adds its numbers, a use and a loss each take one."""
        match note.document:
            case Roll() as roll:
                numbers = map(roll.number, range(roll.first, roll.last + 1))
                self.shelves.append(_Shelf(roll, sum(number not in self.gone for number in numbers)))
            case Receipt(number, bill) as receipt:
                self.used.setdefault(bill, []).append(receipt)
                self._go(number)
            case Reprinted(number):
                self.prints[number] += 1
            case Spoilt(numbers):
                self.spoilt.update(numbers)
                for number in numbers:
                    self._go(number)

    def _go(self, number: str) -> None:
        if number not in self.gone and (shelf := self.shelf(number)) is not None:
            shelf.left -= 1
        self.gone.add(number)

    def shelf(self, number: str) -> _Shelf | None:
        """Where a number was printed."""
        return next((each for each in self.shelves if each.roll.holds(number)), None)


def add_roll(till: Till, roll: Roll, by: Session) -> None:
    """Takes a roll into the stock. Raises WrongRoll when it is empty or overlaps another, NotAllowed."""
    by.require(Right.RECEIPTS)
    with writing(till) as pen:
        rolls = [each.roll for each in tally(till, _Numbers).shelves if each.roll.prefix == roll.prefix]
        overlaps = any(roll.first <= other.last and other.first <= roll.last for other in rolls)
        if overlaps or not 0 <= roll.first <= roll.last < 10**roll.digits:
            raise WrongRoll(first=roll.number(roll.first), last=roll.number(roll.last))
        pen(roll, by.number)


def stock(till: Till) -> list[Stock]:
    """The rolls in the order they were issued."""
    numbers = tally(till, _Numbers)
    return [
        Stock(roll.prefix, roll.number(roll.first), roll.number(roll.last), shelf.next(numbers.gone), shelf.left)
        for shelf in numbers.shelves
        for roll in (shelf.roll,)
    ]


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
    again = Reprinted(receipt.number, tally(till, _Numbers).prints[receipt.number] + 2)
    pen(again, by.number)
    return again


def spoil(till: Till, numbers: tuple[str, ...], reason: str, by: Session, *, lost: bool = False) -> Spoilt:
    """Takes numbers out for good: void or lost. Raises NumberTaken for one that is not in stock, NotAllowed."""
    by.require(Right.RECEIPTS)
    with writing(till) as pen:
        known = tally(till, _Numbers)
        for number in numbers:
            if number in known.spoilt or known.shelf(number) is None:
                raise NumberTaken(number=number)
        spoilt = Spoilt(numbers, lost, reason)
        pen(spoilt, by.number)
    return spoilt


def of_bill(till: Till, bill: str) -> Receipt | None:
    """The receipt that stands for a bill: not void."""
    known = tally(till, _Numbers)
    return next((each for each in reversed(known.used.get(bill, ())) if each.number not in known.spoilt), None)
