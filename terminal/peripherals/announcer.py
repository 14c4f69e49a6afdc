"""The voice announcer: each module has its own grammar, the desk only knows phrases."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from terminal.money import Fen
from terminal.peripherals.faults import DeviceSettings
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.peripheral import Peripheral, health, plugged
from terminal.peripherals.phrases import Phrase, amount_words


class Announcer(Peripheral, Protocol):
    """The port."""

    def say(self, phrase: Phrase, amount: Fen | None = None) -> None:
        """Raises a DeviceFault; a bill never waits for a voice."""


Grammar = Callable[[Phrase, Fen | None], bytes]
"""From a phrase to the bytes of one module; nothing for a phrase it cannot say."""


@dataclass(frozen=True)
class Letters:
    """Modules with recorded phrases: one letter each, an amount in yuan before the letter; some also show a text."""

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
    check = 0
    for byte in frame:
        check ^= byte
    return frame + bytes([check])


GRAMMARS: dict[str, Grammar] = {
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


@dataclass
class SerialAnnouncer:
    """A module on any line; it is never asked anything, so only its absence can be noticed."""

    outlet: Outlet
    grammar: Grammar

    device: ClassVar[Device] = Device.ANNOUNCER

    def say(self, phrase: Phrase, amount: Fen | None = None) -> None:
        with self.outlet.line() as line:
            line.write(self.grammar(phrase, amount))

    def check(self) -> Health:
        return health(self.device, lambda: plugged(self.outlet))

    def test(self) -> Health:
        return health(self.device, lambda: self.say(Phrase.PAY, Fen(123_45)))


def serial_announcer(address: str, model: str) -> SerialAnnouncer:
    """An announcer as the settings describe it. Raises DeviceSettings for a word that does not exist."""
    if model not in GRAMMARS:
        raise DeviceSettings(Device.ANNOUNCER, found=model, expected=", ".join(GRAMMARS))
    return SerialAnnouncer(Outlet(Device.ANNOUNCER, address), GRAMMARS[model])
