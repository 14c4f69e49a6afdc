"""Stages before a payment, and the limit after it: what of the base counts, and what the patient bears first."""

from collections.abc import Callable
from enum import StrEnum
from fractions import Fraction
from math import lcm

from terminal.adjudication.bill import Bill
from terminal.adjudication.case import Case, Run, share_of
from terminal.adjudication.dimensions import ENDLESS
from terminal.adjudication.stages.stage import Stage
from terminal.adjudication.values import Given
from terminal.documents import ItemClass


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
            amount, given = case.waive("deductible", amount, given)
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
        amount, given = case.waive("cap", amount, given)
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
