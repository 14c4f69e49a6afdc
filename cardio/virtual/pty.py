"""Serial devices on pseudo-terminals: an ID-card reader, a scanner, a PIN pad. Linux and macOS."""

import functools
import operator
import os
import select
import threading
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

from cardio.serial.identity import (
    FIND,
    FOUND,
    HEAD,
    KIND_AT,
    LAYOUTS,
    NEWEST_ADDRESS,
    OK,
    READ,
    SELECT,
    STATUS,
    TEXT_LENGTH,
    frame,
)


class Device:
    """The far end of a pty: ``device`` is the path a program opens as its serial port."""

    def __init__(self) -> None:
        self._end, self._program_end = os.openpty()
        tty.setraw(self._program_end)
        self._gone = False
        self.device = os.ttyname(self._program_end)

    def send(self, data: bytes) -> None:
        """What the device says by itself: a scanned code, a pressed key."""
        os.write(self._end, data)

    def receive(self) -> bytes:
        """What the program sent; blocks until there is something. Raises OSError after ``unplug``."""
        while not self._gone:
            if select.select([self._end], [], [], 0.02)[0] and not self._gone:
                return os.read(self._end, 4096)
        raise OSError

    def unplug(self) -> None:
        self._gone = True
        for end in (self._end, self._program_end):
            with suppress(OSError):
                os.close(end)


@contextmanager
def device() -> Iterator[Device]:
    """A device that only speaks when told to: a scanner, a PIN pad."""
    made = Device()
    try:
        yield made
    finally:
        made.unplug()


def identity_text(letter: str = "", **fields: str | date) -> bytes:
    """The text block of an ID card of the kind that ``letter`` stands for; fields as in ``IdentityReading``."""
    block = bytearray(" ".encode("utf-16-le") * (TEXT_LENGTH // 2))
    slices = {**LAYOUTS[letter][1], "kind": (KIND_AT, 2)}
    for name, value in {**fields, "kind": letter}.items():
        at, length = slices[name]
        text = f"{value:%Y%m%d}" if isinstance(value, date) else value
        block[at : at + length] = text.ljust(length // 2)[: length // 2].encode("utf-16-le")
    return bytes(block)


class IdentityReaderDevice:
    """Answers the frames of an ID-card reader. ``card`` is the text block of the card that lies on it, or None."""

    def __init__(self, card: bytes | None = None) -> None:
        self.card = card
        self.photo = bytes(1024)
        self.address: str | None = None
        self.bend: Callable[[bytes], bytes] = lambda answer: answer
        """What happens to each answer on its way."""
        self._selected = False

    def answer(self, command: bytes) -> bytes:
        """The frame for a command's payload."""
        status, data = self._status(command)
        return self.bend(frame(bytes((0, 0, status)) + data))

    def _status(self, command: bytes) -> tuple[int, bytes]:
        if command == STATUS:
            return OK, b""
        if command == FIND:
            return (FOUND, bytes(4)) if self.card is not None else (0x80, b"")
        if command == SELECT:
            self._selected = self.card is not None
            return (OK, bytes(8)) if self._selected else (0x81, b"")
        if command == READ:
            if self.card is None or not self._selected:
                return 0x41, b""
            sizes = len(self.card).to_bytes(2, "big") + len(self.photo).to_bytes(2, "big")
            return OK, sizes + self.card + self.photo
        if command == NEWEST_ADDRESS:
            return (0x91, b"") if self.address is None else (OK, self.address.ljust(35).encode("utf-16-le"))
        return 0x21, b""


@contextmanager
def identity_reader(reader: IdentityReaderDevice) -> Iterator[Device]:
    """Serve the reader on a pty until the block ends."""
    made = Device()
    thread = threading.Thread(target=_serve, args=(made, reader), name="virtual ID-card reader", daemon=True)
    thread.start()
    try:
        yield made
    finally:
        made.unplug()
        thread.join()  # else it might read from the next device that is given the same number


def _serve(made: Device, reader: IdentityReaderDevice) -> None:
    waiting = b""
    with suppress(OSError, ValueError):
        while True:
            waiting += made.receive()
            while (start := waiting.find(HEAD)) >= 0 and len(waiting) >= start + 7:
                length = int.from_bytes(waiting[start + 5 : start + 7], "big")
                if len(waiting) < start + 7 + length:
                    break
                counted, waiting = waiting[start + 5 : start + 7 + length], waiting[start + 7 + length :]
                fits = functools.reduce(operator.xor, counted) == 0
                made.send(reader.answer(counted[2:-1]) if fits else frame(b"\0\0\x10"))


def type_keys(made: Device, keys: bytes, pause: float = 0.0) -> None:
    """Press keys one after the other."""
    for key in keys:
        made.send(bytes((key,)))
        time.sleep(pause)
