"""What every device can do: say how it is, and prove it when somebody presses the test button."""

from collections.abc import Callable
from typing import Protocol

from terminal.peripherals.faults import DeviceAbsent, DeviceFault
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.outlet import Outlet


class Peripheral(Protocol):
    """The port that the devices screen, ``doctor`` and the lamps use. Neither method raises a DeviceFault."""

    @property
    def device(self) -> Device: ...

    def check(self) -> Health:
        """How it is now, without disturbing anybody: no paper, no sound, no figure on a display."""

    def test(self) -> Health:
        """Does something a person can see or hear."""


def health(device: Device, act: Callable[[], object]) -> Health:
    """Runs ``act``; its DeviceFault becomes a light and a sentence."""
    try:
        act()
    except DeviceFault as fault:
        return fault.health
    return Health.ok(device)


def plugged(outlet: Outlet) -> None:
    """For devices that never answer: raises DeviceAbsent when the port itself is not there."""
    if not outlet.present():
        raise DeviceAbsent(outlet.device, address=outlet.address)
