"""What is known when the stages of a benefit are bound: every figure is looked up once per kind of case."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from terminal.adjudication.accumulators import Accumulator
from terminal.adjudication.bill import Bill
from terminal.adjudication.dimensions import Facts, covers
from terminal.adjudication.findings import fact_missing, value_missing
from terminal.adjudication.rounding import ROUND, RoundingPoints
from terminal.adjudication.values import Band, Given, NoValue, Values, Words
from terminal.documents import Finding
from terminal.money import Fen

Run = Callable[[Bill], None]
"""A bound stage: figures folded in, only the bill's amounts are missing."""


class Case:
    """Looks figures up for one kind of bill; what is missing is collected, so that one answer names everything."""

    def __init__(
        self,
        facts: Facts,
        day: date,
        known: date | None,
        values: Values,
        points: RoundingPoints,
        accumulators: Mapping[str, Accumulator],
    ) -> None:
        self.facts, self.day, self.known, self.values = facts, day, known, values
        self.points = points
        self.accumulators = accumulators
        self.missing: list[Finding] = []
        self.layer = ""
        self.tracks_excess = False
        self.points_added = Fraction(0)
        self.factor = Fraction(1)
        self.waived: dict[str, Fraction] = {}
        self.groups: list[object] = []

    def round(self, point: str) -> Callable[[int, int], int]:
        """The rounding of a named point."""
        return ROUND[getattr(self.points, point)]

    def applies(self, when: Mapping[str, Words]) -> bool:
        """Whether a stage or layer is for this kind of bill; a fact nobody knows matters only if all others fit."""
        unknown = [name for name in when if name not in self.facts]
        fits = covers({name: words for name, words in when.items() if name in self.facts}, self.facts)
        if fits and unknown:
            self.missing += [fact_missing(name) for name in unknown]
        return fits and not unknown

    def find(self, key: str) -> Given | Finding:
        """The figure of a key, or the finding that says why there is none."""
        try:
            return self.values.pick(key, self.facts, self.day, self.known)
        except NoValue as nothing:
            return value_missing(nothing.key, nothing.day, nothing.row, nothing.nearest)
        except KeyError as missing:
            return fact_missing(str(missing.args[0]), key)

    def get(self, key: str) -> Given | None:
        """The figure of a key; a missing one is collected and stops the bill once all stages are bound."""
        found = self.find(key)
        if isinstance(found, Finding):
            self.missing.append(found)
            return None
        return found

    def amount(self, key: str) -> tuple[int, Given | None]:
        """A sum of fen or a count, with its origin."""
        given = self.get(key)
        return (0 if given is None else int(given.figure)), given

    def rate(self, key: str) -> tuple[Fraction, Given | None]:
        """An exact rate after points and factors of earlier stages, between 0 and 1."""
        given = self.get(key)
        rate = self.adjusted(Fraction(0) if given is None else given.figure)
        return rate, given and given._replace(figure=rate)

    def bands(self, key: str) -> tuple[tuple[Band, ...], Given | None]:
        """A schedule after points and factors of earlier stages."""
        given = self.get(key)
        rows: tuple[Band, ...] = () if given is None else given.figure
        bands = tuple(Band(rate=self.adjusted(row.rate), up_to=row.up_to) for row in rows)
        return bands, given and given._replace(figure=bands)

    def adjusted(self, rate: Fraction) -> Fraction:
        """The rate with the points and factors that apply to this case."""
        if not self.points_added and self.factor == 1:
            return rate
        return min(Fraction(1), max(Fraction(0), (rate + self.points_added) * self.factor))

    def group(self, stage: object) -> int:
        """The number of the group of lines that a stage pays on by itself."""
        self.groups.append(stage)
        return len(self.groups) - 1

    def waive(self, what: str, amount: int, given: Given | None) -> tuple[int, Given | None]:
        """An amount after a waiver for this case, with its origin."""
        if (times := self.waived.get(what)) is None:
            return amount, given
        amount = self.round("deductible")(amount * times.numerator, times.denominator)
        return amount, given and given._replace(figure=Fen(amount))

    def used(self, accumulator: str) -> Callable[[Bill], int]:
        """Reads an accumulator: its opening and what earlier layers of this bill already add to it."""
        measures = tuple(m for m in self.accumulators[accumulator].measure if not m.endswith(f".{self.layer}"))
        if not any("." in measure for measure in measures):
            return lambda bill: bill.opening[accumulator]
        return lambda bill: bill.opening[accumulator] + sum(bill.figures.get(m, 0) for m in measures)


def share_of(rate: Any) -> tuple[int, int]:
    """Numerator and denominator of an exact rate."""
    return rate.numerator, rate.denominator
