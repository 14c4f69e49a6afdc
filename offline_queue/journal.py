"""The chain of events: each link covers the one before, so that no change, gap or insertion goes unseen.

``hash = H(previous, header, H(body))`` and ``mac = HMAC(chain key, hash)``: checked without opening a body, and still
checked after a body was erased. A chain alone proves nothing against the holder of the disk; its end must be written
down elsewhere (``Anchor``).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from sqlite3 import Row
from typing import Any

import msgspec
from msgspec import Struct

from offline_queue.archives import Archives
from offline_queue.datakeys import DataKeys
from offline_queue.faults import KeyErased, StoreBroken
from offline_queue.ports import Anchor, Event, Intent, Item
from offline_queue.sealing import Algorithms, Place, seal, unseal
from offline_queue.store import Store
from offline_queue.vocabulary import CALLS

BEGINNING = Anchor(0, bytes(32))
LINKED = ("seq", "item", "kind", "at", "actor", "changes", "open_items", "open_fen", "latest", "body_digest", "before")
"""What of an event its hash covers, in this order."""

_ADD = f"INSERT INTO event ({', '.join(LINKED)}, body, hash, mac) VALUES ({', '.join('?' * 14)})"
_END = "SELECT seq, hash, open_items, open_fen, latest FROM event ORDER BY seq DESC LIMIT 1"
OF_ITEM = (
    "WITH RECURSIVE own (seq) AS (SELECT last FROM item WHERE id = ? UNION ALL"
    " SELECT before FROM event JOIN own USING (seq) WHERE before BETWEEN 1 AND seq - 1)"
    " SELECT event.* FROM event JOIN own USING (seq)"
)
"""An item's events, from the newest back: no index has to be kept for them."""
_MOST_KNOWN = 4096
CARRIED = "carried"
"""Kind of the event that holds a copy of older notes, whose day's key was destroyed."""
ARCHIVED = "archived"
"""Kind of the event that names an archive file and its digest."""
CLOCK_CONFIRMED = "clock"
"""Kind of the event by which a person vouches for the clock."""


class End(Struct, frozen=True, gc=False):
    """The newest link, and what is open after it, so that the limits need no counting over everything."""

    seq: int = BEGINNING.seq
    hash: bytes = BEGINNING.hash
    items: int = 0
    fen: int = 0
    """Of the requests."""
    latest: str = ""
    """The latest time of any event since the clock was last confirmed."""


Link = tuple[int, int, Mapping[str, object], bytes, int, int]
"""What an event adds to the chain: item (0: the store itself), the item's event before it, changes, body, and items and
fen that are opened, negative when they close."""


class _Archived(Struct, frozen=True):
    file: str


class Journal:
    """Appends and reads the events of one store."""

    def __init__(
        self, store: Store, suite: Algorithms, keys: DataKeys, id: bytes, archives: Archives | None = None
    ) -> None:
        self._store = store
        self._archives = archives
        self._suite = suite
        self._keys = keys
        self._id = id
        self._turn = -1
        self._newest = End()
        """The chain's end in that transaction."""
        self._sure = False
        """Whether it stands as long as nobody else writes: not after an undone step."""
        self._nothing = suite.digest(b"")
        self._known: dict[object, Any] = {}
        self._carried: tuple[int, dict[int, bytes]] = 0, {}
        """Notes carried forward, by their own place in the chain, and the last event looked at for them."""

    def append(self, kind: str, at: datetime, actor: str, epoch: int, links: Iterable[Link]) -> int:
        """Add links of one kind and time inside the caller's transaction; gives the number of the last."""
        suite, chain, rows = self._suite, self._keys.chain, []
        last = self.newest()
        seq, hash, items, fen, latest = last.seq, last.hash, last.items, last.fen, last.latest
        when: str = msgspec.to_builtins(at)
        if kind == CLOCK_CONFIRMED or when > latest:
            latest = when
        for item, before, changes, body, opened, opened_fen in links:
            seq, items, fen = seq + 1, items + opened, fen + opened_fen
            sealed, digest = None, self._nothing
            if body:
                key = self._keys.of_day(when[:10])
                sealed = seal(suite, key, epoch, body, self.place(self._id, seq, item))
                digest = suite.digest(sealed)
            text = msgspec.json.encode(changes).decode()
            linked = (seq, item, kind, when, actor, text, items, fen, latest, digest, before)
            hash = link(suite, hash, linked)
            rows.append((*linked, sealed, hash, chain(hash)))
        self._store.change_later("event", _ADD, rows)
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        self._store.mark = (seq, hash)
        self._newest = End(seq, hash, items, fen, latest)
        return seq

    def next_seq(self) -> int:
        """Number of the link that comes next, inside a transaction."""
        return self.newest().seq + 1

    def head(self) -> Anchor:
        """The newest link, to be written down elsewhere."""
        end = self.end()
        return Anchor(end.seq, end.hash)

    def known(self) -> dict[object, Any]:
        """What was read or written in this and earlier transactions and still holds, as nobody else wrote since.

        Whatever changes, changes with an event. Outside of a transaction nothing is known. The caller keeps the other
        threads out.
        """
        if not (turn := self._store.turn):
            return {}
        if turn != self._turn:
            self.newest()
        return self._known

    def trust(self) -> None:
        """Take it, inside a transaction, that nobody else wrote: an event stored after theirs ends in ``Overtaken``.

        Only for a step that appends, or is undone and taken again without trust: nothing else would find out.
        """
        if self._sure:
            self._turn = self._store.turn

    def known_at(self, hash: bytes) -> dict[object, Any]:
        """The same for a reader outside of a transaction who keeps the other threads out and sees this end."""
        return self._known if hash == self._newest.hash else {}

    def forget(self) -> None:
        """A transaction was undone: what it knew is wrong."""
        self._known.clear()
        self._carried = 0, {}
        self._sure = False

    def newest(self) -> End:
        """The newest link inside a transaction, which has the store to itself, and what it tells."""
        if self._turn != (turn := self._store.turn):
            if not (self._store.undisturbed() and self._sure):
                self._sure = False
                found = self._read_end()
                if found.hash != self._newest.hash:
                    self.forget()
                self._newest, self._sure = found, True
            self._turn = turn
        return self._newest

    def end(self) -> End:
        """The newest link and what it tells; of the current transaction, if there is one."""
        with self._store.alone():
            return self.newest() if self._store.turn else self._read_end()

    def _read_end(self) -> End:
        found = self._store.rows(_END)
        return End(*found[0]) if found else End()

    def events(self, after: int = 0, item: int | None = None) -> Iterator[Event]:
        """Links in order, opened, read in pieces so that other work goes on in between."""
        if item is not None:
            yield from map(self.open, self._store.rows(f"{OF_ITEM} WHERE seq > ? ORDER BY seq", (item, after)))
            return
        while rows := self._store.rows("SELECT * FROM event WHERE seq > ? ORDER BY seq LIMIT 500", (after,)):
            yield from map(self.open, rows)
            after = rows[-1]["seq"]

    def notes(self, kinds: Sequence[str], after: int) -> Iterator[Event]:
        """Links of the store itself of these kinds, opened, in order."""
        where = f"item = 0 AND kind IN ({', '.join('?' * len(kinds))}) AND seq > ?"
        return map(self.open, self._store.rows(f"SELECT * FROM event WHERE {where} ORDER BY seq", (*kinds, after)))

    def notes_of(self, day: str) -> Iterator[Event]:
        """The caller's own events whose bodies the key of this day opens, carried ones too, in order."""
        rows = self._store.rows(
            "SELECT * FROM event WHERE item = 0 AND body NOT NULL AND substr(at, 1, 10) = ?"
            " AND (kind LIKE '%.%' OR kind = ?) ORDER BY seq",
            (day, CARRIED),
        )
        there = {row["seq"]: row for row in rows if row["kind"] != CARRIED}
        for row in rows:
            if row["kind"] == CARRIED and (body := self.open(row).body):
                for seq in msgspec.msgpack.decode(body, type=dict[int, bytes]):
                    there[seq] = self._store.rows("SELECT * FROM event WHERE seq = ?", (seq,))[0]
        return (self.open(there[seq]) for seq in sorted(there))

    def _kept_copy(self, seq: int) -> bytes | None:
        """The body of a note whose day was erased, if it was carried forward."""
        upto, found = self._carried
        kinds = "SELECT * FROM event WHERE kind = ? AND item = 0 AND seq > ? ORDER BY seq"
        if rows := self._store.rows(kinds, (CARRIED, upto)):
            found = dict(found)
            for row in rows:
                if body := self.open(row).body:
                    found |= msgspec.msgpack.decode(body, type=dict[int, bytes])
            self._carried = rows[-1]["seq"], found
        return found.get(seq)

    def archived(self) -> set[str]:
        """The names of this chain's archive files. Raises ``StoreBroken``."""
        rows = self._store.rows("SELECT changes FROM event WHERE item = 0 AND kind = ?", (ARCHIVED,))
        try:
            return {msgspec.json.decode(row["changes"], type=_Archived).file for row in rows}
        except msgspec.DecodeError as error:
            raise StoreBroken(finding="archive unreadable") from error

    def intent(self, item: Item) -> Intent:
        """What its last call is known by; the item has been sent at least once."""
        kinds = [step.value for step in CALLS]
        row = self._store.rows(f"{OF_ITEM} WHERE kind IN (?, ?, ?) ORDER BY seq DESC LIMIT 1", (item.id, *kinds))[0]
        event = self.open(row)
        return Intent(number=item.number, data=event.body or b"", at=event.at)

    def open(self, row: Row) -> Event:
        """One stored link as an event; its body is None when it was erased or is gone. Raises ``StoreBroken``."""
        body: bytes | None = b""
        if row["body_digest"] != self._suite.digest(b""):
            sealed = row["body"]
            if sealed is None and self._archives:
                sealed = self._archives.event(row["seq"], self.archived())
            try:
                body = sealed and unseal(
                    self._suite, self._keys.key_of(sealed), sealed, self.place(self._id, row["seq"], row["item"])
                )
            except KeyErased:
                body = self._kept_copy(row["seq"]) if not row["item"] and row["kind"] != CARRIED else None
        try:
            at = datetime.fromisoformat(row["at"])
            changes = msgspec.json.decode(row["changes"], type=dict[str, object])
        except ValueError as error:
            raise StoreBroken(finding=f"event {row['seq']} unreadable") from error
        return Event(
            seq=row["seq"], item=row["item"], kind=row["kind"], at=at, actor=row["actor"], changes=changes, body=body
        )

    @staticmethod
    def place(store: bytes, seq: int, item: int) -> Place:
        """What the body of an event is bound to."""
        return (store, "event", seq, item)


def link(suite: Algorithms, previous: bytes, linked: Sequence[object]) -> bytes:
    """Hash of a link from the one before it and its values in the order of ``LINKED``."""
    return suite.digester(previous + msgspec.msgpack.encode(linked)).digest()
