"""Sends what is stored: intent before the wire, outcome after, lanes in order, doubts solved, nothing dropped.

One thread decides and commits; the calls run in a pool. Whatever ended since the last commit is stored together with
the intents of what goes out next: two commits for one item alone, one for a whole window of lanes that go on.
"""

import random
import threading
from datetime import timedelta
from typing import Self

from msgspec import Struct

from offline_queue import locks
from offline_queue.book import Book
from offline_queue.doubts import solve
from offline_queue.errands import ACTOR, Errand, Policy, Sender, Then, prepare
from offline_queue.faults import AlreadyForwarding, ForbiddenStep, KeyErased, LeaseLost, SealBroken
from offline_queue.lanes import Lanes
from offline_queue.outcomes import conclude
from offline_queue.patience import Breaker
from offline_queue.pool import Pool, Threads
from offline_queue.ports import FarEnd, Item, Outcome, Prepared
from offline_queue.vocabulary import OPEN, OutcomeClass, State, Step

LEASE = "forwarder.lock"
_GATHER = 0.004
"""Seconds: a few flushes, a tenth of a far end's answer."""


class Report(Struct, frozen=True):
    """What one run did."""

    steps: dict[Step, int]
    left: int
    """Items still open."""


class Forwarder:
    """Holds the lease of one folder while it lives. Not to be shared between threads, except ``stop``.

    Keep one for as long as the process forwards: it remembers that the far end is away, and each new one is an event of
    the chain. After a fault of ``run`` close it and make another; what was on the wire is then in doubt.
    """

    def __init__(
        self,
        book: Book,
        far_end: FarEnd,
        policy: Policy,
        *,
        pool: Pool[Errand] | None = None,
        chance: random.Random | None = None,
        look_around: float = 1.0,
    ) -> None:
        """``look_around``: seconds after which others' items and dead owners are looked for, whatever else is due."""
        taken = locks.take(book.folder / LEASE, book.clock())
        if isinstance(taken, locks.Holder):
            raise AlreadyForwarding(pid=taken.pid, since=taken.since)
        self._lease = taken
        self._book = book
        self._pool = pool or Threads(policy.width)
        self._breaker = Breaker(book.steady)
        self._in_flight = 0
        self._look_around = look_around
        self._stop = threading.Event()
        try:
            self._fence = self._raise_fence()
            self._lanes = Lanes(book)
        except BaseException:
            self.close()
            raise
        owner = f"{LEASE} {self._fence}"
        self._sender = Sender(book, owner, far_end, policy, self._breaker, chance or random.SystemRandom())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the lease up."""
        self._pool.close()
        self._lease.release()

    def stop(self) -> None:
        """Ask a run in another thread to end; what is in flight is waited for."""
        self._stop.set()

    def run(self, wait: timedelta = timedelta(0), *, now: bool = False) -> Report:
        """Send everything that is due; then go on for ``wait`` as long as there is something that time alone can move.

        ``now`` forgets waiting times: "send now". Raises ``LeaseLost``, ``StoreFailed``, ``StoreUncertain``.
        """
        self._sender.steps.clear()
        end = self._book.steady().seconds + wait.total_seconds()
        if now:
            self._lanes.hurry()
            self._breaker.hurry()
        looked = float("-inf")
        while True:
            if self._book.steady().seconds - looked >= self._look_around:
                self._take_over()
                looked = self._book.steady().seconds
            self._lanes.refresh()
            rest = end - self._book.steady().seconds
            if not self._stop.is_set() and self._start():
                continue
            if self._in_flight:
                self._store(self._gather())
                continue
            due = self._due()
            if due is None or due > max(rest, 0.0) or self._stop.is_set():
                break
            if due > 0:
                self._pool.wait(min(due, self._look_around))
        self._stop.clear()
        return Report(dict(self._sender.steps), self._book.journal.end().items)

    def _gather(self) -> list[Errand]:
        """What has ended, and what ends right after it: lanes that have come apart share a commit again."""
        ended = self._ended(self._look_around)
        until = self._book.steady().seconds + _GATHER
        while ended and self._in_flight and (rest := until - self._book.steady().seconds) > 0:
            ended += self._ended(rest)
        return ended

    def _ended(self, seconds: float) -> list[Errand]:
        ended = self._pool.wait(seconds)
        self._in_flight += sum(errand.goes_on is not None for errand in ended) - len(ended)
        return ended

    def _due(self) -> float | None:
        """Seconds until something can be done; None when time alone moves nothing."""
        due = self._lanes.wait()
        return due if due is None or not self._breaker.is_open else max(due, self._breaker.wait())

    def _start(self) -> bool:
        """Fill the window with lanes that are due; with the breaker open, ask one question first.

        Says whether something was stored, so that the lanes have to be looked at again.
        """
        if self._breaker.is_open and not self._probe():
            return False
        items: list[Item] = []
        while self._in_flight + len(items) < self._sender.policy.width and (item := self._lanes.take()):
            items.append(item)
        errands = self._errands(items)
        self._go([errand for errand in errands if errand.call])
        at_once = [errand for errand in errands if not errand.call]
        self._store(at_once)
        return bool(at_once)

    def _probe(self) -> bool:
        if self._in_flight or self._due() != 0:
            return False
        usable = self._sender.far.probe()
        self._breaker.tell(usable)
        return usable

    def _errands(self, items: list[Item]) -> list[Errand]:
        """What is to be done next about each."""
        sealed = self._book.sealed(items) if items else {}
        return [self._errand(item, sealed[item.id]) for item in items]

    def _errand(self, item: Item, sealed: bytes | None) -> Errand:
        try:
            payload = self._book.opened(item, sealed).payload
            step = prepare if item.state is State.RECORDED else solve
            return step(self._sender, item, payload)
        except (SealBroken, KeyErased) as fault:
            reason = fault.code
            return Errand(item, lambda result, number: self._sender.hold(item, reason))

    def _go(self, errands: list[Errand]) -> None:
        self._in_flight += len(errands)
        if self._in_flight < self._sender.policy.width or self._lanes.wait() != 0:  # no other lane waits for a place
            self._look_ahead([errand for errand in errands if errand.item.state is State.SENDING])
        for errand in errands:
            self._pool.start(errand)

    def _look_ahead(self, sends: list[Errand]) -> None:
        """The harmless steps of what comes after an item, so that its outcome and the next intent share a commit."""
        upcoming = [(send, item) for send in sends if (item := self._lanes.following(send.item))]
        for (send, item), errand in zip(upcoming, self._errands([item for _, item in upcoming]), strict=True):
            if errand.call:
                errand.then = self._in_turn(send.item, item, errand.then)
                send.following = errand

    def _in_turn(self, before: Item, item: Item, then: Then) -> Then:
        """Drops what was asked ahead when the run was to stop, or the lane has changed meanwhile."""

        def if_still(result: object, number: str) -> Errand | None:
            goes_on = not self._stop.is_set() and self._book.items.by_id(before.id).state not in OPEN
            return then(result, number) if goes_on and self._lanes.following(before) == item else None

        return if_still

    def _store(self, ended: list[Errand]) -> None:
        """One commit for all that ended; what follows from it starts afterwards."""
        if not ended:
            return
        self._lanes.refresh()
        need = [isinstance(errand.result, Prepared) or errand.call is None for errand in ended]
        fresh = iter(self._book.numbers.several(sum(need)))
        numbers = [next(fresh) if one else "" for one in need]

        def store() -> list[Errand | None]:
            self._check_fence()
            return [_conclude(errand, number) for errand, number in zip(ended, numbers, strict=True)]

        follow = self._book.conclude(store)
        self._lanes.refresh()
        for errand, next_one in zip(ended, follow, strict=True):
            if not next_one and not errand.goes_on:
                self._lanes.give_back(errand.item)
        self._go([errand for errand in follow if errand])

    def _raise_fence(self) -> int:
        """From now on nothing of an earlier holder is written."""
        with self._book.transaction():
            fence: int = self._book.store.rows("SELECT fence + 1 FROM store")[0][0]
            self._book.store.change("UPDATE store SET fence = ?", (fence,))
            self._book.note("lease", ACTOR, fence=fence)
        return fence

    def _check_fence(self) -> None:
        found = self._book.store.rows("SELECT fence FROM store")[0][0]
        if found != self._fence:
            raise LeaseLost(fence=found)

    def _take_over(self) -> None:
        """What a dead process, or an earlier holder of the lease, was sending is in doubt."""
        self._lanes.refresh()
        others = [item for item in self._lanes.sending() if item.owner != self._sender.owner]
        dead = [item for item in others if item.owner.startswith(LEASE) or not self._book.alive(item.owner)]
        if dead:
            with self._book.transaction():
                self._check_fence()
                for item in dead:
                    conclude(self._book, item, Outcome(OutcomeClass.IN_DOUBT, "owner_died"), ACTOR)


def _conclude(errand: Errand, number: str) -> Errand | None:
    """What follows; nothing when a person moved the item meanwhile: it comes up again as it now is."""
    try:
        return errand.then(errand.result, number)
    except ForbiddenStep:
        return None
