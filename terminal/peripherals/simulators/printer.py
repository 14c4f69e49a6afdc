"""A receipt printer of software: reads ESC/POS with its own plain reader and keeps what it printed."""

from collections.abc import Callable
from dataclasses import dataclass, field

# Commands by their first two bytes, and how long each is, given the bytes so far; 0 asks for more bytes.
_FIXED = {
    b"\x1b@": 2,
    b"\x1c&": 2,
    b"\x1ba": 3,
    b"\x1bd": 3,
    b"\x1d!": 3,
    b"\x1c!": 3,
    b"\x1dh": 3,
    b"\x1dw": 3,
    b"\x1dH": 3,
    b"\x1dV": 4,
    b"\x1bp": 5,
    b"\x1dr": 3,
    b"\x10\x04": 3,
}


def _number(data: bytes, place: int) -> int:
    return data[place] + 256 * data[place + 1]


_SIZED: dict[bytes, tuple[int, Callable[[bytes], int]]] = {
    b"\x1b*": (5, lambda data: 5 + 3 * _number(data, 3)),
    b"\x1dv": (8, lambda data: 8 + _number(data, 4) * _number(data, 6)),
    b"\x1d(": (5, lambda data: 5 + _number(data, 3)),
    b"\x1dk": (4, lambda data: 4 + data[3]),
}


@dataclass
class PrinterSimulator:
    """Its switches may be turned while it works; what it printed stands in ``lines``, ``qr`` and ``pictures``."""

    encoding: str = "gb18030"
    paper_low: bool = False
    paper_left: int | None = None
    """Lines left on the roll; None is a roll without end."""
    cover_open: bool = False
    broken: bool = False
    mute: bool = False
    """Takes everything and answers nothing, like a printer behind a one-way cable."""
    talkative: bool = False
    """Reports its state unasked after every line (automatic status)."""

    lines: list[str] = field(default_factory=list)
    qr: list[str] = field(default_factory=list)
    bars: list[str] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    cuts: int = 0
    drawer_kicks: int = 0
    _waiting: bytearray = field(default_factory=bytearray)
    _line: bytearray = field(default_factory=bytearray)
    _stored: str = ""

    def load_paper(self) -> None:
        """A new roll; what still waited is printed, as real printers do."""
        self.paper_left = None
        self.paper_low = False
        self.feed(b"")

    def feed(self, data: bytes) -> bytes:
        answer = b""
        self._waiting += data
        while (length := self._length()) and length <= len(self._waiting):
            if self._stopped and self._waiting[:2] != b"\x10\x04":
                return answer + self._answer_in_passing()
            order = bytes(self._waiting[:length])
            del self._waiting[:length]
            answer += self._obey(order)
        return b"" if self.mute else answer

    @property
    def _stopped(self) -> bool:
        return self.cover_open or self.broken or self.paper_left == 0

    def _length(self) -> int:
        data = bytes(self._waiting)
        if not data:
            return 0
        if data[0] not in (0x10, 0x1B, 0x1C, 0x1D):
            return 1
        if len(data) < 2:
            return 0
        if length := _FIXED.get(data[:2]):
            return length
        head, size = _SIZED[data[:2]]
        return size(data) if len(data) >= head else 0

    def _answer_in_passing(self) -> bytes:
        # A stopped printer prints nothing but still answers DLE EOT out of turn.
        answer = b""
        while (place := self._waiting.find(b"\x10\x04")) >= 0 and place + 3 <= len(self._waiting):
            answer += self._status(self._waiting[place + 2])
            del self._waiting[place : place + 3]
        return b"" if self.mute else answer

    def _status(self, kind: int) -> bytes:
        out = self.paper_left == 0
        bits = {
            2: self.cover_open * 0x04 | out * 0x20 | self.broken * 0x40,
            4: self.paper_low * 0x0C | out * 0x60,
        }
        return bytes([0x12 | bits[kind]])

    def _obey(self, order: bytes) -> bytes:
        match order[:2]:
            case b"\x10\x04":
                return self._status(order[2])
            case b"\x1dr":
                return bytes([self.paper_low * 0x03])
            case b"\x1bp":
                self.drawer_kicks += 1
            case b"\x1dV":
                self.cuts += 1
            case b"\x1b*":
                self._line += "▇".encode(self.encoding)
                self.pictures.append(order[5:])
            case b"\x1dv":
                self.pictures.append(order[8:])
            case b"\x1dk":
                self.bars.append(order[4:].decode("ascii"))
            case b"\x1d(":
                self._two_dimensional(order[5:])
            case _ if order == b"\n":
                self.lines.append(self._line.decode(self.encoding, "replace"))
                self._line.clear()
                if self.paper_left is not None:
                    self.paper_left -= 1
                return bytes.fromhex("10000000") if self.talkative else b""
            case _ if len(order) == 1:
                self._line += order
        return b""

    def _two_dimensional(self, function: bytes) -> None:
        if function.startswith(b"1P0"):
            self._stored = function[3:].decode()
        elif function == b"1Q0":
            self.qr.append(self._stored)
