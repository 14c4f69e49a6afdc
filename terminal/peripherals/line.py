"""Kinds of cable: serial port, TCP, raw device file."""

import errno
import os
import select
import socket
import time
from collections.abc import Callable
from typing import Protocol

WRITE_SECONDS = 10.0
"""How long a device may take for one piece of at most ``PIECE`` bytes before it counts as stuck."""
PIECE = 1024
CONNECT_SECONDS = 3.0


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


class SerialLine:
    """RS-232 or USB-serial, 8N1, for one program at a time; modem lines are not used."""

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


class TcpLine:
    """A network device; printers listen on port 9100."""

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


class FileLine:
    """A device file that takes raw bytes, such as ``/dev/usb/lp0``; for one program at a time."""

    def __init__(self, path: str) -> None:
        import fcntl  # late: not on every system, and neither are such files

        self._fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._fd)
            raise

    def write(self, data: bytes) -> None:
        while data:
            if not select.select([], [self._fd], [], WRITE_SECONDS)[1]:
                raise _stuck()
            data = data[os.write(self._fd, data) :]

    def read(self, size: int, seconds: float) -> bytes:
        return _collect(self._fd, lambda most: os.read(self._fd, most), size, seconds)

    def close(self) -> None:
        os.close(self._fd)
