"""How far serving a patient came at the desk: settling, money counted, paper in hand.

What the journal knows of a bill ends with the settlement. A desk that dies after it leaves a drawer and a printer
nobody is sure of; these notes say which bill to look at.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import ClassVar

from terminal.counter.office.register import Document, Note, read, write
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


def reached(till: Till, bill: str, stage: Stage, actor: str, received: Fen = NONE) -> None:
    """Notes a step, durable when this returns."""
    write(till, Served(bill, stage, received), actor)


def first_paper(till: Till, bill: str) -> bool:
    """Whether a bill was served at a desk and its slip never reached the paper; any other further one is a reprint."""
    stages = {note.document.stage for note in read(till, Served) if note.document.bill == bill}
    return bool(stages) and Stage.PRINTED not in stages


def stages(till: Till, after: int = 0) -> Mapping[str, Note[Served]]:
    """The last step of every bill served at the desk since one event of the chain."""
    return MappingProxyType({note.document.bill: note for note in read(till, Served, after=after)})
