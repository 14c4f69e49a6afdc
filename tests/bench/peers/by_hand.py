"""One policy hard-coded: deductible 1,800, half of the rest, at most 20,000 a year, first self-pay as on the line."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

import numpy as np

from terminal.documents import ItemClass

DEDUCTIBLE, CAP = 1800_00, 20000_00
CENT = Decimal("0.01")


def in_ints(lines: Any, used: int = 0, paid: int = 0) -> tuple[int, ...]:
    """Total, own pay, over limit, first self-pay, deductible, fund; the yardstick of all ratios."""
    total = own = over = first = 0
    for line in lines:
        amount, item_class, ceiling, rate = line.amount, line.item_class, line.ceiling, line.first_self_pay
        total += amount
        if item_class is ItemClass.C:
            own += amount
            continue
        base = amount
        if ceiling is not None:
            base = min(amount, (ceiling * line.quantity * 2 + 10**8) // (2 * 10**8))
            over += amount - base
        if rate is not None:
            numerator, denominator = rate.as_integer_ratio()
            first += (base * numerator * 2 + denominator) // (2 * denominator)
    scope = total - own - over - first
    deductible = min(scope, max(DEDUCTIBLE - used, 0))
    fund = min(((scope - deductible) * 50 * 2 + 100) // 200, max(CAP - paid, 0))
    return total, own, over, first, deductible, fund


def in_decimals(lines: Any) -> tuple[int, ...]:
    """The same in Decimal yuan; ``lines`` are like those of a claim, with Decimal amounts, quantities and rates."""
    total = own = over = first = Decimal(0)
    for line in lines:
        amount, item_class, ceiling, rate = line.amount, line.item_class, line.ceiling, line.first_self_pay
        total += amount
        if item_class is ItemClass.C:
            own += amount
            continue
        base = amount
        if ceiling is not None:
            base = min(amount, (ceiling * line.quantity).quantize(CENT, ROUND_HALF_UP))
            over += amount - base
        if rate is not None:
            first += (base * rate).quantize(CENT, ROUND_HALF_UP)
    scope = total - own - over - first
    deductible = min(scope, Decimal(1800))
    fund = min(((scope - deductible) * Decimal("0.5")).quantize(CENT, ROUND_HALF_UP), Decimal(20000))
    return tuple(int(part * 100) for part in (total, own, over, first, deductible, fund))


class DecimalLine(NamedTuple):
    """A line of a bill as in_decimals reads it."""

    amount: Decimal
    item_class: ItemClass
    first_self_pay: Decimal | None
    ceiling: Decimal | None = None
    quantity: Decimal = Decimal(1)


def in_numpy(amount: Any, item_class: Any, first_line: Any) -> tuple[Any, ...]:
    """The same on int64 columns, written for this policy alone; classes are 0, 1, 2."""
    starts = first_line[:-1]
    total = np.add.reduceat(amount, starts)
    own = np.add.reduceat(np.where(item_class == 2, amount, 0), starts)
    first = np.add.reduceat(np.where(item_class == 1, (amount * 20 + 100) // 200, 0), starts)
    scope = total - own - first
    deductible = np.minimum(scope, DEDUCTIBLE)
    fund = np.minimum(((scope - deductible) * 100 + 100) // 200, CAP)
    return total, own, first, deductible, fund
