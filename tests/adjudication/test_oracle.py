"""Three ways to the same fen: the engine, a slow exact-rational reading of the pack, and int64 columns."""

import random

import numpy as np
import pytest

from config.policies import pack_files, pack_ids
from terminal.adjudication import CannotSplit, after, load_plan, split
from terminal.adjudication.columns import run
from terminal.adjudication.engine import day_of
from terminal.adjudication.journal import benefit_of, journal_of, partition, unfit
from tests.adjudication.bills import random_situation
from tests.adjudication.oracle import Oracle, Unanswered

PLANS = {pack: load_plan(pack_files(pack)) for pack in pack_ids()}
every_pack = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
CHUNK = 500
PARTS = 4
"""The bills of a pack are shared among so many tests, which run beside each other."""


def by_engine(plan, claim, insured, openings):
    try:
        done = split(plan, claim, insured, openings)
    except CannotSplit:
        return None, ()
    result = done.settlement
    names = ("total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible", "account", "cash")
    amounts = {name: int(getattr(result, name)) for name in names}
    return amounts | {n: amount for n, amount in done.figures.items() if n.startswith("paid.")}, result.postings


def by_oracle(plan, claim, insured, openings):
    try:
        return Oracle(plan.pack, claim, insured, openings).answer()
    except Unanswered:
        return None


def by_columns(plan, situations):
    """Each bill by itself, as a journal of as many persons."""
    fit = [number for number, (claim, insured, _) in enumerate(situations) if not unfit(plan, claim, insured)]
    openings = {name: np.zeros(len(fit), np.int64) for name in plan.accumulators}
    for person, number in enumerate(fit):
        for opening in situations[number][2]:
            openings[opening.accumulator][person] = opening.value
    result = run(plan, journal_of(plan, [(str(number), *situations[number][:2]) for number in fit]), openings)
    return {number: row for row, number in enumerate(fit) if not result.bad[row]}, result.figures


def agree(mine, exact, row, figures):
    """Whether the three say the same; columns know the layers that did not apply too, as nothing."""
    if mine is None or row is None:
        return mine is exact is row
    return mine == exact == {name: int(figures[name][row]) for name in mine}


@every_pack
@pytest.mark.parametrize("part", range(PARTS))
def test_engine_columns_and_an_exact_rational_reading_agree_on_bills_that_are_answered(plan, part, seed, size):
    rng = random.Random(f"{seed} {part}")
    asked = answered = 0
    while answered < size(2000, 100_000) // PARTS:
        situations = [random_situation(plan, rng) for _ in range(CHUNK)]
        rows, figures = by_columns(plan, situations)
        for number, situation in enumerate(situations):
            (mine, _), exact = by_engine(plan, *situation), by_oracle(plan, *situation)
            assert agree(mine, exact, rows.get(number), figures), situation
            answered += mine is not None
        asked += len(situations)
    print(f"{plan.pack.id} {part + 1}/{PARTS}: {answered} of {asked} bills answered, 0 fen of difference")


@every_pack
def test_they_agree_over_each_persons_years(plan, seed, size):
    rng = random.Random(seed)
    bills = []
    for number in range(size(600, 20_000)):
        claim, insured, _ = random_situation(plan, rng)
        if not unfit(plan, claim, insured):
            bills.append((f"p{rng.randrange(1 + number // 4)}", claim, insured))
    bills.sort(key=lambda bill: day_of(benefit_of(plan, bill[1])[0], bill[1]))
    result = run(plan, journal_of(plan, bills))
    held = {}
    for number, (person, claim, insured) in enumerate(bills):
        openings = held.get(person, ())
        mine, postings = by_engine(plan, claim, insured, openings)
        row = None if result.bad[number] else number
        exact = by_oracle(plan, claim, insured, openings)
        assert agree(mine, exact, row, result.figures), (claim, result.reasons.get(number))
        held[person] = after(openings, postings, claim.visit.begin.date())
    assert not result.bad.all()


@every_pack
def test_columns_do_not_depend_on_how_persons_are_partitioned(plan, seed, size):
    rng = random.Random(seed)
    bills = []
    for _ in range(size(400, 10_000)):
        claim, insured, _ = random_situation(plan, rng)
        if not unfit(plan, claim, insured):
            bills.append((f"p{rng.randrange(60)}", claim, insured))
    bills.sort(key=lambda bill: day_of(benefit_of(plan, bill[1])[0], bill[1]))
    journal = journal_of(plan, bills)
    whole = run(plan, journal)
    persons = list(range(journal.persons))
    rng.shuffle(persons)
    for chosen in (persons[::2], persons[1::2], persons[:1]):
        part = run(plan, partition(journal, chosen))
        mine = np.isin(journal.person, chosen)
        assert (part.bad == whole.bad[mine]).all()
        for name, column in part.figures.items():
            assert (column == whole.figures[name][mine]).all()
