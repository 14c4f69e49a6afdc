"""The words of the national text: what a field may hold, written as the text writes it.

``C30`` is text of at most 30 characters, ``Amount`` N16.2, ``Day`` yyyy-MM-dd, ``Must[...]`` a required field (``!``).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, TypeVar

from terminal.money import Fen, Price, Quantity


class Kind(StrEnum):
    """What a value of the national text is made of."""

    TEXT = "text"
    DAY = "day"
    INSTANT = "instant"
    NUMBER = "number"


class Word(NamedTuple):
    """The type of one field. ``size`` counts characters or digits; a number is held as ``make(scaled integer)``."""

    kind: Kind
    size: int
    places: int = 0
    make: Callable[[int], Any] = int

    def __str__(self) -> str:
        match self.kind:
            case Kind.TEXT:
                return f"C{self.size}"
            case Kind.NUMBER:
                return f"N{self.size}.{self.places}" if self.places else f"N{self.size}"
            case Kind.DAY:
                return "yyyy-MM-dd"
            case Kind.INSTANT:
                return "yyyy-MM-dd HH:mm:ss"


class Required:
    """Marks a field the national text demands."""


_T = TypeVar("_T")
Must = Annotated[_T, Required]


def _text(size: int) -> Word:
    return Word(Kind.TEXT, size)


C1 = Annotated[str, _text(1)]
C3 = Annotated[str, _text(3)]
C4 = Annotated[str, _text(4)]
C5 = Annotated[str, _text(5)]
C6 = Annotated[str, _text(6)]
C10 = Annotated[str, _text(10)]
C12 = Annotated[str, _text(12)]
C17 = Annotated[str, _text(17)]
C20 = Annotated[str, _text(20)]
C30 = Annotated[str, _text(30)]
C32 = Annotated[str, _text(32)]
C40 = Annotated[str, _text(40)]
C50 = Annotated[str, _text(50)]
C64 = Annotated[str, _text(64)]
C100 = Annotated[str, _text(100)]
C150 = Annotated[str, _text(150)]
C200 = Annotated[str, _text(200)]
C300 = Annotated[str, _text(300)]
C500 = Annotated[str, _text(500)]
C1000 = Annotated[str, _text(1000)]
C2000 = Annotated[str, _text(2000)]
C4000 = Annotated[str, _text(4000)]
File = Annotated[str, _text(40_000_000)]
Day = Annotated[str, Word(Kind.DAY, 10)]
Instant = Annotated[str, Word(Kind.INSTANT, 19)]
Amount = Annotated[Fen | None, Word(Kind.NUMBER, 16, 2, Fen)]
UnitPrice = Annotated[Price | None, Word(Kind.NUMBER, 16, 6, Price)]
Count = Annotated[Quantity | None, Word(Kind.NUMBER, 16, 4, Quantity)]
Ratio = Annotated[int | None, Word(Kind.NUMBER, 5, 4)]
"""A share of one in ten-thousandths: 0.05 is 500."""
Years = Annotated[int | None, Word(Kind.NUMBER, 4, 1)]
"""An age in tenths of a year."""
Days = Annotated[int | None, Word(Kind.NUMBER, 6, 2)]
"""A number of days in hundredths."""
Whole = Annotated[int | None, Word(Kind.NUMBER, 10)]
