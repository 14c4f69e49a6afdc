"""Whether money moves steadily: as a bill grows, the funds never fall and never grow by more than the bill.

Tried on every fen around the limits and a grid between, where a piecewise straight line can bend; or, with numpy (the
extra ``batch``), on every fen up to one and a half times the largest limit.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from terminal.adjudication.bill import INTEGERS, Bill
from terminal.adjudication.bound import Bound
from terminal.adjudication.dimensions import AGE, LISTED, WORDS, Fact
from terminal.adjudication.mistakes import Mistake, line_of
from terminal.adjudication.pack import Benefit
from terminal.adjudication.plan import Plan
from terminal.adjudication.stages import Gate, Package
from terminal.adjudication.tools.tables import BatchNotInstalled
from terminal.adjudication.values import Row
from terminal.money import Fen

_CHUNK = 1 << 20


def unsteady(plan: Plan, *, every_fen: bool = False) -> Iterator[Mistake]:
    """The first fen of each benefit at which a fund falls or jumps. A gate or a price per case jumps by intention."""
    text = plan.pack.files.get("benefits.toml", b"").decode()
    for number, benefit in enumerate(plan.pack.benefits.benefit):
        for facts, bound in _kinds(plan, benefit):
            if any(isinstance(s, Gate | Package) for layer in bound.layers for s in layer.layer.stages):
                continue
            largest, near = _reach(plan, benefit)
            bad = _on_every_fen(bound, largest) if every_fen else _on_points(bound, near)
            if bad is not None:
                case = ", ".join(f"{name} {fact}" for name, fact in facts.items())
                found = f"around {Fen(bad)} in scope the funds fall or jump ({case or 'any case'})"
                line = line_of(text, f"benefit[{number}]")
                yield Mistake(
                    "benefits.toml", line, benefit.id, found, "growth between nothing and the growth of the bill"
                )
                break


def _kinds(plan: Plan, benefit: Benefit) -> Iterator[tuple[Mapping[str, Fact], Bound]]:
    """Every kind of bill that the benefit distinguishes and has figures for."""
    names = sorted(_dimensions(plan, benefit))
    header, day = plan.pack.header, plan.pack.header.review_by
    domains: list[list[Fact]] = []
    for name in names:
        if name in WORDS:
            domains.append(list(header.dimensions.get(name, WORDS[name])))
        elif name in LISTED:
            domains.append([*header.dimensions.get(name, ()), LISTED[name]])
        else:
            domains.append(sorted({0 if name == AGE else 1, *plan.values.bounds.get(name, ())}))
    keys = {row.key for row in _rows(plan, benefit)}
    seen: set[str] = set()
    for words in product(*domains):
        facts = dict(zip(names, words, strict=True))
        if facts.get("visit", benefit.visits[0]) not in benefit.visits:
            continue
        bound = plan.bind(benefit, facts, day, None)
        alike = str(
            [plan.case(facts, day, None).find(key) for key in sorted(keys)] + [b.layer.id for b in bound.layers]
        )
        if not bound.missing and alike not in seen:
            seen.add(alike)
            yield facts, bound


def _rows(plan: Plan, benefit: Benefit) -> list[Row]:
    """The figures that the benefit's layers read, derived ones included."""
    fields = ("amount", "rate", "bands", "most", "least", "limit", "plus", "minus", "times", "standard")
    keys = {getattr(s, f, "") for layer in benefit.layer for s in layer.stages for f in fields}
    rows = [row for key in keys if isinstance(key, str) for row in plan.values.rows.get(key, [])]
    return rows + [other for row in rows if row.derive for other in plan.values.rows.get(row.derive.of, [])]


def _dimensions(plan: Plan, benefit: Benefit) -> set[str]:
    whens = [benefit.when, *(row.when for row in _rows(plan, benefit))]
    whens += [layer.when for layer in benefit.layer] + [s.when for layer in benefit.layer for s in layer.stages]
    return {name for when in whens for name in when}


def _reach(plan: Plan, benefit: Benefit) -> tuple[int, list[int]]:
    """How far to look, and where money can change course."""
    rows = _rows(plan, benefit)
    limits = {0, 1000_00}
    limits |= {int(row.amount) for row in rows if row.amount is not None}
    limits |= {int(band.up_to) for row in rows for band in row.bands if band.up_to is not None}
    rates = {rate for row in rows for rate in (row.rate, *(band.rate for band in row.bands)) if rate}
    reached = limits | {int(limit / rate) + other for limit in limits for rate in rates for other in (0, 1)}
    largest = max(limits) * 3 // 2
    near = {point + step for point in reached for step in range(-3, 4) if point + step >= 0}
    return largest, sorted(near | set(range(0, largest, max(1, largest // 300))))


def _paid(bound: Bound, amount: Any, arithmetic: Any) -> Any:
    """What the funds pay on an amount in scope, nothing being used up; an opening that is declared pays nothing."""
    names = ("own_pay", "over_limit", "first_self_pay", "separate", "class_deductible")
    figures = {**dict.fromkeys(names, amount * 0), "total": amount, "in_scope": amount}
    opening = {accumulator.id: 0 for accumulator in (*bound.reads, *bound.posts)}
    bill = Bill(figures, opening, {"days": 1, "bills": 1}, 0, arithmetic)
    bound.run(bill)
    return amount - bill.remaining


def _on_points(bound: Bound, points: list[int]) -> int | None:
    slack = 1 + len(bound.layers)
    before = 0, 0
    for point in points:
        paid = _paid(bound, point, INTEGERS)
        if not 0 <= paid - before[1] <= point - before[0] + slack:
            return point
        before = point, paid
    return None


def _on_every_fen(bound: Bound, largest: int) -> int | None:
    try:
        import numpy as np

        from terminal.adjudication.columns import COLUMNS
    except ModuleNotFoundError as error:
        raise BatchNotInstalled(missing=error.name) from error

    slack = len(bound.layers)
    for start in range(0, largest, _CHUNK):
        amounts = np.arange(start, min(start + _CHUNK, largest) + 1, dtype=np.int64)
        paid = np.broadcast_to(_paid(bound, amounts, COLUMNS), amounts.shape)
        steps = np.diff(paid)
        bad = np.flatnonzero((steps < 0) | (steps > 1 + slack) | (paid[1:] > amounts[1:]))
        if len(bad):
            return int(amounts[bad[0] + 1])
    return None
