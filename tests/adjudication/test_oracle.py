"""Three ways to the same fen: the engine, a slow exact-rational reading of the pack, and int64 columns."""

import random

import numpy as np
import pytest

from config.policies import pack_files, pack_ids
from terminal.adjudication import CannotSplit, load_plan, split
from terminal.adjudication.columns import run
from terminal.adjudication.journal import journal_of, partition
from tests.adjudication.bills import random_situation
from tests.adjudication.oracle import Oracle, Unanswered

PLANS = {pack: load_plan(pack_files(pack)) for pack in pack_ids()}
every_pack = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)


def by_engine(plan, claim, insured, openings):
    try:
        done = split(plan, claim, insured, openings)
    except CannotSplit:
        return None
    result = done.settlement
    names = ("total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible", "account", "cash")
    amounts = {name: int(getattr(result, name)) for name in names}
    return amounts | {name: amount for name, amount in done.figures.items() if name.startswith("paid.")}


def by_oracle(plan, claim, insured, openings):
    try:
        return Oracle(plan.pack, claim, insured, openings).answer()
    except Unanswered:
        return None


@every_pack
def test_the_engine_and_an_exact_rational_reading_agree(plan, seed, size):
    rng = random.Random(seed)
    answered = 0
    for _ in range(size(2000, 100_000)):
        situation = random_situation(plan, rng)
        mine, exact = by_engine(plan, *situation), by_oracle(plan, *situation)
        assert mine == exact, situation
        answered += mine is not None
    assert answered > 20


@every_pack
def test_columns_agree_with_the_engine_over_each_persons_year(plan, seed, size):
    rng = random.Random(seed)
    bills = []
    for number in range(size(600, 20_000)):
        claim, insured, _ = random_situation(plan, rng)
        bills.append((f"p{rng.randrange(1 + number // 4)}", claim, insured))
    journal = journal_of(plan, bills)
    result = run(plan, journal)
    assert list(result.figures), "some bills are answered"
    held = {}
    for number, (person, claim, insured) in enumerate(bills):
        openings = held.get(person, ())
        mine = by_engine(plan, claim, insured, openings)
        assert (mine is None) == bool(result.bad[number]), result.reasons.get(number)
        if mine is None:
            continue
        column = {name: int(result.figures[name][number]) for name in mine}
        assert column == mine
        done = split(plan, claim, insured, openings)
        held[person] = after_bill(openings, done, claim)


def after_bill(openings, done, claim):
    from terminal.adjudication import after

    return after(openings, done.settlement.postings, claim.visit.begin.date())


def test_columns_do_not_depend_on_how_persons_are_partitioned(seed, size):
    plan = PLANS["beijing-employee"]
    rng = random.Random(seed)
    bills = []
    for _ in range(size(400, 10_000)):
        claim, insured, _ = random_situation(plan, rng)
        bills.append((f"p{rng.randrange(60)}", claim, insured))
    journal = journal_of(plan, bills)
    whole = run(plan, journal)
    persons = list(range(journal.persons))
    rng.shuffle(persons)
    for chosen in (persons[::2], persons[1::2], persons[:1]):
        part = run(plan, partition(journal, chosen))
        mine = np.isin(journal.person, chosen)
        for name, column in part.figures.items():
            assert (column == whole.figures[name][mine]).all()
