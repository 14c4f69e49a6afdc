"""What a call gets back: a document with its status, or a fault with a stable code."""

from collections.abc import Mapping

import msgspec

from cardio.faults import CardFault
from config.faults import ConfigFault
from offline_queue.faults import QueueFault
from terminal.documents import encode
from terminal.faults import Exit, Fault

FAULTS = (Fault, QueueFault, CardFault, ConfigFault)
"""Everything that is told as one sentence."""

STATUS: Mapping[int, int] = {Exit.NO: 409, Exit.INPUT: 400, Exit.DEVICE: 424, Exit.CENTRE: 424, Exit.STORE: 503}
"""Exit code of a command -> HTTP status of the same end."""


class Told(msgspec.Struct, frozen=True):
    """A fault for a program: the code is stable, the sentences are for people."""

    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str


class FaultDocument(msgspec.Struct, frozen=True):
    """The body of every answer that is not a success."""

    fault: Told


class Answer(msgspec.Struct, frozen=True):
    """A status and a JSON body."""

    status: int
    body: bytes


def done(document: object, status: int = 200) -> Answer:
    """A success."""
    return Answer(status, encode(document))


def fault(error: Fault | QueueFault | CardFault | ConfigFault, status: int = 0) -> Answer:
    """A fault as its answer; ``status`` overrides the one of its exit code."""
    return Answer(status or STATUS[int(error.exit)], encode(FaultDocument(told(error))))


def told(error: Fault | QueueFault | CardFault | ConfigFault) -> Told:
    """The sentences of a fault."""
    texts = (text.format(**error.data) for text in (error.zh, error.en, error.next_zh, error.next_en))
    return Told(error.code, *texts)
