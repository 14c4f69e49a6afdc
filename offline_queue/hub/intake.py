"""The hub's side of the table: takes items in by groups, says what became of them, and remembers every chain's end."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from offline_queue import breaks
from offline_queue.entry import contents, fresh, known_item
from offline_queue.faults import KeyReused, OnlineOnly, QueueFault
from offline_queue.hub.faults import SetBack, SlotTaken
from offline_queue.hub.words import Countersigned, Head, Receipt, Told, countersign
from offline_queue.ports import Event, Item, NewItem
from offline_queue.queue import Queue
from offline_queue.vocabulary import WITHOUT_EFFECT, Kind, State, Step

HEADS, ALL_HEADS, RELEASED, ALARM = "hub.heads", "hub.all_heads", "hub.released", "hub.alarm"
"""Kinds of the hub's notes: ends seen with a group, all of them at an opening, a slot set free, what needs a person."""

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
        self._heads: dict[str, Head] = {}
        self._set_back: set[tuple[str, bytes, int]] = set()
        self._alarmed: set[Alarm] = set()
        self._followed = 0
        """The last release that was taken in."""
        for event in self._notes():
            self._take_in(event)
        with queue.noting() as note:
            note(ALL_HEADS, msgspec.msgpack.encode(self._receipt(self._heads.items())), _ACTOR)

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
                self._check(given.terminal, given.head)
                newest = moved.get(given.terminal) or self._heads.get(given.terminal)
                if newest is None or (given.head.epoch, given.head.seq) > (newest.epoch, newest.seq):
                    moved[given.terminal] = given.head
            receipt = msgspec.msgpack.encode(self._receipt(moved.items()))
            with self.queue.book.transaction():
                items = [self._record(given) for given in group]
                self.queue.book.note(HEADS, _ACTOR, receipt)
            self._heads |= moved
        self._stored()
        seen = countersign(self._key, receipt)
        fresh = Told(State.RECORDED, seen=seen)
        return (fresh if item.state is State.RECORDED else self._told(item, seen) for item in items)

    def _record(self, given: Given) -> Item:
        """No limit applies: what was taken was taken under the terminal's."""
        book, new = self.queue.book, given.new
        if new.kind is Kind.ONLINE_ONLY:
            raise OnlineOnly(key=new.key)
        if found := breaks.standing(book):  # the terminal keeps its copy; here it would stand in a broken record
            raise breaks.fault(found)
        try:
            return book.add(fresh(book, new, Step.RECORD), contents(new), Step.RECORD, f"terminal {given.terminal}")
        except KeyReused:
            if known := known_item(book, new):
                return known
            raise

    def _told(self, item: Item, seen: Countersigned | None = None) -> Told:
        if item.state not in (State.ACCEPTED, State.REFUSED):
            return Told(item.state, item.reason, seen=seen)
        answers = self.queue.answers(item)
        call = self.queue.book.intent(item) if item.number else None
        return Told(item.state, item.reason, (answers[-1].body or b"") if answers else b"", seen, call)

    # -- chains --------------------------------------------------------------------------------------------------------

    def newest(self, terminal: str) -> Countersigned:
        """The newest end of this terminal's chain that was seen, if any, signed."""
        known = self._heads.get(terminal)
        receipt = self._receipt([(terminal, known)] if known else [])
        return countersign(self._key, msgspec.msgpack.encode(receipt))

    def doubt(self, terminal: str, head: Head) -> Countersigned:
        """A terminal's chain does not hold what was countersigned: right only where persons chose an older copy.

        Raises ``SetBack`` or ``SlotTaken``, and nothing more is taken from it.
        """
        with self.queue.book.store.alone():
            try:
                self._follow_releases()
                self._check(terminal, head)
                known = self._heads.get(terminal)
                if known and head.epoch == known.epoch:
                    self._set_back.add((terminal, head.store, head.epoch))
                    raise SetBack(terminal=terminal, expected=known.seq)
            except QueueFault as fault:
                self.alarm(fault.code, terminal)
                raise
        return self.newest(terminal)

    def alarm(self, code: str, terminal: str, key: str = "") -> None:
        """Write down, once, what a person at the site must look at."""
        alarm = Alarm(code, terminal, key)
        with self.queue.noting() as note:
            if alarm not in self._alarmed:
                note(ALARM, msgspec.msgpack.encode(alarm), _ACTOR)
        self._alarmed.add(alarm)

    def _check(self, terminal: str, head: Head) -> None:
        fault = self._objection(terminal, head)
        if fault and self._follow_releases():
            fault = self._objection(terminal, head)
        if fault:
            raise fault

    def _objection(self, terminal: str, head: Head) -> QueueFault | None:
        known = self._heads.get(terminal)
        if known is None:
            return None
        if known.store != head.store:
            return SlotTaken(terminal=terminal)
        fork = (head.epoch, head.seq) == (known.epoch, known.seq) and head.hash != known.hash
        if fork or head.epoch < known.epoch or (terminal, head.store, head.epoch) in self._set_back:
            return SetBack(terminal=terminal, expected=known.seq)
        return None

    def _follow_releases(self) -> bool:
        """Take in what persons decided in another process; says whether there was anything."""
        released = list(self.queue.notes((RELEASED,), self._followed))
        for event in released:
            self._take_in(event)
        return bool(released)

    def _receipt(self, heads: Iterable[tuple[str, Head]]) -> Receipt:
        return Receipt(self.queue.book.id, self.queue.book.clock().isoformat(), list(heads))

    def _notes(self) -> Iterator[Event]:
        """From the newest list of all ends on."""
        start = max((event.seq for event in self.queue.notes((ALL_HEADS,)) if event.body), default=1)
        return self.queue.notes((ALL_HEADS, HEADS, RELEASED), start - 1)

    def _take_in(self, event: Event) -> None:
        if event.kind == RELEASED:
            terminal = (event.body or b"").decode()
            self._followed = event.seq
            self._heads.pop(terminal, None)
            self._set_back = {each for each in self._set_back if each[0] != terminal}
            self._alarmed = {each for each in self._alarmed if each.terminal != terminal}
        elif event.body:
            self._heads |= msgspec.msgpack.decode(event.body, type=Receipt).heads


def release(queue: Queue, terminal: str, actor: str) -> None:
    """A person says that a terminal's newest folder is gone for good: whoever comes next has its number."""
    with queue.noting() as note:
        note(RELEASED, terminal.encode(), actor)


def alarms(queue: Queue, after: int = 0) -> list[Alarm]:
    """What needs a person at the site, oldest first."""
    return [msgspec.msgpack.decode(event.body, type=Alarm) for event in queue.notes((ALARM,), after) if event.body]
