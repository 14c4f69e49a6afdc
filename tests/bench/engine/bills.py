"""The bills of the bench, and the ways through the engine without documents around it."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from fractions import Fraction

from terminal.adjudication import Plan
from terminal.adjudication.allocation import allocate
from terminal.adjudication.bill import Bill
from terminal.adjudication.bound import Bound
from terminal.adjudication.dimensions import facts_of
from terminal.clock import BEIJING
from terminal.documents import (
    Claim,
    Employment,
    Institution,
    Insured,
    ItemClass,
    Line,
    Scheme,
    Tier,
    Visit,
    VisitType,
)
from terminal.money import Fen, Price, Quantity

TENTH = Fraction(1, 10)


def bill_of(chance: random.Random, lines: int) -> Claim:
    """An outpatient bill, 60/30/10 per cent of class A, B and C."""
    made = []
    for sn in range(1, lines + 1):
        amount = chance.randrange(1, 300_00)
        item_class = ItemClass(chance.choices("ABC", (6, 3, 1))[0])
        rate = TENTH if item_class is ItemClass.B else None
        price, one = Price(amount * 10**4), Quantity(10**4)
        made.append(Line(sn, f"item {sn}", price, one, Fen(amount), item_class=item_class, first_self_pay=rate))
    return Claim(
        bill="B1",
        institution=Institution("H1", "H", "110100", Tier.THREE),
        terminal="T",
        operator="O",
        visit=Visit(VisitType.OUTPATIENT, datetime(2026, 3, 2, 9, tzinfo=BEIJING)),
        lines=tuple(made),
        insured=Insured("110100", Scheme.EMPLOYEE, Employment.ACTIVE),
    )


def person_of(claim: Claim) -> Insured:
    """Whom the bill is for."""
    assert claim.insured is not None
    return claim.insured


def bound_of(plan: Plan, claim: Claim) -> Bound:
    """The policy bound to the kind of bill all of these are."""
    day = claim.visit.begin.date()
    facts = facts_of(claim, person_of(claim), day, {}) | {"admissions": 1}
    return plan.bind(plan.pack.benefits.benefit[0], facts, day, None)


NAMES = ("total", "own_pay", "over_limit", "first_self_pay", "deductible", "paid.large_amount")
FIRST, FUND = NAMES.index("first_self_pay"), NAMES.index("paid.large_amount")
OPENING, COUNTS = {"op.deductible": 0, "op.paid": 0}, {"days": 1, "bills": 1}


def interpreted(bound: Bound, lines: tuple[Line, ...]) -> dict[str, int]:
    """The data-driven path without documents around it, stage by stage."""
    bill = Bill(bound.lines.split(lines, 1, {}, detail=False).figures(), OPENING, COUNTS)
    bound.run(bill)
    return bill.figures


def compiled(bound: Bound) -> Callable[[tuple[Line, ...]], tuple[int, ...]]:
    """The same as straight code that works out what the other contenders do."""
    code = bound.straight(lambda made: outcome(made.figures))
    return lambda lines: code(bound.lines.split(lines, 1, {}, detail=False).figures(), OPENING, COUNTS, 0, {})


def shared(bound: Bound) -> Callable[[tuple[Line, ...]], list[int]]:
    """As compiled, with the fund's share of each line."""
    code = bound.straight(lambda made: made.figures["paid.large_amount"])

    def share(lines: tuple[Line, ...]) -> list[int]:
        parts = bound.lines.split(lines, 1, {}, detail=True)
        paid = code(parts.figures(), OPENING, COUNTS, 0, {})
        return allocate(paid, [amount - own - over - first for _, amount, own, over, first in parts.splits])

    return share


def recorded(bound: Bound) -> Callable[[tuple[Line, ...]], object]:
    """As shared, with every step that an explanation tells, as numbers: its words are put to it where it is shown."""
    code = bound.straight(lambda made: (made.figures, made.told), why=True)

    def record(lines: tuple[Line, ...]) -> object:
        parts = bound.lines.split(lines, 1, {}, detail=True)
        figures, told = code(parts.figures(), OPENING, COUNTS, 0, {})
        in_scope = [amount - own - over - first for _, amount, own, over, first in parts.splits]
        return parts.splits, told, allocate(figures["paid.large_amount"], in_scope)

    return record


def outcome(figures: Mapping[str, int]) -> tuple[int, ...]:
    """The figures that every contender must agree on."""
    return tuple(figures[name] for name in NAMES)


def same(theirs: object, ours: object) -> str:
    """What stands beside a speed."""
    return "agrees" if theirs == ours else "differs"
