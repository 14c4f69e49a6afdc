"""The dialects of voice announcers: each module has its own grammar, the desk only knows phrases."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import xor

from terminal.money import Fen
from terminal.peripherals.phrases import Dialect, Phrase, amount_words


@dataclass(frozen=True)
class Letters:
    """Modules with recorded phrases: a letter each, after an amount in yuan where there is one (``123.45J``).

    The letters are those that cashier programs hand to the modules' ``dsbdll(port, string)`` libraries.
    """

    letters: Mapping[Phrase, str]
    text: str = ""
    """How a line is shown for a phrase that has no recording; empty where the module has no display."""

    def __call__(self, phrase: Phrase, amount: Fen | None) -> bytes:
        figure = "" if amount is None else str(amount)
        if letter := self.letters.get(phrase):
            return (figure + letter).encode("gbk")
        return self.text.format(phrase.zh(figure and figure + "元")).encode("gbk") if self.text else b""


_MONEY = {Phrase.PAY: "J", Phrase.RECEIVED: "Y", Phrase.CHANGE: "Z"}
_MANNERS = {Phrase.HELLO: "W", Phrase.THANKS: "X", Phrase.COUNT: "D"}


def syn6288(phrase: Phrase, amount: Fen | None) -> bytes:
    """A speech chip: FD, length of the rest in two bytes, 01 speak, 01 GBK, at most 200 bytes of text, XOR of all."""
    text = phrase.zh("" if amount is None else amount_words(amount)).encode("gbk")
    frame = b"\xfd" + (len(text) + 3).to_bytes(2) + b"\x01\x01" + text
    return frame + bytes([reduce(xor, frame)])


ANNOUNCERS: dict[str, Dialect] = {
    "syn6288": syn6288,
    "shy-ii": Letters(
        _MONEY
        | _MANNERS
        | {Phrase.NAME: "a", Phrase.CREDENTIAL: "c", Phrase.FEE: "e", Phrase.BALANCE: "f", Phrase.SHORT: "i"}
    ),
    "tdkj-bj": Letters(_MONEY | _MANNERS | {Phrase.NAME: "k", Phrase.CREDENTIAL: "a"}, text="&Sc$&C21{}$"),
    "syc-q9": Letters(_MONEY | _MANNERS | {Phrase.NAME: "j", Phrase.CREDENTIAL: "a"}, text="*#{}#"),
    "njf-vh": Letters(
        {
            Phrase.PAY: "_P",
            Phrase.RECEIVED: "_k",
            Phrase.CHANGE: "_b",
            Phrase.HELLO: "_H",
            Phrase.THANKS: "_T",
            Phrase.COUNT: "_C",
            Phrase.NAME: "eY",
        }
    ),
}
"""The models by the word used in the settings. A new module is a new line here."""
