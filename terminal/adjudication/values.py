"""Dated figures of a policy: by key, by law date, by the date the pack learned them, by the facts of the bill."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

import msgspec

from terminal.adjudication.dimensions import ENDLESS, Facts, covers, span
from terminal.adjudication.rounding import Round
from terminal.money import Fen, Rate, format_rate, parse_rate, parse_yuan

Words = tuple[str, ...]
When = Mapping[str, Words]


class Unit(StrEnum):
    """What a figure is measured in; no figure goes without."""

    YUAN = "yuan"
    RATE = "rate"
    BANDS = "bands"
    COUNT = "count"


class Band(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One band of a schedule: this rate up to that amount; the last band has no ``up_to``."""

    rate: Rate
    up_to: Fen | None = None


class Derive(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure that the law states through another one.

    ``times``: that share of the other figure (10% of the yearly wage). ``personal_times``: the person's share is
    that share of the other schedule's personal share (retirees bear 60% of what the active bear).
    """

    of: str
    when: dict[str, Words] = {}
    times: Rate | None = None
    personal_times: Rate | None = None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One figure with its validity. ``from`` is inclusive, ``until`` exclusive."""

    key: str
    unit: Unit
    begins: date
    known: date
    ref: str
    ends: date | None = None
    when: dict[str, Words] = {}
    amount: Fen | None = None
    rate: Rate | None = None
    bands: tuple[Band, ...] = ()
    count: int | None = None
    derive: Derive | None = None
    unstated: str = ""
    """Why no document states it; such a figure stops every bill that needs it."""
    file: str = ""
    line: int = 0

    @property
    def figure(self) -> Any:
        """The figure in its unit: fen, exact rate, bands or a count."""
        return {Unit.YUAN: self.amount, Unit.RATE: self.rate, Unit.BANDS: self.bands, Unit.COUNT: self.count}[self.unit]

    def valid(self, day: date) -> bool:
        """Whether the law date lies in the row's validity."""
        return self.begins <= day and (self.ends is None or day < self.ends)


def row_text(row: Row) -> str:
    """A figure as a reviewer reads it."""
    if row.unstated:
        return "unstated"
    if row.derive is not None:
        share = row.derive.times if row.derive.times is not None else row.derive.personal_times
        return f"{format_rate(share or Fraction(0))} of {row.derive.of}"
    return figure_text(row.unit, row.figure)


def figure_text(unit: Unit, figure: Any) -> str:
    """``1300.00``, ``85%``, ``85% to 30000.00, 90%`` or a count."""
    if unit is Unit.RATE:
        return format_rate(figure)
    if unit is Unit.BANDS:
        return ", ".join(format_rate(b.rate) + ("" if b.up_to is None else f" to {b.up_to}") for b in figure)
    return str(figure)


def parse_figure(unit: Unit, text: str) -> Any:
    """A figure from the text of a table's cell. Raises ValueError (MoneyText) saying what was expected."""
    parse: dict[Unit, Callable[[str], Any]] = {Unit.YUAN: parse_yuan, Unit.RATE: parse_rate, Unit.COUNT: int}
    return parse[unit](text)


class Given(NamedTuple):
    """A figure picked for one bill, with the row it came from."""

    figure: Any
    row: Row


class NoValue(Exception):
    """No usable figure: ``row`` is the row that says it is unstated, or None when no row covers the bill."""

    def __init__(self, key: str, day: date, row: Row | None, nearest: str) -> None:
        self.key, self.day, self.row, self.nearest = key, day, row, nearest
        super().__init__(key)


class Values:
    """All rows of a pack, looked up by facts, law date and knowledge date; ``share`` rounds derived amounts.

    ``whens`` is every place where the pack distinguishes facts.
    """

    def __init__(self, rows: Sequence[Row], share: Round, whens: Iterable[When]) -> None:
        self.share = share
        self.rows: dict[str, list[Row]] = {}
        for row in rows:
            self.rows.setdefault(row.key, []).append(row)
        self.days = sorted({d for row in rows for d in (row.begins, row.ends) if d is not None})
        self.learned = sorted({row.known for row in rows})
        edges: dict[str, set[int]] = {}
        for name, words in (entry for when in whens for entry in when.items()):
            edges.setdefault(name, set()).update(*filter(None, map(span, words)))
        self.bounds = {name: sorted(found - {ENDLESS}) for name, found in edges.items() if found}
        """Where a number's ranges begin and end, so that equal cases share one binding."""

    def behind(self, keys: Iterable[str]) -> list[Row]:
        """The rows of these figures and of those they are derived from."""
        rows = [row for key in keys for row in self.rows.get(key, ())]
        return rows + [other for row in rows if row.derive is not None for other in self.behind([row.derive.of])]

    def epoch(self, day: date, known: date | None) -> tuple[int, int]:
        """Two days of one epoch read the same rows."""
        return bisect_right(self.days, day), len(self.learned) if known is None else bisect_right(self.learned, known)

    def pick(self, key: str, facts: Facts, day: date, known: date | None) -> Given:
        """The figure for these facts on this day, as far as it was known then. Raises NoValue."""
        rows = self.rows.get(key, [])
        fitting = [
            row for row in rows if row.valid(day) and (known is None or row.known <= known) and covers(row.when, facts)
        ]
        if not fitting:
            nearest = ", ".join(sorted({f"{r.begins}..{r.ends or ''} ({row_text(r)})" for r in rows})[:3])
            raise NoValue(key, day, None, nearest)
        row = max(fitting, key=lambda r: r.known)
        if row.unstated:
            raise NoValue(key, day, row, "")
        if row.derive is None:
            return Given(row.figure, row)
        return Given(self._derived(row, row.derive, facts, day, known), row)

    def _derived(self, row: Row, derive: Derive, facts: Facts, day: date, known: date | None) -> Any:
        other = {**facts, **{name: words[0] for name, words in derive.when.items()}}
        base = self.pick(derive.of, other, day, known)
        if derive.times is not None:
            if row.unit is Unit.YUAN:
                product = base.figure * derive.times
                return Fen(self.share(product.numerator, product.denominator))
            return base.figure * derive.times
        share = derive.personal_times or Fraction(0)
        if row.unit is Unit.BANDS:
            return tuple(Band(rate=1 - share * (1 - band.rate), up_to=band.up_to) for band in base.figure)
        return 1 - share * (1 - base.figure)


def in_force(rows: Mapping[str, Sequence[Row]], day: date) -> list[Row]:
    """The rows valid on a day, the latest known of each."""
    newest: dict[tuple[str, str], Row] = {}
    for row in (row for group in rows.values() for row in group if row.valid(day)):
        place = (row.key, str(row.when))
        if place not in newest or newest[place].known < row.known:
            newest[place] = row
    return list(newest.values())
