"""Random lives of bills through client and centre over a line that fails: the two ledgers agree afterwards."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest

from terminal.centre import Repair
from terminal.centre.simulator import Simulator
from terminal.clock import BEIJING
from tests.centre.clerk import HORIZON, Clerk, Clock, State
from tests.world import more_persons

SHARDS = 4
MONEY = ("2207", "2102", "2208", "2103", "2601")
PER_CENTRE = 250
"""Sequences, a day each, before a centre with empty books takes over: a year has only so many days."""


def trouble(random: Random) -> list[dict[str, Any]]:
    """A fault plan: each message about money may fail in its own way, the harmless ones may get lost."""
    kinds = ["drop", "half", "html", "bad_gateway", "no_output", "duplicate", "wrong_address", "numbers_as_text"]
    rules: list[dict[str, Any]] = [
        {"fault": random.choice(kinds), "infno": infno, "rate": random.uniform(0, 0.2), "done": random.random() < 0.6}
        for infno in MONEY
    ]
    rules += [{"fault": "late", "infno": infno, "rate": 0.1, "seconds": [0, HORIZON - 1]} for infno in MONEY]
    rules += [{"fault": "drop", "infno": infno, "rate": 0.03} for infno in ("1101", "2201", "2204", "2206", "2101")]
    return rules


def load(simulator: Simulator, rules: list[dict[str, Any]], seed: int = 0) -> None:
    simulator.trouble.load(msgspec.json.encode({"seed": seed, "rules": rules}), "test")


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Callable[[int], tuple[Simulator, Clock, list[str]]]]:
    """``days(n)``: the centre of the n-th sequence, its clock set to that sequence's own day, and its persons."""
    persons = tmp_path / "persons.json"
    names = more_persons(persons, 40)
    clock = Clock(datetime(2026, 1, 5, 8, 0, tzinfo=BEIJING))
    running: list[Simulator] = []

    def start(place: int) -> tuple[Simulator, Clock, list[str]]:
        if place % PER_CENTRE == 0:
            while running:
                running.pop().close()
            running.append(Simulator(tmp_path / f"{place}.db", persons=persons, clock=clock, horizon=HORIZON))
        clock.instant = datetime(2026, 1, 5, 8, 0, tzinfo=BEIJING) + timedelta(days=place % PER_CENTRE)
        return running[-1], clock, names

    yield start
    while running:
        running.pop().close()


def live(simulator: Simulator, clock: Clock, clerks: list[Clerk], names: list[str], random: Random) -> None:
    """A few bills of a few persons, cancelled, bought again, forgotten, with doubts cleared up now and then."""
    persons = random.sample(names, 2)
    for _ in range(random.randint(3, 8)):
        clerk = random.choice(clerks)
        standing = [entry for entry in clerk.journal if entry.state is State.STANDING]
        doubtful = [entry for entry in clerk.journal if entry.state in (State.DOUBT, State.CANCELLING)]
        match random.choice(["sell"] * 4 + ["cancel"] * 2 + ["refund", "walk away", "forget"] + ["clear up"] * 2):
            case "sell":
                clerk.sell(random.choice(persons), random)
            case "walk away":
                clerk.walk_away(random.choice(persons), random)
            case "cancel" if standing:
                clerk.cancel(random.choice(standing))
            case "refund" if standing:
                entry = random.choice(standing)
                clerk.cancel(entry)
                if entry.state is State.CANCELLED:
                    clerk.sell(entry.claim.credential.number, random)
            case "forget" if standing:
                clerk.journal.remove(random.choice(standing))
            case "clear up" if doubtful:
                clerk.clear_up(random.choice(doubtful))
        clock.advance(random.choice([1, 30, 200, HORIZON]))
        simulator.take_effect()


def close_day(simulator: Simulator, clock: Clock, clerks: list[Clerk], random: Random) -> None:
    """After the horizon every doubt is cleared up by a reversal or by the statement."""
    load(simulator, [])
    clock.advance(HORIZON)
    simulator.take_effect()
    for clerk in clerks:
        for entry in clerk.journal:
            if entry.state is State.CANCELLING or (entry.state is State.DOUBT and random.random() < 0.5):
                clerk.clear_up(entry)


def books_agree(simulator: Simulator, clock: Clock, clerks: list[Clerk]) -> None:
    """The same settlements stand on both sides, with the same money."""
    theirs = {
        row["msgid"]: (row["medfee_sumamt"], row["fund_pay_sumamt"], row["acct_pay"], row["psn_cash_pay"])
        for row in simulator.books()["settlements"]
        if row["state"] == "standing" and not row["cancels"] and row["setl_time"].startswith(f"{clock():%Y-%m-%d}")
    }
    ours = {}
    for entry in (entry for clerk in clerks for entry in clerk.journal):
        assert entry.state in (State.STANDING, State.CANCELLED, State.FREE)
        if entry.state is State.STANDING:
            split = entry.settled.settlement
            ours[entry.intent.message_number] = tuple(
                str(part) for part in (split.total, split.funds, split.account, split.cash)
            )
    assert ours == theirs


@pytest.mark.parametrize("shard", range(SHARDS))
def test_after_reconciliation_the_two_ledgers_agree(
    days: Callable[[int], tuple[Simulator, Clock, list[str]]],
    shard: int,
    seed: int,
    size: Callable[[int, int], int],
) -> None:
    counter = itertools.count(1)
    settled = 0
    for place in range(size(300, 10_000) // SHARDS):
        random = Random(f"{seed}-{shard}-{place}")
        simulator, clock, names = days(place)
        clerks = [Clerk(simulator, clock, lambda: next(counter), pharmacy=kind) for kind in (False, True)]
        load(simulator, trouble(random), random.randrange(2**32))
        live(simulator, clock, clerks, names, random)
        close_day(simulator, clock, clerks, random)
        for clerk in clerks:
            assert clerk.reconcile() == [], f"sequence {place} of shard {shard}"
            clerk.centre.close()
        books_agree(simulator, clock, clerks)
        settled += sum(len(clerk.journal) for clerk in clerks)
    assert settled > size(300, 10_000) // SHARDS, "the line was too bad to settle anything"


def test_a_day_of_many_bills_needs_a_person_only_where_the_plan_says_so(
    days: Callable[[int], tuple[Simulator, Clock, list[str]]], seed: int, size: Callable[[int, int], int]
) -> None:
    random = Random(seed)
    counter = itertools.count(1)
    simulator, clock, names = days(0)
    clerk = Clerk(simulator, clock, lambda: next(counter), pharmacy=True)
    needing = random.randint(2, 5)
    rules = [{"fault": "misbook", "infno": "2102", "count": needing, "rate": 0.1, "needs_person": True}]
    for fault in ("drop", "half", "html", "no_output", "bad_gateway"):
        rules.append({"fault": fault, "infno": "2102", "rate": 0.002})
    rules.append({"fault": "late", "infno": "2102", "rate": 0.002, "seconds": [0, HORIZON - 1]})
    load(simulator, rules, seed)
    for _ in range(size(300, 2000)):
        clerk.sell(random.choice(names), random)
        clock.advance(10)
    struck = list(simulator.trouble.strokes)
    marked = {stroke.msgid for stroke in struck if stroke.needs_person}
    load(simulator, [])
    clock.advance(HORIZON)
    simulator.take_effect()
    left = clerk.reconcile()
    clerk.centre.close()
    assert len(marked) == needing and {each.message_number for each in left} == marked
    assert {each.repair for each in left} == {Repair.HAND_OVER} and all(each.memo for each in left)
    assert all(entry.state is not State.DOUBT for entry in clerk.journal)
