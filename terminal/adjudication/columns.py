"""A whole journal at once: the same bound stages on int64 columns, wave by wave over each person's bills.

Bill n+1 of a person needs what bill n used up, so all first bills run together, then all second ones. Within a
wave, bills of one kind share one binding. Persons never meet, so any partition by person gives the same result.
Needs numpy (the extra ``batch``); the till never imports this.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from terminal.adjudication.accumulators import Accumulator, Period, Scope
from terminal.adjudication.bound import Bound, Reckoned
from terminal.adjudication.dimensions import Fact
from terminal.adjudication.journal import Column, Journal, NotInColumns
from terminal.adjudication.journal_lines import Sums, placed
from terminal.adjudication.pack import Crossing
from terminal.adjudication.plan import Plan
from terminal.adjudication.tender import CURRENT, KINDS

LARGEST_BILL = 10**11
"""In fen; with denominators up to ``journal.LARGEST_SCALE`` every product stays inside int64."""
CHUNK = 4096
_OF_LINES = ("total", "own_pay", "over_limit", "first_self_pay", "in_scope")


class _Columns:
    """Least and most on columns."""

    least = staticmethod(np.minimum)
    most = staticmethod(np.maximum)


COLUMNS: Any = _Columns()


@dataclass(slots=True)
class Result:
    """What each bill came to, in columns of fen."""

    figures: dict[str, Column]
    bad: NDArray[np.bool_]
    """Bills without an answer: a figure or fact that their policy needs is missing."""
    reasons: dict[int, str] = field(default_factory=dict)


def run(plan: Plan, journal: Journal, openings: Mapping[str, Column] | None = None) -> Result:
    """Adjudicates a journal. ``openings`` gives accumulators by person for the period of their first bill.

    Raises NotInColumns for amounts or policies that columns cannot carry exactly.
    """
    if not len(journal):
        return Result({}, np.zeros(0, bool))
    if journal.largest > LARGEST_BILL:
        raise NotInColumns("a bill beyond a thousand million yuan")
    for benefit in plan.pack.benefits.benefit:
        if benefit.crossing is Crossing.SPLIT or benefit.cycle_days or benefit.when:
            raise NotInColumns(f"benefit {benefit.id}: cut by date or by case")
    return _Waves(plan, journal, openings or {}).run()


class _Waves:
    def __init__(self, plan: Plan, journal: Journal, openings: Mapping[str, Column]) -> None:
        self.plan, self.journal = plan, journal
        bills = len(journal)
        self.result = Result({}, np.zeros(bills, bool))
        self.keys: dict[str, Column] = {}
        self.value: dict[str, Column] = {}
        self.period: dict[str, Column] = {}
        self.periods: dict[str, Column] = {}
        for accumulator in plan.accumulators.values():
            keys, count = self._scoped(accumulator)
            self.keys[accumulator.id] = keys
            self.periods[accumulator.id] = self._periods(accumulator)
            self.value[accumulator.id] = np.zeros(count, np.int64)
            self.period[accumulator.id] = np.full(count, -1, np.int64)
            if accumulator.id in openings:
                first = np.unique(keys, return_index=True)[1]
                self.value[accumulator.id][keys[first]] = openings[accumulator.id][journal.person[first]]
                self.period[accumulator.id][keys[first]] = self.periods[accumulator.id][first]
        self.sums = self._sums()

    def _scoped(self, accumulator: Accumulator) -> tuple[Column, int]:
        if accumulator.scope is Scope.FAMILY:
            raise NotInColumns(f"accumulator {accumulator.id}: counted for a family, of which a journal says nothing")
        names = {Scope.PERSON_DISEASE: "disease", Scope.PERSON_INSTITUTION: "institution"}
        if accumulator.scope not in names:
            return self.journal.person, self.journal.persons
        pairs = np.stack([self.journal.person, self.journal.place[names[accumulator.scope]]])
        found, keys = np.unique(pairs, axis=1, return_inverse=True)
        return keys.reshape(-1).astype(np.int64), found.shape[1]

    def _periods(self, accumulator: Accumulator) -> Column:
        """A number for the period of each bill."""
        day = self.journal.day
        if accumulator.period is Period.STAY:
            return np.arange(len(day), dtype=np.int64)
        first = int(day.min(initial=date.max.toordinal()))
        return self._periods_of_days(accumulator, np.arange(first, int(day.max(initial=first)) + 1))[day - first]

    def _periods_of_days(self, accumulator: Accumulator, days: Column) -> Column:
        dates = (days - date(1970, 1, 1).toordinal()).astype("datetime64[D]")
        months = dates.astype("datetime64[M]").astype(np.int64)
        match accumulator.period:
            case Period.YEAR:
                return months // 12
            case Period.SCHEME_YEAR:
                return (months - accumulator.year_begins + 1) // 12
            case Period.QUARTER:
                return months // 3
            case Period.MONTH:
                return months
            case Period.DAY:
                return days
            case Period.LIFETIME:
                return np.zeros(len(days), np.int64)
            case _:
                raise NotInColumns(f"accumulator {accumulator.id}: a period that depends on the bills before")

    def _alike(self, names: Iterable[str]) -> Column:
        """One number for all bills whose law epoch and these facts are alike."""
        journal, values = self.journal, self.plan.values
        epochs = np.searchsorted(np.array([d.toordinal() for d in values.days]), journal.day, side="right")
        columns = [epochs.astype(np.int64)]
        for name in names:
            codes, words = journal.facts[name]
            edges = np.array(values.bounds.get(name, ()), np.int64)
            columns.append(codes if words else np.searchsorted(edges, codes, side="right") * (codes >= 0) - (codes < 0))
        return _as_one(columns)

    def _sums(self) -> Sums:
        """The sums of all bills; those without an answer are refused."""
        sums, facts = Sums(self.journal), self.plan.line_facts
        if counted := facts & {*self.plan.counts}:
            raise NotInColumns(f"lines by {', '.join(sorted(counted))}, which bills before decide")
        for bills in _groups(self._alike(sorted(facts))):
            sums.add(self._bound(int(bills[0])).lines, bills)
        for bill, why in sums.reasons.items():
            self._refuse(np.array([bill]), why)
        return sums

    def run(self) -> Result:
        """All waves."""
        alike = _as_one([self.journal.benefit, self._alike(self.journal.facts)])
        for wave in _by_ordinal(self.journal.person):
            bills = wave[~self.result.bad[wave]] if self.result.reasons else wave
            keys = [alike[bills]]
            for name in self.plan.counts:
                ordinal = self._opening(name, bills) + 1
                keys.append(np.searchsorted(np.array(self.plan.values.bounds.get(name, ())), ordinal, side="right"))
            for members in _groups(_as_one(keys)):
                self._group(bills[members])
        for name in _OF_LINES:
            column = self.sums.columns[name]
            whole = not self.result.reasons and not isinstance(column, int)
            self.result.figures[name] = column if whole else np.where(self.result.bad, 0, column)
        return self.result

    def _opening(self, name: str, bills: Column) -> Column:
        keys = self.keys[name][bills]
        same = self.period[name][keys] == self.periods[name][bills]
        return np.where(same, self.value[name][keys], 0)

    def _facts(self, bill: int) -> dict[str, Fact]:
        facts: dict[str, Fact] = {}
        for name, (codes, words) in self.journal.facts.items():
            code = int(codes[bill])
            if code >= 0:
                facts[name] = words[code] if words else code
        one = np.array([bill])
        return facts | {name: int(self._opening(name, one)[0]) + 1 for name in self.plan.counts}

    def _group(self, bills: Column) -> None:
        """Bills of one kind, one of each person; a chunk at a time, so that its columns stay in the cache."""
        if len(bills) > CHUNK:
            for part in np.array_split(bills, -(-len(bills) // CHUNK)):
                self._group(part)
            return
        journal, some = self.journal, int(bills[0])
        bound = self._bound(some)
        benefit = bound.benefit
        if bound.missing:
            self._refuse(bills, bound.missing[0].en)
            return
        if bound.lines.from_class or bound.lines.groups:
            raise NotInColumns(f"benefit {benefit.id}: a deductible or a ratio of one class")
        place = placed(bills)
        opening: dict[str, Any] = {a.id: self._opening(a.id, place) for a in {*bound.reads, *bound.posts}}
        for name in benefit.blocked_by:
            blocked = opening[name] != 0
            if blocked.any():
                self._refuse(bills[blocked], f"blocked by {name}")
                if not blocked.all():
                    self._group(bills[~blocked])
                return
        purse: Any = np.where(journal.account_use[place], journal.account[place], 0)
        counts: dict[str, Any] = {"days": journal.days[place], "bills": 1}
        balances = dict.fromkeys(KINDS, 0) | {CURRENT: purse}
        kept, posted = _code(bound)(self.sums.of(place), opening, counts, purse, balances)
        for name, column in kept.items():
            if name not in self.result.figures:
                self.result.figures[name] = np.zeros(len(journal), np.int64)
            if not _is_nothing(column):
                self.result.figures[name][place] = column
        for accumulator, delta in zip(bound.posts, posted, strict=True):
            keys = self.keys[accumulator.id][place]
            self.value[accumulator.id][keys] = opening[accumulator.id] + delta
            self.period[accumulator.id][keys] = self.periods[accumulator.id][place]

    def _bound(self, bill: int) -> Bound:
        benefit = self.plan.pack.benefits.benefit[int(self.journal.benefit[bill])]
        return self.plan.bind(benefit, self._facts(bill), date.fromordinal(int(self.journal.day[bill])), None)

    def _refuse(self, bills: Column, why: str) -> None:
        self.result.bad[bills] = True
        self.result.reasons.update(dict.fromkeys(bills.tolist(), why))


def _is_nothing(column: Any) -> bool:
    return isinstance(column, int) and not column


_CODE: WeakKeyDictionary[Bound, Callable[..., Any]] = WeakKeyDictionary()


def _code(bound: Bound) -> Callable[..., Any]:
    """The stages of a kind of bill as code for columns, made once."""
    if bound not in _CODE:
        _CODE[bound] = bound.straight(_kept, arithmetic=COLUMNS)
    return _CODE[bound]


def _kept(reckoned: Reckoned) -> tuple[dict[str, Any], tuple[int, ...]]:
    """What a journal keeps of each bill, and what it posts."""
    named = {name: column for name, column in reckoned.figures.items() if name.startswith("paid.")}
    named["deductible"] = reckoned.figures["deductible"]
    named["account"] = reckoned.account
    named["cash"] = reckoned.remaining - reckoned.account
    named["hospital"] = 0 if reckoned.quota is None else reckoned.figures["total"] - reckoned.quota
    return named, reckoned.posted


def _groups(numbers: Column) -> Iterable[Any]:
    """The places of each number, in ascending order."""
    if not numbers.any():
        return [np.arange(len(numbers))] if len(numbers) else []
    order = np.argsort(numbers, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1)


def _by_ordinal(person: Column) -> Iterable[Column]:
    """The first bill of every person, then the second, and so on; each time in the order of the journal."""
    order = np.argsort(person, kind="stable")
    ordered = person[order]
    start = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1] if len(person) else np.zeros(0, np.int64)
    ordinal = np.empty(len(person), np.int64)
    ordinal[order] = np.arange(len(person)) - np.repeat(start, np.diff(np.r_[start, len(person)]))
    by_wave = np.argsort(ordinal, kind="stable")
    counts = np.bincount(ordinal)
    return np.split(by_wave, np.cumsum(counts)[:-1])


def _as_one(columns: Sequence[Column]) -> Column:
    """One number for each combination; equal combinations, and only they, get equal numbers."""
    whole = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        low = column.min(initial=0)
        whole = whole * (int(column.max(initial=0)) - int(low) + 1) + (column - low)
        if int(whole.max(initial=0)) > 10**12:
            whole = np.unique(whole, return_inverse=True)[1].astype(np.int64)
    return whole
