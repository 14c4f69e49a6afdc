"""Where a device is plugged in: the address in the settings, and the line that is opened for one job."""

import errno
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from terminal.peripherals.faults import (
    DeviceAbsent,
    DeviceBusy,
    DeviceFault,
    DeviceForbidden,
    DeviceSettings,
    DeviceSilent,
)
from terminal.peripherals.lamp import Device
from terminal.peripherals.line import WRITE_SECONDS, FileLine, Line, SerialLine, TcpLine

BUSY_SECONDS = 3.0
"""How long to wait for another program that is printing just now."""

_ADDRESS = re.compile(r"(?P<kind>serial|usb|file|tcp):(?P<target>.+?)(?:@(?P<baud>\d{3,6}))?", re.ASCII)
_FORMS = {"usb": re.compile(r"[0-9a-f]{4}:[0-9a-f]{4}(/.+)?"), "tcp": re.compile(r"[^:]+:[0-9]{1,5}")}
_ANY = re.compile(".+")
_CAUSES: dict[int | None, type[DeviceFault]] = {
    errno.EAGAIN: DeviceBusy,
    errno.EBUSY: DeviceBusy,
    errno.EACCES: DeviceForbidden,
    errno.EPERM: DeviceForbidden,
}
EXPECTED = "serial:/dev/ttyS0@9600, usb:1a86:7523/1-1.2@9600, file:/dev/usb/lp0, tcp:192.0.2.7:9100"


@dataclass(frozen=True)
class Attached:
    """A serial port that is plugged in: the address to put into the settings and what it calls itself."""

    address: str
    description: str


def _ports() -> list[Any]:
    from serial.tools.list_ports import comports

    return list(comports())


def attached() -> list[Attached]:
    """Every serial port there is, USB ones by chip and place because many have no serial number."""
    return sorted(
        (
            Attached(f"usb:{_chip(port)}/{port.location}" if port.vid else f"serial:{port.device}", port.description)
            for port in _ports()
        ),
        key=lambda port: port.address,
    )


def _chip(port: Any) -> str:
    return f"{port.vid or 0:04x}:{port.pid or 0:04x}"


def _usb_path(target: str) -> str | None:
    return next(
        (str(port.device) for port in _ports() if target in (_chip(port), f"{_chip(port)}/{port.location}")), None
    )


class Outlet:
    """The place a device is plugged into. A line is opened for one job and closed after it.

    So a device that was unplugged and came back works again without anybody noticing, and several programs share it
    job by job.
    """

    def __init__(self, device: Device, address: str, baud: int = 9600) -> None:
        """``address`` is one of the forms in ``EXPECTED``, ``baud`` counts where it names none.

        Raises DeviceSettings for any other form.
        """
        found = _ADDRESS.fullmatch(address)
        if found is None or not _FORMS.get(found["kind"], _ANY).fullmatch(found["target"]):
            raise DeviceSettings(device, found=address, expected=EXPECTED)
        self.device = device
        self.address = address
        self._kind, self._target, self._baud = found["kind"], found["target"], int(found["baud"] or baud)
        self._turn = threading.Lock()

    def present(self) -> bool:
        """Whether the device's port exists; for TCP nothing is known before it is opened."""
        match self._kind:
            case "tcp":
                return True
            case "usb":
                return _usb_path(self._target) is not None
            case _:
                return Path(self._target).exists() or self._target in (port.device for port in _ports())

    @contextmanager
    def line(self) -> Iterator[Line]:
        """The open line for one job. Raises DeviceAbsent, also when it vanishes in the middle, DeviceBusy,
        DeviceForbidden, or DeviceSilent when it takes no more bytes."""
        with self._turn:
            line = self._open()
            try:
                yield line
            except TimeoutError as error:
                raise DeviceSilent(self.device, address=self.address, seconds=WRITE_SECONDS) from error
            except OSError as error:
                raise DeviceAbsent(self.device, address=self.address) from error
            finally:
                line.close()

    def _open(self) -> Line:
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return self._try()
            except OSError as error:
                cause = _CAUSES.get(error.errno, DeviceAbsent)
                if cause is not DeviceBusy or time.monotonic() > end:
                    raise cause(self.device, address=self.address) from error
            time.sleep(0.05)

    def _try(self) -> Line:
        match self._kind:
            case "file":
                return FileLine(self._target)
            case "tcp":
                return TcpLine(self._target)
            case "usb":
                if (path := _usb_path(self._target)) is None:
                    raise FileNotFoundError(errno.ENOENT, "no such USB device", self._target)
                return SerialLine(path, self._baud)
            case _:
                return SerialLine(self._target, self._baud)
