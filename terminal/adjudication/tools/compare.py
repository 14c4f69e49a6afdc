"""Packs side by side: what is in force on a day, and what two packs say differently."""

from datetime import date

import msgspec

from terminal.adjudication.pack import Pack
from terminal.adjudication.plan import Plan
from terminal.adjudication.values import NoValue, Row, figure_text, in_force, row_text


class Shown(msgspec.Struct, frozen=True):
    """A figure as a reviewer reads it; derived ones are worked out."""

    key: str
    when: str
    text: str
    begins: date
    ends: date | None
    ref: str


class Changed(msgspec.Struct, frozen=True):
    """A figure that two packs state differently; None where one does not state it."""

    key: str
    when: str
    before: str | None
    after: str | None


def show_pack(pack: Pack, day: date) -> list[Shown]:
    """All figures in force on a day."""
    plan = Plan(pack)
    rows = sorted(in_force(plan.values.rows, day), key=lambda row: (row.key, _when(row)))
    return [Shown(row.key, _when(row), _text(plan, row, day), row.begins, row.ends, row.ref) for row in rows]


def diff_packs(old: Pack, new: Pack, old_day: date, new_day: date) -> list[Changed]:
    """The figures that differ between two packs, or between two days of one."""
    before = {(shown.key, shown.when): shown.text for shown in show_pack(old, old_day)}
    after = {(shown.key, shown.when): shown.text for shown in show_pack(new, new_day)}
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
