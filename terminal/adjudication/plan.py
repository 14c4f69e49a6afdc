"""A pack compiled: figures looked up once per kind of bill, stages bound to them, bindings kept."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import lcm

from terminal.adjudication.accumulators import Accumulator
from terminal.adjudication.bound import Bound, BoundLayer
from terminal.adjudication.case import Case
from terminal.adjudication.dimensions import Fact
from terminal.adjudication.lines import LineRule, LineRules
from terminal.adjudication.pack import Benefit, Layer, Pack
from terminal.adjudication.rounding import ROUND
from terminal.adjudication.stages import ClassRatio, Declared, Deductible
from terminal.adjudication.tender import TenderRules
from terminal.adjudication.values import Values, When

DECLARED = "declared."
LAYER_FIGURES = ("base", "paid", "charged", "counted", "above")
_KEPT = 4096
"""Bindings kept before they are made anew; a city's year needs a few hundred."""


class Plan:
    """A compiled pack; pure, so one plan serves every thread and every bill."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        header = pack.header
        self.points = header.rounding
        whens = [*self._whens()]
        self.values = Values(pack.rows, ROUND[header.rounding.deductible], whens)
        self.accumulators: dict[str, Accumulator] = {a.id: a for a in header.accumulator}
        self.first_day = min((row.begins for row in pack.rows), default=date.min)
        self.dimensions = tuple(sorted({name for when in whens for name in when}))
        self.counts = tuple(name for name in self.dimensions if name in self.accumulators)
        self.line_facts = frozenset(self._line_facts())
        """The facts that the treatment of a line depends on."""
        self._bound: dict[tuple[object, ...], Bound] = {}

    def _whens(self) -> Iterator[When]:
        """Every place where the pack distinguishes facts."""
        for benefit in self.pack.benefits.benefit:
            yield benefit.when
            for layer in benefit.layer:
                yield layer.when
                yield from (stage.when for stage in layer.stages)
        yield from (rule.when for rule in self.pack.benefits.line)
        yield from (row.when for row in self.pack.rows)

    def _line_facts(self) -> Iterator[str]:
        """Those that the rules for lines, and the figures they name, distinguish."""
        keys: set[str] = set()
        for rule in self.pack.benefits.line:
            yield from rule.when
            keys |= {getattr(rule, name, "") for name in ("rate", "amount", "units")}
        for row in self.values.behind(keys):
            yield from row.when

    def case(self, facts: Mapping[str, Fact], day: date, known: date | None) -> Case:
        """A binder for one kind of bill."""
        return Case(facts, day, known, self.values, self.points, self.accumulators)

    def key(self, benefit: Benefit, facts: Mapping[str, Fact], day: date, known: date | None) -> tuple[object, ...]:
        """Two bills with the same key are the same kind of bill."""
        return (benefit.id, self.values.epoch(day, known), *(self._coarse(name, facts) for name in self.dimensions))

    def _coarse(self, name: str, facts: Mapping[str, Fact]) -> Fact | None:
        fact = facts.get(name)
        if isinstance(fact, int):
            return sum(edge <= fact for edge in self.values.bounds.get(name, ()))
        return fact

    def bind(self, benefit: Benefit, facts: Mapping[str, Fact], day: date, known: date | None) -> Bound:
        """The benefit bound to these facts; made once per kind of bill."""
        key = self.key(benefit, facts, day, known)
        bound = self._bound.get(key)
        if bound is None:
            if len(self._bound) >= _KEPT:
                self._bound.clear()
            bound = self._bound[key] = self._make(benefit, self.case(facts, day, known))
        return bound

    def _make(self, benefit: Benefit, case: Case) -> Bound:
        header = self.pack.header
        layers = [layer for layer in benefit.layer if case.applies(layer.when)]
        bound = tuple(self._layer(layer, layers, case) for layer in layers)
        lines = LineRules(
            self.pack.benefits.line, case, header.unknown_class, _from_class(layers, case),
            [LineRule(item_class=s.item_class, category=s.category) for s in case.groups if isinstance(s, ClassRatio)],
        )  # fmt: skip
        tender = TenderRules(header.purse, header.family, case)
        reads = set(benefit.blocked_by).union(*map(accumulators_read, layers))
        posts = tuple(a for a in header.accumulator if benefit.id in a.benefits)
        return Bound(
            benefit=benefit, lines=lines, layers=bound, tender=tender,
            reads=tuple(a for a in header.accumulator if a.id in reads), posts=posts, missing=tuple(case.missing),
            declared=tuple((base, base.removeprefix(DECLARED)) for base in sorted(_declared(layers))),
        )  # fmt: skip

    def _layer(self, layer: Layer, layers: Sequence[Layer], case: Case) -> BoundLayer:
        case.layer = layer.id
        case.points_added, case.factor, case.waived = case.points_added * 0, case.factor * 0 + 1, {}
        case.tracks_excess = any(other.base == "excess_over_cap" for other in layers)
        stages = [stage.bind(case) for stage in layer.stages if case.applies(stage.when)]
        unit = lcm(*(rate.denominator for rate in layer.plus.values()), 1)
        return BoundLayer(
            layer=layer,
            base="ordinary" if layer.base == "in_scope" else layer.base,
            stages=tuple(stage for stage in stages if stage is not None),
            names=tuple(f"{figure}.{layer.id}" for figure in LAYER_FIGURES),
            weights=tuple((name, int(rate * unit)) for name, rate in layer.plus.items()),
            unit=unit,
            exact=layer.base == "excess_over_cap",
        )


def _from_class(layers: Sequence[Layer], case: Case) -> tuple[LineRule, int, str] | None:
    """The deductible that is taken from some lines before their first self-pay."""
    for stage in (stage for layer in layers for stage in layer.stages):
        if isinstance(stage, Deductible) and (stage.of_class or stage.of_category):
            lines = LineRule(item_class=stage.of_class, category=stage.of_category)
            return lines, case.amount(stage.amount)[0], stage.accumulator
    return None


def _declared(layers: Sequence[Layer]) -> set[str]:
    return {base for layer in layers for base in (layer.base, *layer.plus) if base.startswith(DECLARED)}


def accumulators_read(layer: Layer) -> set[str]:
    """The accumulators a layer reads."""
    names = {base.removeprefix(DECLARED) for base in _declared([layer])}
    for stage in layer.stages:
        names |= {getattr(stage, name, "") for name in ("accumulator", "limit_accumulator")}
        if isinstance(stage, Declared):
            names.add(stage.amount)
    return names - {""}


def compile_plan(pack: Pack) -> Plan:
    """Compiles a pack that was read without mistakes."""
    return Plan(pack)
