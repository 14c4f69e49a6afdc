"""The hub of a simulated site: real intake, door and terminals' ends, over a wire that loses, repeats and delays.

The hub is a process of its own: it dies alone or with everybody, and goes on from its file, or from an older copy.
"""

import asyncio
import io
import random
import shutil
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from offline_queue import Identity, Policy, Queue, custody
from offline_queue.faults import KeysClosed, StoreFailed
from offline_queue.forwarder import Forwarder
from offline_queue.hub.door import Door, answer, found
from offline_queue.hub.end import HubEnd, went_to_hub
from offline_queue.hub.intake import Given, Intake
from offline_queue.hub.line import Way
from offline_queue.hub.slots import Slots, release
from offline_queue.hub.tenure import Tenure
from offline_queue.ports import FarEnd, Item
from offline_queue.store import NAME
from offline_queue.vocabulary import OPEN, Decision, State
from tests.offline_queue.faulty import HUB_WIRE, Chore, Fault, Killed
from tests.offline_queue.site import Site, drop
from tests.offline_queue.world import DESK

HUB = Identity(DESK.institution, "H0")
HORIZON = timedelta(seconds=60)
PERSONS = ("cashier", "chief")
_METHODS = {b"PUT /txn": State.SENDING, b"GET /txn": State.IN_DOUBT}
"""What a terminal's item is in when it asks so."""


class Hub:
    """One site's hub, and the ways to it."""

    def __init__(
        self,
        site: Site,
        far: FarEnd,
        policy: Policy,
        met: Counter[tuple[State | Chore, Fault]],
        pool: Callable[[], Any],
    ) -> None:
        self.site, self.far, self.policy, self.met = site, far, policy, met
        self.chance: random.Random = site.chance
        self.calm = False
        self.late: list[tuple[float, bytes]] = []
        """Requests whose connection broke, and when the hub reads them."""
        self.away_until = 0.0
        self.life = 0
        """Of its process: none of its connections outlives it."""
        self._idle_until = 0.0
        self._pool = pool
        self._intake: Intake | None = None
        self._adopting = False
        self.restored = False
        self.key = self.intake().public_key
        site.others.append(self.drop)

    # -- the process ---------------------------------------------------------------------------------------------------

    def intake(self) -> Intake:
        """The hub, opened if it is not."""
        if self._intake is None:
            if self._adopting and not (self.home / NAME).exists():
                custody.put_back(self._copy, self.home)
            queue = self.site.open(self.home, HUB, "chief" if self._adopting else "")
            try:
                self._intake = Intake(queue)
            except BaseException:
                drop(queue)
                raise
            self._adopting = False
        return self._intake

    @property
    def home(self) -> Path:
        """Its data folder."""
        return self.site.root / "hub"

    @property
    def _copy(self) -> Path:
        return self.site.root / "hub-copy"

    @property
    def queue(self) -> Queue:
        return self.intake().queue

    def drop(self) -> None:
        """The operating system closes what it had open, and every connection with it."""
        intake, self._intake = self._intake, None
        self.life += 1
        if intake:
            drop(intake.queue)

    def alone(self, work: Callable[[], bytes]) -> bytes:
        """What the hub does; when it dies of it, mostly nobody else does."""
        try:
            return work()
        except Killed:
            if self.chance.random() < 0.3:
                raise
            self.site.survived()
            self.drop()
            return b""

    def forward(self, hours: float = 0) -> None:
        """The site's one sender."""
        forwarder = Forwarder(
            self.queue.book, self.far, self.policy, pool=self._pool(), chance=self.chance, look_around=60
        )
        try:
            forwarder.run(timedelta(hours=hours))
        finally:
            forwarder.close()

    # -- what happens to it ------------------------------------------------------------------------------------------

    def actions(self) -> list[Callable[[], object]]:
        """What may happen next."""
        return [*[self.forward] * 3, self._go_away, self._restart, self._back_up, self._lose, self._lose, self.attend]

    def _go_away(self) -> None:
        self._meet_everywhere(Fault.HUB_AWAY)
        self.away_until = self.site.time.seconds + self.chance.choice([60, 3600])

    def _restart(self) -> None:
        self._meet_everywhere(Fault.HUB_RESTARTED)
        self.drop()
        self.intake()

    def _back_up(self) -> None:
        queue = self.queue
        shutil.rmtree(self._copy, ignore_errors=True)
        custody.back_up(queue.book, self._copy, "chief")

    def _lose(self) -> None:
        """Its disk dies; the newest copy takes its place."""
        if not (self._copy / NAME).exists():
            self._back_up()
            return
        self._meet_everywhere(Fault.HUB_RESTORED)
        self.drop()
        shutil.rmtree(self.home)
        self._adopting = self.restored = True
        self.intake()

    def power_cut(self) -> None:
        """What was on the wire is gone, and the clock that nobody sets begins anew."""
        self.late.clear()
        self.away_until = self._idle_until = 0.0

    def attend(self) -> None:
        """Persons look at the alarms: a number whose folder is retired goes to the folder that follows."""
        known = Slots(self.queue).heads
        for desk in self.site.opened():
            terminal = desk.book.identity.terminal
            if terminal in known and known[terminal].store != desk.book.id:
                release(self.queue, terminal, PERSONS)

    def choices(self, desk: Queue, item: Item) -> list[Decision]:
        """What may be decided at a terminal: nothing as long as the hub will do, or read, something of a bill.

        What went to the hub is taken back there.
        """
        arriving = any(f"/txn/{item.key} ".encode() in asked for _, asked in self.late)
        if arriving or any(each.state in OPEN for each in self.queue.items_of(item.key)):
            return []
        away = item.number and went_to_hub(desk.book.intent(item))
        return [each for each in desk.choices(item) if not (away and each is Decision.REVERSE)]

    def handed_on(self, terminal: str) -> set[str]:
        """The bills that it has from this terminal, and not from one that they were carried to."""
        first = {item.key: next(self.queue.events(item=item)).actor for item in self.queue.items(State)}
        return {key for key, actor in first.items() if actor == f"terminal {terminal}"}

    def calm_down(self) -> None:
        """No more faults; what persons have to do is done."""
        self.calm = True
        self.attend()
        self.queue.confirm_clock("chief")

    def check(self, effective: Callable[[str], int]) -> None:
        """When all is over: nothing is open, what it calls accepted stands at the far end, its chain holds."""
        queue = self.queue
        assert queue.items() == [], (
            f"stuck at the hub: {[(item.key, item.state, item.reason) for item in queue.items()]}"
        )
        for item in queue.items([State.ACCEPTED]):
            assert effective(item.key) == 1, f"{item.key} was accepted by the hub alone"
        found = queue.verify()
        assert found.intact, [str(trace) for trace in found.traces]

    # -- the terminals' way --------------------------------------------------------------------------------------------

    def end(self, desk: Queue) -> HubEnd:
        """The hub as a desk's far end."""
        return HubEnd(desk, _Way(self), self.key, direct=self.far, settle_horizon=HORIZON)

    def lease(self, desk: Queue) -> None:
        """Its message numbers come from the hub."""
        desk.numbers.shares = Tenure(desk, self.key, lambda second, in_haste: self.end(desk).lease(second)).share

    def there(self) -> bool:
        return self.calm or self.site.time.seconds >= self.away_until

    def exchange(self, asked: bytes) -> bytes:
        """What comes back over the wire; nothing when the connection broke."""
        self.arrive()
        fault = self._fault(asked)
        if fault is Fault.HUB_REQUEST_LOST:
            return b""
        if fault is Fault.HUB_LATE:
            self.late.append((self.site.time.seconds + self.chance.random() * HORIZON.total_seconds(), asked))
            return b""
        if self.site.time.seconds >= self._idle_until and (self.calm or self.chance.random() < 0.3):
            self._idle_until = self.site.time.seconds + 5
            self.alone(self._forwarded)
        told = self.alone(lambda: self._served(asked))
        if fault is Fault.HUB_TWICE:
            told = self.alone(lambda: self._served(asked))
        if fault is Fault.HUB_KILLED:
            self.drop()
            return b""
        return told[: self.chance.randrange(len(told) or 1)] if fault is Fault.HUB_ANSWER_LOST else told

    def arrive(self) -> None:
        """What was on its way is read."""
        for due, asked in [late for late in self.late if late[0] <= self.site.time.seconds]:
            self.late.remove((due, asked))
            self.alone(lambda asked=asked: self._served(asked))  # type: ignore[misc]

    def _forwarded(self) -> bytes:
        with suppress(StoreFailed, KeysClosed):
            self.forward()
        return b""

    def _served(self, asked: bytes) -> bytes:
        try:
            intake = self.intake()
        except (StoreFailed, KeysClosed):
            return b""
        wire = _Wire()
        door = _Door(intake, _AtOnce(intake), set())  # type: ignore[arg-type]
        door.connection_made(wire)
        door.data_received(asked)
        return wire.told

    def _meet_everywhere(self, fault: Fault) -> None:
        for state in {item.state for item in self.site.desk().items()}:
            self.met[state, fault] += 1

    def _fault(self, asked: bytes) -> Fault | None:
        state = _METHODS.get(asked[:8])
        if self.calm or state is None or self.chance.random() > 0.4:
            return None
        fault = self.chance.choice(HUB_WIRE)
        self.met[state, fault] += 1
        return fault


_QUIET = socket.socketpair()
"""A connection on which nothing is said between two answers."""


class _Wire(asyncio.Transport):
    """The hub's side of a connection."""

    def __init__(self) -> None:
        super().__init__()
        self.told = b""

    def write(self, data: Any) -> None:
        self.told += data

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass


class _Door(Door):
    """Does at once what the real one does in another thread."""

    def _aside(self, work: Any) -> None:
        self.reply(*found(work))


class _AtOnce:
    """In the place of the one thread that stores."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    def put(self, given: Given, reply: Callable[[int, bytes], None]) -> None:
        (told,) = self._intake.take([given])
        reply(*answer(told))


class _Way(Way):
    """Connections within this process."""

    def __init__(self, hub: Hub) -> None:
        self.host, self._hub = "hub", hub

    def open(self) -> Any:
        if not self._hub.there():
            raise ConnectionRefusedError
        return _Socket(self._hub)


class _Socket:
    """The terminal's side of a connection: one request, one answer, and again."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._life = hub, hub.life
        self._asked = b""

    def send(self, data: memoryview) -> int:
        if self._life != self._hub.life or not self._hub.there():
            raise ConnectionResetError
        self._asked += data
        return len(data)

    def makefile(self, mode: str) -> io.BytesIO:
        asked, self._asked = self._asked, b""
        return io.BytesIO(self._hub.exchange(asked))

    def fileno(self) -> int:
        return _QUIET[0].fileno()

    def close(self) -> None:
        pass
