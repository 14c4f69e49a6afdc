"""A whole outage in one seed: desks, forwarder, disk, keystore, clocks and a far end that fails in every known way.

The store, the chain, the keys and the forwarder are the real ones, on real files; time is virtual, calls end in an
order that the seed chooses, and whatever goes wrong goes wrong because the seed says so. ``Story(seed).tell()`` is one
run; the same seed tells the same story.
"""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from offline_queue import Limits, NewItem, Policy, Queue
from offline_queue.faults import AlreadyForwarding, KeysClosed, LaneBusy, LimitReached, RolledBack, StoreFailed
from offline_queue.forwarder import Forwarder
from offline_queue.ports import Capabilities, Intent, Outcome, Sending
from offline_queue.vocabulary import Decision, Kind, OnceFreed, OnDoubt, State
from tests.offline_queue.far_end import HORIZON, FickleFarEnd
from tests.offline_queue.faulty import Disk, Fault, Keys, Killed
from tests.offline_queue.world import DESK, Time

LIMITS = Limits(sum_open_fen=2_000, per_lane_open=3, items_open=30, free_disk=0, contact_age=timedelta(days=99))


@dataclass
class Story:
    """One seed."""

    seed: int
    met: Counter[tuple[State, Fault]]
    lies: bool = False

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.time = Time()
        self.disk = Disk()
        self.disk.lies = self.lies
        can = Capabilities(can_enquire=self.chance.random() < 0.6, settle_horizon=HORIZON)
        self.far = FickleFarEnd(self.time, self.chance, self.met, can)
        self.policy = Policy(
            width=self.chance.choice([1, 2, 4, 16]),
            on_doubt=self.chance.choice(list(OnDoubt)),
            reverse_after=timedelta(seconds=self.chance.choice([0, 60, 600])),
            tries=self.chance.choice([3, 50]),
        )
        self.acknowledged: dict[str, str] = {}
        self.sales: list[tuple[Queue, Sending, Outcome | None]] = []
        self.count = 0
        self.root = Path(tempfile.mkdtemp(prefix="story-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
        self.keys = Keys(self.root / "keys")
        self.home = self.root / "home-0"
        self.desks: list[Queue | None] = [None] * self.chance.choice([1, 1, 2])

    def tell(self, steps: int = 14) -> None:
        """The story, then the calm after it. Raises ``AssertionError`` when something was lost or doubled."""
        try:
            for _ in range(steps):
                with self._survived():
                    self.chance.choice(self._actions())()
                self._check()
            self._calm_down()
        finally:
            self._drop_all()
            shutil.rmtree(self.root)

    # -- actions -------------------------------------------------------------------------------------------------------

    def _actions(self) -> list[Callable[[], None]]:
        disasters = [
            *[self._arm] * 4,
            self._set_clock,
            self._cut_off,
            self._power_cut,
            self._close_keystore,
            self._old_copy,
            self._two_forwarders,
        ]
        states = {item.state for item in self._desk().items()}
        if State.REVERSING in states or (states & {State.IN_DOUBT, State.HELD} and self.chance.random() < 0.4):
            return disasters  # it does not stand long: strike now
        work = [self._record] * 5 + [self._sell] * 4 + [self._finish] * 3 + [self._forward] * 6
        return [*work, *disasters, self._pass_time, self._decide, self._decide]

    def _bill(self) -> NewItem:
        self.count += 1
        return NewItem(
            key=f"bill-{self.count}",
            lane=f"person-{self.chance.randrange(4)}",
            kind=Kind.REQUEST if self.chance.random() < 0.8 else Kind.ADVICE,
            payload=b"claim of somebody",
            amount_fen=self.chance.choice([0, 100, 500]),
            once_freed=self.chance.choice([OnceFreed.SEND_AGAIN, OnceFreed.SEND_AGAIN, OnceFreed.STOP]),
        )

    def _record(self) -> None:
        desk, bill = self._desk(), self._bill()
        with suppress(LimitReached):
            desk.record(bill)
            self.acknowledged[bill.key] = bill.lane
            if bill.kind is Kind.REQUEST:
                assert desk.status().sum_open_fen <= LIMITS.sum_open_fen + self._in_sale()

    def _in_sale(self) -> int:
        """Sales begun online are not limited until they turn into something stored."""
        return 500 * self.count

    def _sell(self) -> None:
        desk, bill = self._desk(), self._bill()
        with suppress(LaneBusy):
            sending = desk.begin(bill, b"intent")
            assert isinstance(sending, Sending)
            self.acknowledged[bill.key] = bill.lane
            outcome = self.far.send(sending.item, b"", Intent(sending.number, b"", sending.item.created))
            self.sales.append((desk, sending, outcome))

    def _finish(self) -> None:
        if self.sales:
            desk, sending, outcome = self.sales.pop(self.chance.randrange(len(self.sales)))
            if desk in self.desks and outcome:
                with suppress(LimitReached):
                    desk.finish(sending, outcome)

    def _forward(self, hours: float | None = None) -> None:
        desk = self._desk()
        forwarder = Forwarder(desk.book, self.far, self.policy, pool=self._pool(), chance=self.chance, look_around=60)
        try:
            forwarder.run(timedelta(hours=self.chance.choice([0, 0, 0.01, 0.3]) if hours is None else hours))
        finally:
            forwarder.close()

    def _arm(self) -> None:
        faults = (
            Fault.KILLED_BEFORE_COMMIT,
            Fault.KILLED_AFTER_COMMIT,
            Fault.KILLED_ON_THE_WIRE,
            Fault.COMMIT_FAILS,
            Fault.COMMIT_FAILS_AFTER,
            Fault.DISK_FULL,
        )
        self.disk.arm(self.chance.choice(faults), self.chance.randrange(4))
        self._meet_everywhere(self.disk.armed)

    def _pass_time(self) -> None:
        self.time.pass_(seconds=self.chance.choice([1, 30, 700, 7200]))

    def _set_clock(self) -> None:
        back = self.chance.random() < 0.5
        self._meet_everywhere(Fault.CLOCK_BACK if back else Fault.CLOCK_FORWARD)
        self.time.set(seconds=self.chance.choice([200, 86400, 365 * 86400]) * (-1 if back else 1))
        if self.chance.random() < 0.7:
            self._desk().confirm_clock("chief")

    def _cut_off(self) -> None:
        self._meet_everywhere(Fault.CUT_OFF)
        self.far.cut_until = self.time.seconds + self.chance.choice([60, 3600])

    def _power_cut(self) -> None:
        """Everybody dies at once; what was not flushed is gone."""
        self._meet_everywhere(Fault.POWER_CUT)
        self._move_home()

    def _close_keystore(self) -> None:
        self._meet_everywhere(Fault.KEYSTORE_CLOSED)
        self.keys.closed = True
        try:
            with suppress(LimitReached):
                bill = self._bill()
                self._any_open_desk().record(bill)
                self.acknowledged[bill.key] = bill.lane
            self._kill(0)
            try:
                self._desk(0)
            except KeysClosed:
                pass
            else:
                raise AssertionError("opened without its key")
        finally:
            self.keys.closed = False

    def _old_copy(self) -> None:
        """The folder is replaced by an older copy; it must not open; then the newest is put back."""
        self._meet_everywhere(Fault.OLD_COPY)
        desk, newest, bill = self._desk(0), self.home, self._bill()
        old = self.root / "old"
        shutil.copytree(self.home, old)
        try:
            with suppress(LimitReached):
                desk.record(bill)
                self.acknowledged[bill.key] = bill.lane
            self._close_cleanly()
            self.home = old
            if bill.key in self.acknowledged:
                try:
                    self._desk(0)
                except RolledBack:
                    pass
                else:
                    raise AssertionError("an old copy opened")
        finally:
            self._drop_all()
            self.home = newest
            shutil.rmtree(old)

    def _two_forwarders(self) -> None:
        self._meet_everywhere(Fault.TWO_FORWARDERS)
        desk = self._desk()
        first = Forwarder(desk.book, self.far, self.policy, pool=self._pool(), chance=self.chance)
        try:
            Forwarder(self._desk().book, self.far, self.policy, pool=self._pool(), chance=self.chance)
        except AlreadyForwarding:
            pass
        else:
            raise AssertionError("two forwarders at once")
        finally:
            first.close()

    def _decide(self) -> None:
        """An operator looks at the far end, after the horizon, and does what is true."""
        desk = self._desk()
        for item in desk.items([State.HELD, State.IN_DOUBT]):
            over = not any(key == item.key for _, _, key in self.far.late)
            settled = self.far.effective(item.key) > 0
            choices = [
                choice
                for choice in desk.choices(item)
                if choice is Decision.REVERSE or (over and (choice is Decision.ACCEPT) == settled)
            ]
            if choices:
                self.met[item.state, Fault.OPERATOR] += 1
                desk.resolve(item.key, self.chance.choice(choices), by=("cashier", "chief"), reason="decided")

    # -- processes -----------------------------------------------------------------------------------------------------

    def _desk(self, place: int | None = None) -> Queue:
        place = self.chance.randrange(len(self.desks)) if place is None else place
        desk = self.desks[place]
        if desk is None:
            desk = self.desks[place] = Queue.open(
                self.home,
                identity=DESK,
                keys=self.keys,
                clock=self.time.clock,
                steady=self.time.steady,
                limits=LIMITS,
                connect=self.disk.connect,
            )
            desk.contact()
        return desk

    def _any_open_desk(self) -> Queue:
        return next((desk for desk in self.desks if desk), None) or self._opened()

    def _opened(self) -> Queue:
        self.keys.closed = False
        desk = self._desk(0)
        self.keys.closed = True
        return desk

    @contextmanager
    def _survived(self) -> Iterator[None]:
        """A killed process is gone; a fault that says that nothing happened is believed."""
        try:
            yield
        except Killed:
            for place in range(len(self.desks)):
                self._kill(place)
            if self.chance.random() < 0.5:
                self._move_home()
        except StoreFailed:
            pass
        finally:
            if self.far.calm:
                self.disk.armed = None

    def _kill(self, place: int) -> None:
        """The operating system closes what the process had open; nothing of ours runs any more."""
        if desk := self.desks[place]:
            self.desks[place] = None
            desk.book.store.close()
            desk.book.let_go()

    def _move_home(self) -> None:
        """Power is lost: the files as the disk has them, in another place."""
        fresh = self.root / f"home-{self.chance.randrange(10**9)}"
        if self.home.exists():
            shutil.copytree(self.home, fresh, ignore=shutil.ignore_patterns("*-shm"))
            if self.lies and (log := fresh / "queue.db-wal").exists() and self.disk.lengths:
                with log.open("r+b") as file:  # unsynced commits are still in the page cache
                    file.truncate(min(log.stat().st_size, self.chance.choice(self.disk.lengths[-4:])))
        self._drop_all()
        shutil.rmtree(self.home, ignore_errors=True)
        self.home = fresh
        self.disk.lengths.clear()
        self.time.boot = fresh.name
        self.time.seconds = 20.0
        self.far.late = [(due - 10**6, number, key) for due, number, key in self.far.late]
        self.far.arrive()
        self.far.cut_until = 0.0
        self.time.wall += timedelta(seconds=20)

    def _close_cleanly(self) -> None:
        for place, desk in enumerate(self.desks):
            if desk:
                self.desks[place] = None
                desk.close()

    def _drop_all(self) -> None:
        for place in range(len(self.desks)):
            self._kill(place)

    def _pool(self) -> "_Pool":
        return _Pool(self)

    # -- what must hold ------------------------------------------------------------------------------------------------

    def _meet_everywhere(self, fault: Fault | None) -> None:
        assert fault
        for state in {item.state for item in self._desk().items()}:
            self.met[state, fault] += 1

    def _check(self) -> None:
        """After every step: nothing acknowledged is missing, nothing has two effects."""
        with self._survived():
            known = {item.key for item in self._desk().items(State)}
            missing = self.acknowledged.keys() - known
            assert not missing, f"acknowledged and lost: {sorted(missing)}"
        self.far.arrive()
        effective = Counter(effect.key for effect in self.far.effects.values() if not effect.reversed)
        doubled = [key for key, times in effective.items() if times > 1]
        assert not doubled, f"settled twice: {doubled}"

    def _calm_down(self) -> None:
        """No more faults: everything comes to its end in bounded time, and both sides agree."""
        self.disk.armed = None
        self.far.calm = True
        self._drop_all()
        self._desk(0).confirm_clock("chief")
        for _ in range(6):
            self._forward(hours=3)
            self.time.pass_(seconds=700)
            self._decide()
            self._check()
        self._forward(hours=3)
        desk = self._desk(0)
        assert desk.items() == [], f"stuck: {[(item.key, item.state, item.reason) for item in desk.items()]}"
        for item in desk.items(State):
            effective = self.far.effective(item.key)
            assert effective == (item.state is State.ACCEPTED), f"{item.key} is {item.state}, effects {effective}"
        self._check_order(desk)
        verification = desk.verify()
        assert verification.intact, [str(trace) for trace in verification.traces]
        self._drop_all()
        for path in self.home.glob("queue.db*"):
            stored = path.read_bytes()
            assert b"claim of somebody" not in stored
            assert b"person-" not in stored

    def _check_order(self, desk: Queue) -> None:
        order = {effect.key: effect.order for effect in self.far.effects.values() if not effect.reversed}
        lanes: dict[bytes, list[int]] = {}
        for item in desk.items([State.ACCEPTED]):
            lanes.setdefault(item.lane, []).append(order[item.key])
        assert all(lane == sorted(lane) for lane in lanes.values()), "order lost"


class _Pool:
    """Calls end one at a time, in an order that the seed chooses; the process may die around each."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._jobs: list[Any] = []

    def start(self, job: Any) -> None:
        self._jobs.append(job)

    def wait(self, seconds: float) -> list[Any]:
        story = self._story
        if not self._jobs:
            story.time.pass_(seconds=max(seconds, 0.001))
            return []
        job = self._jobs.pop(story.chance.randrange(len(self._jobs)))
        if following := job.run():
            self._jobs.append(following)
        if story.disk.armed is Fault.KILLED_ON_THE_WIRE and story.disk.fires():
            raise Killed
        return [job]

    def close(self) -> None:
        self._jobs.clear()
