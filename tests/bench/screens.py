"""A program in a real terminal: how long a key takes to the finished screen."""

import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl

QUIET, PATIENCE = 0.05, 60.0
"""Seconds without output after which a screen is finished; seconds it may take to come at all."""
_ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=]*[a-zA-Z]|\][^\x07]*\x07|[=>()].?)")


class Window:
    """A terminal of 80 by 24 with one program in it."""

    def __init__(self, master: int, ticks: str) -> None:
        self._master, self._ticks = master, re.compile(ticks.encode())

    def ready(self, word: str) -> float:
        """Seconds until a word is on the screen."""
        begun, seen = time.perf_counter(), b""
        while word.encode() not in seen:
            if time.perf_counter() - begun > PATIENCE:
                raise TimeoutError(word)
            seen += self._chunk(1.0)
        return time.perf_counter() - begun

    def press(self, key: bytes) -> float:
        """Seconds from a key to the last of what it draws; what matches ``ticks`` is drawn without any key."""
        while self._chunk(QUIET):
            pass
        begun = last = time.perf_counter()
        os.write(self._master, key)
        while chunk := self._chunk(PATIENCE if last == begun else QUIET):
            if not self._ticks.fullmatch(_ESCAPES.sub(b"", chunk)):
                last = time.perf_counter()
        return last - begun

    def _chunk(self, wait: float) -> bytes:
        readable, _, _ = select.select([self._master], [], [], wait)
        return os.read(self._master, 65536) if readable else b""


@contextmanager
def window(command: Sequence[str], env: Mapping[str, str], ticks: str = "") -> Iterator[Window]:
    """Runs a program in a terminal of its own and ends it."""
    master, slave = pty.openpty()
    ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=dict(env), start_new_session=True)
    os.close(slave)
    try:
        yield Window(master, ticks)
    finally:
        process.terminate()
        with suppress(OSError):
            while os.read(master, 65536):
                pass
        process.wait()
        os.close(master)
