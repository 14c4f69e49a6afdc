"""Whole journals at once: a batch of bills, and a year of people."""

import dataclasses
import random
import time
import tracemalloc
from typing import Any

from terminal.adjudication import Plan
from terminal.documents import (
    ItemClass,
    Line,
)
from terminal.money import Fen, Price, Quantity
from tests.bench.engine.bills import (
    NAMES,
    TENTH,
    bill_of,
)
from tests.bench.engine.goals import Goals
from tests.bench.peers import by_hand
from tests.bench.timing import NotHere, compare, worked


def _columns(plan: Plan, chance: random.Random, bills: int, lines: int, persons: int) -> Any:
    """A journal of random bills, made column by column."""
    import numpy as np

    from terminal.adjudication.journal import Journal

    random_ = np.random.default_rng(chance.randrange(2**32))
    count = bills * lines
    kinds = random_.choice(3, count, p=(0.6, 0.3, 0.1))
    amount = random_.integers(1, 300_00, count)
    ones = np.ones(bills, np.int64)
    day = bill_of(chance, 1).visit.begin.date().toordinal()
    words = {"employment": "active", "tier": "3"}
    facts = {name: (np.zeros(bills, np.int64), (word,)) for name, word in words.items()} | {"age": (ones * 40, ())}
    return Journal(
        persons=persons, person=np.sort(random_.integers(0, persons, bills)) if persons < bills else np.arange(bills),
        benefit=ones * 0, day=ones * day, days=ones, account=ones * 0, account_use=ones > 0, facts=facts,
        place={"disease": ones * 0, "institution": ones * 0}, first_line=np.arange(0, count + 1, lines),
        amount=amount, item_class=kinds, category=np.zeros(count, np.int64), categories=("",),
        numerator=(kinds == 1).astype(np.int64), denominator=np.where(kinds == 1, 10, 0), limit=None,
        quantity=np.full(count, 10**4), price=amount * 10**4,
    )  # fmt: skip


def batch(plan: Plan, chance: random.Random, goals: Goals) -> None:
    """Bills that have nothing to do with each other."""
    try:
        import numpy as np

        from terminal.adjudication.columns import run
        from tests.bench.peers.openfisca_system import figures, simulation, system

        made = system()
    except ImportError as missing:
        raise NotHere(f"{missing.name} is not installed") from missing
    journal = _columns(plan, chance, 100_000, 20, 100_000)
    some = [bill_of(chance, 20) for _ in range(1000)]
    hand = by_hand.in_numpy(journal.amount, journal.item_class, journal.first_line)
    mine = run(plan, journal).figures
    names = ("total", "own_pay", "first_self_pay", "deductible", "paid.large_amount")
    wrong = sum(int((mine[name] != column).sum()) for name, column in zip(names, hand, strict=True))
    ints = worked(lambda: [by_hand.in_ints(bill.lines) for bill in some]) * 100
    label = f"hard-coded ints ({wrong} differ from numpy by hand)"
    goals.at_least(f"100,000 bills in columns / {label}", ints / worked(lambda: run(plan, journal)), 6)

    def by_numpy() -> object:
        return by_hand.in_numpy(journal.amount, journal.item_class, journal.first_line)

    compare("adjudication: 100,000 bills in columns", lambda: run(plan, journal), {"numpy by hand": by_numpy}, rounds=7)
    owner = np.repeat(np.arange(100_000), 20)
    ready = simulation(made, journal.amount, journal.item_class, owner)
    wrong = sum(int((column != mine[name]).sum()) for name, column in zip(NAMES, figures(ready), strict=True))

    def calculate() -> object:
        return figures(ready)

    def from_scratch() -> object:
        return figures(simulation(made, journal.amount, journal.item_class, owner))

    for what, theirs, must in (("calculation", calculate, 1), ("with set-up", from_scratch, 10)):
        label = f"OpenFisca, {what} ({wrong} differ)"
        ratio = compare("adjudication: 100,000 bills in columns", lambda: run(plan, journal), {label: theirs}, rounds=7)
        goals.speed(f"100,000 bills in columns / {label}", ratio, must)


def year(plan: Plan, chance: random.Random, goals: Goals) -> None:
    """Bills of people whose accumulators carry on from bill to bill."""
    from terminal.adjudication.columns import run

    journal = _columns(plan, chance, 240_000, 20, 20_000)
    tracemalloc.start()
    run(plan, journal)
    held = sum(column.nbytes for column in vars(journal).values() if hasattr(column, "nbytes"))
    each = (held + tracemalloc.get_traced_memory()[1]) / len(journal.amount)
    tracemalloc.stop()
    done = run(plan, journal).figures
    taken = worked(lambda: run(plan, dataclasses.replace(journal)))  # nothing kept from the try before
    used = paid = wrong = 0
    person = -1
    lines = [line for bill in range(2000) for line in [_bill_lines(journal, bill)]]
    begun = time.process_time()
    for bill, of_bill in enumerate(lines):
        if journal.person[bill] != person:
            person, used, paid = journal.person[bill], 0, 0
        figures = by_hand.in_ints(of_bill, used, paid)
        used, paid = used + figures[4], paid + figures[5]
        wrong += figures[5] != done["paid.large_amount"][bill]
    ints = (time.process_time() - begun) / 2000 * 240_000
    goals.at_least(f"a year of 20,000 people / hard-coded ints ({wrong} of 2,000 differ)", ints / taken, 5)
    goals.seconds("a year of 100,000 people, 24,000,000 lines, five times the above", taken * 5, 3)
    goals.at_most("memory of a journal at its highest, a line", each, 100, "bytes")


def _bill_lines(journal: Any, bill: int) -> list[Line]:
    made = []
    for place in range(journal.first_line[bill], journal.first_line[bill + 1]):
        item_class = ItemClass("ABC"[journal.item_class[place]])
        amount = Fen(journal.amount[place])
        rate = TENTH if item_class is ItemClass.B else None
        one = Quantity(10**4)
        made.append(Line(place, "", Price(amount * 10**4), one, amount, item_class=item_class, first_self_pay=rate))
    return made
