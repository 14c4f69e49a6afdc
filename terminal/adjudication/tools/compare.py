"""Packs side by side: what is in force on a day, what is done with it, and what two packs say differently."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from terminal.adjudication.pack import Pack
from terminal.adjudication.plan import Plan
from terminal.adjudication.values import NoValue, Row, figure_text, in_force, row_text
from terminal.documents import encode


class Shown(msgspec.Struct, frozen=True):
    """A figure as a reviewer reads it; derived ones are worked out."""

    key: str
    when: str
    text: str
    begins: date
    ends: date | None
    ref: str
    why: str = ""
    """Why it is unstated."""


class Changed(msgspec.Struct, frozen=True):
    """A figure or a rule that two packs state differently; None where one does not state it."""

    key: str
    when: str
    before: str | None
    after: str | None


def show_pack(pack: Pack, day: date) -> list[Shown]:
    """All figures in force on a day."""
    plan = Plan(pack)
    rows = sorted(in_force(plan.values.rows, day), key=lambda row: (row.key, _when(row)))
    return [
        Shown(row.key, _when(row), _text(plan, row, day), row.begins, row.ends, row.ref, row.unstated) for row in rows
    ]


def rules(pack: Pack) -> dict[str, str]:
    """What a pack does, by place: everything but its figures and the words about itself."""
    header = msgspec.json.decode(encode(pack.header))
    about = ("format", "id", "title_zh", "title_en", "version", "review_by", "notes", "source", "waived")
    benefits = msgspec.json.decode(encode(pack.benefits))
    kept = {name: value for name, value in header.items() if name not in about}
    return dict(_flat("", {"line": benefits["line"], "benefit": benefits["benefit"], **kept}))


_SILENT = ("id", "zh", "en", "kind")
"""Names and titles: they say which rule it is, not what it does."""


def _flat(place: str, tree: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """One line for what a table says itself, then one for each table inside it; a layer's stages are one line."""
    inside = {name: value for name, value in tree.items() if _tables(value) or isinstance(value, dict)}
    if words := _words({name: value for name, value in tree.items() if name not in inside}):
        yield place or "pack", words
    for name, value in inside.items():
        here = f"{place}.{name}" if place else name
        if name == "stages":
            yield here, " > ".join(map(_stage, value))
        elif isinstance(value, dict):
            yield from _flat(here, value)
        else:
            for number, each in enumerate(value, 1):
                named = each["id"] if "id" in each else f"{number}.{each['kind']}"
                yield from _flat(f"{here}.{named}", each)


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _stage(stage: dict[str, Any]) -> str:
    words = _words(stage)
    return f"{stage['kind']} ({words})" if words else str(stage["kind"])


def _words(tree: Any) -> str:
    if isinstance(tree, dict):
        said = {
            name: value for name, value in tree.items() if name not in _SILENT and value not in ("", [], {}, None, 0)
        }
        return ", ".join(f"{name} {_words(value)}" for name, value in said.items())
    if isinstance(tree, list):
        return " ".join(map(_words, tree))
    return str(tree)


def diff_packs(old: Pack, new: Pack, old_day: date, new_day: date) -> list[Changed]:
    """The figures and rules that differ between two packs, or the figures between two days of one."""
    before = {(shown.key, shown.when): shown.text for shown in show_pack(old, old_day)}
    after = {(shown.key, shown.when): shown.text for shown in show_pack(new, new_day)}
    before |= {(place, ""): text for place, text in rules(old).items()}
    after |= {(place, ""): text for place, text in rules(new).items()}
    places = sorted({*before, *after})
    return [
        Changed(key, when, before.get((key, when)), after.get((key, when)))
        for key, when in places
        if before.get((key, when)) != after.get((key, when))
    ]


def _when(row: Row) -> str:
    return ", ".join(f"{name} {' '.join(words)}" for name, words in sorted(row.when.items()))


def _text(plan: Plan, row: Row, day: date) -> str:
    if row.derive is None or row.unstated:
        return row_text(row)
    facts = {name: words[0] for name, words in row.when.items()}
    try:
        return figure_text(row.unit, plan.values.pick(row.key, facts, day, None).figure)
    except (NoValue, KeyError):
        return row_text(row)
