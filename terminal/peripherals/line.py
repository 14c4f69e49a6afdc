"""Where a device hangs and how bytes get there: serial port, raw device file or TCP."""

import errno
import os
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from terminal.peripherals.faults import (
    DeviceAbsent,
    DeviceBusy,
    DeviceFault,
    DeviceForbidden,
    DeviceSettings,
    DeviceSilent,
)
from terminal.peripherals.lamp import Device

WRITE_SECONDS = 10.0
"""How long a device may take for one piece of at most ``PIECE`` bytes before it counts as stuck."""
PIECE = 1024
CONNECT_SECONDS = 3.0
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


class Line(Protocol):
    """An open line. Every method raises OSError when the device is gone."""

    def write(self, data: bytes) -> None:
        """All of ``data``; TimeoutError when the device takes no more."""

    def read(self, size: int, seconds: float) -> bytes:
        """Up to ``size`` bytes; fewer when ``seconds`` pass first."""

    def close(self) -> None: ...


def _stuck() -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, "the device takes no more bytes")


def _collect(handle: int, take: Callable[[int], bytes], size: int, seconds: float) -> bytes:
    found = b""
    end = time.monotonic() + seconds
    while len(found) < size and select.select([handle], [], [], max(0.0, end - time.monotonic()))[0]:
        if not (more := take(size - len(found))):
            raise OSError(errno.ENODEV, "the device is gone")
        found += more
    return found


class _SerialLine:
    def __init__(self, path: str, baud: int) -> None:
        import serial  # late: a till without serial devices starts without it

        self._stuck = serial.SerialTimeoutException
        self._port = serial.Serial(path, baud, timeout=0, write_timeout=WRITE_SECONDS, exclusive=True)

    def write(self, data: bytes) -> None:
        try:
            for start in range(0, len(data), PIECE):
                self._port.write(data[start : start + PIECE])
        except self._stuck as error:
            raise _stuck() from error

    def read(self, size: int, seconds: float) -> bytes:
        self._port.timeout = seconds
        return bytes(self._port.read(size))

    def close(self) -> None:
        self._port.close()


class _TcpLine:
    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._socket = socket.create_connection((host, int(port)), CONNECT_SECONDS)

    def write(self, data: bytes) -> None:
        self._socket.settimeout(WRITE_SECONDS)
        for start in range(0, len(data), PIECE):
            self._socket.sendall(data[start : start + PIECE])

    def read(self, size: int, seconds: float) -> bytes:
        return _collect(self._socket.fileno(), self._socket.recv, size, seconds)

    def close(self) -> None:
        self._socket.close()


class _FileLine:
    def __init__(self, path: str) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def write(self, data: bytes) -> None:
        while data:
            if not select.select([], [self._fd], [], WRITE_SECONDS)[1]:
                raise _stuck()
            data = data[os.write(self._fd, data) :]

    def read(self, size: int, seconds: float) -> bytes:
        return _collect(self._fd, lambda most: os.read(self._fd, most), size, seconds)

    def close(self) -> None:
        os.close(self._fd)


@dataclass(frozen=True)
class Attached:
    """A serial port that is plugged in: the address to put into the settings and what it calls itself."""

    address: str
    description: str


def _ports() -> list[Any]:
    from serial.tools.list_ports import comports

    return list(comports())


def attached() -> list[Attached]:
    """Every serial port there is, USB ones by chip and socket because many have no serial number."""
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


class Socket:
    """The place a device is plugged into. A line is opened for one job and closed after it.

    So a device that was unplugged and came back works again without anybody noticing, and several programs share it
    job by job.
    """

    def __init__(self, device: Device, address: str) -> None:
        """``address`` is one of the forms in ``EXPECTED``; raises DeviceSettings for any other."""
        found = _ADDRESS.fullmatch(address)
        if found is None or not _FORMS.get(found["kind"], _ANY).fullmatch(found["target"]):
            raise DeviceSettings(device, found=address, expected=EXPECTED)
        self.device = device
        self.address = address
        self._kind, self._target, self._baud = found["kind"], found["target"], int(found["baud"] or 9600)
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
                return _FileLine(self._target)
            case "tcp":
                return _TcpLine(self._target)
            case "usb":
                if (path := _usb_path(self._target)) is None:
                    raise FileNotFoundError(errno.ENOENT, "no such USB device", self._target)
                return _SerialLine(path, self._baud)
            case _:
                return _SerialLine(self._target, self._baud)
