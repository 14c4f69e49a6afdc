"""Slips on paper: always from the journal, so that a paper shows what is stored and never what a screen had."""

from typing import TYPE_CHECKING

from terminal.counter import journal
from terminal.counter.faults import UnknownBill
from terminal.counter.slip import slip
from terminal.peripherals.slip import Mark

if TYPE_CHECKING:
    from terminal.desk.app import Desk


def print_slip(desk: "Desk", bill: str, *, again: bool) -> None:
    """Prints a bill's slip; again with the reprint mark, unless the first one never reached the paper.

    Raises UnknownBill, DeviceFault.
    """
    queue, printer = desk.till.queue, desk.devices.printer
    item = journal.find(queue, bill)
    if item is None:
        raise UnknownBill(bill=bill)
    width = printer.columns if printer else 0
    if not width:
        return
    marks = [Mark.DRILL] if desk.drill else []
    if again and bill not in desk.unprinted:
        marks.append(Mark.REPRINT)
    desk.unprinted.add(bill)
    lines = slip(journal.standing(queue, item), journal.entry(queue, item).claim, desk.language, width)
    desk.devices.print(lines, marks, digest=f"{bill} {queue.anchor().short}")
    desk.unprinted.discard(bill)
