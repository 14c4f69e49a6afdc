"""Exact quotients to whole fen, at named points, the same on integers and on int64 columns.

The engine adjudicates non-negative amounts only (a refund negates a settled outcome), so each mode is one formula
without branches that Python ints and numpy columns both evaluate.
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from terminal.money import Rounding

Round = Callable[[int, int], int]
"""``(numerator, denominator) -> whole``; numerator >= 0, denominator > 0."""


def _half_even(n: int, d: int) -> int:
    whole = n // d
    rest = n - whole * d
    return whole + ((2 * rest > d) | ((2 * rest == d) & (whole & 1)))


ROUND: dict[Rounding, Round] = {
    Rounding.HALF_UP: lambda n, d: (2 * n + d) // (2 * d),
    Rounding.DOWN: lambda n, d: n // d,
    Rounding.UP: lambda n, d: -(-n // d),
    Rounding.HALF_EVEN: _half_even,
}


Share = tuple[int, int, int, bool]
"""A rate to be taken of many amounts: times, plus, over, even.

``(amount * times + plus) // over`` is the rounded share. Under ``even`` an odd one that leaves no rest is one too many.
"""


def share_rounded(mode: Rounding, numerator: int, denominator: int) -> Share | None:
    """The share that ``ROUND`` would give of any amount; None for a rate of nothing."""
    if not numerator:
        return None
    if mode is Rounding.DOWN or mode is Rounding.UP:
        return numerator, denominator - 1 if mode is Rounding.UP else 0, denominator, False
    return 2 * numerator, denominator, 2 * denominator, mode is Rounding.HALF_EVEN


def taken(share: Share, amount: int) -> int:
    """The share of an amount, or of a column of amounts."""
    times, plus, over, even = share
    exact = amount * times + plus
    part = exact // over
    return part - ((exact == part * over) & part & 1) if even else part


class Place(StrEnum):
    """Where a layer's payment is rounded: once, or for every band by itself."""

    LAYER = "layer"
    SEGMENT = "segment"


class LinePlace(StrEnum):
    """Where the first self-pay is rounded: at each line, or once on the sums of equal rates."""

    LINE = "line"
    BILL = "bill"


class RoundingPoints(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every point at which the engine rounds; a pack states all of them, none has a default."""

    line_amount: Rounding
    """Price times quantity, checked against the amount the hospital charges."""
    ceiling: Rounding
    first_self_pay: Rounding
    first_self_pay_at: LinePlace
    carve_out: Rounding
    deductible: Rounding
    """A deductible or limit that is a share of another amount."""
    payment: Rounding
    payment_at: Place
