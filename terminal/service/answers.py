"""What a call gets back: a document with its status, or a fault with a stable code."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from cardio.faults import CardFault
from config.faults import ConfigFault
from offline_queue.faults import QueueFault
from terminal.documents import encode
from terminal.faults import Exit, Fault
from terminal.incidents import write_down
from terminal.telling import Told, told

FAULTS = (Fault, QueueFault, CardFault, ConfigFault)
"""Everything that is told as one sentence."""

STATUS: Mapping[int, int] = {Exit.NO: 409, Exit.INPUT: 400, Exit.DEVICE: 424, Exit.CENTRE: 424, Exit.STORE: 503}
"""Exit code of a command -> HTTP status of the same end."""


class InternalError(Fault):
    """A mistake of the program ended a call."""

    code = "internal_error"
    exit = Exit.STORE
    zh = "程序内部出错（编号 {incident}），这次调用没有完成。"
    en = "An internal error (number {incident}) ended this call before it was done."
    next_zh = "请原样再次提交：同一单号已入账的返回原结果，不会重复结算；再出错请把编号交给信息科。"
    next_en = "Make the same call again: what is in the journal is found under its number, nothing settles twice. "
    next_en += "If it fails again, give the number to your IT staff."


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


def internal(home: Path, error: Exception) -> InternalError:
    """What is told of an error nobody foresaw; its frames are in the log of the data folder, under the number told."""
    return InternalError(incident=write_down(home, error).number)
