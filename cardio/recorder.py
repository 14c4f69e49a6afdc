"""A time line of exchanges with a card: secrets are masked when the line is built, so no later step can leak them.

The file has one exchange a line: milliseconds since the first, ``>`` command, ``<`` answer, in hexadecimal. Where a
command was secret only its header is kept, and of the answer only the status word. A line starting with ``#`` is a
comment; the first line carries the ATR.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cardio.apdu import Answer, Apdu
from cardio.faults import CardFault
from cardio.status import SW

MASKED = "*"
"""Stands in the file for bytes that were never kept."""


class BadRecording(CardFault):
    """A recording that does not have the promised shape."""

    code = "bad_recording"
    exit = 2
    zh = "录制文件第 {line} 行不对：{found}；应为 {expected}。"
    en = "Line {line} of the recording: {found}; expected {expected}."
    next_zh = "请换一个录制文件；没有任何改动生效。"
    next_en = "Use another recording; nothing was changed."


class CannotRecord(CardFault):
    """The file of a recording cannot be written."""

    code = "cannot_record"
    exit = 2
    zh = "录制文件 {file} 无法写入（{reason}）。"
    en = "The recording {file} cannot be written ({reason})."
    next_zh = "请换一个文件名；卡尚未读取。"
    next_en = "Name another file; the card was not read yet."


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its answer; ``data`` is None where it was secret, and then ``answer`` is the status word."""

    at_ms: int
    header: bytes
    data: bytes | None
    le: int | None
    answer: bytes

    def line(self) -> str:
        data = MASKED if self.data is None else self.data.hex().upper()
        le = "" if self.le is None else f" {self.le & 0xFF:02X}"
        return f"{self.at_ms} > {self.header.hex().upper()} {data or '-'}{le} < {self.answer.hex().upper()}"


class Recorder:
    """A trace (see ``cardio.pipeline.Trace``) that remembers. ``clock`` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = clock()
        self.atr = b""
        self.exchanges: list[Exchange] = []

    def __call__(self, apdu: Apdu, answer: Answer) -> None:
        at_ms = round((self._clock() - self._start) * 1000)
        status = answer.sw.to_bytes(2, "big")
        data, told = (None, status) if apdu.secret else (apdu.data, answer.data + status)
        self.exchanges.append(Exchange(at_ms, apdu.header, data, apdu.le, told))

    def text(self) -> str:
        return "".join(f"{line}\n" for line in (f"# ATR {self.atr.hex().upper()}", *(e.line() for e in self.exchanges)))


@contextmanager
def recording(path: Path) -> Iterator[Recorder]:
    """Record what the block does with a card: into a file for this user's eyes, for it holds the person's data.

    A block that fails is recorded to there, with the fault's code as last line. Raises CannotRecord before the block.
    """
    try:
        path.touch(0o600)
        file = path.open("w", encoding="ascii")
    except OSError as error:
        raise CannotRecord(file=path, reason=error.strerror) from None
    recorder, end = Recorder(), ""
    with file:
        try:
            yield recorder
        except CardFault as fault:
            end = f"# {fault.code}\n"
            raise
        finally:
            file.write(recorder.text() + end)


def load(text: str) -> tuple[bytes, list[Exchange]]:
    """ATR and exchanges of a saved recording. Raises BadRecording."""
    lines = text.splitlines()
    if not lines or not lines[0].startswith("# ATR "):
        raise BadRecording(line=1, found=(lines or [""])[0][:20], expected="# ATR and hexadecimal digits")
    try:
        atr = bytes.fromhex(lines[0][6:])
    except ValueError:
        raise BadRecording(line=1, found=lines[0][:20], expected="# ATR and hexadecimal digits") from None
    return atr, list(_exchanges(lines[1:]))


def _exchanges(lines: Iterable[str]) -> Iterator[Exchange]:
    for number, line in enumerate(lines, 2):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            at, _, header, data, *le, _, answer = line.split()
            octets = None if data == MASKED else b"" if data == "-" else bytes.fromhex(data)
            yield Exchange(
                int(at), bytes.fromhex(header), octets, int(le[0], 16) or 256 if le else None, bytes.fromhex(answer)
            )
        except ValueError:
            raise BadRecording(line=number, found=line[:40], expected="ms > header data [le] < answer") from None


class ReplayedCard:
    """A chip (see ``cardio.virtual.chip.Chip``) that answers as a recorded one did.

    A command is looked up by header and data, whatever Le it carries, from where the recording stands on and then from
    its beginning, so that challenges come in their order and a second reading begins anew. What was never asked is
    answered with ``6A86``; where the recorded command was secret any data fit.
    """

    def __init__(self, atr: bytes, exchanges: Iterable[Exchange]) -> None:
        self.atr = atr
        self._exchanges = deque(exchanges)

    def power(self) -> None:
        """The recording goes on where it was."""

    def process(self, command: bytes) -> bytes:
        header, data = command[:4], command[5 : 5 + command[4]] if len(command) > 5 else b""
        for ahead, exchange in enumerate(self._exchanges, 1):
            if exchange.header == header and exchange.data in (data, None):
                self._exchanges.rotate(-ahead)
                return exchange.answer
        return SW.WRONG_P1P2.to_bytes(2, "big")
