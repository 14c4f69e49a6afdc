"""How a message travels on the cable: STX, the message, ETX, XOR of message and ETX; ACK or NAK back.

The characters of ISO 1745. Neither STX nor ETX occurs inside: the second byte of a GBK character is 40 or above.
"""

STX, ETX, ACK, NAK = b"\x02", b"\x03", b"\x06", b"\x15"


def check(data: bytes) -> bytes:
    """XOR of all bytes."""
    found = 0
    for byte in data:
        found ^= byte
    return bytes([found])


def wrap(message: bytes) -> bytes:
    """A message as a frame."""
    return STX + message + ETX + check(message + ETX)


def unwrap(frame: bytes) -> bytes | None:
    """The message of a frame, or None when a byte is wrong."""
    message = frame[1:-2]
    return message if frame == wrap(message) else None
