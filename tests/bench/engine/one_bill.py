"""One bill: what a till waits for."""

import gc
import random
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from statistics import quantiles
from typing import Any, NamedTuple

from terminal.adjudication import Plan, adjudicate
from terminal.documents import (
    Claim,
    decode,
    encode,
)
from tests.bench.engine.bills import (
    FIRST,
    FUND,
    bill_of,
    bound_of,
    compiled,
    interpreted,
    person_of,
    recorded,
    same,
    shared,
)
from tests.bench.engine.goals import Goals
from tests.bench.peers import by_hand, catala_policy
from tests.bench.timing import Work, compare, readable


class Must(NamedTuple):
    """How many times as fast as its reference each way through a bill must be."""

    stages: float
    totals: float
    shares: float
    steps: float
    zen: float


MUST = {20: Must(0.5, 0.9, 0.3, 0.2, 30), 2000: Must(0.5, 0.9, 0.25, 0.1, 8)}
DECIMAL, CATALA, OPENFISCA = 1.3, 20, 50


def one_bill(plan: Plan, claims: Sequence[Claim], count: int, calls: int, goals: Goals) -> None:
    """Each way through one bill, beside the other engines; the others only tell how many bills differ."""
    claim = claims[0]
    bound, lines = bound_of(plan, claim), claim.lines
    totals, share, record, person = compiled(bound), shared(bound), recorded(bound), person_of(claim)
    ints, must, name = by_hand.in_ints(lines), MUST[count], f"adjudication: {count} lines"

    def against(what: str, ours: Work, theirs: Work, reference: str, must: float | None, calls: int = calls) -> None:
        ratio = compare(f"{name}, {what}", ours, {reference: theirs}, calls=max(1, calls))
        if must is not None:
            goals.speed(f"{count} lines, {what} / {reference}", ratio, must)

    def against_ints(what: str, ours: Work, must: float | None, calls: int = calls) -> None:
        label = f"hard-coded ints ({same(totals(lines), ints)})"
        against(what, ours, lambda: by_hand.in_ints(lines), label, must, calls)

    def against_peer(peer: Callable[[], tuple[str, Work]], must: float, calls: int) -> None:
        try:
            label, theirs = peer()
        except ImportError as missing:
            goals.untaken(f"{count} lines, totals", f"{missing.name} is not installed")
        else:
            against("totals", lambda: totals(lines), theirs, label, must, calls)

    against_ints("totals stage by stage", lambda: interpreted(bound, lines), must.stages)
    against_ints("totals", lambda: totals(lines), must.totals)
    against_ints("each line's share", lambda: share(lines), must.shares)
    against_ints("each step in numbers", lambda: record(lines), must.steps)
    against_ints("settlement", lambda: adjudicate(plan, claim, person), None, calls // 10)
    words = "settlement with each step in words"
    against_ints(words, lambda: adjudicate(plan, claim, person, explain=3), None, calls // 10)
    against_peer(lambda: _decimal(claim, ints), DECIMAL, calls)
    against_peer(lambda: _zen(claim, ints), must.zen, calls)
    against_peer(lambda: _catala(claims), CATALA, calls)
    if count == 20:
        against_peer(lambda: _openfisca(claim, ints), OPENFISCA, 20)


def _decimal(claim: Claim, ints: tuple[int, ...]) -> tuple[str, Work]:
    tenth = Decimal("0.1")
    lines = [
        by_hand.DecimalLine(Decimal(int(line.amount)) / 100, line.item_class, tenth if line.first_self_pay else None)
        for line in claim.lines
        if line.item_class
    ]
    return f"Decimal ({same(by_hand.in_decimals(lines), ints)})", lambda: by_hand.in_decimals(lines)


def _catala(claims: Sequence[Claim]) -> tuple[str, Work]:
    asked = [catala_policy.lines_of(each) for each in claims]
    pairs = zip(map(catala_policy.figures, asked), claims, strict=True)
    wrong = sum(said != by_hand.in_ints(each.lines) for said, each in pairs)
    return f"Catala's types ({wrong} of {len(claims)} differ)", lambda: catala_policy.figures(asked[0])


def _zen(claim: Claim, ints: tuple[int, ...]) -> tuple[str, Work]:
    from tests.bench.peers.zen_rules import decision

    rules = decision()
    asked = {"lines": [{"amount": int(line.amount), "kind": str(line.item_class)} for line in claim.lines]}
    said = rules.evaluate(asked)["result"]
    agrees = same((int(said["fund"]), int(said["first"])), (ints[FUND], ints[FIRST]))
    return f"zen-engine ({agrees})", lambda: rules.evaluate(asked)


def _openfisca(claim: Claim, ints: tuple[int, ...]) -> tuple[str, Work]:
    import numpy as np

    from tests.bench.peers.openfisca_system import figures, simulation, system

    made = system()
    amount = np.array([line.amount for line in claim.lines])
    kind = np.array(["ABC".index(str(line.item_class)) for line in claim.lines])
    owner = np.zeros(len(amount), np.int64)

    def ask() -> Any:
        return tuple(int(column[0]) for column in figures(simulation(made, amount, kind, owner)))

    return f"OpenFisca int32 ({same(ask(), ints)})", ask


def whole_path(plan: Plan, chance: random.Random, goals: Goals) -> None:
    """JSON in, settlement out: the 99th percentile, with the garbage of start-up frozen as at the till.

    Held is the processor's time, since the machine is not ours alone; what passed on the clock stands beside it.
    """
    gc.collect()
    gc.freeze()
    for count, rounds, level, held in ((20, 400, 0, 0.5), (2000, 60, 0, 20), (5000, 40, 0, 40), (2000, 60, 3, 25)):
        data = encode(bill_of(chance, count))
        taken, worked = [], []
        for _ in range(rounds):
            begun, work = time.perf_counter(), time.thread_time()
            claim = decode(data, Claim)
            encode(adjudicate(plan, claim, person_of(claim), explain=level))
            taken.append(time.perf_counter() - begun)
            worked.append(time.thread_time() - work)
        middle, (worst, alone) = quantiles(taken, n=100)[49], (quantiles(each, n=100)[98] for each in (taken, worked))
        what = f"{count} lines, bytes to bytes" + (" with each step in words" if level else "")
        print(f"adjudication: {what:<52} p50 {readable(middle):>9}  p99 {readable(worst):>9}")
        goals.seconds(f"{what}, p99 of the processor's time", alone, held / 1000)
    gc.unfreeze()
