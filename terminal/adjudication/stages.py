"""The closed vocabulary of stages inside a layer: what a pack may write, and what each does to a bill.

A layer opens with ``rest`` = its base. Stages lower ``rest`` (gate, carve-out, deductible, limits on what counts),
turn it into a payment (ratio, segment, fixed amount, package, declared, floor) and limit that payment. A stage
names its figures by key; binding folds them in, and the bound stage works on integers and on columns alike.
What does not fit is a new stage here, reviewed and versioned, never a script in a pack.
"""

from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from math import lcm

import msgspec

from terminal.adjudication.bill import Bill
from terminal.adjudication.case import Case, Run, share_of
from terminal.adjudication.dimensions import ENDLESS
from terminal.adjudication.rounding import Place
from terminal.adjudication.values import Band, Given, Words
from terminal.documents import ItemClass


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What all stages share: ``when`` limits one to some cases."""

    when: dict[str, Words] = {}


class Gate(Stage, frozen=True, tag="gate"):
    """Pays nothing unless the base reaches ``amount``; the gate is no deductible."""

    amount: str

    def bind(self, case: Case) -> Run:
        """Keeps or clears the rest."""
        amount, given = case.amount(self.amount)

        def run(bill: Bill) -> None:
            bill.rest = bill.rest * (bill.rest >= amount * bill.unit)
            bill.tell("gate", bill.rest, given)

        return run


class CarveOut(Stage, frozen=True, tag="carve_out"):
    """Takes a share off first, such as 10% for care outside the area; later stages see the remainder as the base."""

    rate: str

    def bind(self, case: Case) -> Run:
        """Lowers the rest by the rounded share."""
        rate, given = case.rate(self.rate)
        numerator, denominator = share_of(rate)
        whole = case.round("carve_out")

        def run(bill: Bill) -> None:
            cut = whole(bill.rest * numerator, denominator)
            bill.tell("carve_out", cut, given, (bill.rest * numerator, denominator))
            bill.rest = bill.rest - cut

        return run


class Waived(StrEnum):
    """What a waiver lifts."""

    DEDUCTIBLE = "deductible"
    CAP = "cap"


class Waiver(Stage, frozen=True, tag="waiver"):
    """Lowers the following deductible, or raises the following cap, of a layer to ``times`` of itself for a group."""

    of: Waived
    times: str

    def bind(self, case: Case) -> Run | None:
        """Nothing at run time: the next stage is bound with the changed amount."""
        given = case.get(self.times)
        case.waived[self.of] = Fraction(1) if given is None else given.figure
        return None


class Deductible(Stage, frozen=True, tag="deductible"):
    """What the patient bears before the layer pays: ``amount``, less what ``accumulator`` says was borne already.

    Instead of ``amount``, ``rate`` of the figure ``of``, not under ``least`` and not over ``most``. ``limit`` with
    ``limit_accumulator`` bounds all deductibles of a period together. A deductible with an accumulator per year and
    an amount per tier is one deductible a year at the highest tier used; with one per episode it makes a transfer
    pay only the difference.
    """

    amount: str = ""
    rate: str = ""
    of: str = ""
    least: str = ""
    most: str = ""
    accumulator: str = ""
    limit: str = ""
    limit_accumulator: str = ""
    of_class: tuple[ItemClass, ...] = ()
    of_category: tuple[str, ...] = ()
    """Taken from the charges of these lines, before their first self-pay, instead of from the base as a whole."""

    def bind(self, case: Case) -> Run:
        """Charges what is left of the deductible."""
        if self.of_class or self.of_category:
            return self._charged_at_the_lines(case)
        due, given = self._due(case)
        used = case.used(self.accumulator) if self.accumulator else None
        limit, _ = case.amount(self.limit) if self.limit else (0, None)
        limit_used = case.used(self.limit_accumulator) if self.limit_accumulator else None

        def run(bill: Bill) -> None:
            least, most = bill.arithmetic.least, bill.arithmetic.most
            left = due(bill)
            if used is not None:
                left = most(left - used(bill), 0)
            if limit_used is not None:
                left = least(left, most(limit - limit_used(bill), 0))
            by_account = least(bill.filled, left)
            charged = least(bill.rest, (left - by_account) * bill.unit)
            bill.rest = bill.rest - charged
            bill.start = bill.start + charged
            bill.charged = bill.charged + charged + by_account * bill.unit
            bill.above = bill.rest
            bill.tell("deductible", charged // bill.unit, given, left=left - by_account - charged // bill.unit)

        return run

    def _charged_at_the_lines(self, case: Case) -> Run:
        given = case.get(self.amount)

        def run(bill: Bill) -> None:
            charged = bill.figures["class_deductible"] * bill.unit
            bill.rest = bill.rest - charged
            bill.start = bill.start + charged
            bill.charged = bill.charged + charged
            bill.above = bill.rest
            bill.tell("deductible", charged, given)

        return run

    def _due(self, case: Case) -> tuple[Callable[[Bill], int], Given | None]:
        if self.amount:
            amount, given = case.amount(self.amount)
            amount = case.waive("deductible", amount)
            return (lambda bill: amount), given
        plain = case.get(self.rate)
        numerator, denominator = share_of(Fraction(0) if plain is None else plain.figure)
        low = case.amount(self.least)[0] if self.least else 0
        high = case.amount(self.most)[0] if self.most else ENDLESS * 1000
        whole, of = case.round("deductible"), self.of

        def due(bill: Bill) -> int:
            share = whole(bill.figures[of] * numerator, denominator)
            return bill.arithmetic.least(bill.arithmetic.most(share, low), high)

        return due, plain


class Copay(Stage, frozen=True, tag="per_visit_copay"):
    """A fixed sum the patient bears at every visit; no deductible, nothing accumulates."""

    amount: str

    def bind(self, case: Case) -> Run:
        """Lowers the rest by the sum."""
        amount, given = case.amount(self.amount)

        def run(bill: Bill) -> None:
            charged = bill.arithmetic.least(bill.rest, amount * bill.unit)
            bill.rest = bill.rest - charged
            bill.tell("per_visit_copay", charged, given)

        return run


class CapOn(StrEnum):
    """What a cap limits."""

    PAYMENT = "payment"
    ELIGIBLE = "eligible"


class Cap(Stage, frozen=True, tag="cap"):
    """Limits the payment, or before the deductible the amount that counts, to ``amount`` less what is used."""

    on: CapOn
    amount: str
    accumulator: str = ""

    def bind(self, case: Case) -> Run:
        """Cuts the payment or the rest."""
        amount, given = case.amount(self.amount)
        amount = case.waive("cap", amount)
        used = case.used(self.accumulator) if self.accumulator else None
        tracks = case.tracks_excess

        def left_of(bill: Bill) -> int:
            return amount if used is None else bill.arithmetic.most(amount - used(bill), 0)

        def cut_eligible(bill: Bill) -> None:
            bill.rest = bill.arithmetic.least(bill.rest, left_of(bill) * bill.unit)
            bill.counted = bill.rest
            bill.tell("cap_eligible", bill.rest, given)

        def cut_payment(bill: Bill) -> None:
            left = left_of(bill)
            if tracks:
                _remember_excess(bill, left)
            over = bill.pay
            bill.pay = bill.arithmetic.least(bill.pay, left)
            bill.tell("cap_payment", over - bill.pay, given, left=left - bill.pay)

        return cut_eligible if self.on is CapOn.ELIGIBLE else cut_payment


def _remember_excess(bill: Bill, left: int) -> None:
    """What the layer did not consume because of its cap, traced back through the bands from the top, exactly."""
    least, most = bill.arithmetic.least, bill.arithmetic.most
    scale = lcm(*(numerator for _, numerator in bill.parts if numerator), 1)
    over = most(sum(part * numerator for part, numerator in bill.parts) - left * bill.scale * bill.unit, 0)
    excess = 0
    for part, numerator in reversed(bill.parts):
        excess = excess + (least(part * scale, over * (scale // numerator)) if numerator else part * scale)
        over = most(over - part * numerator, 0)
    bill.excess, bill.excess_unit = excess, bill.unit * scale


class AdjustPoints(Stage, frozen=True, tag="adjust_points"):
    """Percentage points added to, or a factor applied on, the following ratio or schedule of the layer.

    ``minus`` takes points off. Several stages add up; the result stays between 0 and 1.
    """

    plus: str = ""
    minus: str = ""
    times: str = ""

    def bind(self, case: Case) -> Run | None:
        """Nothing at run time: the ratio is bound with the changed rate."""
        for key, sign in ((self.plus, 1), (self.minus, -1)):
            if key and (given := case.get(key)) is not None:
                case.points_added += sign * given.figure
        if self.times and (given := case.get(self.times)) is not None:
            case.factor *= given.figure
        return None


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


LayerStage = (
    Gate | CarveOut | Waiver | Deductible | Copay | Cap | AdjustPoints | Ratio | ClassRatio | Segment | FixedAmount
    | Package | Declared | Floor | AccountFirst
)  # fmt: skip
