"""The parts around a queue that a test holds in its hand: time, keys, and what is at the other end of the line."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from offline_queue import FileKeys, Identity, NewItem, Policy, Queue
from offline_queue.forwarder import Forwarder
from offline_queue.ports import Capabilities, Enquiry, Hold, Intent, Item, Moment, NotReached, Outcome, Prepared, Refuse
from offline_queue.vocabulary import Finding, Kind, OutcomeClass

START = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
DESK = Identity("H11010500001", "01")


@dataclass
class Time:
    """A wall clock that may be set and a steady one that may not."""

    wall: datetime = START
    seconds: float = 1000.0
    boot: str = "boot-1"

    def pass_(self, **span: float) -> None:
        """Both clocks go on."""
        self.wall += timedelta(**span)
        self.seconds += timedelta(**span).total_seconds()

    def set(self, **step: float) -> None:
        """Somebody sets the wall clock."""
        self.wall += timedelta(**step)

    def clock(self) -> datetime:
        return self.wall

    def steady(self) -> Moment:
        return Moment(self.boot, self.seconds)


@dataclass
class Recorder:
    """A far end that does what the test says and writes down what reaches it; a function is what happens meanwhile."""

    capabilities: Capabilities = field(default_factory=Capabilities)
    prepares: list[Any] = field(default_factory=list)
    sends: list[Any] = field(default_factory=list)
    enquiries: list[Any] = field(default_factory=list)
    reversals: list[Any] = field(default_factory=list)
    arrived: list[tuple[str, str]] = field(default_factory=list)
    """(key, message number) of each call with an effect."""
    reversed_calls: list[tuple[str, str, str, bool]] = field(default_factory=list)
    alive: bool = True

    def prepare(self, item: Item, payload: bytes) -> Prepared | Hold | Refuse | NotReached:
        return self._next(self.prepares, Prepared(b"intent of " + payload))

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        self.arrived.append((item.key, intent.number))
        return self._next(self.sends, Outcome(OutcomeClass.ACCEPTED, "0", b"answer to " + payload))

    def enquire(self, item: Item, payload: bytes, intent: Intent) -> Enquiry:
        return self._next(self.enquiries, Enquiry(Finding.FOUND_EQUAL, b"found " + intent.number.encode()))

    def reverse(self, item: Item, payload: bytes, intent: Intent, number: str, repeat: bool) -> Outcome:
        self.reversed_calls.append((item.key, intent.number, number, repeat))
        return self._next(self.reversals, Outcome(OutcomeClass.ACCEPTED, "0", b"reversed"))

    def probe(self) -> bool:
        return self.alive

    @staticmethod
    def _next(script: list[Any], usual: Any) -> Any:
        step = script.pop(0) if script else usual
        if isinstance(step, Exception):
            raise step
        return step() if callable(step) else step


class AtOnce:
    """A pool without threads: a call ends when it is waited for; waiting for nothing lets the time pass."""

    def __init__(self, time: Time, chance: random.Random) -> None:
        self._time = time
        self._chance = chance
        self._jobs: list[Any] = []

    def start(self, job: Any) -> None:
        self._jobs.append(job)

    def wait(self, seconds: float) -> list[Any]:
        if not self._jobs:
            self._time.pass_(seconds=max(seconds, 0.001))
            return []
        job = self._jobs.pop(self._chance.randrange(len(self._jobs)))
        if following := job.run():
            self._jobs.append(following)
        return [job]

    def close(self) -> None:
        self._jobs.clear()


class World:
    """Builds queues on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "home"
        self.time = Time()
        self.keys = FileKeys(folder / "keys")
        self.far = Recorder()
        self.chance = random.Random(1)
        self._made: Counter[str] = Counter()
        self._queues: list[Queue] = []
        self._forwarders: list[Forwarder] = []

    def queue(self, **options: Any) -> Queue:
        """The folder's queue; a first contact has taken place."""
        options = {"identity": DESK, "keys": self.keys, "clock": self.time.clock, "steady": self.time.steady} | options
        queue = Queue.open(self.folder, **options)
        self._queues.append(queue)
        queue.contact()
        return queue

    def forwarder(self, queue: Queue, policy: Policy | None = None) -> Forwarder:
        """With the test's time and no threads."""
        pool = AtOnce(self.time, self.chance)
        made = Forwarder(queue.book, self.far, policy or Policy(), pool=pool, chance=self.chance)
        self._forwarders.append(made)
        return made

    def drain(self, queue: Queue, hours: float = 2, policy: Policy | None = None) -> None:
        """Forward for some hours of the test's time."""
        with self.forwarder(queue, policy) as forwarder:
            forwarder.run(timedelta(hours=hours))

    def bill(self, lane: str = "zhang", **given: Any) -> NewItem:
        """A fresh request."""
        self._made[lane] += 1
        key = f"{lane}-{self._made[lane]}"
        usual = {"key": key, "lane": lane, "kind": Kind.REQUEST, "payload": key.encode(), "amount_fen": 12345}
        return NewItem(**usual | given)

    def close(self) -> None:
        for forwarder in self._forwarders:
            forwarder.close()
        for queue in self._queues:
            queue.close()
