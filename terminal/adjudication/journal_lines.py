"""The lines of a whole journal at once: what they come to for every bill, as ``LineRules.split`` does it one by one.

No accumulator has a say here, so all bills whose lines are treated alike go together in the order of the journal, a
chunk at a time that stays in the cache. Needs numpy.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from terminal.adjudication.journal import Column, Journal, Kind, NotInColumns
from terminal.adjudication.lines import SUMS, CeilingPer, Effect, LineRules, Treatment
from terminal.adjudication.rounding import taken

CHUNK = 1 << 16
"""Lines worked on together."""
FEW = 32
"""Kinds of lines that are looked for one by one sooner than counted."""
Needs = list[tuple[NDArray[np.bool_], str]]


class Sums:
    """The sums of all bills. A sum that no policy here has is the number 0; ``reasons`` tells which bills have none."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.codes, self.kinds = journal.kinds
        self.columns: dict[str, Any] = dict.fromkeys(SUMS, 0)
        self.reasons: dict[int, str] = {}

    def add(self, rules: LineRules, bills: Column) -> None:
        """Works out some bills, in ascending order, whose lines these rules treat."""
        if not rules.per_line:
            raise NotInColumns("first self-pay rounded once for the bill")
        ends = np.cumsum(self.journal.first_line[bills + 1] - self.journal.first_line[bills])
        cuts = np.searchsorted(ends, np.arange(CHUNK, int(ends[-1]), CHUNK), side="right")
        for part in np.split(bills, np.unique(cuts)):
            if len(part):
                self._add(rules, part)

    def _add(self, rules: LineRules, bills: Column) -> None:
        sums, needs = _lines(rules, self.journal, bills, self.codes, self.kinds)
        place = placed(bills)
        for name, column in sums.items():
            if isinstance(self.columns[name], int):
                self.columns[name] = np.zeros(len(self.journal), np.int64)
            self.columns[name][place] = column
        for bad, why in needs:
            self.reasons.update(dict.fromkeys(bills[bad].tolist(), why))

    def of(self, bills: Any) -> dict[str, Any]:
        """The sums of some bills."""
        return {name: column if isinstance(column, int) else column[bills] for name, column in self.columns.items()}


def placed(bills: Column) -> Any:
    """Ascending bills as a slice where none is left out, so that their columns need no copy."""
    begin, end = int(bills[0]), int(bills[-1]) + 1
    return slice(begin, end) if end - begin == len(bills) else bills


def _lines(
    rules: LineRules, journal: Journal, bills: Column, codes: Column, kinds: Sequence[Kind]
) -> tuple[dict[str, Column], Needs]:
    starts = journal.first_line[bills]
    counts = journal.first_line[bills + 1] - starts
    begins = np.cumsum(counts) - counts
    lines: Any = slice(int(starts[0]), int(starts[-1] + counts[-1]))
    if not isinstance(placed(bills), slice):
        lines = np.arange(counts.sum()) + np.repeat(starts - begins, counts)
    amount, code = journal.amount[lines], codes[lines]
    owner = _Owner(counts)
    sums: dict[str, Any] = {"total": np.add.reduceat(amount, begins)}

    def add(name: str, values: Any) -> None:
        sums[name] = sums.get(name, 0) + np.add.reduceat(values, begins)

    present = (
        range(len(kinds)) if len(kinds) <= FEW else np.flatnonzero(np.bincount(code, minlength=len(kinds))).tolist()
    )
    known = {one: rules.rows[kinds[one].category][kinds[one].item_class] for one in present}
    over, needs = _over(rules, journal, bills, lines, code, known, owner)
    counted = amount if over is None else amount - over
    for one in present:
        mask = code == one
        if not mask.any():
            continue
        if known[one].own:
            add("own_pay", amount * mask)
            continue
        share = known[one].share
        if kinds[one].denominator:
            share = rules.share(Fraction(kinds[one].numerator, kinds[one].denominator))
        elif (stop := known[one].stop) is not None:
            needs.append((owner.having(mask), stop.en))
        first: Any = 0
        if share is not None:
            first = taken(share, counted * mask)
            add("first_self_pay", first)
        if over is not None:
            add("over_limit", over * mask)
        if known[one].separate:
            add("separate", counted * mask - first)
    outside = [sums[name] for name in ("own_pay", "over_limit", "first_self_pay") if name in sums]
    sums["in_scope"] = sums["total"] - sum(outside)
    return sums, needs


def _over(
    rules: LineRules,
    journal: Journal,
    bills: Column,
    lines: Any,
    code: Column,
    known: Mapping[int, Treatment],
    owner: "_Owner",
) -> tuple[Any, Needs]:
    """What ceilings cut off each line, None where there are none; and what is missing to say so."""
    limited = [one for one, treatment in known.items() if treatment.limits and not treatment.own]
    if not limited and journal.limit is None:
        return None, []
    amount = journal.amount[lines]
    limit = np.full_like(amount, -1) if journal.limit is None else journal.limit[lines]
    over = np.where(limit >= 0, np.maximum(amount - limit, 0), 0)
    needs: Needs = []
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
            plausible = rules.whole_ceiling(price * one.units * days, 10**4)
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
