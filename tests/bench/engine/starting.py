"""What a till pays before its first bill: the engine's import, and a pack."""

import random
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import NamedTuple

from config.policies import pack_files
from terminal.adjudication import load_plan
from terminal.adjudication.kept import keep
from terminal.counter.policies import Policies
from terminal.documents import encode
from tests.adjudication.packs import small_files
from tests.bench.engine.bills import bill_of
from tests.bench.engine.goals import Goals
from tests.bench.timing import compare, readable, worked

_ROUNDS = 11
_UNWANTED = {"numpy", "polars", "pydantic"}
_IMPORT = "import terminal.adjudication"
_SPLIT = """
import sys
from pathlib import Path
from config.policies import pack_files
from terminal.adjudication import adjudicate, compile_plan
from terminal.adjudication.kept import kept_pack
from terminal.documents import Claim, decode
kept, bill = (Path(name).read_bytes() for name in sys.argv[1:])
claim = decode(bill, Claim)
adjudicate(compile_plan(kept_pack(kept, pack_files("beijing-employee"))), claim, claim.insured)
"""
_TELL = "\nimport sys; print(open('/proc/self/smaps_rollup').read(), *sys.modules)"


class Weight(NamedTuple):
    """A process that ended: seconds of the processor, memory in MB at its end, what it had imported."""

    seconds: float
    resident: float
    own: float
    modules: frozenset[str]


def packs(goals: Goals) -> None:
    """A pack of 2,000 lines, from its files and as it was kept, with every byte read from the folder.

    The first round, which makes what is kept, warms up.
    """
    ages = {f'age = "{age}"': "50%" for age in range(249)} | {'age = "249+"': "50%"}
    files = small_files('{ kind = "ratio", rate = "r" },', {"r": ages})
    count = sum(len(data.splitlines()) for data in files.values())
    shipped = pack_files("beijing-employee")
    compare("adjudication: a shipped pack from its files", lambda: load_plan(shipped), {"TOML": lambda: _toml(shipped)})
    with tempfile.TemporaryDirectory() as folder:
        own, kept = Path(folder) / "policies", Path(folder) / "kept"
        (own / "small").mkdir(parents=True)
        for name, data in files.items():
            (own / "small" / name).write_bytes(data)
        for what, keeping, must in (("from its files", None, 0.040), ("as it was kept", kept, 0.002)):
            taken = worked(lambda keeping=keeping: Policies(own, kept=keeping).named("small"))
            goals.seconds(f"a pack of {count} lines {what}", taken, must)


def _toml(files: dict[str, bytes]) -> None:
    for name, data in files.items():
        if name.endswith(".toml"):
            tomllib.loads(data.decode())


def start(goals: Goals) -> None:
    """The engine's import over bare Python, in processes that take turns; then the first bill as well, for comparison.

    Held are the processor's time and resident memory, which counts pages of libraries that other processes share;
    own memory stands beside it.
    """
    plan = load_plan(pack_files("beijing-employee"))
    with tempfile.TemporaryDirectory() as folder:
        kept, bill = Path(folder) / "kept", Path(folder) / "bill"
        kept.write_bytes(keep(plan.pack))
        bill.write_bytes(encode(bill_of(random.Random(1), 20)))
        ways = {"": [""], "import": [_IMPORT], "import, a kept pack, one bill": [_SPLIT, str(kept), str(bill)]}
        weights: dict[str, list[Weight]] = {way: [] for way in ways}
        for _ in range(_ROUNDS + 1):  # the first warms up
            for way, program in ways.items():
                weights[way].append(_weigh(*program))
    bare = weights.pop("")[1:]
    for way, found in weights.items():
        pairs = [*zip(found[1:], bare, strict=True)]
        seconds = median(ours.seconds - theirs.seconds for ours, theirs in pairs)
        resident = median(ours.resident - theirs.resident for ours, theirs in pairs)
        own = median(ours.own - theirs.own for ours, theirs in pairs)
        print(f"adjudication: {way} over bare Python: {readable(seconds)}, {resident:.3g} MB, of its own {own:.3g} MB")
        if way == "import":
            goals.seconds("import of the engine over bare Python", seconds, 0.1)
            goals.at_most("import of the engine over bare Python, resident memory", resident, 10, "MB")
            goals.at_most("modules of numpy, polars, pydantic in it", len(found[0].modules & _UNWANTED), 0, "modules")


def _weigh(program: str, *arguments: str) -> Weight:
    begun = getrusage(RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", program + _TELL, *arguments], check=True, capture_output=True, text=True
    )
    ended = getrusage(RUSAGE_CHILDREN)
    taken = ended.ru_utime + ended.ru_stime - begun.ru_utime - begun.ru_stime
    *lines, modules = done.stdout.splitlines()
    sizes = {words[0]: int(words[1]) * 1024 / 1e6 for words in map(str.split, lines) if words[-1] == "kB"}
    own = sizes["Private_Clean:"] + sizes["Private_Dirty:"]
    return Weight(taken, sizes["Rss:"], own, frozenset(modules.split()))
