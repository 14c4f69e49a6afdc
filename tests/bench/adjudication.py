"""One policy, many engines: a bill, a batch, a year; every figure stands beside the fen that differ."""

import random
import time

from msgspec.structs import replace

from config.policies import pack_files
from terminal.adjudication import Plan, adjudicate, load_plan
from terminal.adjudication.tools.check import check_pack
from terminal.adjudication.tools.fit import fit
from terminal.adjudication.tools.slips import Slip
from tests.bench.engine.bills import bill_of, bound_of, compiled, interpreted, outcome, person_of
from tests.bench.engine.goals import Goals
from tests.bench.engine.journals import batch, year
from tests.bench.engine.one_bill import one_bill, whole_path
from tests.bench.engine.starting import packs, start
from tests.bench.peers import by_hand

NOT_HERE = {
    "batch compiled to machine code": "not built: see the decisions in terminal/adjudication/README.md",
    "fen of difference on 1,000,000 bills a pack": "no figure; ./run soak tests/adjudication/test_oracle.py",
}
"""Rows that this figure does not take, and why."""


def main() -> None:
    """One bill, one batch, one year, and what a till waits for. Raises ``NotHere`` when a must is missed."""
    goals = Goals()
    plan = load_plan(pack_files("beijing-employee"))
    chance = random.Random(20)
    bills = [bill_of(chance, 20) for _ in range(500)]
    bound = bound_of(plan, bills[0])
    for name, way in (
        ("stage by stage", lambda lines: outcome(interpreted(bound, lines))),
        ("compiled", compiled(bound)),
    ):
        wrong = sum(way(bill.lines) != by_hand.in_ints(bill.lines) for bill in bills)
        goals.at_most(f"bills of 500 that differ from hard-coded ints, {name}", wrong, 0, "bills")
    one_bill(plan, bills, 20, 60, goals)
    one_bill(plan, [bill_of(chance, 2000) for _ in range(10)], 2000, 1, goals)
    whole_path(plan, chance, goals)
    packs(goals)
    start(goals)
    batch(plan, chance, goals)
    year(plan, chance, goals)
    _authors(plan, chance, goals)
    for what, why in NOT_HERE.items():
        goals.untaken(what, why)
    goals.tell()


def _authors(plan: Plan, chance: random.Random, goals: Goals) -> None:
    """What authors of policies wait for."""
    bills = [replace(bill_of(chance, 20), bill=f"B{number}") for number in range(500)]
    slips = [Slip(claim=bill, settlement=adjudicate(plan, bill, person_of(bill)), person=bill.bill) for bill in bills]
    begun = time.perf_counter()
    found = fit(plan.pack, slips)
    taken = time.perf_counter() - begun
    goals.seconds(f"fit of 500 slips, {len(found.survivors)} of {found.candidates} conventions left", taken, 2)
    begun = time.perf_counter()
    mistakes = check_pack(plan.pack, plan.pack.header.review_by, every_fen=True)
    taken = time.perf_counter() - begun
    goals.seconds(f"check of a pack, every fen, {len(mistakes)} mistakes", taken, 60)


if __name__ == "__main__":
    main()
