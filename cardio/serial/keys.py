"""A separate PIN pad on a serial line: digits as they are pressed, Enter, backspace, cancel, in ASCII."""

import time

from cardio.pin import LONGEST, SHORTEST, PinCancelled, PinLength, PinTimedOut
from cardio.serial.line import Line

BAUD = 9600
ENTER, BACKSPACE, CANCEL = b"\r\n", b"\x08\x7f", b"\x1b\x18"


def enter_pin(line: Line, timeout: float) -> bytearray:
    """The digits the card holder typed; the caller wipes them (``cardio.pin.wiped``).

    Raises PinCancelled, PinTimedOut, PinLength, LineLost.
    """
    line.drop()
    pin, deadline = bytearray(), time.monotonic() + timeout
    try:
        while (left := deadline - time.monotonic()) > 0:
            key = line.read(1, left)
            if not key:
                continue
            if key in ENTER:
                if len(pin) < SHORTEST:
                    raise PinLength(shortest=SHORTEST, longest=LONGEST)
                done, pin = pin, bytearray()
                return done
            if key in CANCEL:
                raise PinCancelled()
            if key in BACKSPACE:
                pin[-1:] = b""
            elif key.isdigit() and len(pin) < LONGEST:
                pin += key
        raise PinTimedOut()
    finally:
        pin[:] = bytes(len(pin))
