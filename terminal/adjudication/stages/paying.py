"""Stages that turn what is left of the base into a payment."""

from enum import StrEnum
from fractions import Fraction
from math import lcm

import msgspec

from terminal.adjudication.bill import Bill
from terminal.adjudication.case import Case, Run, share_of
from terminal.adjudication.dimensions import ENDLESS
from terminal.adjudication.rounding import Place
from terminal.adjudication.stages.stage import Stage
from terminal.adjudication.values import Band
from terminal.documents import ItemClass


class Ratio(Stage, frozen=True, tag="ratio"):
    """Pays one rate of the rest."""

    rate: str

    def bind(self, case: Case) -> Run:
        """Rounds the share once, at the payment point."""
        rate, given = case.rate(self.rate)
        numerator, denominator = share_of(rate)
        whole = case.round("payment")

        def run(bill: Bill) -> None:
            exact = bill.rest * numerator
            bill.parts, bill.scale = [(bill.rest, numerator)], denominator
            bill.pay = bill.pay + whole(exact, denominator * bill.unit)
            bill.tell("ratio", bill.pay, given, (exact, denominator * bill.unit))

        return run


class ClassRatio(Stage, frozen=True, tag="class_ratio"):
    """Pays a rate of what is in scope of the lines of some classes or categories; several of them add up."""

    rate: str
    item_class: tuple[ItemClass, ...] = msgspec.field(name="class", default=())
    category: tuple[str, ...] = ()

    def bind(self, case: Case) -> Run:
        """Rounds the share of these lines by itself."""
        rate, given = case.rate(self.rate)
        numerator, denominator = share_of(rate)
        whole, name = case.round("payment"), f"lines.{case.group(self)}"

        def run(bill: Bill) -> None:
            base = bill.arithmetic.least(bill.figures.get(name, 0), bill.rest)
            bill.rest = bill.rest - base
            bill.pay = bill.pay + whole(base * numerator, denominator)
            bill.tell("class_ratio", bill.pay, given, (base * numerator, denominator))

        return run


class Origin(StrEnum):
    """Where bands are counted from."""

    ZERO = "zero"
    AFTER_DEDUCTIBLE = "after_deductible"


class Segment(Stage, frozen=True, tag="segment"):
    """Pays by bands. ``origin`` says whether the deductible lies inside the first band.

    ``accumulator`` holds the position that earlier bills of the period reached; without it every bill starts anew.
    """

    bands: str
    origin: Origin
    accumulator: str = ""

    def bind(self, case: Case) -> Run:
        """Adds the overlaps with all bands over one denominator, and rounds as the pack says."""
        bands, given = case.bands(self.bands)
        scale, edges = _edges(bands)
        prior = case.used(self.accumulator) if self.accumulator else None
        inside = self.origin is Origin.ZERO
        whole = case.round("payment")
        each = case.points.payment_at is Place.SEGMENT

        def run(bill: Bill) -> None:
            least, most = bill.arithmetic.least, bill.arithmetic.most
            low = bill.start if inside else 0
            if prior is not None:
                low = low + prior(bill) * bill.unit
            high, unit = low + bill.rest, bill.unit
            parts = [
                (most(least(high, top * unit) - most(low, bottom * unit), 0), numerator)
                for bottom, top, numerator in edges
            ]
            exact = sum(part * numerator for part, numerator in parts)
            bill.parts, bill.scale = parts, scale
            paid = (
                sum(whole(part * numerator, scale * unit) for part, numerator in parts)
                if each
                else whole(exact, scale * unit)
            )
            bill.pay = bill.pay + paid
            bill.tell("segment", bill.pay, given, (exact, scale * unit))

        return run


def _edges(bands: tuple[Band, ...]) -> tuple[int, list[tuple[int, int, int]]]:
    scale = lcm(*(band.rate.denominator for band in bands), 1)
    edges, bottom = [], 0
    for band in bands:
        top = ENDLESS * 1000 if band.up_to is None else int(band.up_to)
        edges.append((bottom, top, int(band.rate * scale)))
        bottom = top
    return scale, edges


class FixedAmount(Stage, frozen=True, tag="fixed_amount"):
    """Pays a fixed sum per use, never more than the rest; ``most`` bounds all uses of the bill."""

    amount: str
    per: str
    """``bill`` or ``day``."""
    most: str = ""

    def bind(self, case: Case) -> Run:
        """Adds the sum."""
        amount, given = case.amount(self.amount)
        high = case.amount(self.most)[0] if self.most else ENDLESS * 1000
        by_day = self.per == "day"

        def run(bill: Bill) -> None:
            least = bill.arithmetic.least
            due = least(amount * bill.counts["days"], high) if by_day else amount
            bill.pay = bill.pay + least(due, bill.rest)
            bill.tell("fixed_amount", bill.pay, given)

        return run


class Package(Stage, frozen=True, tag="package"):
    """A price per case: fund and patient share the standard, whatever the bill; the hospital gains or loses."""

    standard: str
    rate: str

    def bind(self, case: Case) -> Run:
        """Replaces the bill by the standard."""
        standard, given = case.amount(self.standard)
        rate, _ = case.rate(self.rate)
        numerator, denominator = share_of(rate)
        whole = case.round("payment")

        def run(bill: Bill) -> None:
            bill.pay = bill.rest * 0 + whole(standard * numerator, denominator)
            bill.quota = bill.rest * 0 + standard
            bill.remaining = bill.quota
            bill.tell("package", bill.pay, given, (standard * numerator, denominator))

        return run


class Declared(Stage, frozen=True, tag="declared"):
    """Pays what an opening named ``amount`` declares, such as a fund that only the centre can work out."""

    amount: str

    def bind(self, case: Case) -> Run:
        """Adds the declared sum, never more than the layer's base."""
        used = case.used(self.amount)

        def run(bill: Bill) -> None:
            bill.pay = bill.pay + bill.arithmetic.least(used(bill), bill.rest)
            bill.tell("declared", bill.pay)

        return run


class Floor(Stage, frozen=True, tag="floor_payment"):
    """Raises the payment to at least ``rate`` of the figure ``of``, less the deductible charged in this layer."""

    rate: str
    of: str

    def bind(self, case: Case) -> Run:
        """Compares and keeps the larger payment."""
        given = case.get(self.rate)
        numerator, denominator = share_of(Fraction(0) if given is None else given.figure)
        whole, of = case.round("payment"), self.of

        def run(bill: Bill) -> None:
            least, most = bill.arithmetic.least, bill.arithmetic.most
            base = most(bill.figures[of] * bill.unit - bill.charged, 0)
            floor = least(whole(base * numerator, denominator * bill.unit), bill.remaining)
            bill.pay = most(bill.pay, floor)
            bill.tell("floor_payment", floor, given, (base * numerator, denominator * bill.unit))

        return run


class AccountFirst(Stage, frozen=True, tag="account"):
    """The person's own account pays before the fund; ``fills_deductible`` says whether that money counts as borne."""

    fills_deductible: bool

    def bind(self, case: Case) -> Run:
        """Takes from the account what the rest can use."""
        fills = self.fills_deductible

        def run(bill: Bill) -> None:
            paid = bill.arithmetic.least(bill.purse, bill.rest)
            bill.rest = bill.rest - paid
            bill.purse = bill.purse - paid
            bill.account = bill.account + paid
            if fills:
                bill.filled = paid
                bill.start = bill.start + paid
            bill.tell("account", paid)

        return run
