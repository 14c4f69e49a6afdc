"""``python -m tests.bench.queues.stored FOLDER``: what is stored one after the other, in a process of its own.

Prints one object: the rates of each work, round by round; what single calls took; which peers are not installed.
"""

import json
import os
import random
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median

from offline_queue.ports import Outcome, Sending
from offline_queue.vocabulary import OutcomeClass, Suite
from tests.bench.queues.desk import Desk, add_history, bill
from tests.bench.queues.payload import PAYLOAD
from tests.bench.queues.peers import PEERS
from tests.bench.timing import Work

_CALLS, _ROUNDS = 250, 5
"""So many of each in a round, as in the measurements that gave the goals: in turns of eight no code is at hand."""
_WARM = 600
"""Calls after which every log has wrapped, ours and the peers'. One that still grows takes half as long again."""

Ready = Callable[[int], Work]
"""Lays ready, untimed, what so many calls need; gives the call."""


def main(folder: Path) -> None:
    """All works in each round, in random order, so that a slow moment of the machine falls on all of them."""
    folder.mkdir()
    missing = []
    with ExitStack() as stack:
        desk = Desk(folder, stack)
        works: dict[str, Ready] = {
            "append": _raw(folder),
            "record": _recorder(desk),
            "national": _recorder(desk, Suite.NATIONAL),
            "late": _recorder(desk, history=100_000),
            "change": _changer(desk),
            "group": _grouped(desk),
        }
        for row, peer in PEERS.items():
            try:
                works[row] = _warm(_always(peer(folder / f"peer-{row}", stack)), _WARM)
            except ImportError as error:
                missing.append(f"{row} ({error.name})")
        rates: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(_ROUNDS):
            for name in random.sample(list(works), len(works)):
                rates[name].append(_rate(works[name], _CALLS))
        print(json.dumps({"rates": rates, "single": _single(works["record"], works["append"]), "missing": missing}))


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
    """Ratio of the medians of single calls, taken in turn."""
    own, theirs = ours(400), reference(400)
    seconds = [(_timed(theirs), _timed(own)) for _ in range(400)]
    return median(theirs for theirs, _ in seconds) / median(own for _, own in seconds)


def _timed(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _raw(folder: Path) -> Ready:
    """The limit of the disk: 1 KiB appended and flushed."""
    file = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    block = os.urandom(1024)

    def work() -> None:
        os.write(file, block)
        os.fdatasync(file)

    return _always(work)


def _recorder(desk: Desk, suite: Suite = Suite.INTERNATIONAL, history: int = 0) -> Ready:
    queue, numbers = desk.queue(suite), count()
    if history:
        add_history(queue, history)

    def ready(calls: int) -> Work:
        bills = iter([bill(next(numbers)) for _ in range(calls)])
        return lambda: queue.record(next(bills))

    return _warm(ready, _WARM)


def _changer(desk: Desk) -> Ready:
    """The second commit of a sale; the first is made beforehand."""
    queue, numbers = desk.queue(), count()

    def begin() -> Sending:
        sending = queue.begin(bill(next(numbers)), b"intent")
        assert isinstance(sending, Sending)
        return sending

    def ready(calls: int) -> Work:
        begun = iter([begin() for _ in range(calls)])
        return lambda: queue.finish(next(begun), Outcome(OutcomeClass.ACCEPTED, "0", PAYLOAD[:200]))

    return _warm(ready, _WARM)


def _grouped(desk: Desk) -> Ready:
    queue, numbers = desk.queue(), count()

    def ready(calls: int) -> Work:
        groups = iter([[bill(next(numbers)) for _ in range(16)] for _ in range(calls)])
        return lambda: queue.record_all(next(groups))

    return _warm(ready, 100)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
