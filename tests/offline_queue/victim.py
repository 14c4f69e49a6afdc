"""A desk in a process of its own, to be killed, and a far end that writes down what arrives.

    python victim.py FOLDER record|sell|forward SEED [BILLS]

Prints the key of each bill once it is durable.
"""

import os
import random
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from offline_queue import FileKeys, Identity, Limits, NewItem, Policy, Queue
from offline_queue.ports import Capabilities, Enquiry, Intent, Item, NotReached, Outcome, Prepared, Sending
from offline_queue.vocabulary import Finding, Kind, OutcomeClass

LOOSE = Limits(items_open=10**6, sum_open_fen=10**12, per_lane_open=10**6, offline_hard=timedelta(days=9), free_disk=0)


@dataclass
class Ledger:
    """A far end whose effects are lines of a file; it answers, answers late, or not at all."""

    path: Path
    chance: random.Random
    capabilities = Capabilities(can_enquire=True, settle_horizon=timedelta(0))
    """No horizon: what a killed process has not written by then will never be written."""

    def prepare(self, item: Item, payload: bytes) -> Prepared | NotReached:
        return Prepared(payload) if self.chance.random() > 0.05 else NotReached()

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        time.sleep(self.chance.random() * 0.004)
        if self.chance.random() < 0.1:
            return Outcome(OutcomeClass.NOT_SENT)
        if self.chance.random() < 0.1:
            return Outcome(OutcomeClass.IN_DOUBT)
        with self.path.open("ab", buffering=0) as file:
            file.write(f"{intent.number} {item.key}\n".encode())
        time.sleep(self.chance.random() * 0.004)
        return Outcome(OutcomeClass.IN_DOUBT if self.chance.random() < 0.2 else OutcomeClass.ACCEPTED)

    def enquire(self, item: Item, payload: bytes, intent: Intent) -> Enquiry:
        known = any(number == intent.number for number, _ in self.effects())
        return Enquiry(Finding.FOUND_EQUAL if known else Finding.ABSENT)

    def reverse(self, item: Item, payload: bytes, intent: Intent, number: str, repeat: bool) -> Outcome:
        raise AssertionError("enquiries answer every doubt here")

    def probe(self) -> bool:
        return True

    def effects(self) -> list[tuple[str, str]]:
        """(message number, key) of every effect so far."""
        if not self.path.exists():
            return []
        return [(number, key) for number, key in map(str.split, self.path.read_text().splitlines())]


def open_queue(folder: Path) -> Queue:
    """The real thing, on the real clock."""
    queue = Queue.open(
        folder / "home",
        identity=Identity("H11010500001", "01"),
        keys=FileKeys(folder / "keys"),
        clock=lambda: datetime.now(timezone(timedelta(hours=8))),
        limits=LOOSE,
    )
    queue.contact()
    return queue


def main(folder: Path, work: str, seed: int, bills: int = 10**9) -> None:
    """Works until it is killed, or has made so many bills."""
    chance = random.Random(seed)
    queue = open_queue(folder)
    far = Ledger(folder / "effects", chance)
    if work == "forward":
        with queue.forwarder(far, Policy(width=4)) as forwarder:
            print("ready", flush=True)
            while True:
                forwarder.run(now=True)
    for n in range(bills):
        key = f"{os.getpid()}-{seed}-{n}"
        bill = NewItem(key=key, lane=key, kind=Kind.REQUEST, payload=key.encode() * 20, amount_fen=100)
        if work == "record":
            queue.record(bill)
        else:
            sending = queue.begin(bill, key.encode())
            assert isinstance(sending, Sending)
            item = sending.item
            queue.finish(sending, far.send(item, b"", Intent(sending.number, b"", item.created)))
        print(key, flush=True)
    queue.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
