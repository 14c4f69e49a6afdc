"""The fixed-width request and answer of the bank POS (银联商务 ``bankall(request, response)`` interface, 1.1).

Texts are GBK, widths count bytes, text is padded with blanks on the right and figures with zeros on the left. The last
field of a request is three random digits (named LRC there); the answer repeats them, which tells it from an older one.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from terminal.money import Fen
from terminal.peripherals.faults import DeviceGarbled, DeviceSettings
from terminal.peripherals.lamp import Device

NOTHING = Fen(0)


class Deal(StrEnum):
    """What the POS is asked to do. ``LAST`` (重打印) repeats the last transaction and charges nothing."""

    SALE = "00"
    VOID = "01"
    REFUND = "02"
    BALANCE = "03"
    LAST = "04"
    SIGN_IN = "05"
    SETTLE = "06"
    SHIFT_TOTALS = "55"


MOVES_MONEY = frozenset({Deal.SALE, Deal.VOID, Deal.REFUND})


@dataclass(frozen=True)
class Original:
    """The transaction that is taken back: a void names the voucher, a refund the day and the reference."""

    voucher: str = ""
    day: str = ""
    """YYYYMMDD."""
    reference: str = ""


@dataclass(frozen=True)
class Request:
    """One intent. Keep it, with its nonce, before it is handed over: it is what an outcome in doubt is asked about."""

    deal: Deal
    amount: Fen
    nonce: str
    """Three digits, not those of the request before."""
    till: str = ""
    operator: str = ""
    original: Original = Original()
    after: str = ""
    """Voucher of the last transaction known before this one; empty when none is known. Not sent."""


@dataclass(frozen=True)
class Answer:
    """What the POS said. A refund later needs ``voucher``, ``reference`` and the day; the card number is masked."""

    code: str
    """``00`` is good."""
    bank: str = ""
    card: str = ""
    voucher: str = ""
    amount: Fen = NOTHING
    text: str = ""
    merchant: str = ""
    terminal: str = ""
    batch: str = ""
    day: str = ""
    """MMDD."""
    time: str = ""
    """HHMMSS."""
    reference: str = ""
    authorisation: str = ""
    clearing_day: str = ""
    nonce: str = ""


_REQUEST = (
    ("till", 8),
    ("operator", 8),
    ("deal", 2),
    ("amount", 12),
    ("day", 8),
    ("reference", 12),
    ("voucher", 6),
    ("nonce", 3),
)
_ANSWER = (
    ("code", 2),
    ("bank", 4),
    ("card", 20),
    ("voucher", 6),
    ("amount", 12),
    ("text", 40),
    ("merchant", 15),
    ("terminal", 8),
    ("batch", 6),
    ("day", 4),
    ("time", 6),
    ("reference", 12),
    ("authorisation", 6),
    ("clearing_day", 4),
    ("nonce", 3),
)
REQUEST_SIZE = sum(width for _, width in _REQUEST)
ANSWER_SIZE = sum(width for _, width in _ANSWER)

_WHOLE_CARD = re.compile(r"\d{13,20}", re.ASCII)


def _pack(fields: tuple[tuple[str, int], ...], values: dict[str, str]) -> bytes:
    packed = b""
    for name, width in fields:
        part = values[name].encode("gbk", "replace")
        if len(part) > width:
            raise DeviceSettings(Device.BANK_POS, found=name, expected=f"at most {width} bytes")
        packed += part.ljust(width)
    return packed


def _unpack(fields: tuple[tuple[str, int], ...], data: bytes) -> dict[str, str]:
    values, place = {}, 0
    for name, width in fields:
        # A text cut in the middle of a character keeps its readable part.
        values[name] = data[place : place + width].decode("gbk", "ignore").strip(" \0")
        place += width
    return values


def _fen(values: dict[str, str]) -> Fen:
    text = values["amount"] or "0"
    if not (text.isascii() and text.isdigit()):
        raise DeviceGarbled(Device.BANK_POS, found="amount")
    return Fen(int(text))


def encode_request(request: Request) -> bytes:
    """59 bytes. Raises DeviceSettings when a field does not fit the interface; amounts are never negative there."""
    if request.amount < 0:
        raise DeviceSettings(Device.BANK_POS, found="amount", expected="no sign")
    return _pack(
        _REQUEST,
        {
            "till": request.till,
            "operator": request.operator,
            "deal": request.deal,
            "amount": f"{int(request.amount):012d}",
            "day": request.original.day,
            "reference": request.original.reference,
            "voucher": request.original.voucher,
            "nonce": request.nonce,
        },
    )


def decode_request(data: bytes) -> Request:
    """The other side's reading, for simulators. Raises DeviceGarbled."""
    values = _unpack(_REQUEST, data)
    if len(data) != REQUEST_SIZE or values["deal"] not in set(Deal):
        raise DeviceGarbled(Device.BANK_POS, found="request")
    return Request(
        Deal(values["deal"]),
        _fen(values),
        values["nonce"],
        values["till"],
        values["operator"],
        Original(values["voucher"], values["day"], values["reference"]),
    )


def encode_answer(answer: Answer) -> bytes:
    """148 bytes, for simulators."""
    values = {name: str(getattr(answer, name)) for name, _ in _ANSWER}
    return _pack(_ANSWER, values | {"amount": f"{int(answer.amount):012d}"})


def decode_answer(data: bytes) -> Answer:
    """An answer from its 148 bytes; a card number sent in full is masked here. Raises DeviceGarbled."""
    if len(data) != ANSWER_SIZE:
        raise DeviceGarbled(Device.BANK_POS, found=f"{len(data)} bytes instead of {ANSWER_SIZE}")
    values = _unpack(_ANSWER, data)
    if not re.fullmatch(r"[0-9A-Z]{2}", values["code"], re.ASCII):
        raise DeviceGarbled(Device.BANK_POS, found="answer code")
    card = values.pop("card")
    if _WHOLE_CARD.fullmatch(card):
        card = card[:6] + "*" * (len(card) - 10) + card[-4:]
    amount = _fen(values)
    del values["amount"]
    return Answer(card=card, amount=amount, **values)
