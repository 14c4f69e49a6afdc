"""A whole outage in one seed: desks, forwarder, disk, keystore, clocks and a far end that fails in every known way.

The store, the chain, the keys and the forwarder are the real ones, on real files; time is virtual, calls end in an
order that the seed chooses, and whatever goes wrong goes wrong because the seed says so. ``Story(seed).tell()`` is one
run; the same seed tells the same story. ``site`` has the folders and processes, ``chores`` what is done with a store as
a whole: nights, key changes, bundles, a lost disk, the end of a terminal; ``hubs`` the hub that one site of eight has,
``persons`` who decides about what is held.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from offline_queue import NewItem, Policy, Queue, bundle
from offline_queue.faults import (
    AlreadyForwarding,
    BundleUnfinished,
    BundleUnwritten,
    KeysClosed,
    LaneBusy,
    LimitReached,
    RolledBack,
    StoreFailed,
)
from offline_queue.forwarder import Forwarder
from offline_queue.hub.faults import NoLease, SlotTaken
from offline_queue.ports import Capabilities, Intent, Outcome, Sending
from offline_queue.vocabulary import Kind, OnceFreed, OnDoubt, State
from tests.offline_queue.chores import SECRET, Chores
from tests.offline_queue.far_end import HORIZON, FickleFarEnd
from tests.offline_queue.faulty import Chore, Fault, Killed
from tests.offline_queue.hubs import Hub
from tests.offline_queue.persons import Persons
from tests.offline_queue.site import LIMITS, Site, keys


@dataclass
class Story:
    """One seed."""

    seed: int
    met: Counter[tuple[State | Chore, Fault]]
    lies: bool = False
    hubs: float = 1 / 8
    """How many sites of one have a hub."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.site = Site(self.chance)
        self.time, self.disk = self.site.time, self.site.disk
        self.disk.lies = self.lies
        can = Capabilities(can_enquire=self.chance.random() < 0.6, settle_horizon=HORIZON)
        self.far = FickleFarEnd(self.time, self.chance, self.met, can)
        self.chores = Chores(self.site, self.met)
        self.policy = Policy(
            width=self.chance.choice([1, 2, 4, 16]),
            on_doubt=self.chance.choice(list(OnDoubt)),
            reverse_after=timedelta(seconds=self.chance.choice([0, 60, 600])),
            tries=self.chance.choice([3, 50]),
        )
        self.hub: Hub | None = None
        if random.Random(f"hub {self.seed}").random() < self.hubs:
            self.hub = Hub(self.site, self.far, self.policy, self.met, self._pool)
            self.site.arrived = self.hub.lease
        self.persons = Persons(self.site, self.far, self.hub, self.chance, self.met)
        self.acknowledged: dict[str, str] = {}
        self.transactions = 0
        """Bills that were acknowledged, those of retired and lost stores too."""
        self.lanes, self.requests, self.rush = self.chance.choice(
            [(4, 0.8, 1), (4, 0.8, 1), (4, 0.8, 1), (400, 0.1, 80)]
        )
        """How many persons come, how many of their bills are requests, and how many bills come at once: the fourth
        outage of four is at a busy desk."""
        self.sales: list[tuple[Queue, Sending, Outcome | None]] = []
        self.count = 0

    def tell(self, steps: int = 0) -> None:
        """The story, then the calm after it. Raises ``AssertionError`` when something was lost or doubled."""
        try:
            with self.chores.watched():
                for _ in range(steps or self.chance.choice([10, 14, 18, 60])):
                    with self._survived():
                        self.chance.choice(self._actions())()
                    self._check()
                self._calm_down()
        finally:
            self.site.end()

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
            self.chores.carry,
            self.chores.carry,
            self.chores.change_key,
            self._lose_store,
            self._lose_store,
        ]
        states = {item.state for item in self.site.desk().items()}
        if State.REVERSING in states or (states & {State.IN_DOUBT, State.HELD} and self.chance.random() < 0.4):
            return disasters  # it does not stand long: strike now
        work = [self._rush] * 5 + [self._sell] * 4 + [self._finish] * 3 + [self._forward] * 6
        chores = [*[self.chores.night] * 5, self.chores.deliver, self.chores.deliver, self.chores.verify, self._retire]
        hub = self.hub.actions() if self.hub else []
        return [*work, *disasters, *chores, *hub, self._pass_time, self.persons.decide, self.persons.decide]

    def _bill(self) -> NewItem:
        self.count += 1
        return NewItem(
            key=f"bill-{self.count}",
            lane=f"person-{self.chance.randrange(self.lanes)}",
            kind=Kind.REQUEST if self.chance.random() < self.requests else Kind.ADVICE,
            payload=SECRET + f"bill-{self.count}".encode(),
            amount_fen=self.chance.choice([0, 100, 500]),
            once_freed=self.chance.choice([OnceFreed.SEND_AGAIN, OnceFreed.SEND_AGAIN, OnceFreed.STOP]),
        )

    def _rush(self) -> None:
        for _ in range(self.chance.randint(1, self.rush)):
            self._record()

    def _record(self) -> None:
        desk, bill = self.site.desk(), self._bill()
        with suppress(LimitReached):
            desk.record(bill)
            self._acknowledge(bill)
            if bill.kind is Kind.REQUEST:
                assert desk.status().sum_open_fen <= LIMITS.sum_open_fen + self._in_sale()

    def _acknowledge(self, bill: NewItem) -> None:
        self.acknowledged[bill.key] = bill.lane
        self.transactions += 1

    def _in_sale(self) -> int:
        """Sales begun online are not limited until they turn into something stored."""
        return 500 * self.count

    def _sell(self) -> None:
        desk, bill = self.site.desk(), self._bill()
        with suppress(LaneBusy):
            sending = desk.begin(bill, b"intent")
            assert isinstance(sending, Sending)
            self._acknowledge(bill)
            outcome = self.far.send(sending.item, b"", Intent(sending.number, b"", sending.item.created))
            self.sales.append((desk, sending, outcome))

    def _finish(self) -> None:
        if self.sales:
            desk, sending, outcome = self.sales.pop(self.chance.randrange(len(self.sales)))
            if desk in self.site.desks and outcome:
                with suppress(LimitReached):
                    desk.finish(sending, outcome)

    def _forward(self, hours: float | None = None) -> None:
        desk = self.chance.choice(self.site.opened())
        self._forward_at(desk, hours)

    def _forward_at(self, desk: Queue, hours: float | None = None) -> None:
        far = self.hub.end(desk) if self.hub else self.far
        forwarder = Forwarder(desk.book, far, self.policy, pool=self._pool(), chance=self.chance, look_around=60)
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
            self.site.desk().confirm_clock("chief")

    def _cut_off(self) -> None:
        self._meet_everywhere(Fault.CUT_OFF)
        self.far.cut_until = self.time.seconds + self.chance.choice([60, 3600])

    def _power_cut(self) -> None:
        """Everybody dies at once; what was not flushed is gone."""
        self._meet_everywhere(Fault.POWER_CUT)
        self._cut_power()

    def _close_keystore(self) -> None:
        self._meet_everywhere(Fault.KEYSTORE_CLOSED)
        self.site.keys.closed = True
        try:
            with suppress(LimitReached):
                bill = self._bill()
                self.site.any_open_desk().record(bill)
                self._acknowledge(bill)
            self.site.kill(0)
            try:
                self.site.desk(0)
            except KeysClosed:
                pass
            else:
                raise AssertionError("opened without its key")
        finally:
            self.site.keys.closed = False

    def _old_copy(self) -> None:
        """The folder is replaced by an older copy; it must not open; then the newest is put back."""
        self._meet_everywhere(Fault.OLD_COPY)
        site, bill = self.site, self._bill()
        desk = site.desk(0)
        old = site.root / "old"
        shutil.rmtree(old, ignore_errors=True)
        shutil.copytree(site.home, old)
        try:
            with suppress(LimitReached):
                desk.record(bill)
                self._acknowledge(bill)
            remembered = site.close_cleanly()
            site.place = old.name
            if bill.key in self.acknowledged and remembered:
                try:
                    site.desk(0)
                except RolledBack:
                    pass
                else:
                    raise AssertionError("an old copy opened")
        finally:
            site.kill_all()
            site.place = "home"
            shutil.rmtree(old)

    def _lose_store(self) -> None:
        for key in self.chores.lose_store():
            self.acknowledged.pop(key, None)
        self.chores.restore()

    def _retire(self) -> None:
        if self.chores.retire():
            self.acknowledged.clear()

    def _two_forwarders(self) -> None:
        self._meet_everywhere(Fault.TWO_FORWARDERS)
        desk = self.site.desk()
        first = Forwarder(desk.book, self.far, self.policy, pool=self._pool(), chance=self.chance)
        try:
            Forwarder(self.site.desk().book, self.far, self.policy, pool=self._pool(), chance=self.chance)
        except AlreadyForwarding:
            pass
        else:
            raise AssertionError("two forwarders at once")
        finally:
            first.close()

    # -- processes -----------------------------------------------------------------------------------------------------

    @contextmanager
    def _survived(self) -> Iterator[None]:
        """A killed process is gone; a fault that says that nothing happened is believed."""
        try:
            yield
        except Killed:
            self.site.died()
            if self.chance.random() < 0.5:
                self._cut_power()
        except (StoreFailed, KeysClosed, BundleUnwritten, BundleUnfinished, NoLease, SlotTaken):
            pass
        finally:
            if self.far.calm:
                self.disk.armed = None

    def _cut_power(self) -> None:
        self.site.power_cut()
        self.far.late = [(0.0, number, key) for _, number, key in self.far.late]
        self.far.arrive()
        self.far.cut_until = 0.0
        if self.hub:
            self.hub.power_cut()

    def _pool(self) -> "_Pool":
        return _Pool(self)

    # -- what must hold ------------------------------------------------------------------------------------------------

    def _meet_everywhere(self, fault: Fault | None) -> None:
        assert fault
        for state in {item.state for item in self.site.desk().items()}:
            self.met[state, fault] += 1

    def _check(self) -> None:
        """After every step: nothing acknowledged is missing or unreadable, nothing has two effects."""
        with self._survived():
            desks = self.site.opened()
            known = set().union(*map(keys, desks))
            missing = self.acknowledged.keys() - known
            assert not missing, f"acknowledged and lost: {sorted(missing)}"
            for desk in desks if self.far.calm or self.chance.random() < 0.3 else []:
                self.chores.check_contents(desk)
            self.chores.check_notes(desks[0])
            if self.hub:
                self.hub.arrive()
        self.far.arrive()
        effective = Counter(effect.key for effect in self.far.effects.values() if not effect.reversed)
        doubled = [key for key, times in effective.items() if times > 1]
        assert not doubled, f"settled twice: {doubled}"

    def _calm_down(self) -> None:
        """No more faults: everything comes to its end in bounded time, and all sides agree."""
        self.disk.armed = None
        self.far.calm = True
        self.site.kill_all()
        if self.hub:
            self.hub.calm_down()
        for desk in self.site.opened():
            desk.confirm_clock("chief")
        for _ in range(6):
            if self.hub:
                self.hub.forward(hours=3)
                self.persons.decide()
            for desk in self.site.opened():
                self._forward_at(desk, hours=3)
            if bundle.unfinished(self.site.desk(0).book):
                self.chores.carry(calm=True)
            self.chores.deliver(calm=True)
            self.time.pass_(seconds=700)
            self.persons.decide()
            self._check()
            if not any(queue.items() for queue in [*self.site.opened(), *([self.hub.queue] if self.hub else [])]):
                break
        night = self.chores.night(calm=True)
        assert night and not night.failed, night
        desks = self.site.opened()
        for desk in desks:
            self._forward_at(desk, hours=3)
            assert desk.items() == [], f"stuck: {[(item.key, item.state, item.reason) for item in desk.items()]}"
        states = {item.key: item.state for desk in desks for item in desk.items(State)}
        accepted = {item.key for desk in desks for item in desk.items([State.ACCEPTED])}
        for key, state in states.items():
            assert self.far.effective(key) == (key in accepted), f"{key} is {state}"
        for desk in desks:
            self._check_order(desk)
        self._check()
        self.chores.verify()
        if self.hub:
            self.hub.check(self.far.effective)
        if self.chance.random() < 0.3:  # all is closed: the terminal may end, which is cut off like everything else
            with self._survived():
                self._retire()
            self._rush()
            self._forward_at(self.site.desk(), hours=3)
            self.chores.verify()
        self.site.kill_all()
        for path in self.site.root.rglob("*"):
            stored = path.read_bytes() if path.is_file() and path.name != "reserve" else b""
            assert SECRET not in stored, f"clear text in {path.name}"
            assert b"person-" not in stored, f"clear text in {path.name}"

    def _check_order(self, desk: Queue) -> None:
        if self.chores.restored or (self.hub and self.hub.restored):
            return  # what was sent after the copy is decided by hand, not in order
        ours = desk.book.identity.terminal
        handed_on = self.hub.handed_on(ours) if self.hub else set()
        order = {
            effect.key: effect.order
            for number, effect in self.far.effects.items()  # two terminals keep no order between them
            if not effect.reversed and (number[-4:-2] == ours or effect.key in handed_on)
        }
        lanes: dict[bytes, list[int]] = {}
        for item in desk.items([State.ACCEPTED]):
            lanes.setdefault(item.lane, []).extend([order[item.key]] if item.key in order else [])
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
            story.disk.kill()
        return [job]

    def close(self) -> None:
        self._jobs.clear()
