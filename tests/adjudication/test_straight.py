"""Stages written down as straight code give what the stages give, amount by amount and word by word."""

import random

import pytest

from config.policies import pack_files, pack_ids
from terminal.adjudication import CannotSplit, adjudicate, load_plan
from terminal.adjudication.bound import Bound
from terminal.adjudication.straight import Branching, Tape
from tests.adjudication.bills import insured_for, random_situation
from tests.adjudication.test_columns import PACKS, bills

PLANS = {pack: load_plan(pack_files(pack)) for pack in pack_ids()}


@pytest.fixture
def compared(monkeypatch):
    """Every bill goes both ways; holds the results."""
    seen = []

    def both(bound):
        code = bound.straight(why=True)

        def reckon(*amounts):
            seen.append(bound.reckon(*amounts, why=True))
            assert code(*amounts) == seen[-1]
            return seen[-1]

        return reckon

    monkeypatch.setattr(Bound, "explained", property(both))
    return seen


def ask(plan, claim, insured, openings=()):
    try:
        adjudicate(plan, claim, insured, openings, explain=3)
    except CannotSplit as refused:
        assert refused.findings


@pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
def test_shipped_packs_give_the_same_as_straight_code(plan, seed, size, compared):
    rng = random.Random(seed)
    for _ in range(size(150, 20_000)):
        ask(plan, *random_situation(plan, rng))
    assert len(compared) > 10


@pytest.mark.parametrize("name", PACKS)
def test_each_stage_gives_the_same_as_straight_code(name, seed, size, compared):
    plan = PACKS[name]
    for _, bill, balance in bills(random.Random(seed), size(60, 5000)):
        ask(plan, bill, insured_for(plan, account_balance=balance))
    assert len(compared) > 10
    assert all(reckoned.told for reckoned in compared)


def test_a_stage_that_chooses_its_way_by_an_amount_is_not_written_down():
    amount = Tape().note("amount")
    with pytest.raises(Branching):
        max(amount, 0)


def test_code_holds_what_the_result_needs_and_nothing_else():
    tape = Tape()
    a, b = tape.note("a"), tape.note("b")
    _unused, again = a * b, b * 1 + 0
    code = tape.compile("a, b", {"least": tape.least(a, 7), "b": again, "folded": tape.most(2, 3) + 0 * a})
    assert code(9, 4) == {"least": 7, "b": 4, "folded": 3}
    assert code.__code__.co_nlocals == len({"a", "b", "value of a", "value of b", "least"})
