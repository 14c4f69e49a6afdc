"""``kill -9`` of whoever records, sells or forwards, at random moments: nothing lost, nothing doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from offline_queue import NewItem, Policy
from offline_queue.vocabulary import Kind, State
from tests.offline_queue import victim


def _kill_one(folder: Path, work: str, seed: int, after: float) -> list[str]:
    """Start a victim, let it work for a moment, kill it; gives what it acknowledged."""
    process = subprocess.Popen(
        [sys.executable, victim.__file__, str(folder), work, str(seed)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    acknowledged = [process.stdout.readline().strip()]
    time.sleep(after)
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += process.stdout.read().splitlines()
    assert process.wait() == -signal.SIGKILL
    return [key for key in acknowledged if "-" in key]


@pytest.mark.parametrize("work", ["record", "sell", "forward"])
def test_a_killed_process_loses_and_doubles_nothing(
    folder: Path, work: str, seed: int, size: Callable[[int, int], int]
) -> None:
    chance = random.Random(seed)
    acknowledged: list[str] = []
    rounds = size(6, 50)
    if work == "forward":
        with victim.open_queue(folder) as queue:
            bills = [
                NewItem(key=f"k-{n}", lane=f"lane {n % 40}", kind=Kind.REQUEST, payload=b"claim" * 50)
                for n in range(rounds * 40)
            ]
            acknowledged += [item.key for item in queue.record_all(bills)]
    for _ in range(rounds):
        acknowledged += _kill_one(folder, work, chance.randrange(2**32), chance.random() * 0.08)

    far = victim.Ledger(folder / "effects", chance)
    with victim.open_queue(folder) as queue:
        assert queue.verify().intact
        known = {item.key for item in queue.items(State)}
        assert set(acknowledged) <= known
        with queue.forwarder(far, Policy(width=4)) as forwarder:
            for _ in range(200):
                if not forwarder.run(timedelta(seconds=0), now=True).left:
                    break
        assert queue.items() == []
        assert queue.verify().intact
        arrived = Counter(key for _, key in far.effects())
        assert {item.key for item in queue.items([State.ACCEPTED])} == set(arrived)
        assert set(arrived) == known - {item.key for item in queue.items([State.REFUSED])}
        assert set(arrived.values()) == {1}
    numbers = [number for number, _ in far.effects()]
    assert len(set(numbers)) == len(numbers)


def test_processes_that_store_at_once_take_nothing_from_each_other(folder: Path, seed: int) -> None:
    """Each trusts that nobody else wrote since it did, and is wrong nearly every time."""
    with victim.open_queue(folder):  # one of them would make the store; the others would wait for it
        pass
    command = [sys.executable, victim.__file__, str(folder)]
    works = ("record", "record", "record", "sell")
    processes = [
        subprocess.Popen([*command, work, str(seed + n), "500"], stdout=subprocess.PIPE, text=True)
        for n, work in enumerate(works)
    ]
    acknowledged = [key for process in processes for key in process.communicate()[0].split()]
    assert [process.returncode for process in processes] == [0] * len(works)
    with victim.open_queue(folder) as queue:
        assert queue.verify().intact
        known = [item.key for item in queue.items(State)]
        assert sorted(known) == sorted(acknowledged)
        assert len(known) == 500 * len(works)
