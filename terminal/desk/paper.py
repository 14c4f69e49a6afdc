"""Slips on paper: always from the journal, so that a paper shows what is stored and never what a screen had."""

from typing import TYPE_CHECKING

from terminal.counter import journal
from terminal.counter.faults import UnknownBill
from terminal.counter.office import issuing
from terminal.counter.office.faults import NoReceiptsLeft
from terminal.counter.office.issuing import Paper
from terminal.counter.office.serving import Stage, first_paper, reached
from terminal.counter.slip import slip
from terminal.desk.words import say
from terminal.peripherals.slip import Mark

if TYPE_CHECKING:
    from terminal.desk.app import Desk


def print_slip(desk: "Desk", bill: str, *, again: bool) -> Paper:
    """Prints the slip of a bill or a finished refund, its receipt number drawn first; returns what it says of it.

    Again with the reprint mark, unless the first one never reached the paper. Raises UnknownBill, DeviceFault, and
    NoReceiptsLeft after the slip came out without a number.
    """
    till, printer = desk.till, desk.devices.printer
    found = issuing.shown(till, bill)
    if found is None:
        if (item := journal.find(till.queue, bill)) is None:
            raise UnknownBill(bill=bill)
        found = journal.standing(till.queue, item), journal.entry(till.queue, item).claim
    left: NoReceiptsLeft | None = None
    try:
        paper = issuing.issue(till, bill, desk.acting)
    except NoReceiptsLeft as fault:
        paper, left = Paper(), fault
    if printer:
        marks = [Mark.DRILL] if desk.drill else []
        if paper.copy > 1 or (again and not paper.number and not first_paper(till, bill)):
            marks.append(Mark.REPRINT)
        lines = slip(*found, desk.language, printer.columns, _receipt(desk, paper))
        end = till.queue.anchor()
        desk.devices.print(lines, marks, digest=f"{bill} {end.seq}:{end.short}")
        reached(till, bill, Stage.PRINTED, desk.operator)
    if paper.number:
        issuing.printed(till, paper.number, desk.acting)
    if left is not None:
        raise left
    return paper


def _receipt(desk: "Desk", paper: Paper) -> str:
    if paper.waits:
        return say("receipt_waits", desk.language)
    return paper.number + (say("copy", desk.language, copy=paper.copy) if paper.copy > 1 else "")
