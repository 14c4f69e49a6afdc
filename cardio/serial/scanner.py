"""Codes from a scanner: a serial line, or a keyboard wedge whose burst the screens hand over.

A medical e-credential code is a secret that lives for minutes: it is never printed, logged, queued or put into an
exception. It leaves this module inside ``Code``, which does not show it.
"""

import re
import time
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from cardio.faults import CardFault
from cardio.serial.line import Line

BAUD = 9600
LONGEST = 512
"""Most characters a code may have; longer bursts are noise."""
TERMINATORS = b"\r\n"


class CodeKind(StrEnum):
    """What a code seems to be. Unknown ones are handed on: regional and facial-payment codes exist."""

    E_CREDENTIAL = "e_credential"
    IDENTITY_NUMBER = "identity_number"
    UNKNOWN = "unknown"


PATTERNS = (
    (CodeKind.E_CREDENTIAL, re.compile(r"424\d{25}", re.ASCII)),
    (CodeKind.IDENTITY_NUMBER, re.compile(r"\d{17}[\dX]", re.ASCII)),
)
"""424, 17 digits unique, 2 random, 2 of the province, 4 of extension: 28 digits in all."""


class NoCode(CardFault):
    """Nothing was scanned in time."""

    code = "no_code"
    zh = "没有扫到码。"
    en = "No code was scanned."
    next_zh = "请让参保人重新打开医保码，对准扫码器。"
    next_en = "Let the person show the code again, close to the scanner."


class BadCode(CardFault):
    """What was scanned is no code anybody could use; the data say only how long it was."""

    code = "bad_code"
    exit = 2
    zh = "扫到的内容无法使用（{length} 个字符）。"
    en = "What was scanned cannot be used ({length} characters)."
    next_zh = "请重新扫码；若反复出现，请检查扫码器的设置。"
    next_en = "Scan again; if it repeats, check how the scanner is set up."


class Code:
    """A scanned code. ``reveal`` gives the text to whoever sends it on; nothing else does."""

    __slots__ = ("_text", "kind")

    def __init__(self, text: str) -> None:
        self._text = text
        self.kind = next((kind for kind, pattern in PATTERNS if pattern.fullmatch(text)), CodeKind.UNKNOWN)

    def reveal(self) -> str:
        return self._text

    @property
    def province(self) -> str | None:
        """Two digits of GB/T 2260 out of an e-credential code; not secret."""
        return self._text[22:24] if self.kind is CodeKind.E_CREDENTIAL else None

    def __repr__(self) -> str:
        return f"<{self.kind} code of {len(self._text)} characters>"

    def __reduce__(self) -> Any:
        raise TypeError("a code is never stored")


def parse_burst(burst: str) -> Code:
    """The code in a keyboard wedge's burst (ended by Enter) or a scanner's line. Raises BadCode."""
    text = burst.strip()
    if not 1 <= len(text) <= LONGEST or not (text.isascii() and text.isprintable()):
        raise BadCode(length=len(text))
    return Code(text)


def scan(line: Line, timeout: float) -> Code:
    """The next code on the line within ``timeout`` seconds. Raises NoCode, BadCode, LineLost."""
    line.drop()
    deadline, burst = time.monotonic() + timeout, bytearray()
    while (left := deadline - time.monotonic()) > 0:
        octet = line.read(1, left)
        if octet and octet not in TERMINATORS:
            burst += octet
        elif burst and octet:
            return parse_burst(burst.decode("ascii", "replace"))
        if len(burst) > LONGEST:
            raise BadCode(length=len(burst))
    raise NoCode()


class Decoded(msgspec.Struct, frozen=True):
    """What the decoding service says an e-credential code stands for."""

    name: str
    id_number: str
    id_type: str
    token: str
    """ecToken: six digits of the pooling region, then opaque; as short-lived as the code."""
    region: str

    def __repr__(self) -> str:
        return f"<e-credential of region {self.region}>"


class Decoder(Protocol):
    """The decoding service of the national platform; only it can say whose code it is, so only online."""

    def decode(self, code: Code, business: str) -> Decoded:
        """``business``: 01101 registration, 01301 settlement, 01302 dispensing, 02121 pharmacy purchase."""
