"""How a message travels on the cable: STX, the message, ETX, XOR of message and ETX; ACK or NAK back.

The characters of ISO 1745. Neither STX nor ETX occurs inside: the second byte of a GBK character is 40 or above.
"""

from functools import reduce
from operator import xor

STX, ETX, ACK, NAK = b"\x02", b"\x03", b"\x06", b"\x15"


def wrap(message: bytes) -> bytes:
    """A message as a frame."""
    return STX + message + ETX + bytes([reduce(xor, message + ETX)])


def unwrap(frame: bytes) -> bytes | None:
    """The message of a frame, or None when a byte is wrong."""
    message = frame[1:-2]
    return message if frame == wrap(message) else None
