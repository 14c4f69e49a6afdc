"""How far serving a patient came at the desk: settling, money counted, paper in hand.

What the journal knows of a bill ends with the settlement. A desk that dies after it leaves a drawer and a printer
nobody is sure of; these notes say which bill to look at.
"""

from enum import StrEnum
from itertools import takewhile
from typing import Any, ClassVar

from terminal.counter.office.register import Document, Note, Tally, tally, write
from terminal.counter.till import Till
from terminal.money import Fen

NONE = Fen(0)


class Stage(StrEnum):
    """The steps at the desk, in their order."""

    SETTLING = "settling"
    """The bill is about to be settled; cash is counted afterwards."""
    PAID = "paid"
    """The cash was counted, or there was none to count."""
    PRINTED = "printed"
    """The slip is on paper."""


class Served(Document, frozen=True):
    """A step reached; ``received`` is the cash that was handed over."""

    KIND: ClassVar[str] = "serving"
    bill: str
    stage: Stage
    received: Fen = NONE


class _Stages(Tally):
    """The last step of every bill, in the order of the steps, and which slips came to paper."""

    KINDS = (Served,)

    def __init__(self) -> None:
        self.last: dict[str, Note[Served]] = {}
        self.printed: set[str] = set()

    def take(self, note: Note[Any]) -> None:
        """The next step of a bill."""
        bill = note.document.bill
        self.last.pop(bill, None)
        self.last[bill] = note
        if note.document.stage is Stage.PRINTED:
            self.printed.add(bill)


def reached(till: Till, bill: str, stage: Stage, actor: str, received: Fen = NONE) -> None:
    """Notes a step, durable when this returns."""
    write(till, Served(bill, stage, received), actor)


def first_paper(till: Till, bill: str) -> bool:
    """Whether a bill was served at a desk and its slip never reached the paper; any other further one is a reprint."""
    known = tally(till, _Stages)
    return bill in known.last and bill not in known.printed


def stages(till: Till, after: int = 0) -> dict[str, Note[Served]]:
    """The last step of every bill served at the desk since one event of the chain, in the order of these steps."""
    newest = takewhile(lambda note: note.seq > after, reversed(tally(till, _Stages).last.values()))
    return {note.document.bill: note for note in reversed(list(newest))}
