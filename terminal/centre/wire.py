"""How a node of the national interface is read and written: tolerant in, strict out.

A node is a frozen struct whose fields carry the words of the national text (定点医药机构接口规范 V1.0). Real traffic
writes numbers as text and text as numbers, leaves fields out, sends ``null`` or ``""``, one object for a list,
and keys nobody announced: all of that is read, told as a finding, and kept.
"""

import re
import tomllib
import types
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated, Any, NamedTuple, Self, get_args, get_origin, get_type_hints

import msgspec

from terminal.centre.faults import BreaksText
from terminal.centre.words import Kind, Required, Word


class Severity(StrEnum):
    """``wrong`` breaks the national text; a ``note`` is worth knowing."""

    WRONG = "wrong"
    NOTE = "note"


class Finding(msgspec.Struct, frozen=True):
    """Something about a message: where, what, in two languages."""

    severity: Severity
    place: str
    code: str
    zh: str
    en: str


class Node(msgspec.Struct, kw_only=True, frozen=True):
    """A named group of fields. ``extra`` keeps keys the text does not know, and values it does not allow."""

    extra: Mapping[str, Any] = {}

    @classmethod
    def read(cls, tree: Any, place: str = "", findings: list[Finding] | None = None) -> Self:
        """A node from decoded JSON; never raises, everything odd is added to ``findings``."""
        node: Self = _read(cls, tree, place, [] if findings is None else findings)
        return node

    def write(self, place: str = "", *, strict: bool = True) -> dict[str, Any]:
        """The node as JSON values, amounts as decimals. ``strict`` raises BreaksText for what the text forbids."""
        return _write(self, place, strict)


class Field(NamedTuple):
    """How one field of a node travels: a word, or a node, or many nodes.

    ``attribute`` differs from ``name`` only where the text uses a word that Python or this file needs (``in_``).
    """

    name: str
    attribute: str
    word: Word | None
    node: type[Node] | None
    many: bool
    required: bool


@cache
def fields(kind: type[Node]) -> tuple[Field, ...]:
    """The plan of a node, from its annotations."""
    plan: list[Field] = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if name == "extra":
            continue
        required = False
        word: Word | None = None
        if get_origin(hint) is Annotated:
            hint, *marks = get_args(hint)
            required = Required in marks
            word = next((mark for mark in marks if isinstance(mark, Word)), None)
        node = None
        many = get_origin(hint) is tuple
        if word is None:
            inner = get_args(hint)[0] if many or get_origin(hint) is types.UnionType else hint
            assert isinstance(inner, type) and issubclass(inner, Node), (kind, name)  # noqa: S101 - a programming error
            node = inner
        plan.append(Field(name.rstrip("_"), name, word, node, many, required))
    return tuple(plan)


@cache
def labels() -> Mapping[str, str]:
    """Chinese names of fields and nodes; read only when somebody has to be told."""
    text = resources.files("terminal.centre.messages").joinpath("labels.toml").read_text("utf-8")
    return tomllib.loads(text)


def label(name: str) -> str:
    """``psn_no`` -> ``人员编号``; the name itself where the text has none."""
    return labels().get(name, name)


SPELLINGS = {
    "medinsInfo": "medinsinfo",
    "dld_end_time": "dld_endtime",
    "REFD_SETL_FLAG": "refd_setl_flag",
}
"""Other spellings real centres and clients use."""

EXTENSIONS = frozenset({"exp_content", "expContent"})
"""Allowed in every node, as text, object or nothing; kept as they come."""

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)


_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_NUMBERS = msgspec.json.Encoder(decimal_format="number")
_TEXTS = msgspec.json.Encoder(decimal_format="string")


def parse(data: bytes) -> dict[str, Any]:
    """One JSON object with exact numbers. Raises ValueError for anything else, however deep or torn."""
    try:
        tree = _DECODER.decode(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(tree, dict):
        raise ValueError("not an object")
    return tree


def compose(tree: Mapping[str, Any], *, number_as_text: bool = False) -> bytes:
    """JSON bytes of a tree whose amounts are decimals; written as numbers with all their digits, or as text."""
    return (_TEXTS if number_as_text else _NUMBERS).encode(tree)


def number(value: object, places: int) -> int | None:
    """A JSON number or its text as an integer of ``10**-places``; None when it is not exactly that."""
    if type(value) is int:
        return int(value * 10**places)
    if not isinstance(value, str | Decimal):
        return None
    try:
        exact = value if isinstance(value, Decimal) else Decimal(value.strip())
    except InvalidOperation:
        return None
    if not exact.is_finite() or abs(exact.adjusted()) > LONGEST:
        return None
    whole = int(exact.scaleb(places))
    return whole if Decimal(whole).scaleb(-places) == exact else None


LONGEST = 28
"""Digits before or behind the point that a number may have to be looked at; what is longer is no amount."""


class _Finder:
    """Adds findings about one node."""

    def __init__(self, place: str, findings: list[Finding]) -> None:
        self.place, self._findings = place, findings

    def within(self, name: str) -> str:
        return f"{self.place}.{name}" if self.place and name else self.place or name

    def wrong(self, name: str, code: str, zh: str, en: str) -> None:
        self._findings.append(Finding(Severity.WRONG, self.within(name), code, zh, en))

    def note(self, name: str, code: str, zh: str, en: str) -> None:
        self._findings.append(Finding(Severity.NOTE, self.within(name), code, zh, en))


def _read(kind: type[Node], tree: Any, place: str, findings: list[Finding]) -> Any:
    find = _Finder(place, findings)
    rest = _object(kind, tree, find)
    if rest is None:
        return kind()
    values: dict[str, Any] = {}
    for name, attribute, word, node, many, required in fields(kind):
        value = rest.pop(name, _ABSENT)
        if value is None or value == "" or value is _ABSENT:
            if required:
                find.wrong(name, "missing", f"缺少{label(name)}", "is required and absent or empty")
        elif word is not None and word.kind is Kind.TEXT and type(value) is str and len(value) <= word.size:
            values[attribute] = value  # nearly every field of nearly every message
        elif word is not None:
            read, code, zh, en = _read_word(word, value)
            if code:
                (find.wrong if code in BREACHES else find.note)(name, code, f"{label(name)}{zh}", en)
            if read is None:
                rest[name] = value
            else:
                values[attribute] = read
        elif node is not None and not many:
            values[attribute] = _read(node, value, find.within(name), findings)
        elif node is not None and isinstance(value, list | dict):
            if isinstance(value, dict):
                find.note(name, "object", "应为列表，收到一个对象", "one object where a list belongs")
                value = [value]
            where = find.within(name)
            rows = (_read(node, row, f"{where}[{index}]", findings) for index, row in enumerate(value))
            values[attribute] = tuple(rows)
        else:
            find.wrong(name, "not_list", "应为列表", "not a list")
            rest[name] = value
    for name in rest.keys() - EXTENSIONS - {field.name for field in fields(kind)} if rest else ():
        find.note(name, "unknown", "规范中没有此字段", "is not in the text; kept")
    return kind(extra=rest, **values)


_ABSENT: Any = object()

BREACHES = frozenset({"too_long", "not_text", "not_number", "not_day"})
"""Oddities of a value that break the text; the others are other spellings of a sound one."""


def _object(kind: type[Node], tree: Any, find: _Finder) -> dict[str, Any] | None:
    """The keys of a node under the text's own names, or None for what is no object in any spelling."""
    if isinstance(tree, list) and len(tree) == 1:
        find.note("", "list", "应为对象，收到只有一个元素的列表", "a list of one where an object belongs")
        tree = tree[0]
    if isinstance(tree, str):
        with suppress(ValueError):
            tree = parse(tree.encode())
            find.note("", "text", "对象以文本给出", "is an object written as text")
    if not isinstance(tree, dict):
        find.wrong("", "not_object", "应为对象", "not an object")
        return None
    rest = {key: value for key, value in tree.items() if not key.startswith("_")}
    for seen in rest.keys() & SPELLINGS.keys():
        name = SPELLINGS[seen]
        if name not in rest and any(field.name == name for field in fields(kind)):
            rest[name] = rest.pop(seen)
            find.note(name, "spelling", f"写作 {seen}", f"spelled {seen}")
    return rest


def _read_word(word: Word, value: Any) -> tuple[Any, str, str, str]:
    """The value, and what is odd about it: a code and its words, all empty for what is as it should be."""
    if word.kind is Kind.NUMBER:
        scaled = number(value, word.places)
        if scaled is None:
            return None, "not_number", f"应为数字 {word}", f"{value!r} is not a number {word}"
        if abs(scaled) >= 10 ** (word.size + word.places):
            return word.make(scaled), "too_long", f"超过 {word}", f"has more digits than {word}"
        if isinstance(value, str):
            return word.make(scaled), "text", "以文本给出", "is a number written as text"
        return word.make(scaled), "", "", ""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None, "not_text", "应为文本", "is not text"
    text = str(value)
    if not isinstance(value, str):
        return text, "number", "以数字给出", "is text written as a number"
    if word.kind is Kind.TEXT:
        return text, "too_long", f"超过 {word.size} 个字符", f"has {len(text)} characters, {word} allows {word.size}"
    if (_DAY if word.kind is Kind.DAY else _INSTANT).fullmatch(text) is None:
        return text, "not_day", f"应为 {word}", f"{text!r} is not {word}"
    return text, "", "", ""


def _write(node: Node, place: str, strict: bool) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, attribute, word, kind, many, required in fields(type(node)):
        value = getattr(node, attribute)
        if value is None or value == "" or value == ():
            if strict and required:
                raise BreaksText(
                    place=f"{place}.{name}".lstrip("."),
                    name=label(name),
                    rule_zh="为必填项，不能为空",
                    rule_en="is required",
                )
            if word is not None and word.kind is not Kind.NUMBER:
                tree[name] = ""
        elif kind is not None:
            where = f"{place}.{name}".lstrip(".")
            if many:
                tree[name] = [_write(row, f"{where}[{index}]", strict) for index, row in enumerate(value)]
            else:
                tree[name] = _write(value, where, strict)
        elif word is not None and word.kind is Kind.NUMBER:
            tree[name] = Decimal(int(value)).scaleb(-word.places) if word.places else int(value)
        elif word is not None:
            if strict and (word.kind is not Kind.TEXT or len(value) > word.size):
                _, code, zh, en = _read_word(word, value)
                if code:
                    raise BreaksText(place=f"{place}.{name}".lstrip("."), name=label(name), rule_zh=zh, rule_en=en)
            tree[name] = value
    tree.update(node.extra)
    return tree
