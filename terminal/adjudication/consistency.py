"""Whether the parts of a pack fit together: names that resolve, words that exist, stages in a possible order."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from terminal.adjudication.accumulators import Period
from terminal.adjudication.bill import BASES, MEASURES
from terminal.adjudication.completeness import Use, incomplete
from terminal.adjudication.dimensions import AGE, LISTED, WORDS, span
from terminal.adjudication.lines import Ceiling, FirstSelfPay, Separate
from terminal.adjudication.mistakes import Mistake, line_of, nearest
from terminal.adjudication.pack import Benefit, Layer, Pack
from terminal.adjudication.plan import DECLARED, LAYER_FIGURES, accumulators_read
from terminal.adjudication.stages import (
    AdjustPoints,
    Cap,
    CapOn,
    CarveOut,
    ClassRatio,
    Copay,
    Declared,
    Deductible,
    FixedAmount,
    Floor,
    Gate,
    Package,
    Ratio,
    Segment,
    Waiver,
)
from terminal.adjudication.values import Row, Unit, Words

FORMAT = "policy/1"

FIGURES: dict[type, dict[str, Unit]] = {
    Gate: {"amount": Unit.YUAN},
    CarveOut: {"rate": Unit.RATE},
    Waiver: {"times": Unit.RATE},
    Deductible: {"amount": Unit.YUAN, "rate": Unit.RATE, "least": Unit.YUAN, "most": Unit.YUAN, "limit": Unit.YUAN},
    Copay: {"amount": Unit.YUAN},
    Cap: {"amount": Unit.YUAN},
    AdjustPoints: {"plus": Unit.RATE, "minus": Unit.RATE, "times": Unit.RATE},
    Ratio: {"rate": Unit.RATE},
    Segment: {"bands": Unit.BANDS},
    FixedAmount: {"amount": Unit.YUAN, "most": Unit.YUAN},
    Package: {"standard": Unit.YUAN, "rate": Unit.RATE},
    Floor: {"rate": Unit.RATE},
    Ceiling: {"amount": Unit.YUAN, "units": Unit.COUNT},
    FirstSelfPay: {"rate": Unit.RATE},
    Separate: {"rate": Unit.RATE},
    ClassRatio: {"rate": Unit.RATE},
}
"""Which fields of which stage name figures, and in which unit the figure must be."""

_PAYS = (Ratio, ClassRatio, Segment, FixedAmount, Package, Declared)
_FREE_RATES = (Waiver, AdjustPoints)


def inconsistencies(pack: Pack) -> list[Mistake]:
    """Every mistake that shows without running a bill."""
    return [*_Inconsistencies(pack).all()]


class _Inconsistencies:
    def __init__(self, pack: Pack) -> None:
        self.pack, self.header = pack, pack.header
        self.texts = {name: data.decode() for name, data in pack.files.items() if name.endswith(".toml")}
        self.accumulators = {a.id: a for a in self.header.accumulator}
        self.rows: dict[str, list[Row]] = {}
        for row in pack.rows:
            self.rows.setdefault(row.key, []).append(row)
        self.uses: dict[str, list[Use]] = {}

    def at(self, file: str, path: str, key: str, found: str, expected: str, word: str = "") -> Mistake:
        text = self.texts.get(file, "")
        return Mistake(file, line_of(text, path, word), key, found, expected)

    def all(self) -> Iterator[Mistake]:
        yield from self._header()
        yield from self._rows()
        for number, rule in enumerate(self.pack.benefits.line):
            place = f"line[{number}]"
            yield from self._when(rule.when, "benefits.toml", place)
            yield from self._keys(rule, place, [rule.when])
        for number, benefit in enumerate(self.pack.benefits.benefit):
            yield from self._benefit(number, benefit)
        yield from self._accumulators()
        yield from self._family()
        yield from self._used()
        yield from incomplete(self.pack, self.rows, self.uses)

    def _header(self) -> Iterator[Mistake]:
        header = self.header
        if header.format != FORMAT:
            yield self.at("pack.toml", "", "format", repr(header.format), f'"{FORMAT}"', "format")
        if not re.fullmatch(r"[0-9]{6}", header.area):
            yield self.at("pack.toml", "", "area", repr(header.area), 'six digits such as "360400"', "area")
        for name, ids in (
            ("source", [s.id for s in header.source]),
            ("accumulator", [a.id for a in header.accumulator]),
            ("purse", [str(p.kind) for p in header.purse]),
        ):
            yield from self._twice("pack.toml", name, ids)
        yield from self._twice("benefits.toml", "benefit", [b.id for b in self.pack.benefits.benefit])
        yield from self._twice("cases.toml", "case", [c.id for c in self.pack.cases])
        for name, words in header.dimensions.items():
            if name not in WORDS and name not in LISTED:
                yield self.at(
                    "pack.toml", "dimensions", name, "an unknown dimension", nearest(name, (*WORDS, *LISTED)), name
                )
            for word in words:
                if name in WORDS and word not in WORDS[name]:
                    yield self.at("pack.toml", "dimensions", name, repr(word), nearest(word, WORDS[name]), name)
        for number, purse in enumerate(header.purse):
            yield from self._ref(purse.ref, "pack.toml", f"purse[{number}]")
        for number, case in enumerate(self.pack.cases):
            yield from self._ref(case.ref, "cases.toml", f"case[{number}]")

    def _twice(self, file: str, name: str, ids: list[str]) -> Iterator[Mistake]:
        for number, one in enumerate(ids):
            if one in ids[:number]:
                yield self.at(file, f"{name}[{number}]", name, f"{one!r} appears twice", "an id of its own")

    def _source(self, ref: str) -> Any:
        return next((s for s in self.header.source if s.id == ref.split("#")[0]), None)

    def _ref(self, ref: str, file: str, path: str) -> Iterator[Mistake]:
        if self._source(ref) is None:
            known = tuple(s.id for s in self.header.source)
            yield self.at(
                file,
                path,
                "ref",
                repr(ref),
                nearest(ref.split("#")[0], known) if ref else "a source of pack.toml",
                "ref",
            )

    def _rows(self) -> Iterator[Mistake]:
        for row in self.pack.rows:
            source = self._source(row.ref)
            if source is None:
                known = tuple(s.id for s in self.header.source)
                found = repr(row.ref) if row.ref else "no source"
                yield Mistake(row.file, row.line, "ref", found, nearest(row.ref.split("#")[0], known))
            elif row.begins < source.effective or (source.repealed and row.begins >= source.repealed):
                expected = f"a date while {source.id} is in force, from {source.effective}"
                yield Mistake(row.file, row.line, "from", str(row.begins), expected)
            if row.ends is not None and row.ends <= row.begins:
                yield Mistake(row.file, row.line, "until", str(row.ends), f"a date after {row.begins}")
            for name, words in row.when.items():
                yield from self._words(name, words, row.file, row.line)
            yield from self._bands(row)
            if row.derive is not None:
                if row.derive.of not in self.rows:
                    yield Mistake(row.file, row.line, "derive", row.derive.of, nearest(row.derive.of, tuple(self.rows)))
                elif (row.derive.times is None) == (row.derive.personal_times is None):
                    yield Mistake(row.file, row.line, "derive", row.key, "one of times and personal_times")

    def _bands(self, row: Row) -> Iterator[Mistake]:
        limits = [band.up_to for band in row.bands]
        if limits and (limits[-1] is not None or None in limits[:-1]):
            yield Mistake(row.file, row.line, row.key, "bands that end", "a last band without up_to, and only that one")
            return
        closed = [limit for limit in limits if limit is not None]
        if any(high <= low for low, high in zip([0, *closed], closed, strict=False)):
            yield Mistake(row.file, row.line, row.key, "bands out of order", "growing up_to")
        for band in row.bands:
            if not 0 <= band.rate <= 1:
                yield Mistake(row.file, row.line, row.key, f"the rate {band.rate}", "a rate from 0% to 100%")

    def _words(self, name: str, words: Words, file: str, line: int) -> Iterator[Mistake]:
        if name in WORDS or name in LISTED:
            rest = (LISTED[name],) if name in LISTED else ()
            known = (*self.header.dimensions.get(name, WORDS.get(name, ())), *rest)
            for word in words:
                if word not in known:
                    yield Mistake(file, line, name, repr(word), nearest(word, known))
        elif name == AGE or name in self.accumulators:
            for word in words:
                if span(word) is None:
                    yield Mistake(file, line, name, repr(word), 'a range such as "1", "6-11" or "70+"')
        else:
            known = (*WORDS, *LISTED, AGE, *self.accumulators)
            yield Mistake(file, line, name, "an unknown dimension", nearest(name, known))

    def _when(self, when: dict[str, Words], file: str, path: str) -> Iterator[Mistake]:
        line = line_of(self.texts[file], path, "when")
        for name, words in when.items():
            yield from self._words(name, words, file, line)

    def _benefit(self, number: int, benefit: Benefit) -> Iterator[Mistake]:
        place = f"benefit[{number}]"
        yield from self._when(benefit.when, "benefits.toml", place)
        for other in self.pack.benefits.benefit[:number]:
            if set(other.visits) & set(benefit.visits) and not _apart(other.when, benefit.when):
                found = f"the same visits as {other.id!r}"
                yield self.at("benefits.toml", place, benefit.id, found, "one benefit for each case", "visits")
        yield from self._twice("benefits.toml", f"{place}.layer", [layer.id for layer in benefit.layer])
        for name in benefit.blocked_by:
            yield from self._accumulator(name, place, "blocked_by")
        earlier: list[Layer] = []
        for index, layer in enumerate(benefit.layer):
            yield from self._layer(f"{place}.layer[{index}]", benefit, layer, earlier)
            earlier.append(layer)

    def _layer(self, place: str, benefit: Benefit, layer: Layer, earlier: list[Layer]) -> Iterator[Mistake]:
        yield from self._when(layer.when, "benefits.toml", place)
        for base in (layer.base, *layer.plus):
            if base.startswith(DECLARED):
                yield from self._accumulator(base.removeprefix(DECLARED), place, "base")
            elif base not in BASES:
                yield self.at("benefits.toml", place, "base", repr(base), nearest(base, BASES), "base")
        capped = any(isinstance(s, Cap) and s.on is CapOn.PAYMENT for other in earlier for s in other.stages)
        if layer.base == "excess_over_cap" and not capped:
            expected = "a layer with a cap before this one"
            yield self.at("benefits.toml", place, "base", "no earlier cap", expected, "base")
        for name in accumulators_read(layer):
            yield from self._accumulator(name, place, "accumulator")
        paid = False
        for stage in layer.stages:
            kind = str(stage.__struct_config__.tag)
            yield from self._when(stage.when, "benefits.toml", place)
            yield from self._keys(stage, place, [benefit.when, layer.when, stage.when], benefit)
            after = isinstance(stage, Floor) or (isinstance(stage, Cap) and stage.on is CapOn.PAYMENT)
            if after and not paid:
                yield self.at("benefits.toml", place, kind, "nothing paid yet", "a ratio or segment before it", kind)
            if not after and paid and not isinstance(stage, (*_PAYS, Waiver)):
                yield self.at("benefits.toml", place, kind, "after the payment", "before ratio or segment", kind)
            if isinstance(stage, Declared) and not stage.amount:
                yield from self._accumulator("", place, "amount")
            if isinstance(stage, Deductible) and bool(stage.amount) == bool(stage.rate):
                yield self.at("benefits.toml", place, kind, "no single amount", "one of amount and rate", kind)
            of = getattr(stage, "of", None)
            if isinstance(stage, Floor | Deductible) and of and of not in BASES:
                yield self.at("benefits.toml", place, "of", repr(of), nearest(of, BASES), "of")
            paid = paid or isinstance(stage, _PAYS)
        if not paid:
            expected = "a stage that pays: ratio, segment, fixed_amount, package or declared"
            yield self.at("benefits.toml", place, layer.id, "a layer that pays nothing", expected)

    def _accumulator(self, name: str, place: str, key: str) -> Iterator[Mistake]:
        if name not in self.accumulators:
            yield self.at("benefits.toml", place, key, repr(name), nearest(name, tuple(self.accumulators)), name)

    def _keys(
        self, stage: msgspec.Struct, place: str, whens: Iterable[dict[str, Words]], benefit: Benefit | None = None
    ) -> Iterator[Mistake]:
        for field, unit in FIGURES.get(type(stage), {}).items():
            key = getattr(stage, field)
            if not key:
                continue
            rows = self.rows.get(key)
            if rows is None:
                yield self.at("benefits.toml", place, field, repr(key), nearest(key, tuple(self.rows)), key)
                continue
            visits = {"visit": tuple(benefit.visits)} if benefit else {}
            self.uses.setdefault(key, []).append(Use([visits, *whens]))
            for row in rows:
                if row.unit is not unit:
                    expected = f'"{unit}", because {stage_name(stage)} reads it'
                    yield Mistake(row.file, row.line, "unit", row.unit, expected)
                elif row.rate is not None and not isinstance(stage, _FREE_RATES) and not 0 <= row.rate <= 1:
                    yield Mistake(row.file, row.line, row.key, f"the rate {row.rate}", "a rate from 0% to 100%")

    def _accumulators(self) -> Iterator[Mistake]:
        benefits = {b.id: b for b in self.pack.benefits.benefit}
        ids = tuple(benefits)
        for number, accumulator in enumerate(self.header.accumulator):
            place = f"accumulator[{number}]"
            layers = {layer.id for name in accumulator.benefits if name in benefits for layer in benefits[name].layer}
            known = (*MEASURES, *(f"{m}.{layer}" for m in LAYER_FIGURES for layer in sorted(layers)))
            for measure in accumulator.measure:
                if measure not in known:
                    yield self.at("pack.toml", place, "measure", repr(measure), nearest(measure, known), "measure")
            for name in accumulator.benefits:
                if name not in benefits:
                    yield self.at("pack.toml", place, "benefits", repr(name), nearest(name, ids), "benefits")
            if accumulator.period in (Period.CYCLE, Period.EPISODE) and accumulator.days < 1:
                yield self.at("pack.toml", place, "days", str(accumulator.days), f"the days of a {accumulator.period}")
            if not 1 <= accumulator.year_begins <= 12:
                found = str(accumulator.year_begins)
                yield self.at("pack.toml", place, "year_begins", found, "a month from 1 to 12", "year_begins")
            if accumulator.unit not in (Unit.YUAN, Unit.COUNT):
                yield self.at("pack.toml", place, "unit", repr(accumulator.unit), '"yuan" or "count"', "unit")
            if bool(accumulator.measure) != bool(accumulator.benefits):
                found = "a measure nobody posts" if accumulator.measure else "benefits without a measure"
                yield self.at("pack.toml", place, accumulator.id, found, "both or neither (declared by others)")

    def _family(self) -> Iterator[Mistake]:
        family = self.header.family
        if family is None:
            return
        yield from self._ref(family.ref, "pack.toml", "family")
        for field in ("balance_above", "request_least", "left_least"):
            key = getattr(family, field)
            if key and key not in self.rows:
                yield self.at("pack.toml", "family", field, repr(key), nearest(key, tuple(self.rows)), field)
            elif key:
                self.uses.setdefault(key, []).append(Use([]))

    def _used(self) -> Iterator[Mistake]:
        derived = {row.derive.of for row in self.pack.rows if row.derive is not None}
        for key, rows in self.rows.items():
            if key not in self.uses and key not in derived:
                yield Mistake(rows[0].file, rows[0].line, key, "a figure no stage reads", "its name in a stage")


def stage_name(stage: msgspec.Struct) -> str:
    """The kind of a stage as a pack writes it."""
    return str(stage.__struct_config__.tag)


def _apart(one: dict[str, Words], other: dict[str, Words]) -> bool:
    """Whether two ``when`` can never hold together."""
    for name in one.keys() & other.keys():
        left, right = one[name], other[name]
        spans = [(a, b) for a in map(span, left) for b in map(span, right)]
        if name in WORDS or name in LISTED:
            if not set(left) & set(right):
                return True
        elif all(a and b and (a[1] <= b[0] or b[1] <= a[0]) for a, b in spans):
            return True
    return False
