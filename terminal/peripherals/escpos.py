"""ESC/POS: a slip as the bytes of a printer, and a printer's status bytes as its state.

Commands as in the ESC/POS command reference (Epson) and the manuals of the compatible Chinese printers. Every
character of two bytes takes two columns on paper, also those that are narrow on a screen.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import segno

from terminal.peripherals.glyphs import CELL, Glyphs
from terminal.peripherals.slip import Align, Bars, Cut, Pair, Qr, Rule, Slip, Text


class Encoding(StrEnum):
    """How a printer wants its Chinese; the setting ``chinese_encoding``."""

    GB18030 = "gb18030"
    GBK = "gbk"
    UTF8 = "utf-8"


@dataclass(frozen=True)
class Model:
    """What one family of printers can do."""

    columns: int
    dots: int
    encoding: Encoding = Encoding.GB18030
    rom: Literal["gbk", "gb18030"] = "gbk"
    """The characters its font has; others are sent as pictures."""
    qr: Literal["native", "raster"] = "raster"
    cutter: bool = True
    answers: bool = True
    """Whether it can be asked for its state; a printer behind a one-way cable cannot."""


MODELS = {
    "80": Model(48, 576, qr="native"),
    "80-raster": Model(48, 576),
    "80-utf8": Model(48, 576, encoding=Encoding.UTF8, rom="gb18030", qr="native"),
    "58": Model(32, 384, cutter=False),
    "58-oneway": Model(32, 384, cutter=False, answers=False),
}
"""The models by the word used in the settings. A new printer is a new line here."""

INIT = b"\x1b@"
CHINESE = b"\x1c&"
PLAIN_SIZE, DOUBLE_SIZE = b"\x1d!\x00\x1c!\x00", b"\x1d!\x11\x1c!\x0c"
LEFT, MIDDLE = b"\x1ba\x00", b"\x1ba\x01"
IMAGE_24 = b"\x1b*\x21" + CELL.to_bytes(2, "little")
FEED = b"\x1bd\x04"
CUT = b"\x1dVB\x00"
DRAWER = b"\x1bp\x00\x19\xfa"
"""Pulse on connector pin 2: 50 ms on, 500 ms off."""
ASK_OFFLINE, ASK_PAPER = b"\x10\x04\x02", b"\x10\x04\x04"
"""Answered at once, whatever the printer is doing."""
ASK_PRINTED = b"\x1dr\x01"
"""Answered when everything before it is on paper."""

MISSING = "〓"
"""GB 2312 A1FE, the printer's sign for a character it does not have; a note at the foot says which it was."""

_BLANKS = re.compile(" {2,}")
# U+00A5 has four bytes in GB18030 and comes out as "0 6" on printers that know GBK only.
_SAME = str.maketrans({"¥": "￥", "\t": " ", "–": "-", "\xa0": " "})


def paper_cells(text: str) -> int:
    """How many columns a text takes on paper."""
    return sum(1 if sign.isascii() else 2 for sign in text)


def printable(text: str) -> str:
    """The text without anything a printer would obey or cannot place: control, format and combining signs."""
    text = unicodedata.normalize("NFC", text).translate(_SAME)
    return "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Mn", "Me"))


def fit(text: str, columns: int) -> list[str]:
    """A line in as many lines as it needs.

    Lines laid out for a screen can be a few columns wider on paper; the widest run of blanks gives way first, so that
    the amounts stay on their line.
    """
    while (excess := paper_cells(text) - columns) > 0 and (gap := max(map(len, _BLANKS.findall(text)), default=0)):
        text = text.replace(" " * gap, " " * max(1, gap - excess), 1)
    lines = [""]
    used = 0
    for sign in text:
        width = paper_cells(sign)
        if used + width > columns:
            lines.append("")
            used = 0
        lines[-1] += sign
        used += width
    return lines


@dataclass
class _Paper:
    model: Model
    glyphs: Glyphs
    out: bytearray = field(default_factory=bytearray)
    missing: list[str] = field(default_factory=list)

    def sign(self, sign: str, pictures: bool) -> bytes:
        try:
            sign.encode(self.model.rom)
            return sign.encode(self.model.encoding)
        except UnicodeEncodeError:
            if pictures and (picture := self.glyphs(sign)):
                return IMAGE_24 + picture
            if sign not in self.missing:
                self.missing.append(sign)
            return MISSING.encode(self.model.encoding)

    def line(self, text: str, align: Align = Align.LEFT, big: bool = False) -> None:
        columns = self.model.columns // 2 if big else self.model.columns
        for part in fit(printable(text), columns):
            if align is Align.CENTRE:
                part = " " * ((columns - paper_cells(part)) // 2) + part
            line = b"".join(self.sign(sign, pictures=not big) for sign in part) + b"\n"
            self.out += DOUBLE_SIZE + line + PLAIN_SIZE if big else line

    def pair(self, left: str, right: str) -> None:
        left, right = printable(left), printable(right)
        gap = self.model.columns - paper_cells(left) - paper_cells(right)
        if gap >= 1:
            self.line(left + " " * gap + right)
        else:
            self.line(left)
            self.line(" " * (self.model.columns - paper_cells(right)) + right)

    def bars(self, code: str) -> None:
        # Set B has 11 modules a character; start, check and stop take 35 together, each two dots wide.
        if 2 * (11 * len(code) + 35) > self.model.dots:
            return self.line(code, Align.CENTRE)
        data = b"{B" + code.encode("ascii").replace(b"{", b"{{")
        self.out += MIDDLE + b"\x1dh\x3c\x1dw\x02\x1dH\x02\x1dk\x49" + bytes([len(data)]) + data + b"\n" + LEFT
        return None

    def qr(self, payload: str) -> None:
        code = segno.make(payload, error="m", micro=False)
        dots = max(1, min(6, self.model.dots // (len(code.matrix) + 8)))
        picture = _native_qr(payload.encode(), dots) if self.model.qr == "native" else _raster(code, dots)
        self.out += MIDDLE + picture + b"\n" + LEFT

    def notes(self) -> None:
        if self.missing:
            self.line("注: " + " ".join(f"{MISSING}=U+{ord(sign):04X}" for sign in self.missing))
            self.missing.clear()


def _native_qr(data: bytes, dots: int) -> bytes:
    # GS ( k, functions 165 (model 2), 167 (dots of a module), 169 (level M), 180 (store), 181 (print).
    def order(function: bytes) -> bytes:
        return b"\x1d(k" + len(function).to_bytes(2, "little") + function

    return order(b"1A2\x00") + order(b"1C" + bytes([dots])) + order(b"1E1") + order(b"1P0" + data) + order(b"1Q0")


def _raster(code: segno.QRCode, dots: int) -> bytes:
    rows = [bytes(bit for bit in row for _ in range(dots)) for row in code.matrix_iter(border=4)]
    width = -(-len(rows[0]) // 8)
    picture = b"".join(int("".join(map(str, row)).ljust(width * 8, "0"), 2).to_bytes(width) * dots for row in rows)
    return b"\x1dv0\x00" + width.to_bytes(2, "little") + (len(rows) * dots).to_bytes(2, "little") + picture


def encode(slip: Slip, model: Model, glyphs: Glyphs) -> bytes:
    """A slip as one printer's bytes. Text can never become a command: control signs do not reach the paper."""
    paper = _Paper(model, glyphs)
    paper.out += INIT + (b"" if model.encoding is Encoding.UTF8 else CHINESE)
    for element in slip.elements:
        match element:
            case Text(text, align, big):
                paper.line(text, align, big)
            case Pair(left, right):
                paper.pair(left, right)
            case Rule():
                paper.line("-" * model.columns)
            case Bars(code):
                paper.bars(code)
            case Qr(payload):
                paper.qr(payload)
            case Cut():
                paper.notes()
                paper.out += FEED + (CUT if model.cutter else b"")
    paper.notes()
    return bytes(paper.out)


class Stop(StrEnum):
    """Why a printer does not print."""

    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    ERROR = "error"


@dataclass(frozen=True)
class State:
    """What a printer says about itself."""

    stop: Stop | None
    paper_low: bool


def is_status(answer: int) -> bool:
    """Whether a byte is an answer to DLE EOT: bits 1 and 4 on, 0 and 7 off."""
    return answer & 0x93 == 0x12


def is_printed(answer: int) -> bool:
    """Whether a byte is an answer to GS r: bits 4 and 7 off."""
    return answer & 0x90 == 0


def state(offline: int, paper: int) -> State:
    """The answers to DLE EOT 2 and DLE EOT 4 as one state."""
    stop = None
    if paper & 0x60 or offline & 0x20:
        stop = Stop.PAPER_OUT
    elif offline & 0x04:
        stop = Stop.COVER_OPEN
    elif offline & 0x40:
        stop = Stop.ERROR
    return State(stop, paper_low=bool(paper & 0x0C))
