"""Bytes to documents and back, strictly: unknown keys, floats and wrong words are refused with their place."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeVar

import msgspec

from terminal.documents.refusal import NESTED, explain
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
_WRITERS: dict[type, Callable[[Any], str]] = {
    Fen: Fen.__str__,
    Price: Price.__str__,
    Quantity: Quantity.__str__,
    Fraction: format_rate,
}


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
    write = _WRITERS.get(type(value))
    if write is None:
        raise NotImplementedError(type(value))
    return write(value)


_ENCODER = msgspec.json.Encoder(enc_hook=to_wire)


def encode(document: object) -> bytes:
    """A document as compact JSON, keys in the order of its definition."""
    return _ENCODER.encode(document)


def decode(data: bytes, kind: type[_Document], *, file: str = "-") -> _Document:
    """A document from JSON bytes. Raises BadDocument naming ``file``, the field, the value and what was expected."""
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=from_wire)
    except msgspec.DecodeError as error:
        place, found, expected = explain(error, data, kind)
        raise BadDocument(file=file, place=place, found=found, expected=expected) from error
    except RecursionError as error:
        raise BadDocument(file=file, place="-", found=NESTED, expected=f"a {kind.__name__}") from error


_PATTERNS: dict[type, str] = {
    Fen: r"^-?[0-9]{1,14}(\.[0-9]{1,2})?$",
    Price: r"^-?[0-9]{1,14}(\.[0-9]{1,6})?$",
    Quantity: r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$",
    Fraction: r"^([0-9]{1,4}(\.[0-9]{1,6})?%|[0-9]{1,9}/[1-9][0-9]{0,8})$",
}


def hook_schema(of: type) -> dict[str, Any]:
    """The schema hook for money words: text of a pattern."""
    if of in _PATTERNS:
        return {"type": "string", "pattern": _PATTERNS[of]}
    raise NotImplementedError(of)


def schema(kind: type) -> dict[str, Any]:
    """The JSON schema of a document; money words are text."""
    return msgspec.json.schema(kind, schema_hook=hook_schema)
