"""The offline queue against the disk, the wire and other queues; each ratio with what it must and should reach."""

import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from offline_queue import Policy, Queue
from offline_queue.sealing import SUITES, DataKey, seal, unseal
from offline_queue.vocabulary import Suite
from tests.bench.queues.desk import Desk, add_history, bill
from tests.bench.queues.payload import PAYLOAD
from tests.bench.queues.peers import PEERS, bills, nats_server
from tests.bench.timing import NotHere, disk, readable
from tests.offline_queue.wire import Line, WebFarEnd, server


@dataclass(frozen=True)
class Goal:
    """A ratio of rates: ours to the reference's."""

    row: str
    what: str
    must: float
    aim: float

    def tell(self, ratio: float) -> bool:
        """One line of the table."""
        verdict = "aim reached" if ratio >= self.aim else "must kept" if ratio >= self.must else "MUST MISSED"
        print(f"{self.row:>3}  {self.what:<64} {ratio:>9.2f}   must {self.must:<5} aim {self.aim:<5} {verdict}")
        return ratio >= self.must


GOALS = {
    goal.row: goal
    for goal in (
        Goal("1", "durable, sealed, chained record / append 1 KiB + fdatasync", 0.60, 0.80),
        Goal("2", "median of a single record / of a single append + fdatasync", 0.59, 0.77),
        Goal("3", "record / persist-queue SQLiteQueue", 0.70, 0.90),
        Goal("4", "record / huey SqliteHuey", 0.80, 1.0),
        Goal("5", "record / DBOS enqueue", 5, 8),
        Goal("6", "record / NATS 2.10 with sync_interval always, one in flight", 1.5, 2.5),
        Goal("7", "record / SQLCipher insert with a queue's indexes", 1.0, 1.2),
        Goal("8", "record over a long history / record in an empty store", 0.77, 0.91),
        Goal("9", "1 / flushes of the log per recorded item (one more when it wraps)", 0.99, 0.99),
        Goal("9b", "(2/16 + 0.1) / flushes of the log per forwarded item, 16 lanes", 1.0, 1.0),
        Goal("10", "change of state / append 1 KiB + fdatasync", 0.8, 1.0),
        Goal("11", "drain, 16 lanes / wire one in flight, far end 0 ms", 0.35, 0.50),
        Goal("12", "drain, 16 lanes / persist-queue ack + POST, far end 0 ms", 1.8, 2.5),
        Goal("13", "drain, 16 lanes / wire one in flight, far end 20 ms", 8, 11),
        Goal("14", "drain, one lane / wire one in flight, far end 20 ms", 0.85, 0.95),
        Goal("15", "drain over a long history / drain in an empty store", 0.8, 0.95),
        Goal("16", "records, 16 to a commit / append 1 KiB + fdatasync", 3.5, 5.5),
        Goal("17", "hub over HTTP / NATS 2.10 with sync_interval always, 16 in flight", 1.2, 2),
        Goal("18", "record, national suite / record, international suite", 0.75, 0.85),
        Goal("19", "verification with opening, rows / (one SHA-256 + one opening)", 0.35, 0.55),
        Goal("20", "cost of opening SQLite, 10 k loads and checks / start with 10 k open", 0.5, 0.77),
    )
}


NOT_HERE = {
    "21": "acknowledged but lost, doubled: not a figure; ./run soak tests/offline_queue",
    "22": "search p99 / LIKE scan by popularity: ./run bench catalogue",
}
"""Rows of the table that this figure does not take, and why."""


def main() -> None:
    """Raises ``NotHere`` when a must is missed; the rows that could be taken are printed."""
    found: dict[str, float] = {}
    with disk() as folder, ExitStack() as stack:
        desk = Desk(folder, stack)
        stored, missing = _stored(folder)
        found |= stored
        try:
            found["17"] = _crowds(folder, stack)
        except ImportError as error:
            missing.append(f"17 ({error.name})")
        found |= _drains(desk, folder)
        found |= _checks(desk)
        found |= _flushes(folder)
    print()
    missed = [row for row, goal in GOALS.items() if row in found and not goal.tell(found[row])]
    for row, why in NOT_HERE.items():
        print(f"{row:>3}  {why}")
    if missing:
        print(f"not installed: {', '.join(missing)}")
    if missed:
        raise NotHere(f"below its must: rows {', '.join(missed)}")


# -- storing -----------------------------------------------------------------------------------------------------------

_PROCESSES = 7
"""The same code takes 3 % more or less from one process to the next, by how it comes to lie in memory."""


def _stored(folder: Path) -> tuple[dict[str, float], list[str]]:
    """What is stored one after the other, or sixteen at a time, beside the disk and the peers; which are missing."""
    told = [_told(folder / f"stored-{number}") for number in range(_PROCESSES)]
    rates = {name: [rate for each in told for rate in each["rates"][name]] for name in told[0]["rates"]}
    for name, found in rates.items():
        what = GOALS[name].what.partition(" / ")[2] if name in PEERS else name
        print(f"queue: {what:<48} {readable(1 / median(found)):>8} each")
    pairs = {
        "1": ("record", "append"),
        "10": ("change", "append"),
        "16": ("group", "append"),
        "18": ("national", "record"),
        "8": ("late", "record"),
        **{row: ("record", row) for row in PEERS},
    }
    ratios = {row: _ratio(rates, *pair) for row, pair in pairs.items() if pair[1] in rates}
    return ratios | {"2": median(each["single"] for each in told), "16": 16 * ratios["16"]}, told[0]["missing"]


def _told(folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.queues.stored", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise NotHere("what is stored could not be measured")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


# -- many at once ------------------------------------------------------------------------------------------------------


def _crowds(folder: Path, stack: ExitStack) -> float:
    """Sixteen who send to the hub and sixteen who send to NATS, in turn; every process is its own."""
    address = nats_server(folder / "peer-17", stack)
    bills(address)
    hub = stack.enter_context(_process("hub", str(folder / "hub")))
    crowds = {"hub": _crowd(stack, "hub", _line(hub)), "nats": _crowd(stack, "nats", address)}
    rates = _in_turn({name: partial(_per_item, crowd, 128) for name, crowd in crowds.items()}, 31)
    return _ratio(rates, "hub", "nats")


def _crowd(stack: ExitStack, kind: str, address: str) -> Callable[[int], object]:
    """Sends messages."""
    process = stack.enter_context(_process("crowd", kind, address))
    assert _line(process) == "ready"

    def send(messages: int) -> None:
        assert process.stdin
        process.stdin.write(f"{messages}\n")
        process.stdin.flush()
        _line(process)

    return send


@contextmanager
def _process(module: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", f"tests.bench.queues.{module}", *words]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


# -- sending -----------------------------------------------------------------------------------------------------------


def _drains(desk: Desk, folder: Path) -> dict[str, float]:
    found: dict[str, float] = {}
    old, numbers = desk.queue(), count()
    add_history(old, 100_000)
    with server(0) as line:
        works = {
            "wire": lambda: _posts(line, 500),
            "drain": lambda: _drain(desk.queue(), line, 16, 800, numbers),
            "late": lambda: _drain(old, line, 16, 800, numbers),
            "peer": lambda: _persist_queue_drain(folder / f"peer-12-{next(numbers)}", line),
        }
        if not find_spec("persistqueue"):
            print("12: persist-queue is not installed")
            del works["peer"]
        rates = _in_turn(works)
        for row, ours, theirs in (("11", "drain", "wire"), ("12", "drain", "peer"), ("15", "late", "drain")):
            if theirs in rates:
                found[row] = _ratio(rates, ours, theirs)
    with server(0.02) as line:
        rates = _in_turn(
            {
                "wire": lambda: _posts(line, 60),
                "wide": lambda: _drain(desk.queue(), line, 16, 600, numbers),
                "narrow": lambda: _drain(desk.queue(), line, 1, 60, numbers),
            }
        )
        found["13"], found["14"] = (_ratio(rates, ours, "wire") for ours in ("wide", "narrow"))
    return found


def _in_turn(works: Mapping[str, Callable[[], float]], rounds: int = 9) -> dict[str, list[float]]:
    """Each one's rates, one of each in a round, so that a slow moment of the machine falls on all of them."""
    rates: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name in random.sample(list(works), len(works)):
            rates[name].append(works[name]())
    return rates


def _ratio(rates: Mapping[str, list[float]], ours: str, theirs: str) -> float:
    return median(a / b for a, b in zip(rates[ours], rates[theirs], strict=True))


def _posts(line: Line, number: int) -> float:
    return _per_item(lambda n: [line.post("0", PAYLOAD) for _ in range(n)], number)


def _drain(queue: Queue, line: Line, lanes: int, items: int, numbers: Iterator[int]) -> float:
    """Items forwarded in a second."""
    first = next(numbers) * items
    queue.record_all([bill(n, lanes) for n in range(first, first + items)])
    with queue.forwarder(WebFarEnd(line), Policy(width=lanes)) as forwarder:
        rate = _per_item(lambda n: forwarder.run(timedelta(0)), items)
    assert queue.items() == []
    return rate


def _persist_queue_drain(folder: Path, line: Line) -> float:
    from persistqueue import SQLiteAckQueue

    queue = SQLiteAckQueue(str(folder), auto_commit=True)
    for _ in range(300):
        queue.put(PAYLOAD)

    def work(items: int) -> None:
        for _ in range(items):
            taken = queue.get()
            line.post("0", taken)
            queue.ack(taken)

    return _per_item(work, 300)


def _per_item(work: Callable[[int], Any], items: int) -> float:
    start = time.perf_counter()
    work(items)
    return items / (time.perf_counter() - start)


# -- checking ----------------------------------------------------------------------------------------------------------


def _checks(desk: Desk) -> dict[str, float]:
    queue = desk.queue()
    for start in range(0, 10_000, 1000):
        queue.record_all([bill(n) for n in range(start, start + 1000)])
    suite, key = SUITES[Suite.INTERNATIONAL], DataKey(1, os.urandom(32))
    sealed = seal(suite, key, 1, PAYLOAD, ("x",))
    step = 1 / _per_item(lambda n: [(suite.digest(sealed), unseal(suite, key, sealed, ("x",))) for _ in range(n)], 5000)
    verified = min(_timed(queue.verify) for _ in range(3)) / 10_000
    home = queue.book.folder

    mac = suite.keyed(b"key")

    def load() -> None:
        conn = sqlite3.connect(home / "queue.db")
        conn.row_factory = sqlite3.Row
        for row in conn.execute("SELECT * FROM event"):
            mac(suite.digest(row["hash"] + row["changes"].encode()))
        conn.execute("SELECT * FROM item WHERE state = 'recorded'").fetchall()
        conn.close()

    loaded = min(_timed(load) for _ in range(3))
    forwarder = min(_timed(lambda: queue.forwarder(WebFarEnd(Line(0))).close()) for _ in range(3))
    return {"19": step / verified, "20": loaded / forwarder}


# -- tracing -----------------------------------------------------------------------------------------------------------

_LOG = re.compile(r"f(?:data)?sync\(\d+<[^>]*queue\.db-wal>")
_CHECKPOINT = re.compile(r"f(?:data)?sync\(\d+<[^>]*queue\.db>")
_TRACED = 960


def _flushes(folder: Path) -> dict[str, float]:
    """A process of its own under strace, which records or forwards; what it costs to start is taken off.

    The log's flush at each checkpoint, one in some hundred and fifty records, is not counted: it is of no record.
    """
    if not shutil.which("strace"):
        print("9: strace is not installed")
        return {}
    bare, recorded, forwarded = (_traced(folder, work) for work in ("open", "record", "forward"))
    record, forward = (recorded - bare) / _TRACED, (forwarded - bare - _TRACED // 16) / _TRACED
    print(f"queue 9: flushes of the log, traced: {record:.3f} per record, {forward:.3f} per forwarded item")
    return {"9": 1 / record, "9b": (2 / 16 + 0.1) / forward}


def _traced(folder: Path, work: str) -> int:
    trace = folder / f"trace-{work}"
    tracer = ["strace", "-f", "-y", "-o", str(trace), "-e", "trace=fsync,fdatasync"]
    traced = [sys.executable, "-m", "tests.bench.queues.traced", work, str(folder / f"traced-{work}"), str(_TRACED)]
    subprocess.run([*tracer, *traced], check=True)
    text = trace.read_text()
    return len(_LOG.findall(text)) - len(_CHECKPOINT.findall(text))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
