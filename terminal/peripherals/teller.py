"""Devices that tell the patient something: a display shows it, an announcer says it. None of them answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from terminal.money import Fen
from terminal.peripherals.announcer import ANNOUNCERS
from terminal.peripherals.display import DISPLAYS
from terminal.peripherals.faults import DeviceSettings
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.peripheral import Peripheral, health, plugged
from terminal.peripherals.phrases import Dialect, Phrase


class Teller(Peripheral, Protocol):
    """The port. Phrases and amounts only, so that no name or number of a patient stands or sounds at the window."""

    def tell(self, phrase: Phrase, amount: Fen | None = None) -> None:
        """Raises a DeviceFault; a bill never waits for a display or a voice."""


@dataclass
class LineTeller:
    """A display or announcer on any line; as it never answers, only its absence is noticed."""

    device: Device
    outlet: Outlet
    dialect: Dialect

    def tell(self, phrase: Phrase, amount: Fen | None = None) -> None:
        with self.outlet.line() as line:
            line.write(self.dialect(phrase, amount))

    def check(self) -> Health:
        return health(self.device, lambda: plugged(self.outlet))

    def test(self) -> Health:
        return health(self.device, lambda: self.tell(Phrase.PAY, Fen(1234_56)))


def customer_display(address: str, model: str = "led8") -> LineTeller:
    """A display as the settings describe it. Raises DeviceSettings for a word that does not exist."""
    return _teller(Device.DISPLAY, address, model, DISPLAYS)


def voice_announcer(address: str, model: str = "syn6288") -> LineTeller:
    """An announcer as the settings describe it. Raises DeviceSettings for a word that does not exist."""
    return _teller(Device.ANNOUNCER, address, model, ANNOUNCERS)


def _teller(device: Device, address: str, model: str, models: Mapping[str, Dialect]) -> LineTeller:
    if model not in models:
        raise DeviceSettings(device, found=model, expected=", ".join(models))
    return LineTeller(device, Outlet(device, address), models[model])
