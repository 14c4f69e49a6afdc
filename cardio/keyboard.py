"""A PIN typed on this computer: byte by byte into a buffer that can be wiped, without an echo, never as a ``str``."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from cardio.pin import LONGEST, SHORTEST, PinLength

ENDS = (b"\r", b"\n")


def typed_pin(prompt: str, fd: int = 0) -> bytearray:
    """The digits of one line from the terminal, or from a pipe, at file descriptor ``fd``; empty for no digits.

    The prompt goes to standard error. The caller wipes them (``cardio.pin.wiped``). Raises PinLength.
    """
    pin, key, more = bytearray(), bytearray(1), True
    with _no_echo(fd):
        sys.stderr.write(f"{prompt}: ")
        sys.stderr.flush()
        try:
            while more:
                more = _next(fd, key) and key not in ENDS
                if more and len(pin) <= LONGEST:
                    pin += key
        finally:
            key[:] = bytes(1)
            sys.stderr.write("\n")
    if pin and not (pin.isdigit() and SHORTEST <= len(pin) <= LONGEST):
        pin[:] = bytes(len(pin))
        raise PinLength(shortest=SHORTEST, longest=LONGEST)
    return pin


if sys.platform == "win32":  # pragma: no cover

    def _next(fd: int, key: bytearray) -> bool:
        import msvcrt

        got = msvcrt.getch() if os.isatty(fd) else os.read(fd, 1)
        if got == b"\x03":
            raise KeyboardInterrupt
        key[:] = got[:1]
        return bool(got)

    @contextmanager
    def _no_echo(fd: int) -> Iterator[None]:
        yield  # getch shows nothing by itself

else:

    def _next(fd: int, key: bytearray) -> bool:
        return os.readv(fd, [key]) == 1

    @contextmanager
    def _no_echo(fd: int) -> Iterator[None]:
        if not os.isatty(fd):
            yield
            return
        import termios

        before = termios.tcgetattr(fd)
        silent = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
        termios.tcsetattr(fd, termios.TCSAFLUSH, silent)
        try:
            yield
        finally:
            termios.tcsetattr(fd, termios.TCSAFLUSH, before)
