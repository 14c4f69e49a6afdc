"""One policy, many engines: a bill, a batch, a year; every figure stands beside the fen that differ."""

import dataclasses
import gc
import random
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from statistics import median, quantiles
from typing import Any, NamedTuple

from msgspec.structs import replace

from config.policies import pack_files
from terminal.adjudication import Plan, adjudicate, load_plan
from terminal.adjudication.allocation import allocate
from terminal.adjudication.bill import Bill
from terminal.adjudication.bound import Bound
from terminal.adjudication.dimensions import facts_of
from terminal.adjudication.tools.check import check_pack
from terminal.adjudication.tools.fit import fit
from terminal.adjudication.tools.slips import Slip
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
    decode,
    encode,
)
from terminal.money import Fen, Price, Quantity
from tests.adjudication.packs import small_files
from tests.bench.peers import by_hand
from tests.bench.timing import NotHere, Work, compare, readable

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


class Held(NamedTuple):
    """What the engine is held to, as its time over that of the reference: at most this."""

    totals: float
    shares: float
    steps: float
    zen: float


HELD = {20: Held(1 / 0.9, 1 / 0.3, 1 / 0.2, 1 / 30), 2000: Held(1 / 0.9, 1 / 0.25, 1 / 0.1, 1 / 8)}


def main() -> None:
    """One bill, one batch, one year, and what a till waits for."""
    plan = load_plan(pack_files("beijing-employee"))
    chance = random.Random(20)
    bills = [bill_of(chance, 20) for _ in range(500)]
    bound = bound_of(plan, bills[0])
    for name, way in (
        ("stage by stage", lambda lines: outcome(interpreted(bound, lines))),
        ("compiled", compiled(bound)),
    ):
        wrong = sum(way(bill.lines) != by_hand.in_ints(bill.lines) for bill in bills)
        print(f"adjudication: bills of 500 that differ from hard-coded ints, {name}: {wrong}")
    for count, calls in ((20, 60), (2000, 1)):
        _one_bill(plan, bill_of(chance, count), count, calls)
    _whole_path(plan, chance)
    _till(plan)
    _batch(plan, chance)
    _year(plan, chance)
    _authors(plan, chance)


def _one_bill(plan: Plan, claim: Claim, count: int, calls: int) -> None:
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

        from tests.bench.peers.openfisca_system import PERIOD, simulation, system

        made = system()
    except ImportError:
        print(f"{name}: OpenFisca is not installed", file=sys.stderr)
        return
    amount = np.array([line.amount for line in claim.lines])
    kind = np.array(["ABC".index(str(line.item_class)) for line in claim.lines])
    owner = np.zeros(len(amount), np.int64)

    def ask() -> Any:
        return simulation(made, amount, kind, owner).calculate("fund", PERIOD)

    totals = compiled(bound)
    label = f"OpenFisca int32 ({same(int(ask()[0]), totals(claim.lines)[FUND])})"
    compare(name, lambda: totals(claim.lines), {label: ask}, rounds=7, calls=20)


def _whole_path(plan: Plan, chance: random.Random) -> None:
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


def _till(plan: Plan) -> None:
    files = pack_files("beijing-employee")
    compare("adjudication: a pack from its files", lambda: load_plan(files), {"TOML": lambda: _toml(files)}, rounds=7)
    ages = {f'age = "{age}"': "50%" for age in range(249)} | {'age = "249+"': "50%"}
    long = small_files('{ kind = "ratio", rate = "r" },', {"r": ages})
    count = sum(len(data.splitlines()) for data in long.values())
    name = f"adjudication: a pack of {count} lines, held to 40 ms"
    compare(name, lambda: load_plan(long), {"TOML alone": lambda: _toml(long)}, rounds=7)
    script = "import sys, terminal.adjudication; print(sorted({'numpy', 'pydantic', 'polars'} & set(sys.modules)))"
    compare(
        "adjudication: import, 100 ms over Python's own",
        lambda: subprocess.run([sys.executable, "-c", script], check=True, capture_output=True),
        {"bare Python": lambda: subprocess.run([sys.executable, "-c", ""], check=True)},
        rounds=7,
    )


def _toml(files: dict[str, bytes]) -> None:
    import tomllib

    for name, data in files.items():
        if name.endswith(".toml"):
            tomllib.loads(data.decode())


def worked(work: Work) -> float:
    """Processor seconds of long work: unlike a short piece, it never has the machine to itself for its whole time."""
    tries = []
    for _ in range(7):
        begun = time.process_time()
        work()
        tries.append(time.process_time() - begun)
    return median(tries)


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


def _batch(plan: Plan, chance: random.Random) -> None:
    try:
        import numpy as np

        from terminal.adjudication.columns import run
    except ImportError as missing:
        raise NotHere("numpy is not installed") from missing
    journal = _columns(plan, chance, 100_000, 20, 100_000)
    some = [bill_of(chance, 20) for _ in range(1000)]
    hand = by_hand.in_numpy(journal.amount, journal.item_class, journal.first_line)
    mine = run(plan, journal).figures
    names = ("total", "own_pay", "first_self_pay", "deductible", "paid.large_amount")
    wrong = sum(int((mine[name] != column).sum()) for name, column in zip(names, hand, strict=True))
    print(f"adjudication: figures of 100,000 bills that differ from numpy by hand: {wrong}")
    ints = worked(lambda: [by_hand.in_ints(bill.lines) for bill in some]) * 100

    def by_numpy() -> object:
        return by_hand.in_numpy(journal.amount, journal.item_class, journal.first_line)

    ours = worked(lambda: run(plan, journal))
    print(f"adjudication: 100,000 bills in columns {ints / ours:>6.1f} x the speed of hard-coded ints, held to 6")
    compare("adjudication: 100,000 bills in columns", lambda: run(plan, journal), {"numpy by hand": by_numpy}, rounds=7)
    try:
        from tests.bench.peers.openfisca_system import PERIOD, simulation, system

        made = system()
    except ImportError:
        print("adjudication: OpenFisca is not installed", file=sys.stderr)
        return
    owner = np.repeat(np.arange(100_000), 20)
    ready = simulation(made, journal.amount, journal.item_class, owner)
    wrong = int((ready.calculate("fund", PERIOD) != mine["paid.large_amount"]).sum())

    def calculate() -> object:
        for name in ("fund", "scope", "first"):
            ready.delete_arrays(name)
        return ready.calculate("fund", PERIOD)

    def from_scratch() -> object:
        return simulation(made, journal.amount, journal.item_class, owner).calculate("fund", PERIOD)

    peers: dict[str, Work] = {f"OpenFisca, calculation ({wrong} differ)": calculate}
    compare("adjudication: 100,000 bills, held to 1.00", lambda: run(plan, journal), peers, rounds=9)
    peers = {"OpenFisca, with set-up": from_scratch}
    compare("adjudication: 100,000 bills, held to 0.10", lambda: run(plan, journal), peers, rounds=1)


def _year(plan: Plan, chance: random.Random) -> None:
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
    print(f"adjudication: a year of 20,000 people {ints / taken:>6.1f} x the speed of hard-coded ints, held to 5")
    print(
        f"  240,000 bills in {readable(taken)}; of 2,000 differ: {wrong}; {each:.0f} bytes a line at most, held to 100"
    )


def _authors(plan: Plan, chance: random.Random) -> None:
    """What authors of policies wait for."""
    bills = [replace(bill_of(chance, 20), bill=f"B{number}") for number in range(500)]
    slips = [Slip(claim=bill, settlement=adjudicate(plan, bill, person_of(bill)), person=bill.bill) for bill in bills]
    begun = time.perf_counter()
    found = fit(plan.pack, slips)
    taken = readable(time.perf_counter() - begun)
    print(f"adjudication: {len(found.survivors)} of {found.candidates} conventions fit 500 slips: {taken}, held to 2 s")
    begun = time.perf_counter()
    mistakes = check_pack(plan.pack, plan.pack.header.review_by, every_fen=True)
    taken = readable(time.perf_counter() - begun)
    print(f"adjudication: check of a pack, every fen: {taken}, held to 60 s; mistakes {len(mistakes)}")


def _bill_lines(journal: Any, bill: int) -> list[Line]:
    made = []
    for place in range(journal.first_line[bill], journal.first_line[bill + 1]):
        item_class = ItemClass("ABC"[journal.item_class[place]])
        amount = Fen(journal.amount[place])
        rate = TENTH if item_class is ItemClass.B else None
        one = Quantity(10**4)
        made.append(Line(place, "", Price(amount * 10**4), one, amount, item_class=item_class, first_self_pay=rate))
    return made


if __name__ == "__main__":
    main()
