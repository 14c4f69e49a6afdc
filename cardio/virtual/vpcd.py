"""The card's side of vsmartcard's reader driver: a virtual card in a reader of the real pcscd.

Protocol (vsmartcard, ``virtualsmartcard/doc/api.txt``): two bytes of big-endian length, then so many bytes, both ways.
A message of one byte is control (00 off, 01 on, 02 reset, 04 ATR) of which only 04 is answered; longer ones are
commands. A live connection is a card in the reader.
"""

import socket
import threading
from contextlib import suppress
from pathlib import Path

from cardio.virtual.chip import Chip, Torn

PORT = 0x8C7B
"""Where the driver listens for the card of its first reader; the second reader's is the next number."""
POWER_OFF, POWER_ON, RESET, GET_ATR = 0, 1, 2, 4

Address = tuple[str, int] | Path
"""TCP host and port, or the path of a Unix socket that leads there."""


class VirtualReader:
    """One reader of the driver, seen from the card's side: insert, remove, swap."""

    def __init__(self, address: Address = ("127.0.0.1", PORT)) -> None:
        self._address = address
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def insert(self, chip: Chip) -> None:
        """Raises OSError when no driver listens there."""
        line = _connect(self._address)
        thread = threading.Thread(target=_serve, args=(line, chip), name="virtual card", daemon=True)
        self._line, self._thread = line, thread
        thread.start()

    def remove(self) -> None:
        if self._line is not None and self._thread is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)
            self._thread.join()
        self._line = self._thread = None

    def swap(self, chip: Chip) -> None:
        """Out and in again at once."""
        self.remove()
        self.insert(chip)


def _connect(address: Address) -> socket.socket:
    if isinstance(address, Path):
        line = socket.socket(socket.AF_UNIX)
        line.connect(str(address))
        return line
    return socket.create_connection(address)


def _serve(line: socket.socket, chip: Chip) -> None:
    with line, suppress(EOFError, OSError, Torn):
        while True:
            message = _receive(line, int.from_bytes(_receive(line, 2), "big"))
            if len(message) == 1:
                if message[0] in (POWER_ON, RESET):
                    chip.power()
                answer = chip.atr if message[0] == GET_ATR else b""
            else:
                answer = chip.process(message)
            if answer:
                line.sendall(len(answer).to_bytes(2, "big") + answer)


def _receive(line: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        acknowledge_at_once(line)
        part = line.recv(count - len(data))
        if not part:
            raise EOFError
        data += part
    return data


def acknowledge_at_once(line: socket.socket) -> None:
    """Driver 3.3 writes length and body separately and would wait 40 ms for a delayed acknowledgement in between."""
    if line.family != socket.AF_UNIX and hasattr(socket, "TCP_QUICKACK"):
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
