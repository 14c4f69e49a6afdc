"""The figures of one bill while its stages run: integers at the till, int64 columns in a batch."""

from collections.abc import Mapping
from typing import Protocol

from terminal.adjudication.values import Given

BASES: tuple[str, ...] = (
    "total", "own_pay", "over_limit", "first_self_pay", "in_scope", "separate", "deductible", "above_deductible",
    "copay", "in_scope_personal", "in_scope_personal_ex_deductible", "excess_over_cap", "remaining_total",
)  # fmt: skip
"""Named amounts a layer can pay on; besides them ``declared.<id>``, an amount an opening declares."""

MEASURES: tuple[str, ...] = ("bills", "days", *BASES, "account")
"""What an accumulator can count, besides ``paid.``, ``base.``, ``above.``, ``counted.`` or ``charged.<layer>``."""


class Arithmetic(Protocol):
    """The two operations that differ between integers and columns."""

    def least(self, a: int, b: int) -> int:
        """The smaller one."""

    def most(self, a: int, b: int) -> int:
        """The larger one."""


class Integers:
    """Plain integers, for one bill."""

    @staticmethod
    def least(a: int, b: int) -> int:
        """The smaller one."""
        return a if a < b else b

    @staticmethod
    def most(a: int, b: int) -> int:
        """The larger one."""
        return a if a > b else b


INTEGERS = Integers()

Told = tuple[str, str, Given | None, int, tuple[int, int] | None, int | None]
"""What a stage did: layer, kind, figure, amount, exact amount, and what remains of a limit after this bill."""


class Bill:
    """The running figures; amounts are fen, or ``1/unit`` fen inside a layer whose base is no whole number."""

    __slots__ = (
        "above", "account", "arithmetic", "base", "charged", "counted", "counts", "excess", "excess_unit", "figures",
        "filled", "layer", "opening", "parts", "pay", "purse", "quota", "remaining", "rest", "scale", "start", "told",
        "unit",
    )  # fmt: skip

    def __init__(
        self,
        figures: dict[str, int],
        opening: Mapping[str, int],
        counts: Mapping[str, int],
        purse: int = 0,
        arithmetic: Arithmetic = INTEGERS,
        told: list[Told] | None = None,
    ) -> None:
        self.figures = figures
        self.opening = opening
        self.counts = counts
        self.arithmetic = arithmetic
        self.told = told
        self.purse = purse
        """What the person's own account may still give to a layer that lets it pay before the funds."""
        self.account = 0
        self.quota: int | None = None
        self.excess = 0
        self.excess_unit = 1
        self.remaining = figures["total"]

    def open_layer(self, layer: str, base: int, unit: int) -> None:
        """Starts a layer: ``rest`` is what may still be paid on, ``start`` the part of the base cut before it."""
        self.layer = layer
        self.base = self.rest = base
        self.unit = unit
        self.start = self.pay = self.charged = self.filled = self.counted = 0
        self.above: int | None = None
        self.parts: list[tuple[int, int]] = []
        self.scale = 1

    def tell(
        self,
        kind: str,
        amount: int,
        given: Given | None = None,
        exact: tuple[int, int] | None = None,
        left: int | None = None,
    ) -> None:
        """Records a step when somebody wants to know why."""
        if self.told is not None:
            self.told.append((self.layer, kind, given, amount, exact, left))
