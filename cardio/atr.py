"""The answer to reset: which protocol, which historical bytes.

ISO/IEC 7816-3 §8; «社会保障（个人）卡规范» part 2 §8. The historical bytes of a social-security card name a
region and a serial, but real cards contradict their own files there: never identify a card by them.
"""

from cardio.faults import BadAnswer

HISTORICAL = 13
"""A social-security card has 13 historical bytes."""


def historical_bytes(reset: bytes) -> bytes:
    """The historical bytes out of a contact ATR, a PC/SC ATR of a contactless card, an ATS, or as they are.

    Reader libraries hand over any of these. Raises BadAnswer for an ATR that ends before it should.
    """
    if len(reset) == HISTORICAL:
        return reset
    if reset[:1] not in (b"\x3b", b"\x3f") and reset and reset[0] == len(reset):
        return _of_ats(reset)
    at, count, _ = _interface_bytes(reset)
    if at + count > len(reset):
        raise BadAnswer(found=f"ATR of {len(reset)} bytes", expected=f"{count} historical bytes")
    return reset[at : at + count]


def speaks_t0(atr: bytes) -> bool:
    """Whether T=0 is all the card offers. One that offers T=1 too, as contactless cards do, is spoken to in T=1."""
    return _interface_bytes(atr)[2] <= {0}


def contactless_atr(historical: bytes) -> bytes:
    """The ATR a PC/SC reader makes up for an ISO 14443-4 card (PC/SC part 3 §3.1.3.2.3.1)."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    check = 0
    for octet in body:
        check ^= octet
    return b"\x3b" + body + bytes((check,))


def _interface_bytes(atr: bytes) -> tuple[int, int, set[int]]:
    """Offset of the historical bytes, their count, the protocols offered (none said means T=0)."""
    if len(atr) < 2:
        raise BadAnswer(found=f"ATR of {len(atr)} bytes", expected="at least two")
    at, more, protocols = 2, atr[1] >> 4, set[int]()
    while more:
        at += bin(more & 0b0111).count("1")
        if not more & 0b1000:
            break
        if at >= len(atr):
            raise BadAnswer(found="ATR cut off in its interface bytes", expected="all that T0 and TDi announce")
        more = atr[at] >> 4
        protocols.add(atr[at] & 0xF)
        at += 1
    return at, atr[1] & 0xF, protocols


def _of_ats(ats: bytes) -> bytes:
    if len(ats) < 2:
        return b""
    return ats[2 + bin(ats[1] >> 4 & 0b0111).count("1") :]
