"""The customer display: eight digits with four lamps, or two lines of twenty characters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from terminal.money import Fen
from terminal.peripherals.faults import DeviceSettings
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.peripheral import Peripheral, health, plugged
from terminal.peripherals.phrases import Phrase
from terminal.width import left, right


class CustomerDisplay(Peripheral, Protocol):
    """The port. Shows phrases and amounts only, so that no name or number of a patient stands at the window."""

    def show(self, phrase: Phrase, amount: Fen | None = None) -> None:
        """Raises a DeviceFault; a bill never waits for a display."""


Dialect = Callable[[Phrase, Fen | None], bytes]
"""From a phrase to the bytes of one family of displays."""

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
        lines = (left(text, 20), right(figure if len(figure) <= 20 else "-" * 8, 20))
        head, foot = (line.encode("gb18030") for line in lines)
        return CLEAR + self.upper + head + self.end + self.lower + foot + self.end


DIALECTS: dict[str, Dialect] = {
    "led8": led8,
    "epson": TwoLines(b"\x1f$\x01\x01", b"\x1f$\x01\x02"),
    "cd5220": TwoLines(b"\x1bQA", b"\x1bQB", b"\r"),
    "plain": TwoLines(b"", b""),
    "lcd-chinese": TwoLines(b"\x1bQA", b"\x1bQB", b"\r", chinese=True),
}
"""The models by the word used in the settings. A new display is a new line here."""


@dataclass
class SerialDisplay:
    """A display on any line; it never answers, so only its absence can be noticed."""

    outlet: Outlet
    dialect: Dialect

    device: ClassVar[Device] = Device.DISPLAY

    def show(self, phrase: Phrase, amount: Fen | None = None) -> None:
        with self.outlet.line() as line:
            line.write(self.dialect(phrase, amount))

    def check(self) -> Health:
        return health(self.device, lambda: plugged(self.outlet))

    def test(self) -> Health:
        return health(self.device, lambda: self.show(Phrase.PAY, Fen(888888_88)))


def serial_display(address: str, model: str = "led8") -> SerialDisplay:
    """A display as the settings describe it. Raises DeviceSettings for a word that does not exist."""
    if model not in DIALECTS:
        raise DeviceSettings(Device.DISPLAY, found=model, expected=", ".join(DIALECTS))
    return SerialDisplay(Outlet(Device.DISPLAY, address), DIALECTS[model])
