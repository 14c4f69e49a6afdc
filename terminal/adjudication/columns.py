"""A whole journal at once: the same bound stages on int64 columns, wave by wave over each person's bills.

Bill n+1 of a person needs what bill n used up, so all first bills run together, then all second ones. Within a
wave, bills of one kind share one binding. Persons never meet, so any partition by person gives the same result.
Needs numpy (the extra ``batch``); the till never imports this.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from terminal.adjudication.accumulators import Accumulator, Period, Scope
from terminal.adjudication.bound import Bound, Reckoned
from terminal.adjudication.dimensions import Fact
from terminal.adjudication.journal import Column, Journal, Kind, NotInColumns
from terminal.adjudication.lines import CeilingPer, Effect, LineRules, Treatment
from terminal.adjudication.pack import Crossing
from terminal.adjudication.plan import Plan
from terminal.adjudication.rounding import taken
from terminal.adjudication.tender import CURRENT, KINDS

LARGEST_BILL = 10**11
"""In fen; with denominators up to ``journal.LARGEST_SCALE`` every product stays inside int64."""
CHUNK = 4096
_KEPT = ("total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible")


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
        self.static = self._static_keys()
        self.codes, self.kinds = journal.kinds
        self.bounds: dict[tuple[Any, ...], Bound] = {}

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

    def _static_keys(self) -> Column:
        """One number for all bills whose facts, benefit and law epoch are alike."""
        journal, plan = self.journal, self.plan
        epochs = np.searchsorted(np.array([d.toordinal() for d in plan.values.days]), journal.day, side="right")
        columns = [journal.benefit, epochs.astype(np.int64)]
        for name, (codes, words) in journal.facts.items():
            edges = np.array(plan.values.bounds.get(name, ()), np.int64)
            columns.append(codes if words else np.searchsorted(edges, codes, side="right") * (codes >= 0) - (codes < 0))
        return _as_one(columns)

    def run(self) -> Result:
        for wave in _by_ordinal(self.journal.person):
            keys = [self.static[wave]]
            for name in self.plan.counts:
                ordinal = self._opening(name, wave) + 1
                keys.append(np.searchsorted(np.array(self.plan.values.bounds.get(name, ())), ordinal, side="right"))
            group = _as_one(keys)
            if not group.any():
                self._group(wave)
                continue
            order = np.argsort(group, kind="stable")
            for members in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
                self._group(wave[members])
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
        journal, plan, some = self.journal, self.plan, int(bills[0])
        benefit = plan.pack.benefits.benefit[int(journal.benefit[some])]
        bound = plan.bind(benefit, self._facts(some), date.fromordinal(int(journal.day[some])), None)
        if bound.missing:
            self._refuse(bills, bound.missing[0].en)
            return
        if bound.lines.from_class or bound.lines.groups:
            raise NotInColumns(f"benefit {benefit.id}: a deductible or a ratio of one class")
        figures, needs = _lines(bound.lines, journal, bills, self.codes, self.kinds)
        if needs:
            refused = np.zeros(len(bills), bool)
            for bad, why in needs:
                refused |= bad
                self._refuse(bills[bad], why)
            if refused.any():
                if not refused.all():
                    self._group(bills[~refused])
                return
        opening: dict[str, Any] = {a.id: self._opening(a.id, bills) for a in {*bound.reads, *bound.posts}}
        for name in benefit.blocked_by:
            blocked = opening[name] != 0
            if blocked.any():
                self._refuse(bills[blocked], f"blocked by {name}")
                if not blocked.all():
                    self._group(bills[~blocked])
                return
        purse: Any = np.where(journal.account_use[bills], journal.account[bills], 0)
        days: Any = journal.days[bills]
        balances = dict.fromkeys(KINDS, 0) | {CURRENT: purse}
        kept, posted = _code(bound)(figures, opening, {"days": days, "bills": 1}, purse, balances)
        self._keep(bills, kept)
        for accumulator, delta in zip(bound.posts, posted, strict=True):
            keys = self.keys[accumulator.id][bills]
            self.value[accumulator.id][keys] = opening[accumulator.id] + delta
            self.period[accumulator.id][keys] = self.periods[accumulator.id][bills]

    def _refuse(self, bills: Column, why: str) -> None:
        self.result.bad[bills] = True
        self.result.reasons.update(dict.fromkeys(bills.tolist(), why))

    def _keep(self, bills: Column, kept: Mapping[str, Any]) -> None:
        for name, column in kept.items():
            if name not in self.result.figures:
                self.result.figures[name] = np.zeros(len(self.journal), np.int64)
            self.result.figures[name][bills] = column


_CODE: WeakKeyDictionary[Bound, Callable[..., Any]] = WeakKeyDictionary()


def _code(bound: Bound) -> Callable[..., Any]:
    """The stages of a kind of bill as code for columns, made once."""
    if bound not in _CODE:
        _CODE[bound] = bound.straight(_kept, arithmetic=COLUMNS)
    return _CODE[bound]


def _kept(reckoned: Reckoned) -> tuple[dict[str, Any], tuple[int, ...]]:
    """What a journal keeps of each bill, and what it posts."""
    named = {name: column for name, column in reckoned.figures.items() if name in _KEPT or name.startswith("paid.")}
    named["account"] = reckoned.account
    named["cash"] = reckoned.remaining - reckoned.account
    named["hospital"] = 0 if reckoned.quota is None else named["total"] - reckoned.quota
    return named, reckoned.posted


def _by_ordinal(person: Column) -> Iterable[Column]:
    """The first bill of every person, then the second, and so on."""
    order = np.argsort(person, kind="stable")
    ordered = person[order]
    start = np.r_[0, np.flatnonzero(np.diff(ordered)) + 1] if len(person) else np.zeros(0, np.int64)
    ordinal = np.arange(len(person)) - np.repeat(start, np.diff(np.r_[start, len(person)]))
    by_wave = order[np.argsort(ordinal, kind="stable")]
    counts = np.bincount(ordinal)
    return np.split(by_wave, np.cumsum(counts)[:-1])


def _lines(
    rules: LineRules, journal: Journal, bills: Column, codes: Column, kinds: Sequence[Kind]
) -> tuple[dict[str, int], list[tuple[NDArray[np.bool_], str]]]:
    """The sums of the bills' lines, as ``LineRules.split`` does it one by one."""
    if not rules.per_line:
        raise NotInColumns("first self-pay rounded once for the bill")
    starts = journal.first_line[bills]
    counts = journal.first_line[bills + 1] - starts
    begins = np.cumsum(counts) - counts
    lines: Any = slice(int(starts[0]), int(starts[-1] + counts[-1]))
    if (np.diff(bills) != 1).any():
        lines = np.arange(counts.sum()) + np.repeat(starts - begins, counts)
    amount, code = journal.amount[lines], codes[lines]
    owner = _Owner(counts)
    zero = np.zeros(len(bills), np.int64)
    sums: dict[str, Any] = dict.fromkeys(("own_pay", "over_limit", "first_self_pay", "separate"), zero)

    def add(name: str, values: Any) -> None:
        sums[name] = sums[name] + np.add.reduceat(values, begins)

    present = np.flatnonzero(np.bincount(code, minlength=len(kinds))).tolist()
    known = {one: rules.rows[kinds[one].category][kinds[one].item_class] for one in present}
    over, needs = _over(rules, journal, bills, lines, code, known, owner)
    counted = amount if over is None else amount - over
    for one in present:
        mask = code == one
        if known[one].own:
            add("own_pay", amount * mask)
            continue
        if kinds[one].denominator:
            share = rules.share(Fraction(kinds[one].numerator, kinds[one].denominator))
        else:
            share = known[one].share
            if (stop := known[one].stop) is not None:
                needs.append((owner.having(mask), stop.en))
        first: Any = 0
        if share is not None:
            first = taken(share, counted * mask)
            add("first_self_pay", first)
        if over is not None:
            add("over_limit", over * mask)
        if known[one].separate:
            add("separate", counted * mask - first)
    sums |= {"total": np.add.reduceat(amount, begins), "class_deductible": zero}
    sums["in_scope"] = sums["total"] - sums["own_pay"] - sums["over_limit"] - sums["first_self_pay"]
    return sums, needs


def _over(
    rules: LineRules,
    journal: Journal,
    bills: Column,
    lines: Any,
    code: Column,
    known: Mapping[int, Treatment],
    owner: "_Owner",
) -> tuple[Any, list[tuple[NDArray[np.bool_], str]]]:
    """What ceilings cut off each line, None where there are none; and what is missing to say so."""
    limited = [one for one, treatment in known.items() if treatment.limits and not treatment.own]
    if not limited and journal.limit is None:
        return None, []
    amount = journal.amount[lines]
    limit = np.full_like(amount, -1) if journal.limit is None else journal.limit[lines]
    over = np.where(limit >= 0, np.maximum(amount - limit, 0), 0)
    needs = []
    by_visit: dict[int, tuple[Any, int]] = {}
    for one in limited:
        here = code == one
        needs += [(owner.having(here), found.en) for found in known[one].needs]
        over = _cut(rules, known[one], journal, lines, here, journal.days[bills][owner.of(here)], over, by_visit)
    for mask, most in by_visit.values():
        over = _cut_by_visit(amount, over, mask, owner, most)
    return over, needs


class _Owner:
    """Which bill each line belongs to; worked out only where somebody asks."""

    def __init__(self, counts: Column) -> None:
        self.counts = counts

    @cached_property
    def all(self) -> Column:
        """The bill of every line."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

    def of(self, mask: NDArray[np.bool_]) -> Column:
        """The bills of some lines."""
        return self.all[mask]

    def having(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The bills that have one of these lines."""
        found = np.zeros(len(self.counts), bool)
        found[self.of(mask)] = True
        return found


def _cut(
    rules: LineRules, known: Treatment, journal: Journal, lines: Any, here: Any, days: Any, over: Any,
    by_visit: dict[int, tuple[Any, int]],
) -> Any:  # fmt: skip
    """What the limits of one kind of line cut off; those for the visit are left for later."""
    amount, quantity, price = (column[lines][here] for column in (journal.amount, journal.quantity, journal.price))
    for one in known.limits:
        if one.units is not None and one.effect is Effect.CUT:
            plausible = rules.whole_ceiling(price * one.units * days * 10**4, 10**8)
            surplus = quantity > one.units * days * 10**4
            over[here] = np.where(surplus, np.maximum(over[here], amount - plausible), over[here])
        if one.amount is None:
            continue
        if one.per is CeilingPer.VISIT:
            before = by_visit.get(one.rule, (np.zeros(len(here), bool), 0))[0]
            by_visit[one.rule] = (before | here, one.amount)
            continue
        most = one.amount * days
        if one.per is CeilingPer.UNIT:
            most = rules.whole_ceiling(one.amount * quantity, 10**4)
        over[here] = np.maximum(over[here], amount - most)
    return over


def _cut_by_visit(amount: Any, over: Any, mask: Any, owner: _Owner, most: int) -> Any:
    """A limit for the visit is used up in the order of the lines: what is counted before and after each line."""
    counted = np.where(mask, amount - over, 0)
    ends = np.cumsum(counted)
    begins = np.cumsum(owner.counts) - owner.counts
    reached = ends - np.repeat((ends - counted)[begins], owner.counts)
    kept = np.minimum(reached, most) - np.minimum(reached - counted, most)
    return np.where(mask, amount - kept, over)


def _as_one(columns: Sequence[Column]) -> Column:
    """One number for each combination; equal combinations, and only they, get equal numbers."""
    whole = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        low = column.min(initial=0)
        whole = whole * (int(column.max(initial=0)) - int(low) + 1) + (column - low)
        if int(whole.max(initial=0)) > 10**12:
            whole = np.unique(whole, return_inverse=True)[1].astype(np.int64)
    return whole
