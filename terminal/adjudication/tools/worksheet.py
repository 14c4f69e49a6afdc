"""Proposed cases as text for ``cases.toml``: each bill with the printed figures it passes through, amounts blank."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from terminal.adjudication.explain import WORDS
from terminal.adjudication.lines import LineRule
from terminal.adjudication.pack import GoldenCase
from terminal.adjudication.stages import Cap
from terminal.adjudication.tools.new import in_toml
from terminal.adjudication.tools.propose import Proposed
from terminal.adjudication.tools.reach import Place, Reach
from terminal.adjudication.values import Row, row_text
from terminal.money import format_rate

_BLANK = "____"
_MORE: dict[str, tuple[str, str]] = {
    "exclude": ("自费", "own pay"),
    "first_self_pay": ("先行自付 {figure}，计 %s 元", "first self-pay {figure}, %s"),
    "separate": ("个人承担 {figure}，计 %s 元", "the patient bears {figure}, %s"),
    "ceiling": ("限价 {figure} 元，超出 %s 元", "ceiling {figure}, %s over it"),
    "units": ("每日至多 {figure} 个单位", "at most {figure} units a day"),
    "waiver": ("其后的{of}按 {figure} 计", "the next {of} is {figure} of itself"),
    "plus": ("其后的比例加 {figure}", "{figure} more on the next rate"),
    "minus": ("其后的比例减 {figure}", "{figure} less on the next rate"),
    "adjust_points": ("其后的比例乘以 {figure}", "the next rate times {figure}"),
    "least": ("至少 {figure} 元", "at least {figure}"),
    "most": ("至多 {figure} 元", "at most {figure}"),
    "limit": ("合计至多 {figure} 元", "at most {figure} in all"),
    "balance_above": ("亲属余额须高于 {figure} 元", "the relative's balance is above {figure}"),
    "request_least": ("申请须不少于 {figure} 元", "the request is {figure} or more"),
    "left_least": ("使用后须留 {figure} 元", "{figure} or more is left"),
}
"""What a figure does where the engine has no sentence of its own for it."""
_WAIVED = {"deductible": "起付线", "cap": "封顶线"}


def worksheet(reach: Reach, proposed: Sequence[Proposed]) -> str:
    """The cases in TOML. The lines above each say what it passes through, in order, and where that is written."""
    return "".join("\n" + "".join(f"{line}\n" for line in _case(reach, one)) for one in proposed)


def _case(reach: Reach, one: Proposed) -> Iterator[str]:
    case = one.case
    told = set()
    for place, row in reach.read(one.kind):
        if not isinstance(place.stage, LineRule) or _has_line(place.stage, case):
            zh, en = _words(place, row)
            where = f"{place.layer.zh}：" if place.layer else ""
            line = f"# {where}{zh}  {en}  [{row.file}:{row.line} {row.ref}]"
            if line not in told:
                told.add(line)
                yield line
    yield "[[case]]"
    fields = ("id", "provenance", "ref", "day", "known", "visit", "place", "person", "stay", "openings", "family")
    for name in fields:
        if (value := getattr(case, name)) not in (None, {}, ()):
            yield f"{name} = {_toml(value)}"
    yield f"lines = {_toml(case.lines)}"
    yield f"expect = {_toml(case.expect)}"
    yield 'confirmed_by = ""'


def _has_line(rule: LineRule, case: GoldenCase) -> bool:
    return any(rule.fits(line["class"], line.get("category", "")) for line in case.lines)


def _words(place: Place, row: Row) -> tuple[str, str]:
    """What a figure does to the bill, with a blank where an amount comes out."""
    if row.unstated:
        return f"{row.key} 没有写明（{row.unstated}），应拒绝", f"{row.key} is not stated, the bill is refused"
    if row.derive is not None:
        share = format_rate(row.derive.times or row.derive.personal_times or Fraction(0))
        zh, en = ("", "") if row.derive.times else ("个人负担", "the person's share of ")
        return f"{row.key}：{row.derive.of} 的{zh}乘以 {share}", f"{row.key}: {share} of {en}{row.derive.of}"
    kind = str(place.stage.__struct_config__.tag)
    kind = f"cap_{place.stage.on}" if isinstance(place.stage, Cap) else kind
    words = _MORE.get(place.field) or WORDS.get(kind) or _MORE[kind]
    if place.key != getattr(place.stage, place.field) or place.given:
        words = ("其中 {key} 为 {figure}", "{key} is {figure}")
    of = str(getattr(place.stage, "of", ""))
    filled = {"figure": row_text(row), "key": place.key}
    zh, en = (each.replace("%s", _BLANK) for each in words)
    return zh.format(of=_WAIVED.get(of, of), **filled), en.format(of=of, **filled)


def _toml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | date():
            return str(value)
        case Mapping():
            return "{ " + ", ".join(f"{_key(name)} = {_toml(each)}" for name, each in value.items()) + " }"
        case str():
            return in_toml(str(value))
        case _:
            return _list([_toml(each) for each in value])


def _key(name: str) -> str:
    return name if name.replace("_", "").isalnum() and name.isascii() else in_toml(name)


def _list(items: Iterable[str]) -> str:
    flat = f"[{', '.join(items)}]"
    return flat if len(flat) < 100 or "{" not in flat else "[\n    " + ",\n    ".join(items) + ",\n]"
