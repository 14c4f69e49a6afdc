"""Why a document was refused, for a person: the place, the value that stands there, and what was expected."""

import re
from enum import Enum
from types import NoneType
from typing import Any, get_args, get_type_hints

import msgspec

_PLACE = re.compile(r" - at `(.+)`$")
_STEP = re.compile(r"\.?([A-Za-z_][A-Za-z_0-9]*)|\[(\d+)\]")
_WANTED = re.compile(r"Expected `(.+?)`(?:, got `.+`| (.+))?")
_WORDS = {"str": "text", "int": "a whole number", "array": "a list", "object": "an object", "bool": "true or false"}
_LONG_DIGITS = re.compile(r"(\d{4})\d{8,}(\d{2})")

NESTED = "lists or objects nested too deep"


class WrongField(ValueError):
    """A value that its type allows and the document's meaning does not; decoding turns it into BadDocument."""

    def __init__(self, field: str, expected: str) -> None:
        self.field = field
        super().__init__(f"{field}: expected {expected}")


def explain(error: msgspec.DecodeError, data: bytes, kind: type) -> tuple[str, str, str]:
    """Place, value found and expectation of a decoding error. A long number may be a person's: it is shown in part."""
    text = str(error)
    located = _PLACE.search(text)
    place = located[1].removeprefix("$").removeprefix(".") if located else ""
    if isinstance(error.__cause__, WrongField):
        place = f"{place}.{error.__cause__.field}".removeprefix(".")
    said, _, expected = _PLACE.sub("", text).partition(": expected ")
    steps = [(name, int(index) if index else 0) for name, index in _STEP.findall(place)]
    value = _value(data, steps)
    found = said if value is None or "field `" in said else _shown(value)
    return place or "-", found, expected or _expected(kind, steps, said)


def _value(data: bytes, steps: list[tuple[str, int]]) -> Any:
    try:
        value = msgspec.json.decode(data)
        for name, index in steps:
            value = value[name] if name else value[index]
    except (msgspec.DecodeError, LookupError, TypeError, RecursionError):
        return None
    return value


def _shown(value: object) -> str:
    text = _LONG_DIGITS.sub(r"\1********\2", msgspec.json.encode(value).decode())
    text = "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text)
    return text if len(text) <= 60 else text[:57] + "..."


def _expected(kind: type, steps: list[tuple[str, int]], said: str) -> str:
    at: Any = kind
    for name, _ in steps:
        if name:
            hint = get_type_hints(at).get(name) if isinstance(at, type) else None
            parts = (hint, *get_args(hint))
            at = next((part for part in parts if isinstance(part, type) and part is not NoneType), hint)
    if isinstance(at, type) and issubclass(at, Enum):
        return "one of " + ", ".join(str(word.value) for word in at)
    if "unknown field" in said and isinstance(at, type) and issubclass(at, msgspec.Struct):
        return "only " + ", ".join(at.__struct_fields__)
    if "missing required field" in said:
        return said.removeprefix("Object missing required field ") + " as well"
    if "timezone" in said or "RFC3339" in said:
        return 'an instant with its offset, such as "2026-03-02T09:30:00+08:00"'
    if "matching regex" in said:
        return "text without control characters"
    if wanted := _WANTED.match(said):
        kinds = [_WORDS.get(word.strip(), word.strip()) for word in wanted[1].split("|")]
        return " or ".join("nothing (null)" if word == "null" else word for word in kinds) + (
            f" {wanted[2]}" if wanted[2] else ""
        )
    return f"a {kind.__name__} as `yibao schema` prints it"
