"""The offline queue against the disk, the wire and other queues; each ratio with what it must and should reach."""

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
from datetime import datetime, timedelta
from functools import partial
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from offline_queue import FileKeys, Identity, Limits, NewItem, Policy, Queue
from offline_queue.keystores import Unhurried
from offline_queue.numbers import BEIJING
from offline_queue.ports import Outcome, Sending
from offline_queue.sealing import SUITES, DataKey, seal, unseal
from offline_queue.vocabulary import Kind, OutcomeClass, Suite
from tests.bench.queues.payload import PAYLOAD
from tests.bench.queues.peers import PEERS, bills, nats_server
from tests.bench.timing import NotHere, Work, disk, readable
from tests.offline_queue.wire import Line, WebFarEnd, server

_CALLS, _ROUNDS = 250, 21
"""So many of each in a round, as in the measurements that gave the goals: in turns of eight no code is at hand."""
_WARM = 600
"""Calls after which every log has wrapped, ours and the peers'. One that still grows takes half as long again."""
LOOSE = Limits(items_open=10**7, per_lane_open=10**7, sum_open_fen=10**15, free_disk=0)


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
    missing = []
    with disk() as folder, ExitStack() as stack:
        desk = Desk(folder, stack)
        works: dict[str, Ready] = {
            "append": _raw(folder),
            "record": desk.recorder(),
            "national": desk.recorder(Suite.NATIONAL),
            "late": desk.recorder(history=100_000),
            "change": desk.changer(),
            "group": desk.grouped(),
        }
        for row, peer in PEERS.items():
            try:
                works[row] = _warm(_always(peer(folder / f"peer-{row}", stack)), _WARM)
            except ImportError as error:
                missing.append(f"{row} ({error.name})")
        found |= _stored(works)
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


Ready = Callable[[int], Work]
"""Lays ready, untimed, what so many calls need; gives the call."""


def _stored(works: Mapping[str, Ready]) -> dict[str, float]:
    """What is stored one after the other, or sixteen at a time, beside the disk and the peers."""
    rates = _in_turn({name: partial(_rate, ready, _CALLS) for name, ready in works.items()}, _ROUNDS)
    single = _single(works["record"], works["append"])
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
    return ratios | {"2": single, "16": 16 * ratios["16"]}


def _rate(ready: Ready, calls: int) -> float:
    """Calls in a second."""
    work = ready(calls)
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return calls / (time.perf_counter() - start)


def _always(work: Work) -> Ready:
    """What needs nothing laid ready."""
    return lambda calls: work


def _warm(ready: Ready, calls: int) -> Ready:
    """The same, after so many calls."""
    _rate(ready, calls)
    return ready


def _single(ours: Ready, reference: Ready) -> float:
    """Medians of single calls, taken in turn."""
    own, theirs = ours(400), reference(400)
    seconds = [(_timed(theirs), _timed(own)) for _ in range(400)]
    return median(theirs for theirs, _ in seconds) / median(own for _, own in seconds)


def _raw(folder: Path) -> Ready:
    """The limit of the disk: 1 KiB appended and flushed."""
    file = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    block = os.urandom(1024)

    def work() -> None:
        os.write(file, block)
        os.fdatasync(file)

    return _always(work)


class Desk:
    """Makes queues on the disk."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack, self._names = folder, stack, count()

    def queue(self, suite: Suite = Suite.INTERNATIONAL) -> Queue:
        home = self._folder / f"home-{next(self._names)}"
        queue = Queue.open(
            home,
            identity=Identity("H11010500001", "01"),
            keys=Unhurried(FileKeys(self._folder / "keys")),
            clock=lambda: datetime.now(BEIJING),
            limits=LOOSE,
            suite=suite,
        )
        queue.contact()
        return self._stack.enter_context(queue)

    def recorder(self, suite: Suite = Suite.INTERNATIONAL, history: int = 0) -> Ready:
        queue, numbers = self.queue(suite), count()
        if history:
            add_history(queue, history)

        def ready(calls: int) -> Work:
            bills = iter([bill(next(numbers)) for _ in range(calls)])
            return lambda: queue.record(next(bills))

        return _warm(ready, _WARM)

    def changer(self) -> Ready:
        """The second commit of a sale; the first is made beforehand."""
        queue, numbers = self.queue(), count()

        def begin() -> Sending:
            sending = queue.begin(bill(next(numbers)), b"intent")
            assert isinstance(sending, Sending)
            return sending

        def ready(calls: int) -> Work:
            begun = iter([begin() for _ in range(calls)])
            return lambda: queue.finish(next(begun), Outcome(OutcomeClass.ACCEPTED, "0", PAYLOAD[:200]))

        return _warm(ready, _WARM)

    def grouped(self) -> Ready:
        queue, numbers = self.queue(), count()

        def ready(calls: int) -> Work:
            groups = iter([[bill(next(numbers)) for _ in range(16)] for _ in range(calls)])
            return lambda: queue.record_all(next(groups))

        return _warm(ready, 100)


def bill(n: int, lanes: int = 10**9) -> NewItem:
    """An advice of usual size."""
    return NewItem(key=f"bill-{n}", lane=f"lane-{n % lanes}", kind=Kind.ADVICE, payload=PAYLOAD)


def add_history(queue: Queue, rows: int) -> None:
    """Closed items by the number, copied from one; only their presence matters here."""
    queue.record(NewItem(key="seed", lane="seed", kind=Kind.ADVICE, payload=PAYLOAD))
    store = queue.book.store
    columns = [row["name"] for row in store.rows("SELECT name FROM pragma_table_info('item')")]
    settled = {"id": "n + 1", "key": "'old-' || n", "state": "'accepted'", "closed": "created", "shelved": "1"}
    values = ", ".join(settled.get(name, name) for name in columns)
    with store.transaction():
        store.change(
            "WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ?)"
            f" INSERT INTO item SELECT {values} FROM item, each WHERE key = 'seed'",
            (rows,),
        )
        store.change("UPDATE item SET shelved = 2 WHERE key = 'seed'")
        store.change("UPDATE store SET near = (SELECT max(id) + 1 FROM item)")
    queue.book.journal.forget()  # rows without an event are nothing it could know of


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
