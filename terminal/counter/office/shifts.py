"""Shifts: a cashier's responsibility for a drawer, from the float to the count.

A shift covers every event of the chain since the last close, so that each fen stands in exactly one report: what
arrives while no shift is open, and late results of bills of an earlier shift, belong to the one that is opened next.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from terminal.counter.office import drafts
from terminal.counter.office.faults import NoShift, ReasonMissing, ShiftIsOpen, WrongCount
from terminal.counter.office.operators import Session
from terminal.counter.office.register import Document, Note, Tally, read, tally, writing
from terminal.counter.office.register import write as write_note
from terminal.counter.office.roles import Right
from terminal.counter.office.takings import Report, Row, takings
from terminal.counter.till import Till
from terminal.money import Fen
from terminal.peripherals.printer import ReceiptPrinter

DENOMINATIONS = tuple(map(Fen, (10000, 5000, 2000, 1000, 500, 100, 50, 10, 5, 2, 1)))
"""Notes and coins of the renminbi, in fen."""


class Opened(Document, frozen=True):
    """A shift begins: who, and what lies in the drawer. ``after`` is the last event of the shift before."""

    KIND: ClassVar[str] = "shift.open"
    number: int
    float: Fen
    after: int


class CashMoved(Document, frozen=True):
    """Cash put into the drawer, or with a minus taken out, and why."""

    KIND: ClassVar[str] = "shift.move"
    amount: Fen
    reason: str


class DrawerOpened(Document, frozen=True):
    """The drawer was opened: for a bill's cash, or for a reason without a sale."""

    KIND: ClassVar[str] = "shift.drawer"
    bill: str
    reason: str = ""


class Closed(Document, frozen=True):
    """A shift ends with its report as it stood; nothing is computed again later."""

    KIND: ClassVar[str] = "shift.close"
    report: Report


class _Shifts(Tally):
    """The running shift, and what was counted before it."""

    KINDS = (Opened, Closed)

    def __init__(self) -> None:
        self.running: Note[Opened] | None = None
        self.reports: list[Report] = []

    def take(self, note: Note[Any]) -> None:
        """A shift begins, or ends with its report."""
        match note.document:
            case Opened():
                self.running = note
            case Closed(report):
                self.running = None
                self.reports.append(report)


def current(till: Till) -> Note[Opened] | None:
    """The open shift, if there is one."""
    return tally(till, _Shifts).running


def last_closed(till: Till) -> int:
    """The last event of the last closed shift; 0 before the first."""
    return max((each.last for each in tally(till, _Shifts).reports), default=0)


def open_shift(till: Till, drawer: Fen, by: Session) -> Opened:
    """Begins a shift with ``drawer`` in cash. Raises ShiftIsOpen, NotAllowed."""
    by.require(Right.SHIFT)
    with writing(till) as write:
        if (running := current(till)) is not None:
            raise ShiftIsOpen(shift=running.document.number, operator=running.actor)
        last = tally(till, _Shifts).reports
        new = Opened(last[-1].shift + 1 if last else 1, drawer, last[-1].last if last else 0)
        write(new, by.number)
    return new


def move_cash(till: Till, amount: Fen, reason: str, by: Session) -> CashMoved:
    """Cash in, or out with a minus, between two counts. Raises NoShift, NotAllowed."""
    by.require(Right.SHIFT)
    with writing(till) as write:
        _running(till)
        moved = CashMoved(amount, reason)
        write(moved, by.number)
    return moved


def open_drawer(till: Till, by: Session, printer: ReceiptPrinter, *, bill: str = "", reason: str = "") -> None:
    """Opens the drawer on the printer and keeps who did it and for what; without a bill it needs a reason.

    Raises ReasonMissing, NotAllowed, and the peripherals' DeviceFault after it was noted.
    """
    by.require(Right.SHIFT)
    if not (bill or reason):
        raise ReasonMissing()
    write_note(till, DrawerOpened(bill, reason), by.number)
    printer.open_drawer()


def report(till: Till, number: int | None = None) -> Report:
    """The running shift as it stands, or a closed one as it stood. Raises NoShift."""
    if number is None and (running := current(till)) is not None:
        return _stands(till, running)
    wanted = [each for each in tally(till, _Shifts).reports if number in (None, each.shift)]
    if wanted:
        return wanted[-1]
    running = _running(till)
    if number != running.document.number:
        raise NoShift()
    return _stands(till, running)


def close_shift(till: Till, counted: Mapping[Fen, int], by: Session) -> Report:
    """Ends the shift, and what is parked with it, with the count of the drawer by denomination.

    Raises NoShift, WrongCount, NotAllowed.
    """
    by.require(Right.SHIFT)
    for denomination, count in counted.items():
        if denomination not in DENOMINATIONS or count < 0:
            raise WrongCount(denomination=denomination, count=count)
    with writing(till) as write:
        stands = _stands(till, _running(till))
        rows = tuple(Row("counted", str(each), count, Fen(each * count)) for each, count in counted.items())
        given_up = (
            Row("given_up", claim.bill, 1, Fen(sum(line.amount for line in claim.lines)))
            for claim in drafts.end_shift(till, write, by.number)
        )
        done = msgspec.structs.replace(
            stands,
            closed_by=by.number,
            closed_at=till.clock(),
            rows=(*stands.rows, *given_up, *rows),
            counted=Fen(sum(row.amount for row in rows)),
        )
        write(Closed(done), by.number)
    return done


def _running(till: Till) -> Note[Opened]:
    if (running := current(till)) is None:
        raise NoShift()
    return running


def _stands(till: Till, shift: Note[Opened]) -> Report:
    opened = shift.document
    moves = (note.document for note in read(till, CashMoved, after=opened.after))
    moved = tuple(Row("moves", move.reason, 1, move.amount) for move in moves)
    opens = [note.document.reason for note in read(till, DrawerOpened, after=opened.after) if not note.document.bill]
    moved += tuple(Row("no_sale", reason, opens.count(reason), Fen(0)) for reason in dict.fromkeys(opens))
    return takings(till, opened.number, shift.actor, shift.at, opened.float, opened.after, moved)
