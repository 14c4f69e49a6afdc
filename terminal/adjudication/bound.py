"""One kind of bill, ready to be reckoned: its layers and account rules with every figure folded in.

``reckon`` is the meaning, stage by stage, on integers, columns or symbols. ``straight`` writes it down as
code; the till runs ``reckoned`` and ``explained``, made when the first such bill comes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from terminal.adjudication.accumulators import Accumulator
from terminal.adjudication.bill import INTEGERS, Arithmetic, Bill, Told
from terminal.adjudication.case import Run
from terminal.adjudication.lines import SUMS, LineRules
from terminal.adjudication.pack import Benefit, Layer
from terminal.adjudication.straight import Tape
from terminal.adjudication.tender import CURRENT, KINDS, TenderRules, parts_of
from terminal.documents import Finding

Amounts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BoundLayer:
    """A layer with its stages bound."""

    layer: Layer
    base: str
    stages: tuple[Run, ...]
    names: tuple[str, ...]
    """What the layer's figures are called: base, paid, charged, counted, above."""
    weights: tuple[tuple[str, int], ...]
    unit: int
    exact: bool

    def run(self, bill: Bill) -> None:
        """Runs the stages and notes the layer's figures."""
        figures = bill.figures
        unit, base = self.unit, figures[self.base] * self.unit
        if self.exact:
            unit, base = bill.excess_unit, bill.excess
        for name, weight in self.weights:
            base = base + figures[name] * weight
        bill.open_layer(self.layer.id, base, unit)
        for stage in self.stages:
            stage(bill)
        paid = bill.pay
        above, charged, counted = bill.rest if bill.above is None else bill.above, bill.charged, bill.counted
        if unit != 1:
            base, charged, counted, above = base // unit, charged // unit, counted // unit, above // unit
        names = self.names
        figures[names[0]], figures[names[1]], figures[names[2]] = base, paid, charged
        figures[names[3]], figures[names[4]] = counted, above
        bill.remaining = bill.remaining - paid
        figures["remaining_total"] = bill.remaining
        if self.layer.reduces:
            figures["in_scope_personal"] = bill.arithmetic.most(figures["in_scope_personal"] - paid, 0)


class Reckoned(msgspec.Struct, frozen=True, gc=False):
    """What stages and own account make of a bill's sums."""

    figures: dict[str, int]
    remaining: int
    """What the funds leave."""
    quota: int | None
    """The price per case that replaces the bill."""
    account: int
    """Paid from the own purses, by a stage or at the end."""
    left: dict[str, int]
    """The balances after it, by kind of purse."""
    burden: dict[str, int]
    """What is still to be borne, by part."""
    posted: tuple[int, ...]
    """What the bill adds to each accumulator it posts to."""
    told: tuple[Told, ...] = ()


Reckoning = Callable[[Amounts, Amounts, Amounts, int, Amounts], Reckoned]
"""Sums of the lines, openings, counts, the purse that stages may use, balances by kind."""


@dataclass(frozen=True, eq=False)
class Bound:
    """Everything about one kind of bill that does not depend on its amounts."""

    benefit: Benefit
    lines: LineRules
    layers: tuple[BoundLayer, ...]
    tender: TenderRules
    reads: tuple[Accumulator, ...]
    posts: tuple[Accumulator, ...]
    missing: tuple[Finding, ...]
    declared: tuple[tuple[str, str], ...]
    """Amounts that layers pay on and an opening declares: the figure's name and the accumulator."""
    words: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    """Sentences with their figures filled in, once they were asked for."""

    def run(self, bill: Bill) -> None:
        """Runs all layers."""
        figures = bill.figures
        figures["in_scope_personal"] = figures["in_scope"]
        figures["remaining_total"] = figures["total"]
        figures["deductible"] = figures["excess_over_cap"] = figures["copay"] = 0
        figures["ordinary"] = figures["above_deductible"] = figures["in_scope"] - figures["separate"]
        for name, accumulator in self.declared:
            figures[name] = bill.opening[accumulator]
        for number, layer in enumerate(self.layers):
            layer.run(bill)
            if number == 0:
                figures["deductible"] = figures[layer.names[2]]
                figures["above_deductible"] = figures["ordinary"] - figures["deductible"]
                figures["copay"] = figures["above_deductible"] - figures[layer.names[1]]
            figures["in_scope_personal_ex_deductible"] = figures["in_scope_personal"] - figures["deductible"]

    def reckon(
        self,
        figures: Amounts,
        opening: Amounts,
        counts: Amounts,
        purse: int,
        balances: Amounts,
        *,
        arithmetic: Arithmetic = INTEGERS,
        why: bool = False,
    ) -> Reckoned:
        """All layers, then the own account; on integers, columns or symbols."""
        told: list[Told] | None = [] if why else None
        bill = Bill(dict(figures), opening, counts, purse, arithmetic, told)
        self.run(bill)
        left, burden = dict(balances), parts_of(bill)
        left[CURRENT] = left[CURRENT] - bill.account
        account = bill.account + self.tender.own(bill, burden, left)
        posted = tuple(measure(accumulator, bill) for accumulator in self.posts)
        return Reckoned(bill.figures, bill.remaining, bill.quota, account, left, burden, posted, tuple(told or ()))

    @cached_property
    def reckoned(self) -> Reckoning:
        """``reckon`` for integers."""
        return self.straight()

    @cached_property
    def explained(self) -> Reckoning:
        """``reckon`` for integers, with what the stages tell."""
        return self.straight(why=True)

    def straight(
        self, wanted: Callable[[Reckoned], Any] = lambda result: result, *, why: bool = False, arithmetic: Any = None
    ) -> Callable[..., Any]:
        """``reckon`` as straight code for plain integers, or for what another ``arithmetic`` works on.

        ``wanted`` picks from the result; what the rest alone needs is left out of the code.
        """
        tape = Tape()
        groups = [f"lines.{number}" for number in range(len(self.lines.groups))]
        result = self.reckon(
            tape.given("figures", (*SUMS, *groups)),
            tape.given("opening", [accumulator.id for accumulator in (*self.reads, *self.posts)]),
            tape.given("counts", ("days", "bills")),
            tape.note("purse"),
            tape.given("balances", KINDS),
            arithmetic=tape,
            why=why,
        )
        return tape.compile("figures, opening, counts, purse, balances", wanted(result), arithmetic)


def measure(accumulator: Accumulator, bill: Bill) -> int:
    """What a bill adds to an accumulator."""
    figures = bill.figures
    named = {**bill.counts, "account": bill.account}
    return sum(named[m] if m in named else figures.get(m, 0) for m in accumulator.measure)
