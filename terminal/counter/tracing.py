"""Trace codes of medicines: every box has one, and a box is sold once."""

from collections.abc import Sequence

import msgspec

from terminal.counter.faults import TraceCodeTwice
from terminal.documents import Line

_BOX = 10_000
"""One whole box, in the unit of quantities."""
_PREFIXES = ("X", "Z")
"""First letters of the national codes of packed medicines: 西药 and 中成药."""


def is_code(text: str) -> bool:
    """Whether a scanned text is the trace code of a medicine: twenty digits."""
    return len(text) == 20 and text.isdecimal() and text.isascii()


def wanted(line: Line) -> int:
    """How many codes a line needs: one for each box, a broken box included; none for what is no packed medicine."""
    return -(-line.quantity // _BOX) if line.code.startswith(_PREFIXES) else 0


def lacking(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines with fewer codes than boxes."""
    return tuple(line for line in lines if len(line.trace_codes) < wanted(line))


def traced(lines: Sequence[Line], sn: int, codes: tuple[str, ...]) -> list[Line]:
    """The lines with other codes on one of them. Raises TraceCodeTwice."""
    for line in lines:
        for code in codes:
            if (line.sn != sn and code in line.trace_codes) or codes.count(code) > 1:
                raise TraceCodeTwice(code=code, line=line.sn)
    return [msgspec.structs.replace(line, trace_codes=codes) if line.sn == sn else line for line in lines]
