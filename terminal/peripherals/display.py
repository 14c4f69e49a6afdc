"""The dialects of customer displays: eight digits with four lamps, or two lines of twenty characters."""

from dataclasses import dataclass

from terminal.money import Fen
from terminal.peripherals.phrases import Dialect, Phrase
from terminal.width import left, right

CLEAR = b"\x0c"

# Lamps of the LED8N: 1 price, 2 total, 3 received, 4 change.
_LAMPS = {Phrase.FEE: 2, Phrase.PAY: 2, Phrase.SHORT: 2, Phrase.RECEIVED: 3, Phrase.CHANGE: 4}


def led8(phrase: Phrase, amount: Fen | None) -> bytes:
    """LED8N: ``ESC s n`` lights a lamp, ``ESC Q A`` takes up to eight digits, a point between them takes no place.

    An amount of more than eight digits is shown as dashes: the device would wrap it into a wrong one.
    """
    lamp = b"\x1bs%d" % _LAMPS.get(phrase, 0)
    if amount is None:
        return CLEAR + lamp
    digits = str(amount)
    if len(digits) > 9:
        digits = "-" * 8
    return CLEAR + lamp + b"\x1bQA" + digits.encode() + b"\r"


@dataclass(frozen=True)
class TwoLines:
    """Displays of two lines by twenty, differing in how a line is addressed."""

    upper: bytes
    lower: bytes
    end: bytes = b""
    chinese: bool = False

    def __call__(self, phrase: Phrase, amount: Fen | None) -> bytes:
        text = phrase.zh("").rstrip("。？") if self.chinese else phrase.en
        figure = "" if amount is None else str(amount)
        lines = (left(text, 20), right(figure, 20))
        head, foot = (line.encode("gb18030") for line in lines)
        return CLEAR + self.upper + head + self.end + self.lower + foot + self.end


DISPLAYS: dict[str, Dialect] = {
    "led8": led8,
    "epson": TwoLines(b"\x1f$\x01\x01", b"\x1f$\x01\x02"),
    "cd5220": TwoLines(b"\x1bQA", b"\x1bQB", b"\r"),
    "plain": TwoLines(b"", b""),
    "lcd-chinese": TwoLines(b"\x1bQA", b"\x1bQB", b"\r", chinese=True),
}
"""The models by the word used in the settings. A new display is a new line here."""
