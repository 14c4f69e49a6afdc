"""Money, prices, quantities and rates, exact at every step.

Inside, money is an integer number of fen. At every edge an amount is text in yuan with two decimals, a unit price
has up to six, a quantity up to four; a rate is ``"85%"``, ``"17/20"`` or ``"2/37"``. Floats are never accepted.
"""

import re
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

Rate = Fraction


class MoneyText(ValueError):
    """Text that is not an amount, price, quantity or rate; says what was found and what was expected."""


class Fen(int):
    """An amount of money in fen (1/100 yuan); ``"12.34"`` in every document."""

    __slots__ = ()

    def __str__(self) -> str:
        if self > 0:
            return f"{self // 100}{_CENTS[self % 100]}"
        return f"-{Fen(-self)}" if self else "0.00"


class Price(int):
    """A unit price in millionths of a yuan; ``"4.52"`` or ``"0.123456"`` in documents."""

    __slots__ = ()

    def __str__(self) -> str:
        return _decimal(self, 6, 2)


class Quantity(int):
    """A quantity in ten-thousandths of a unit; ``"1"`` or ``"17.5"`` in documents."""

    __slots__ = ()

    def __str__(self) -> str:
        return _decimal(self, 4, 0)


class Rounding(StrEnum):
    """How an exact number of fen becomes a whole one. Negative numbers round away from zero in ``half_up``."""

    HALF_UP = "half_up"
    DOWN = "down"
    UP = "up"
    HALF_EVEN = "half_even"


_DECIMAL = re.compile(r"(-?)(\d{1,14})(?:\.(\d+))?", re.ASCII)
_CENTS = tuple(f".{part:02d}" for part in range(100))
_RATIO = re.compile(r"(\d{1,9})/(\d{1,9})", re.ASCII)
_PERCENT = re.compile(r"(\d{1,4})(?:\.(\d{1,6}))?%", re.ASCII)


def _decimal(value: int, places: int, least: int) -> str:
    whole, part = divmod(abs(value), 10**places)
    digits = f"{part:0{places}d}"
    digits = digits[:least] + digits[least:].rstrip("0")
    return f"{'-' if value < 0 else ''}{whole}{'.' + digits if digits else ''}"


def _scaled(text: str, places: int, what: str) -> int:
    found = _DECIMAL.fullmatch(text)
    if found is None or len(found[3] or "") > places:
        raise MoneyText(f'{text!r}: expected {what} as text with at most {places} decimals, such as "12.34"')
    value = int(found[2] + (found[3] or "").ljust(places, "0"))
    return -value if found[1] else value


def parse_yuan(text: str) -> Fen:
    """``"12.34"`` -> 1234 fen. Raises MoneyText for anything but at most two decimals."""
    return Fen(_scaled(text, 2, "an amount in yuan"))


def parse_price(text: str) -> Price:
    """``"0.123456"`` -> 123456 millionths. Raises MoneyText."""
    return Price(_scaled(text, 6, "a unit price in yuan"))


@lru_cache
def parse_quantity(text: str) -> Quantity:
    """``"17.5"`` -> 175000 ten-thousandths. Raises MoneyText."""
    return Quantity(_scaled(text, 4, "a quantity"))


@lru_cache
def parse_rate(text: str) -> Rate:
    """``"85%"``, ``"17/20"`` or ``"2/37"`` as an exact rational. Raises MoneyText."""
    if found := _PERCENT.fullmatch(text):
        part = found[2] or ""
        return Fraction(int(found[1] + part), 100 * 10 ** len(part))
    if (found := _RATIO.fullmatch(text)) and int(found[2]):
        return Fraction(int(found[1]), int(found[2]))
    raise MoneyText(f'{text!r}: expected an exact rate such as "85%" or "2/37"')


@lru_cache
def format_rate(rate: Rate) -> str:
    """The shortest exact text of a rate: a percentage where one exists with up to six decimals, else a ratio."""
    scaled = rate * 100 * 10**6
    if scaled.denominator == 1:
        return _decimal(scaled.numerator, 6, 0) + "%"
    return f"{rate.numerator}/{rate.denominator}"


def divide(numerator: int, denominator: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """The exact quotient rounded to a whole number; ``denominator`` is positive."""
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    match rounding:
        case Rounding.HALF_UP:
            up = 2 * rest >= denominator
        case Rounding.HALF_EVEN:
            up = 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
        case Rounding.UP:
            up = rest > 0
        case Rounding.DOWN:
            up = False
    return sign * (whole + up)


def amount_of(price: Price, quantity: Quantity, rounding: Rounding = Rounding.HALF_UP) -> Fen:
    """Price times quantity in fen, rounded once."""
    return Fen(divide(price * quantity, 10**8, rounding))
