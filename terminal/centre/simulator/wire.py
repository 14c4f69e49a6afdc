"""The national envelope as the centre sees it: bytes in, plain nodes out, and the answers' envelope.

A plain reader on purpose: it shares nothing with the client, so that a misreading on one side shows on the other.
Numbers arrive as JSON numbers or as text and leave as JSON numbers; inside, money is an int of fen.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

import msgspec

Node = dict[str, Any]

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class Refusal(Exception):
    """The centre says no: a complete answer with ``infcode`` -1 and this text."""


class Unreadable(Exception):
    """The gateway cannot make out a transaction: an answer without output and times."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came over the line; ``message`` is the decoded envelope."""

    path: str
    headers: dict[str, str]
    body: bytes
    message: Node = field(repr=False)
    plain_input: bytes = field(repr=False)
    """The JSON text of ``input``, as some provinces sign it."""

    @property
    def infno(self) -> str:
        """The transaction's number as sent, A suffix included."""
        return text(self.message, "infno")


def decode(data: bytes | str) -> Any:
    """JSON with every fractional number as an exact Decimal."""
    return _DECODER.decode(data)


def encode(value: object) -> bytes:
    """JSON with Decimals as numbers, digits kept."""
    return _ENCODER.encode(value)


def text(node: Node, key: str) -> str:
    """A field as text; null, absent and empty are the same."""
    value = node.get(key)
    return "" if value is None else str(value).strip()


def number(node: Node, key: str) -> Decimal:
    """A field as an exact number; empty is zero. Raises Refusal for anything that is no number."""
    found = text(node, key)
    try:
        value = Decimal(found or "0")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= 10**14:
        raise Refusal(f"FSI-字段{key}不是数字：{found[:40]}")
    return value


def fen(node: Node, key: str) -> int:
    """An amount in yuan as fen, half up. Raises Refusal."""
    return rounded(number(node, key))


def rounded(yuan: Decimal) -> int:
    """Yuan to whole fen, half away from zero."""
    return int((yuan * 100).quantize(Decimal(1), ROUND_HALF_UP))


def yuan(amount: int) -> Decimal:
    """Fen as the number of yuan with two decimals that answers carry."""
    return Decimal(amount).scaleb(-2)


def nodes(value: object) -> list[Node]:
    """A node that may come as one object or as a list."""
    found = value if isinstance(value, list) else [value]
    return [row for row in found if isinstance(row, dict)]


def stamp(instant: datetime) -> str:
    """A date-time field."""
    return instant.strftime("%Y-%m-%d %H:%M:%S")


def compact(instant: datetime) -> str:
    """The 17-digit times of the answer's envelope."""
    return instant.strftime("%Y%m%d%H%M%S") + f"{instant.microsecond // 1000:03d}"
