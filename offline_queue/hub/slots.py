"""Whose each terminal's number is: the newest end of its chain, and who may give out which of its message numbers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from offline_queue.decisions import different
from offline_queue.faults import QueueFault
from offline_queue.hub.faults import SetBack, SlotTaken, TwoToRelease
from offline_queue.hub.words import PARTS, Head, Lease, Receipt
from offline_queue.numbers import BEIJING
from offline_queue.ports import Event
from offline_queue.queue import Queue

HEADS, ALL_HEADS, RELEASED = "hub.heads", "hub.all_heads", "hub.released"
"""Kinds of the hub's notes: ends and leases of one commit, all of them at an opening, a number set free."""

TERM = timedelta(days=14)
"""How long a terminal goes on without its hub: longer than the longest holidays."""
_AGES = 3
"""A hub that goes on from an older copy grants, and extends, other parts than those it may have granted after it."""


class Slots:
    """What the hub remembers, as its own chain tells it. Not safe between threads."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self.heads: dict[str, Head] = {}
        self._leases: dict[tuple[str, int], Lease] = {}
        """By terminal and part: the newest."""
        self._set_back: set[tuple[str, bytes, int]] = set()
        self.released: dict[str, int] = {}
        """The last release of each number that was taken in: its place in the chain."""
        for event in self._notes():
            self._take_in(event)

    @property
    def leases(self) -> list[Lease]:
        """All that were not followed by another of the same numbers."""
        return list(self._leases.values())

    def receipt(self, heads: Iterable[tuple[str, Head]], leases: Iterable[Lease] = ()) -> Receipt:
        """Of these, at this moment."""
        book = self._queue.book
        return Receipt(book.id, book.clock().isoformat(), list(heads), list(leases), book.epoch)

    def learn(self, receipt: Receipt) -> None:
        """What was committed."""
        self.heads |= receipt.heads
        self._leases |= {(lease.terminal, lease.part): lease for lease in receipt.leases}

    def check(self, terminal: str, head: Head) -> None:
        """Raises ``SlotTaken`` and ``SetBack``."""
        fault = self._objection(terminal, head)
        if fault and self._follow_releases():
            fault = self._objection(terminal, head)
        if fault:
            raise fault

    def check_forked(self, terminal: str, head: Head) -> None:
        """The chain does not hold what is known of it, which is right only in a later epoch. Raises as ``check``."""
        self._follow_releases()
        self.check(terminal, head)
        known = self.heads.get(terminal)
        if known and head.epoch == known.epoch:
            self._set_back.add((terminal, head.store, head.epoch))
            raise SetBack(terminal=terminal, expected=known.seq)

    def lease(self, terminal: str, head: Head, second: int) -> Lease:
        """What this folder may give out, from now or a later second on.

        A folder keeps its part and gets more time; another one gets numbers that nobody was given, whoever is still at
        work without the hub: a part that was never granted, else what comes after the end of the oldest.
        """
        now = max(second, int(self._queue.book.clock().timestamp()))
        term = int(TERM.total_seconds())
        ours = range(self._queue.book.epoch % _AGES, PARTS, _AGES)
        known = {part: lease for (whose, part), lease in self._leases.items() if whose == terminal and part in ours}
        if own := next((lease for lease in known.values() if lease.belongs(head)), None):
            return msgspec.structs.replace(own, end=max(own.end, now + term))
        ends = dict.fromkeys(ours, 0) | {part: lease.end for part, lease in known.items()}
        part = min(ends, key=lambda part: ends[part])
        return Lease(terminal, head.store, head.epoch, part, ends[part], max(ends[part], now) + term)

    def _follow_releases(self) -> bool:
        """Take in what persons decided in another process; says whether there was anything."""
        released = list(self._queue.notes((RELEASED,), max(self.released.values(), default=0)))
        for event in released:
            self._take_in(event)
        return bool(released)

    def _objection(self, terminal: str, head: Head) -> QueueFault | None:
        if terminal == self._queue.book.identity.terminal:
            return SlotTaken(terminal=terminal)
        known = self.heads.get(terminal)
        if known is None:
            return None
        if known.store != head.store:
            return SlotTaken(terminal=terminal)
        fork = (head.epoch, head.seq) == (known.epoch, known.seq) and head.hash != known.hash
        if fork or head.epoch < known.epoch or (terminal, head.store, head.epoch) in self._set_back:
            return SetBack(terminal=terminal, expected=known.seq)
        return None

    def _notes(self) -> Iterator[Event]:
        """From the newest list of all ends on."""
        start = max((event.seq for event in self._queue.notes((ALL_HEADS,)) if event.body), default=1)
        return self._queue.notes((ALL_HEADS, HEADS, RELEASED), start - 1)

    def _take_in(self, event: Event) -> None:
        if event.kind == RELEASED:
            terminal = (event.body or b"").decode()
            self.released[terminal] = event.seq
            self.heads.pop(terminal, None)
            self._set_back = {each for each in self._set_back if each[0] != terminal}
        elif event.body:
            self.learn(msgspec.msgpack.decode(event.body, type=Receipt))


class Held(Struct, frozen=True):
    """Who may give out which of a terminal's numbers."""

    terminal: str
    store: bytes
    epoch: int
    part: int
    end: int
    holds: bool
    """Whether the terminal's number belongs to this folder; another's lease only runs out."""

    def until(self) -> datetime:
        """When the lease ends."""
        return datetime.fromtimestamp(self.end, BEIJING)


def slots(queue: Queue) -> list[Held]:
    """All leases, by terminal; the newest last."""
    known = Slots(queue)

    def holds(lease: Lease) -> bool:
        head = known.heads.get(lease.terminal)
        return head is not None and lease.belongs(head)

    leases = sorted(known.leases, key=lambda lease: (lease.terminal, lease.end))
    return [Held(each.terminal, each.store, each.epoch, each.part, each.end, holds(each)) for each in leases]


def release(queue: Queue, terminal: str, by: Sequence[str]) -> None:
    """Two persons say that a terminal's newest folder is gone for good: whoever comes next has its number.

    Raises ``TwoToRelease``.
    """
    if different(by) < 2:
        raise TwoToRelease(terminal=terminal)
    with queue.noting() as note:
        note(RELEASED, terminal.encode(), " + ".join(by))
