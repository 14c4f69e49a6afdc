"""One opened store with its keys, chain and clocks: what the doors of the queue work on."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from offline_queue import locks, vocabulary
from offline_queue.archives import FOLDER, Archives
from offline_queue.datakeys import DataKeys, LocalWrapping
from offline_queue.faults import NotOurStore, QueueFault, RolledBack, StoreBusy, StoreFailed
from offline_queue.items import Items
from offline_queue.journal import CLOCK_CONFIRMED, Journal
from offline_queue.memory import UNSEEN, Memory, Remembered
from offline_queue.numbers import PER_SECOND, Numbers
from offline_queue.place import Reserve
from offline_queue.ports import Anchor, Clock, Identity, Intent, Item, Keystore, SteadyClock
from offline_queue.sealing import SUITES, Place, seal, unseal
from offline_queue.store import SCHEMA, Connect, Store
from offline_queue.traces import Trace
from offline_queue.verify import Verifier
from offline_queue.vocabulary import EXPORTED, OPEN, RESTORED, State, Step

Done = TypeVar("Done")

_ANCHOR_EVERY = 50
"""Records between two anchors in the keystore."""

_CONTACT = "contact"

_CONTACT_EVERY = timedelta(minutes=1)
"""How finely the time of the last contact is kept."""


class Contents(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is sealed of an item: whose it is stands in no clear column."""

    lane: str
    payload: bytes


class Book:
    """Opens, or makes, the store of one folder.

    Raises ``KeysClosed``, ``NotOurStore``, ``OtherVersion``, ``StoreGone``, ``RolledBack``, ``UnfitFolder``,
    ``NotDurable`` or ``StoreFailed``.
    """

    def __init__(
        self,
        folder: Path,
        *,
        identity: Identity,
        keys: Keystore,
        clock: Clock,
        steady: SteadyClock,
        suite: vocabulary.Suite,
        site_key: bytes | None,
        connect: Connect | None,
        adopt: str = "",
        anew: str = "",
    ) -> None:
        self.identity = identity
        self.clock = clock
        self.steady = steady
        self.memory = Memory(keys, folder, identity)
        self.entering = 0
        """Items that the current transaction lets in."""
        self._unanchored = 0
        """Items since an anchor was last handed to the keystore."""
        self._told = 0, False
        """The last transaction that said something about contact, and what."""
        self._now = 0, clock()
        """The last transaction that asked for the time, and what it was."""
        self._hold: locks.Hold | None = None
        self.reserve = Reserve(folder)
        self.store = Store(folder, connect)
        self.transaction = self.store.transaction
        """One durable step. After it, now and then, the chain's end is written to the keystore."""
        lost: bytes | None = None
        try:
            with self.store.transaction():
                if self.store.is_new():
                    lost = self.memory.lost(self.reserve.there(), anew)
                    self._make(suite, keys, self.memory.first_number(lost))
                self.store.check_schema()
                row = self.store.rows("SELECT * FROM store")[0]
                self._check_identity(row["institution"], row["terminal"])
                self.id: bytes = row["store"]
                self.epoch: int = row["epoch"]
                self.suite = SUITES[vocabulary.Suite(row["suite"])]
                wrapping = LocalWrapping(self.suite, self.id, keys)
                self.keys = DataKeys(self.store, self.suite, self.id, wrapping, site_key)
                if site_key:
                    self.keys.wrap_for_site()
            self.digest = self.keys.content
            """Tells two payloads apart without telling what is in them."""
            self.archives = Archives(folder / FOLDER, self.suite)
            self.journal = Journal(self.store, self.suite, self.keys, self.id, self.archives)
            self.items = Items(self.store, self.journal, self.suite)
            self.numbers = Numbers(self.store, identity, clock)
            self.store.ended = self._ended
            self.damage = self._check_end(adopt)
            """What is wrong with the store and not yet told in its chain."""
            self.memory.take_place(self.id)
            if lost is not None:
                with self.transaction():
                    self.note("anew", anew, lost=lost.hex())
        except BaseException:
            self.store.close()
            raise
        self._wall, self._moment = clock(), steady()
        self.reserve.put_aside()

    @property
    def folder(self) -> Path:
        """The data folder."""
        return self.store.folder

    def _ended(self, undone: bool) -> None:
        entered, self.entering = self.entering, 0
        if undone:
            self.keys.undone()
            self.journal.forget()
            return
        self._unanchored += entered
        if self._unanchored >= _ANCHOR_EVERY:
            self._remember(self.memory.keep_soon)

    def now(self) -> datetime:
        """The time of the current transaction: whatever is stored by one commit happened at one time."""
        if not (turn := self.store.turn):
            return self.clock()
        if turn != self._now[0]:
            self._now = turn, self.clock()
        return self._now[1]

    def conclude(self, work: Callable[[], Done]) -> Done:
        """One durable step that must not fail for want of room, or because others write: it may use the reserve.

        ``work`` can be run twice.
        """
        try:
            with self.transaction():
                return work()
        except StoreFailed as fault:
            if not (isinstance(fault, StoreBusy) or self.reserve.give_up()):
                raise
            with self.transaction():
                return work()

    def move(self, id: int, step: Step, *, actor: str, body: bytes = b"", **changes: object) -> Item:
        """Take one step of the table inside a transaction. Raises ``ForbiddenStep``."""
        return self.items.move(id, step, self.now(), actor, body, self.epoch, changes)

    def note(self, kind: str, actor: str, body: bytes = b"", **changes: object) -> int:
        """An event of the store itself, inside a transaction; gives its number."""
        return self.journal.append(kind, self.now(), actor, self.epoch, [(0, 0, changes, body, 0, 0)])

    def contact(self, reached: bool) -> None:
        """A usable answer came, or none; inside a transaction. Outages begin and end in the chain."""
        if (told := (self.store.turn, reached)) == self._told:
            return
        self._told = told
        now = self.now()
        known = self.journal.known()
        if _CONTACT not in known:
            at, offline = self.store.rows("SELECT contact, offline FROM store")[0]
            known[_CONTACT] = at and datetime.fromisoformat(at), bool(offline)
        contact, offline = known[_CONTACT]
        if reached:
            if offline:
                self.note("online", "queue")
            if offline or not contact or abs(now - contact) > _CONTACT_EVERY:
                self.store.change("UPDATE store SET contact = ?, offline = NULL", (now.isoformat(),))
                known[_CONTACT] = now, False
        elif not offline:
            self.note("offline", "queue")
            self.store.change("UPDATE store SET offline = ?", (now.isoformat(),))
            known[_CONTACT] = contact, True

    def contents(self, item: Item) -> Contents:
        """What was recorded. Raises ``KeyErased`` or ``SealBroken``."""
        return self.opened(item, self.sealed([item])[item.id])

    def sealed(self, items: Sequence[Item]) -> dict[int, bytes | None]:
        """What is stored of some items' contents, by their numbers; nothing where it was archived."""
        places = ", ".join("?" * len(items))
        found = self.store.rows(f"SELECT id, sealed FROM item WHERE id IN ({places})", [item.id for item in items])
        return dict(map(tuple, found))

    def opened(self, item: Item, sealed: bytes | None) -> Contents:
        """The same from what is stored of it."""
        sealed = sealed or self.archives.item(item.id, self.journal.archived()) or b""
        plain = unseal(self.suite, self.keys.by_id(item.sealed_with), sealed, self.place(item))
        return msgspec.msgpack.decode(plain, type=Contents)

    def intent(self, item: Item) -> Intent:
        """What was committed before the item's last call. Raises ``SealBroken`` or ``KeyErased``."""
        return self.journal.intent(item)

    def seal(self, data: bytes, context: bytes) -> bytes:
        """Seal bytes that rest outside the queue."""
        day = self.clock().date().isoformat()
        with self.transaction():
            key = self.keys.of_day(day)
        return seal(self.suite, key, self.epoch, data, (self.id, "beside", context))

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Open what ``seal`` gave. Raises ``SealBroken`` or ``KeyErased``."""
        return unseal(self.suite, self.keys.key_of(sealed), sealed, (self.id, "beside", context))

    def blind(self, text: bytes) -> bytes:
        """A keyed hash by which something can be found without being named."""
        return self.keys.index(text)[:16]

    def lane(self, whose: str) -> bytes:
        """The keyed hash that stands for a person: ``blind``, without a call that every record would pay."""
        return self.keys.index(whose.encode())[:16]

    def owner(self) -> str:
        """Name of our hold: what we send is ours as long as this process lives."""
        if self._hold is None:
            name = os.urandom(8).hex()
            taken = locks.take(self._owners() / name, self.clock())
            assert isinstance(taken, locks.Hold)  # noqa: S101 - nobody else can know a fresh random name
            self._hold = taken
        return self._hold.path.name

    def alive(self, owner: str) -> bool:
        """Whether the process that took this hold still lives."""
        return locks.holder(self._owners() / owner) is not None

    def clock_step(self) -> timedelta:
        """How far the wall clock is from where this run, and the newest events, say it must be."""
        now = self.clock()
        expected = self._wall + timedelta(seconds=self.steady().seconds - self._moment.seconds)
        latest = self.journal.end().latest
        return max(abs(now - expected), datetime.fromisoformat(latest) - now if latest else timedelta(0))

    def confirm_clock(self, actor: str) -> None:
        """A person has looked at the clock and says it is right."""
        with self.transaction():
            self.note(CLOCK_CONFIRMED, actor)
        self._wall, self._moment = self.clock(), self.steady()

    def verifier(self) -> Verifier:
        """Over connections of its own, so that checking keeps nobody waiting. Close it."""
        archives = Archives(self.archives.folder, self.suite)
        return Verifier(Store(self.folder), self.suite, self.id, self.keys, archives)

    def remembered(self) -> Remembered | None:
        """What the keystore knows of this store."""
        return self.memory.of(self.id)

    def remember(self) -> None:
        """Write the chain's end to the keystore. A keystore that refuses is shown, it stops nobody."""
        self._remember(self.memory.keep)

    def _remember(self, keep: Callable[[bytes, Remembered], None]) -> None:
        try:
            head = self.journal.head()
            number = self.store.rows("SELECT number FROM store")[0]["number"]
            keep(self.id, Remembered(head.seq, head.hash, number, self.epoch))
        except QueueFault as fault:
            self.memory.fault = fault
        else:
            self.memory.fault = None
            self._unanchored = 0

    def retire(self) -> None:
        """Write the last anchor, how far the numbers went for a store that follows, and that one may follow here."""
        number: int = self.store.rows("SELECT number FROM store")[0][0]
        self.memory.leave_number(number)
        self.remember()
        if self.memory.fault:
            raise self.memory.fault
        self.memory.free_place()

    def close(self) -> None:
        """Write the anchor, let go of everything."""
        if self._unanchored or self.memory.behind:
            self.remember()
        self.let_go()
        self.archives.close()
        self.store.close()

    def let_go(self) -> None:
        """What is being sent is ours no longer."""
        if self._hold:
            self._hold.release()

    def _make(self, suite: vocabulary.Suite, keys: Keystore, number: int) -> None:
        id = os.urandom(16)
        LocalWrapping.make_key(id, keys)
        self.store.make_tables()
        self.store.change(
            "INSERT INTO store (id, schema, store, institution, terminal, suite, epoch, number, fence)"
            " VALUES (1, ?, ?, ?, ?, ?, 1, ?, 0)",
            (SCHEMA, id, self.identity.institution, self.identity.terminal, suite.value, number),
        )

    def _check_identity(self, institution: str, terminal: str) -> None:
        for field, found, expected in (
            ("institution", institution, self.identity.institution),
            ("terminal", terminal, self.identity.terminal),
        ):
            if found != expected:
                raise NotOurStore(folder=self.folder, field=field, found=found, expected=expected)

    def _check_end(self, adopt: str) -> tuple[Trace, ...]:
        """The links since the last anchor; an older copy than the keystore remembers does not open by itself."""
        known = self.remembered()
        if adopt:
            self._adopt(known, adopt)
            return ()
        if known is None:
            return ()
        verifier = Verifier(self.store, self.suite, self.id, self.keys)
        anchor = Anchor(known.seq, known.hash)
        if list(verifier.anchors([anchor])):
            raise RolledBack(found=self.journal.head().seq, expected=known.seq)
        return tuple(trace for _, traces in verifier.links(anchor) for trace in traces)

    def _adopt(self, known: Remembered | None, actor: str) -> None:
        """Go on from an older copy: an epoch that none had before, and numbers that start above all ever given out.

        What is open in it may have been sent after the copy was made: a person looks at the far end's books first.
        """
        self.epoch = max(self.epoch, known.epoch if known else 0) + 1
        with self.store.transaction():
            self.store.change(
                "UPDATE store SET epoch = ?, number = max(number, ?, ?) + ?",
                (self.epoch, known.number if known else 0, int(self.clock().timestamp()) * PER_SECOND, UNSEEN),
            )
            self.note(RESTORED, actor, epoch=self.epoch, remembered=known.seq if known else 0)
            for item in self.items.in_states(OPEN):
                if item.state is State.HELD:  # whoever decided about it since, the copy does not know
                    reason = item.reason if item.reason == EXPORTED else RESTORED
                    self.items.save(item, {"reason": reason}, RESTORED, self.now(), actor, b"", self.epoch)
                    continue
                sent = item.state is State.SENDING
                doubt: dict[str, Any] = {"doubtful_at": self.clock(), "doubtful_since": self.steady()} if sent else {}
                self.move(item.id, Step.HOLD, actor=actor, reason=RESTORED, **doubt)
        self.remember()
        if self.memory.fault:
            raise self.memory.fault

    def _owners(self) -> Path:
        path = self.folder / "owners"
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def place(self, item: Item) -> Place:
        """What an item's contents are bound to."""
        return (self.id, "item", item.id, item.key, item.kind)
