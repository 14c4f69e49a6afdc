"""Addresses as people write them into the settings, and ports as the system names them."""

import errno
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from terminal.money import Fen
from terminal.peripherals.faults import DeviceAbsent, DeviceBusy, DeviceFault, DeviceForbidden, DeviceSettings
from terminal.peripherals.lamp import Device, Lamp
from terminal.peripherals.outlet import EXPECTED, Attached, Outlet, attached
from terminal.peripherals.phrases import Phrase
from terminal.peripherals.simulators.plug import Pty, Simulated
from terminal.peripherals.simulators.window import Led8Simulator
from terminal.peripherals.teller import customer_display

Ports = Callable[[list[SimpleNamespace]], None]


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Ports:
    """The serial ports that the operating system reports."""
    return lambda found: monkeypatch.setattr("serial.tools.list_ports.comports", lambda: found)


def usb(device: str, location: str) -> SimpleNamespace:
    return SimpleNamespace(device=device, vid=0x1A86, pid=0x7523, location=location, description="USB Serial")


@pytest.mark.parametrize("address", EXPECTED.split(", "))
def test_every_form_that_is_offered_is_accepted(address: str) -> None:
    assert Outlet(Device.PRINTER, address).address == address


@pytest.mark.parametrize(
    "address", ["", "COM3", "tcp:", "tcp:192.0.2.7", "usb:printer", "lpt:1", "serial:", "tcp:h:9100:1"]
)
def test_any_other_form_is_refused_with_examples(address: str) -> None:
    with pytest.raises(DeviceSettings, match="tcp:192"):
        Outlet(Device.PRINTER, address)


def test_ports_are_listed_by_the_address_to_write_down(ports: Ports) -> None:
    plain = SimpleNamespace(device="/dev/ttyS0", vid=None, pid=None, location=None, description="n/a")
    ports([usb("/dev/ttyUSB0", "1-1.2"), plain])
    assert attached() == [Attached("serial:/dev/ttyS0", "n/a"), Attached("usb:1a86:7523/1-1.2", "USB Serial")]


def test_a_usb_device_is_found_by_its_socket_whatever_number_it_got(
    ports: Ports, plug: Callable[[Simulated], Pty]
) -> None:
    simulator = Led8Simulator()
    path = plug(simulator).address.removeprefix("serial:").removesuffix("@9600")
    display = customer_display("usb:1a86:7523/1-1.2@2400")
    ports([usb("/dev/ttyUSB0", "1-1")])
    assert display.check().lamp is Lamp.ABSENT
    with pytest.raises(DeviceAbsent):
        display.tell(Phrase.PAY, Fen(1))
    ports([usb("/dev/ttyUSB0", "1-1"), usb(path, "1-1.2")])
    assert display.test().lamp is Lamp.OK


@pytest.mark.parametrize(
    ("cause", "fault"),
    [
        (PermissionError(errno.EACCES, "denied"), DeviceForbidden),
        (OSError(errno.EBUSY, "busy"), DeviceBusy),
        (OSError(errno.ENXIO, "no such device"), DeviceAbsent),
    ],
)
def test_what_the_system_refuses_has_its_own_sentence(
    monkeypatch: pytest.MonkeyPatch, cause: OSError, fault: type[DeviceFault]
) -> None:
    def refuse(*_: object) -> int:
        raise cause

    monkeypatch.setattr("terminal.peripherals.outlet.BUSY_SECONDS", 0)
    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(fault), Outlet(Device.PRINTER, "file:/dev/usb/lp0").line():
        pass


def test_an_empty_room_has_no_devices(ports: Ports) -> None:
    ports([])
    assert attached() == []
