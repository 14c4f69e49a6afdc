"""One policy, many engines: a bill, a batch, a year; every figure stands beside the fen that differ."""

import random
import subprocess
import sys
import time

from msgspec.structs import replace

from config.policies import pack_files
from terminal.adjudication import Plan, adjudicate, load_plan
from terminal.adjudication.tools.check import check_pack
from terminal.adjudication.tools.fit import fit
from terminal.adjudication.tools.slips import Slip
from tests.adjudication.packs import small_files
from tests.bench.engine.bills import bill_of, bound_of, compiled, interpreted, outcome, person_of
from tests.bench.engine.journals import batch, year
from tests.bench.engine.one_bill import one_bill, whole_path
from tests.bench.peers import by_hand
from tests.bench.timing import compare, readable


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
        one_bill(plan, bill_of(chance, count), count, calls)
    whole_path(plan, chance)
    _till(plan)
    batch(plan, chance)
    year(plan, chance)
    _authors(plan, chance)


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


if __name__ == "__main__":
    main()
