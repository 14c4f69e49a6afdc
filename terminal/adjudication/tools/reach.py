"""Which bills read a figure: the benefit, the day and the facts that lead to its row, and a bill that has them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from terminal.adjudication.consistency import FIGURES
from terminal.adjudication.dimensions import AGE, ENDLESS, LISTED, WORDS, Fact, admits, covers
from terminal.adjudication.lines import LineRule
from terminal.adjudication.pack import Benefit, DateBasis, GoldenCase, Layer, Provenance
from terminal.adjudication.plan import Plan
from terminal.adjudication.stages import Stage
from terminal.adjudication.tender import FamilyRule
from terminal.adjudication.values import NoValue, Row, Words
from terminal.clock import BEIJING

USUAL: dict[str, Fact] = {
    "tier": "3", "employment": "active", "referral": "local", "kind": "hospital", "civil_servant": "no",
    "chosen": "no", AGE: 45, **LISTED,
}  # fmt: skip
"""What a bill is where no rule asks for anything else; a count is 1."""
_AWAY = ("310100", "110100")
"""Areas of care for a bill from outside the insured prefecture."""

_CONDITIONS = ("balance_above", "request_least", "left_least")

Wish = Mapping[str, Sequence[Fact]]
"""The facts of a bill that a row admits, the best first."""


class Place(NamedTuple):
    """Where a figure is read. ``given`` are facts that replace the bill's own: those of a figure derived from it."""

    key: str
    field: str
    benefit: Benefit
    layer: Layer | None
    stage: LineRule | Stage | FamilyRule
    whens: tuple[Mapping[str, Words], ...]
    given: Mapping[str, Fact]


class Kind(NamedTuple):
    """One kind of bill. ``known`` is given where a later correction hides the row."""

    benefit: Benefit
    day: date
    known: date | None
    facts: Mapping[str, Fact]


class Reach:
    """The places at which a plan reads its figures, in the order of the benefits."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.places = [*self._places()]

    def _places(self) -> Iterator[Place]:
        benefits = self.plan.pack.benefits
        for benefit in benefits.benefit:
            here = ({"visit": tuple(map(str, benefit.visits))}, benefit.when)
            for rule in benefits.line:
                yield from self._of_stage(benefit, None, rule, (*here, rule.when))
            for layer in benefit.layer:
                for stage in layer.stages:
                    yield from self._of_stage(benefit, layer, stage, (*here, layer.when, stage.when))
            if (family := self.plan.pack.header.family) is not None:
                yield from self._of_stage(benefit, None, family, here)

    def _of_stage(
        self, benefit: Benefit, layer: Layer | None, stage: Any, whens: tuple[Mapping[str, Words], ...]
    ) -> Iterator[Place]:
        for field in _CONDITIONS if isinstance(stage, FamilyRule) else FIGURES.get(type(stage), {}):
            if key := getattr(stage, field):
                yield from self._behind(Place(key, field, benefit, layer, stage, whens, {}))

    def _behind(self, place: Place) -> Iterator[Place]:
        """The place itself, then those of the figures that its rows are derived from."""
        yield place
        for row in self.plan.values.rows.get(place.key, ()):
            if row.derive is not None and _given(row, place):
                given = {**place.given, **{name: words[0] for name, words in row.derive.when.items()}}
                own = {name: words for name, words in row.when.items() if name not in place.given}
                whens = (*place.whens, own)
                yield from self._behind(place._replace(key=row.derive.of, whens=whens, given=given))

    def wishes(self, row: Row) -> Iterator[tuple[Benefit, date, date | None, Wish]]:
        """The bills that read a row, by benefit and day."""
        begins = [day for day in self.plan.values.days if row.valid(day)] or [row.begins]
        for place in self.places:
            if place.key != row.key or not _given(row, place):
                continue
            own = {name: words for name, words in row.when.items() if name not in place.given}
            wish = self._wish((*place.whens, own))
            if wish is not None:
                yield from ((place.benefit, day, known, wish) for known in (None, row.known) for day in begins)

    def _wish(self, whens: Sequence[Mapping[str, Words]]) -> Wish | None:
        wish = {}
        for name in dict.fromkeys(name for when in whens for name in when):
            words = [when[name] for when in whens if name in when]
            wish[name] = [fact for fact in self._domain(name) if all(admits(word, fact) for word in words)]
        return wish if all(wish.values()) else None

    def _domain(self, name: str) -> list[Fact]:
        """The facts worth trying: of a number those on either side of where a range begins or ends, then the usual."""
        listed = self.plan.pack.header.dimensions
        if name in WORDS or name in LISTED:
            words: list[Fact] = [*listed.get(name, WORDS.get(name, ())), *([LISTED[name]] if name in LISTED else [])]
            return sorted(words, key=lambda word: word != USUAL.get(name))
        first = 0 if name == AGE else 1
        edges = [edge for edge in self.plan.values.bounds.get(name, ()) if first < edge < ENDLESS]
        return [*edges, *(edge - 1 for edge in edges), USUAL.get(name, 1), first]

    def kind(self, benefit: Benefit, day: date, known: date | None, wish: Wish) -> Kind:
        """The bill that a wish describes, usual in everything else."""
        names = {name for place in self.places if place.benefit is benefit for when in place.whens for name in when}
        names |= {name for row in self._rows(benefit) for name in row.when}
        names |= {name for other in self.plan.pack.benefits.benefit for name in other.when}
        names |= {
            name for layer in benefit.layer for when in (layer.when, *(s.when for s in layer.stages)) for name in when
        }
        facts = {name: wish[name][0] if name in wish else self._usual(name) for name in sorted(names)}
        if "visit" not in wish:
            facts["visit"] = str(benefit.visits[0])
        return Kind(benefit, day, known, facts)

    def _usual(self, name: str) -> Fact:
        usual, domain = USUAL.get(name, 1), self._domain(name)
        return usual if usual in domain else domain[0]

    def _rows(self, benefit: Benefit) -> list[Row]:
        keys = {place.key for place in self.places if place.benefit is benefit}
        return [row for key in keys for row in self.plan.values.rows.get(key, ())]

    def read(self, kind: Kind) -> list[tuple[Place, Row]]:
        """The rows that a kind of bill reads, with their places, in the order of the benefit."""
        found = []
        for place in self.places:
            if place.benefit is not kind.benefit or not all(covers(when, kind.facts) for when in place.whens):
                continue
            try:
                row = self.plan.values.pick(place.key, {**kind.facts, **place.given}, kind.day, kind.known).row
            except NoValue as nothing:
                if nothing.row is None:
                    continue
                row = nothing.row
            found.append((place, row))
        return found

    def case(
        self,
        kind: Kind,
        lines: Sequence[Mapping[str, str]],
        openings: Mapping[str, str | int] = MappingProxyType({}),
        *,
        nights: int = 0,
        family: tuple[dict[str, str], ...] = (),
    ) -> GoldenCase:
        """A golden case of this kind; nothing is expected of it yet."""
        place: dict[str, Any] = {}
        person: dict[str, Any] = {}
        stay: dict[str, Any] = {}
        identities: list[str] = []
        held: dict[str, str | int] = {}
        header = self.plan.pack.header
        for name, fact in kind.facts.items():
            match name, fact:
                case (("tier" | "kind"), _):
                    place[name] = fact
                case "institution", word if word != LISTED[name]:
                    place["code"] = fact
                case "employment", _:
                    person["employment"] = fact
                case "age", int(age):
                    person["born"] = born(
                        kind.day, age, just=age + 1 in self.plan.values.bounds.get(AGE, ())
                    ).isoformat()
                case "civil_servant", "yes":
                    person["civil_servant"] = True
                case "chosen", "yes":
                    identities.append("chosen:H00000000001")
                case "identity", str(word) if word != LISTED[name]:
                    identities.append(word)
                case "disease", word if word != LISTED[name]:
                    stay["disease"] = word
                case "referral", word if word != "local":
                    place["area"] = next(area for area in _AWAY if area[:4] != header.area[:4])
                    stay["referral"] = word
                case _, int(ordinal) if name in self.plan.accumulators:
                    held[name] = ordinal - 1
        begin = kind.day
        if nights:
            begin -= timedelta(days=nights) * (kind.benefit.date_basis is DateBasis.END)
            stay["end"] = datetime.combine(begin + timedelta(days=nights), time(9), BEIJING).isoformat()
        if identities:
            person["identities"] = identities
        return GoldenCase(
            id="", provenance=Provenance.HAND_CALCULATED, ref="", day=begin, visit=kind.facts["visit"],  # type: ignore[arg-type]
            lines=tuple(map(dict, lines)), person=person, place=place, stay=stay, openings={**held, **openings},
            known=kind.known, family=family, expect={}, confirmed_by="",
        )  # fmt: skip


def _given(row: Row, place: Place) -> bool:
    """Whether a row admits the facts that a place gives."""
    return covers({name: words for name, words in row.when.items() if name in place.given}, place.given)


def born(day: date, age: int, *, just: bool) -> date:
    """A birthday that makes someone so old on a day: that very day, or ``just`` not yet a year older."""
    birthday, years = (day + timedelta(days=1), age + 1) if just else (day, age)
    if (birthday.month, birthday.day) == (2, 29):
        birthday += timedelta(days=1 if just else -1)
    return birthday.replace(year=birthday.year - years)
