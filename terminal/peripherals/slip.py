"""``slip/1``: what a printer prints, stored as text. Printing never computes; it only lays out what is here."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

import msgspec


class Align(StrEnum):
    """Where a line stands on the paper."""

    LEFT = "left"
    CENTRE = "centre"


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="text"):
    """One line; longer ones wrap, nothing is cut off. ``big`` is double width and height."""

    text: str
    align: Align = Align.LEFT
    big: bool = False


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pair"):
    """A label at the left edge and a value at the right one."""

    left: str
    right: str


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="rule"):
    """A line across the paper."""


class Bars(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="bars"):
    """A CODE128 barcode with its text below; one too wide for the paper is printed as text."""

    code: Annotated[str, msgspec.Meta(pattern="^[ -~]{1,80}$")]


class Qr(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="qr"):
    """A QR code, for example of a settlement's digest."""

    payload: Annotated[str, msgspec.Meta(min_length=1, max_length=700)]


class Cut(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="cut"):
    """The end of one paper."""


Element = Text | Pair | Rule | Bars | Qr | Cut


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The elements from top to bottom."""

    elements: tuple[Element, ...]
    schema: Literal["slip/1"] = "slip/1"


class Mark(StrEnum):
    """Why a paper is not the one original; printed big at head and foot, never stored in the slip."""

    REPRINT = "重打 REPRINT"
    DRILL = "演练 DRILL"
    TEST = "测试 TEST"


def from_lines(lines: Iterable[str], qr: str = "") -> Slip:
    """A slip of ready lines, with the QR code of ``qr`` below them, cut at the end."""
    return Slip((*(Text(line) for line in lines), *([Qr(qr)] if qr else []), Cut()))


def marked(slip: Slip, marks: Iterable[Mark]) -> Slip:
    """The same slip with its marks at the head and before every cut."""
    banner = tuple(Text(f"*{mark}*", Align.CENTRE, big=True) for mark in marks)
    body: list[Element] = []
    for element in slip.elements:
        body += (*banner, element) if isinstance(element, Cut) else (element,)
    return Slip((*banner, *body))
