"""The hub's side of the table: takes items in by groups, says what became of them, and signs what it has seen."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from offline_queue import breaks
from offline_queue.entry import enter, known_item
from offline_queue.faults import KeyReused, OnlineOnly, QueueFault
from offline_queue.hub.faults import SetBack, SlotTaken
from offline_queue.hub.slots import ALL_HEADS, HEADS, Slots
from offline_queue.hub.words import Asked, Countersigned, Head, Told, countersign
from offline_queue.ports import Item, NewItem
from offline_queue.queue import Queue
from offline_queue.vocabulary import WITHOUT_EFFECT, Kind, State, Step

ALARM = "hub.alarm"
"""Kind of the hub's notes about what needs a person."""

_ACTOR = "hub"


class Given(Struct, frozen=True):
    """One item as a terminal gave it, with the end of that terminal's chain."""

    terminal: str
    head: Head
    new: NewItem


class Alarm(Struct, frozen=True, array_like=True):
    """Something a person at the site must look at."""

    code: str
    terminal: str
    key: str = ""


class Intake:
    """Over the hub's one queue. Safe between threads; one process at a time."""

    def __init__(self, queue: Queue, stored: Callable[[], None] = lambda: None) -> None:
        """``stored`` is told whenever something is there to be sent."""
        self.queue = queue
        self._stored = stored
        self._key = Ed25519PrivateKey.from_private_bytes(queue.book.keys.signing)
        self._slots = Slots(queue)
        self._alarmed: set[tuple[Alarm, int]] = set()
        """With the release of the terminal's number before which it came."""
        with queue.noting() as note:
            known = self._slots.receipt(self._slots.heads.items(), self._slots.leases)
            note(ALL_HEADS, msgspec.msgpack.encode(known), _ACTOR)

    @property
    def public_key(self) -> bytes:
        """By which terminals know the hub's countersignature (Ed25519, 32 bytes)."""
        return self._key.public_key().public_bytes_raw()

    # -- items ---------------------------------------------------------------------------------------------------------

    def take(self, group: Sequence[Given]) -> list[Told | QueueFault]:
        """Store a group in one durable step; when one of them is refused, each by itself. In their order."""
        try:
            return list(self._together(group))
        except QueueFault as fault:
            if len(group) > 1:
                return [told for given in group for told in self.take([given])]
            if isinstance(fault, KeyReused | SetBack | SlotTaken):
                self.alarm(fault.code, group[0].terminal, group[0].new.key)
            return [fault]

    def look(self, key: str, digest: bytes) -> Told | None:
        """What became of an item; None when there is none. Raises ``KeyReused`` when the key stands for another."""
        mine = self.queue.book.digest(digest)
        found = self.queue.items_of(key)
        equal = [item for item in found if item.digest == mine]
        if equal:
            return self._told(equal[-1])
        if any(item.state not in WITHOUT_EFFECT for item in found):
            raise KeyReused(key=key)
        return None

    def _together(self, group: Sequence[Given]) -> Iterator[Told]:
        with self.queue.book.store.alone():
            moved: dict[str, Head] = {}
            for given in group:
                self._slots.check(given.terminal, given.head)
                if given.head.beyond(moved.get(given.terminal) or self._slots.heads.get(given.terminal)):
                    moved[given.terminal] = given.head
            known = self._slots.receipt(moved.items())
            receipt = msgspec.msgpack.encode(known)
            with self.queue.book.transaction():
                items = self._record(group)
                self.queue.book.note(HEADS, _ACTOR, receipt)
            self._slots.learn(known)
        self._stored()
        seen = countersign(self._key, receipt)
        fresh = Told(State.RECORDED, seen=seen)
        return (fresh if item.state is State.RECORDED else self._told(item, seen) for item in items)

    def _record(self, group: Sequence[Given]) -> list[Item]:
        """No limit applies: what was taken was taken under the terminal's. Only of a single one it is looked up first
        whether it is known; a group ends with ``KeyStored`` where one is.
        """
        book = self.queue.book
        for given in group:
            if given.new.kind is Kind.ONLINE_ONLY:
                raise OnlineOnly(key=given.new.key)
        if found := breaks.standing(book):  # the terminal keeps its copy; here it would stand in a broken record
            raise breaks.fault(found)
        if len(group) == 1 and (known := known_item(book, group[0].new)):
            return [known]
        return [
            item
            for terminal, givens in groupby(group, attrgetter("terminal"))
            for item in enter(book, [given.new for given in givens], Step.RECORD, f"terminal {terminal}")
        ]

    def _told(self, item: Item, seen: Countersigned | None = None) -> Told:
        if item.state not in (State.ACCEPTED, State.REFUSED):
            return Told(item.state, item.reason, seen=seen)
        answers = self.queue.answers(item)
        call = self.queue.book.intent(item) if item.number else None
        return Told(item.state, item.reason, (answers[-1].body or b"") if answers else b"", seen, call)

    # -- chains --------------------------------------------------------------------------------------------------------

    def newest(self, terminal: str) -> Countersigned:
        """The newest end of this terminal's chain that was seen, if any, signed."""
        known = self._slots.heads.get(terminal)
        return countersign(self._key, msgspec.msgpack.encode(self._slots.receipt([(terminal, known)] if known else [])))

    def doubt(self, terminal: str, head: Head) -> Countersigned:
        """A terminal's chain does not hold what was countersigned: right only where persons chose an older copy.

        Raises ``SetBack`` or ``SlotTaken``, and nothing more is taken from it.
        """
        with self._objecting(terminal):
            self._slots.check_forked(terminal, head)
        return self.newest(terminal)

    def lease(self, terminal: str, asked: Asked) -> Countersigned:
        """Message numbers for the folder that has this terminal's; durable when this returns.

        Raises ``SetBack`` or ``SlotTaken``.
        """
        with self._objecting(terminal):
            self._slots.check(terminal, asked.head)
            moved = [(terminal, asked.head)] if asked.head.beyond(self._slots.heads.get(terminal)) else []
            seen = self._slots.receipt(moved, [self._slots.lease(terminal, asked.head, asked.second)])
            receipt = msgspec.msgpack.encode(seen)
            with self.queue.book.transaction():
                self.queue.book.note(HEADS, _ACTOR, receipt)
            self._slots.learn(seen)
        return countersign(self._key, receipt)

    @contextmanager
    def _objecting(self, terminal: str) -> Iterator[None]:
        """One thread at a time; what is refused is a person's business."""
        with self.queue.book.store.alone():
            try:
                yield
            except (SetBack, SlotTaken) as fault:
                self.alarm(fault.code, terminal)
                raise

    def alarm(self, code: str, terminal: str, key: str = "") -> None:
        """Write down, once, what a person at the site must look at."""
        alarm = Alarm(code, terminal, key)
        once = alarm, self._slots.released.get(terminal, 0)
        with self.queue.noting() as note:
            if once not in self._alarmed:
                note(ALARM, msgspec.msgpack.encode(alarm), _ACTOR)
        self._alarmed.add(once)


def alarms(queue: Queue, after: int = 0) -> list[Alarm]:
    """What needs a person at the site, oldest first."""
    return [msgspec.msgpack.decode(event.body, type=Alarm) for event in queue.notes((ALARM,), after) if event.body]
