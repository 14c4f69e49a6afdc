"""How a value lies on a card, and how forgiving its reader must be.

Types and padding: 人社信息函〔2012〕37号 §7 (``cn`` digits packed two to a byte, padded with F on the right; ``an`` one
byte a character or GB 18030, padded with 00; ``b`` big-endian binary). Real cards also pad ``an`` with spaces or FF,
hold ASCII dates, and right-align amounts. A decoder never raises: it gives the value, or None for a blank or senseless
one, and says what was odd.

Each codec carries its vectors: hexadecimal, value, oddity.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from operator import mul
from typing import Any

from cardio.reading import Odd

BEIJING = timezone(timedelta(hours=8))

Decoded = tuple[Any, Odd | None]
Vector = tuple[str, Any, Odd | None]


@dataclass(frozen=True, slots=True)
class Codec:
    """``decode(bytes) -> (value, oddity)``; ``encode(value, length) -> bytes`` as the documents want it."""

    name: str
    decode: Callable[[bytes], Decoded]
    encode: Callable[[Any, int], bytes]
    vectors: tuple[Vector, ...]


PADDING = b"\x00\x20\xff"
"""What cards really fill up texts with."""


def _text(raw: bytes) -> Decoded:
    text = raw.rstrip(PADDING).decode("ascii" if raw.isascii() else "gb18030", "replace")
    if not text.isprintable() or "|" in text:
        text = "".join("\ufffd" if not char.isprintable() or char == "|" else char for char in text)
    return text or None, Odd.TEXT if "\ufffd" in text else None


def _encode_text(value: Any, length: int) -> bytes:
    return str(value or "").encode("gb18030").ljust(length, b"\0")


def _digits(raw: bytes) -> Decoded:
    digits = raw.hex().rstrip("f")
    if not digits.strip("0"):
        return None, None
    return (digits, None) if digits.isdigit() else (None, Odd.DIGITS)


def _encode_digits(value: Any, length: int) -> bytes:
    return bytes.fromhex(str(value or "").ljust(2 * length, "F"))


def _date(raw: bytes) -> Decoded:
    digits, odd = _digits(raw)
    if digits is None:
        return None, odd and Odd.DATE
    try:
        return date.fromisoformat(digits), None
    except ValueError:
        return None, Odd.DATE


def _encode_date(value: Any, length: int) -> bytes:
    return _encode_digits(value and f"{value:%Y%m%d}", length)


def _moment(raw: bytes) -> Decoded:
    digits, odd = _digits(raw)
    try:
        return digits and datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=BEIJING), odd and Odd.DATE
    except ValueError:
        return None, Odd.DATE


def _encode_moment(value: Any, length: int) -> bytes:
    return _encode_digits(value and f"{value:%Y%m%d%H%M%S}", length)


def _decimal(raw: bytes) -> Decoded:
    digits = raw.hex().rstrip("f")
    if not digits:
        return None, None
    return (int(digits), None) if digits.isdigit() else (None, Odd.DIGITS)


def _encode_decimal(value: Any, length: int) -> bytes:
    return bytes.fromhex("F" * 2 * length if value is None else f"{value:0{2 * length}d}")


def _count(raw: bytes) -> Decoded:
    text, odd = _text(raw)
    if text is None or odd:
        return None, odd
    return (int(text), None) if text.isascii() and text.isdigit() else (None, Odd.DIGITS)


def _encode_count(value: Any, length: int) -> bytes:
    return _encode_text("" if value is None else f"{value:0{length}d}", length)


TEXT = Codec(
    "text",
    _text,
    _encode_text,
    (
        ("B0D7D5DCD3EE" + 24 * "00", "白哲宇", None),
        ("B2E2CAD4C8CB" + 24 * "20", "测试人", None),
        ("B0A2A1A4B0A200FF", "阿·阿", None),
        ("8130843630", "\u00a50", None),
        ("00000000", None, None),
        ("FFFF", None, None),
        ("41FF42", "A\ufffdB", Odd.TEXT),
        ("417C42", "A\ufffdB", Odd.TEXT),
    ),
)
DIGITS = Codec(
    "digits",
    _digits,
    _encode_digits,
    (
        ("511300", "511300", None),
        ("01", "01", None),
        ("FFFFFF", None, None),
        ("00", None, None),
        ("5A", None, Odd.DIGITS),
    ),
)
DATE = Codec(
    "date",
    _date,
    _encode_date,
    (
        ("20140601", date(2014, 6, 1), None),
        ("FFFFFFFF", None, None),
        ("32303135", None, Odd.DATE),
        ("20240230", None, Odd.DATE),
        ("202406FF", None, Odd.DATE),
        ("2024060F", None, Odd.DATE),
    ),
)
MOMENT = Codec(
    "moment",
    _moment,
    _encode_moment,
    (
        ("20240315093015", datetime(2024, 3, 15, 9, 30, 15, tzinfo=BEIJING), None),
        ("FFFFFFFFFFFFFF", None, None),
        ("20240315096015", None, Odd.DATE),
    ),
)
FEN_DECIMAL = Codec(
    "fen_decimal",
    _decimal,
    _encode_decimal,
    (
        ("00012345", 12345, None),
        ("12345FFF", 12345, None),
        ("00000000", 0, None),
        ("FFFFFFFF", None, None),
        ("31EEEEEE", None, Odd.DIGITS),
    ),
)
BINARY = Codec(
    "binary",
    lambda raw: (int.from_bytes(raw, "big"), None),
    lambda value, length: int(value).to_bytes(length, "big"),
    (("00003039", 12345, None), ("0007", 7, None), ("FFFFFFFF", 4294967295, None)),
)
COUNT = Codec(
    "count",
    _count,
    _encode_count,
    (("3033", 3, None), ("0000", None, None), ("2031", None, Odd.DIGITS), ("FFFF", None, None)),
)
HEX = Codec(
    "hex",
    lambda raw: (raw.hex().upper() or None, None),
    lambda value, length: bytes.fromhex(value or "").ljust(length, b"\xff"),
    (("511300D156000005A21472423DB8F248", "511300D156000005A21472423DB8F248", None), ("", None, None)),
)

TEXT_PART = Codec(
    "text_part",
    lambda raw: (raw.rstrip(PADDING) or None, None),
    lambda value, length: bytes(value or b"").ljust(length, b"\0"),
    (("ECDF00", b"\xec\xdf", None), ("B5000000", b"\xb5", None), ("2020", None, None)),
)
"""Part of a text that goes on in another record: decoded when joined, as a character may straddle the border."""

CODECS = (TEXT, TEXT_PART, DIGITS, DATE, MOMENT, FEN_DECIMAL, BINARY, COUNT, HEX)


NUMBER_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CARD_NUMBER_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
SIGNS = {sign: number for number, sign in enumerate(string.digits + string.ascii_uppercase)}


def identity_number_fits(number: str) -> bool:
    """The check character of GB 11643-1999 §4.2 (weighted sum, modulus 11)."""
    digits = number[:17]
    if len(number) != 18 or not (digits.isascii() and digits.isdigit()):
        return False
    return "10X98765432"[sum(map(mul, NUMBER_WEIGHTS, map(int, digits))) % 11] == number[17]


def card_number_fits(number: str) -> bool:
    """The check character of a card number, 人社信息函〔2012〕37号 appendix A (A=10 … Z=35)."""
    if len(number) != 9 or not SIGNS.keys() >= set(number):
        return False
    check = 11 - sum(map(mul, CARD_NUMBER_WEIGHTS, map(SIGNS.__getitem__, number))) % 11
    return number[8] == {10: "X", 11: "0"}.get(check, str(check))
