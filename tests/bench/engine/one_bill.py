"""One bill: what a till waits for."""

import gc
import random
import sys
import time
from decimal import Decimal
from statistics import quantiles
from typing import Any, NamedTuple

from terminal.adjudication import Plan, adjudicate
from terminal.adjudication.bound import Bound
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
from tests.bench.peers import by_hand
from tests.bench.timing import Work, compare, readable


class Held(NamedTuple):
    """What the engine is held to, as its time over that of the reference: at most this."""

    totals: float
    shares: float
    steps: float
    zen: float


HELD = {20: Held(1 / 0.9, 1 / 0.3, 1 / 0.2, 1 / 30), 2000: Held(1 / 0.9, 1 / 0.25, 1 / 0.1, 1 / 8)}


def one_bill(plan: Plan, claim: Claim, count: int, calls: int) -> None:
    """Each way through one bill, beside the other engines."""
    bound, lines = bound_of(plan, claim), claim.lines
    tenth = Decimal("0.1")
    decimals = [
        by_hand.DecimalLine(Decimal(int(line.amount)) / 100, line.item_class, tenth if line.first_self_pay else None)
        for line in lines
        if line.item_class
    ]
    totals, share, record, person = compiled(bound), shared(bound), recorded(bound), person_of(claim)
    ints, held, name = by_hand.in_ints(lines), HELD[count], f"adjudication: {count} lines"

    def against(what: str, ours: Work, theirs: Work, reference: str, calls: int = calls) -> None:
        compare(f"{name}, {what}", ours, {reference: theirs}, calls=max(1, calls))

    def against_ints(what: str, ours: Work, calls: int = calls) -> None:
        against(what, ours, lambda: by_hand.in_ints(lines), f"hard-coded ints ({same(totals(lines), ints)})", calls)

    against_ints(f"totals, held to {held.totals:.2f}", lambda: totals(lines))
    against_ints(f"totals stage by stage, held to {2:.2f}", lambda: interpreted(bound, lines))
    against_ints(f"each line's share, held to {held.shares:.2f}", lambda: share(lines))
    against_ints(f"each step in numbers, held to {held.steps:.2f}", lambda: record(lines))
    against_ints("settlement", lambda: adjudicate(plan, claim, person), calls // 10)
    against_ints("settlement with each step in words", lambda: adjudicate(plan, claim, person, explain=3), calls // 10)
    against(
        f"totals, held to {1 / 1.3:.2f}", lambda: totals(lines), lambda: by_hand.in_decimals(decimals),
        f"Decimal ({same(by_hand.in_decimals(decimals), ints)})",
    )  # fmt: skip
    _zen(bound, claim, f"{name}, totals, held to {held.zen:.3f}", calls)
    if count == 20:
        _openfisca_bill(bound, claim, f"{name}, totals, held to {1 / 50:.2f}")


def _zen(bound: Bound, claim: Claim, name: str, calls: int) -> None:
    try:
        from tests.bench.peers.zen_rules import decision

        rules = decision()
    except ImportError:
        print(f"{name}: zen-engine is not installed", file=sys.stderr)
        return
    asked = {"lines": [{"amount": int(line.amount), "kind": str(line.item_class)} for line in claim.lines]}
    said = rules.evaluate(asked)["result"]
    totals = compiled(bound)
    mine = totals(claim.lines)
    peer = f"zen-engine ({same((int(said['fund']), int(said['first'])), (mine[FUND], mine[FIRST]))})"
    compare(name, lambda: totals(claim.lines), {peer: lambda: rules.evaluate(asked)}, calls=max(1, calls // 10))


def _openfisca_bill(bound: Bound, claim: Claim, name: str) -> None:
    try:
        import numpy as np

        from tests.bench.peers.openfisca_system import figures, simulation, system

        made = system()
    except ImportError:
        print(f"{name}: OpenFisca is not installed", file=sys.stderr)
        return
    amount = np.array([line.amount for line in claim.lines])
    kind = np.array(["ABC".index(str(line.item_class)) for line in claim.lines])
    owner = np.zeros(len(amount), np.int64)

    def ask() -> Any:
        return tuple(int(column[0]) for column in figures(simulation(made, amount, kind, owner)))

    totals = compiled(bound)
    label = f"OpenFisca int32 ({same(ask(), totals(claim.lines))})"
    compare(name, lambda: totals(claim.lines), {label: ask}, rounds=7, calls=20)


def whole_path(plan: Plan, chance: random.Random) -> None:
    """JSON in, settlement out: the 99th percentile, with the garbage of start-up frozen as at the till."""
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
        what = f"adjudication: {count} lines, bytes to bytes" + (", and why" if level else "")
        p99 = f"p99 {readable(worst):>9}, processor {readable(alone):>9}, held to {held} ms"
        print(f"{what:<52} p50 {readable(middle):>9}  {p99}")
    gc.unfreeze()
