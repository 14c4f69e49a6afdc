"""Bytes to documents and back, strictly: unknown keys, floats and wrong words are refused with their place."""

import re
from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

import msgspec

from terminal.faults import BadDocument
from terminal.money import (
    Fen,
    MoneyText,
    Price,
    Quantity,
    format_rate,
    parse_price,
    parse_quantity,
    parse_rate,
    parse_yuan,
)

_Document = TypeVar("_Document")

_PARSERS: dict[type, Callable[[str], object]] = {
    Fen: parse_yuan,
    Price: parse_price,
    Quantity: parse_quantity,
    Fraction: parse_rate,
}
_PLACE = re.compile(r" - at `(.+)`$")


def from_wire(kind: type, value: object) -> object:
    """The decoding hook for money words; usable wherever msgspec decodes (JSON, TOML, MessagePack)."""
    parse = _PARSERS.get(kind)
    if parse is None:
        raise NotImplementedError(kind)
    if not isinstance(value, str):
        raise MoneyText(f'{value!r}: expected text such as "12.34", never a JSON number')
    return parse(value)


def to_wire(value: object) -> str:
    """The encoding hook for money words."""
    if isinstance(value, Fraction):
        return format_rate(value)
    if isinstance(value, Fen | Price | Quantity):
        return str(value)
    raise NotImplementedError(type(value))


_ENCODER = msgspec.json.Encoder(enc_hook=to_wire)


def encode(document: object) -> bytes:
    """A document as compact JSON, keys in the order of its definition."""
    return _ENCODER.encode(document)


def decode(data: bytes, kind: type[_Document], *, file: str = "-") -> _Document:
    """A document from JSON bytes. Raises BadDocument naming ``file``, the field, the value and what was expected."""
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=from_wire)
    except msgspec.DecodeError as error:
        text = str(error)
        located = _PLACE.search(text)
        place = located[1].removeprefix("$").removeprefix(".") if located else ""
        found, _, expected = _PLACE.sub("", text).partition(": expected ")
        raise BadDocument(
            file=file, place=place or "-", found=found, expected=expected or _expected(kind, place, found)
        ) from error


def _expected(kind: type, place: str, found: str) -> str:
    at: Any = kind
    for name in re.findall(r"[A-Za-z_]+", re.sub(r"\[[^]]*\]", "", place)):
        hint = get_type_hints(at).get(name) if isinstance(at, type) else None
        at = next((part for part in (hint, *get_args(hint)) if isinstance(part, type) and part is not NoneType), hint)
    if isinstance(at, type) and issubclass(at, Enum):
        return "one of " + ", ".join(str(word.value) for word in at)
    if "unknown field" in found and isinstance(at, type) and issubclass(at, msgspec.Struct):
        return "only " + ", ".join(at.__struct_fields__)
    return f"a {kind.__name__} as `yibao schema` prints it"


def schema(kind: type) -> dict[str, Any]:
    """The JSON schema of a document; money words are text."""

    def hook(of: type) -> dict[str, Any]:
        patterns = {
            Fen: r"^-?\d+(\.\d{1,2})?$",
            Price: r"^-?\d+(\.\d{1,6})?$",
            Quantity: r"^-?\d+(\.\d{1,4})?$",
            Fraction: r"^(\d+(\.\d+)?%|\d+/\d+)$",
        }
        if of in patterns:
            return {"type": "string", "pattern": patterns[of]}
        raise NotImplementedError(of)

    return msgspec.json.schema(kind, schema_hook=hook)
