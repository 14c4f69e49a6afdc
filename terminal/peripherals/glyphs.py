"""Pictures of characters that a printer's own font lacks, from a font file in GNU Unifont's ``.hex`` format."""

import re
from collections.abc import Callable
from pathlib import Path

CELL = 24
"""Dots of one Chinese character on receipt printers, both ways."""

_ROWS = re.compile(rb"([0-9A-F]{32}){1,2}", re.IGNORECASE)

Glyphs = Callable[[str], bytes | None]
"""From a character to its 24 columns of three bytes, the top dot first; None where the font lacks it too."""


def none(sign: str) -> None:
    """No font installed."""


def columns(rows: list[int], width: int) -> bytes:
    """A picture of ``rows`` (``width`` bits each) scaled to 24 by 24 dots, column by column."""
    picture = bytearray()
    for x in range(CELL):
        bits = 0
        for y in range(CELL):
            row = rows[y * len(rows) // CELL]
            bits = bits << 1 | row >> (width - 1 - x * width // CELL) & 1
        picture += bits.to_bytes(3)
    return bytes(picture)


class HexFont:
    """A ``.hex`` file: one line per character, ``CODE:ROWS`` in hexadecimal, sixteen rows of 8 or 16 dots.

    The file is searched when a character is needed and not kept: such characters are rare and the file has megabytes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, bytes | None] = {}

    def __call__(self, sign: str) -> bytes | None:
        if sign not in self._known:
            self._known[sign] = self._find(f"{ord(sign):04X}:".encode())
        return self._known[sign]

    def _find(self, start: bytes) -> bytes | None:
        with self._path.open("rb") as file:
            for line in file:
                if line.upper().startswith(start):
                    digits = line[len(start) :].strip()
                    if not _ROWS.fullmatch(digits):
                        return None
                    step = len(digits) // 16
                    rows = [int(digits[place : place + step], 16) for place in range(0, 16 * step, step)]
                    return columns(rows, 4 * step)
        return None
