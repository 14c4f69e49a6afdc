"""The chain of events: each link covers the one before, so that no change, gap or insertion goes unseen.

``hash = H(previous, header, H(body))`` and ``mac = HMAC(chain key, hash)``: checked without opening a body, and still
checked after a body was erased. A chain alone proves nothing against the holder of the disk; its end must be written
down elsewhere (``Anchor``).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from sqlite3 import Row

import msgspec

from offline_queue.datakeys import DataKeys
from offline_queue.faults import KeyErased, StoreBroken
from offline_queue.ports import Anchor, Event, Intent, Item
from offline_queue.sealing import Algorithms, Place, seal, unseal
from offline_queue.store import Store
from offline_queue.vocabulary import Step

BEGINNING = Anchor(0, bytes(32))
_ADD = (
    "INSERT INTO event (seq, item, kind, at, actor, changes, body, body_digest, hash, mac)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Journal:
    """Appends and reads the events of one store."""

    def __init__(self, store: Store, suite: Algorithms, keys: DataKeys, id: bytes) -> None:
        self._store = store
        self._suite = suite
        self._keys = keys
        self._id = id

    def append(
        self, kind: str, item: int, at: datetime, actor: str, changes: Mapping[str, object], body: bytes, epoch: int
    ) -> Anchor:
        """Add one link inside the caller's transaction."""
        last = self.head()
        seq = last.seq + 1
        sealed = None
        if body:
            sealed = seal(
                self._suite, self._keys.of_day(at.date().isoformat()), epoch, body, self.place(self._id, seq, item)
            )
        digest = self._suite.digest(sealed or b"")
        text = msgspec.json.encode(changes).decode()
        when = at.isoformat()
        hash = link(self._suite, last.hash, (seq, item, kind, when, actor, text, digest))
        mac = self._suite.mac(self._keys.chain, hash)
        self._store.change(_ADD, (seq, item, kind, when, actor, text, sealed, digest, hash, mac))
        self._store.mark = (seq, hash)
        return Anchor(seq, hash)

    def head(self) -> Anchor:
        """The newest link."""
        found = self._store.rows("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1")
        return Anchor(found[0]["seq"], found[0]["hash"]) if found else BEGINNING

    def hash_at(self, seq: int) -> bytes | None:
        """Hash of one link, None beyond the end."""
        found = self._store.rows("SELECT hash FROM event WHERE seq = ?", (seq,))
        return found[0]["hash"] if found else None

    def events(self, after: int = 0, item: int | None = None) -> Iterator[Event]:
        """Links in order, opened, read in pieces so that other work goes on in between."""
        where, values = ("", ()) if item is None else (" AND item = ?", (item,))
        while rows := self._store.rows(
            f"SELECT * FROM event WHERE seq > ?{where} ORDER BY seq LIMIT 500", (after, *values)
        ):
            yield from map(self.open, rows)
            after = rows[-1]["seq"]

    def notes(self, kinds: Sequence[str], after: int) -> Iterator[Event]:
        """Links of the store itself of these kinds, opened, in order."""
        where = f"item = 0 AND kind IN ({', '.join('?' * len(kinds))}) AND seq > ?"
        return map(self.open, self._store.rows(f"SELECT * FROM event WHERE {where} ORDER BY seq", (*kinds, after)))

    def intent(self, item: Item) -> Intent:
        """What was committed before the item's last call; the item has been sent at least once."""
        kinds = (Step.BEGIN.value, Step.CLAIM.value)
        row = self._store.rows(
            "SELECT * FROM event WHERE item = ? AND kind IN (?, ?) ORDER BY seq DESC LIMIT 1", (item.id, *kinds)
        )[0]
        event = self.open(row)
        return Intent(number=item.number, data=event.body or b"", at=event.at)

    def open(self, row: Row) -> Event:
        """One stored link as an event; its body is None when it was erased or archived. Raises ``StoreBroken``."""
        body: bytes | None = b""
        if row["body"] is not None:
            try:
                key = self._keys.key_of(row["body"])
                body = unseal(self._suite, key, row["body"], self.place(self._id, row["seq"], row["item"]))
            except KeyErased:
                body = None
        elif row["body_digest"] != self._suite.digest(b""):
            body = None
        try:
            at = datetime.fromisoformat(row["at"])
            changes = msgspec.json.decode(row["changes"], type=dict[str, object])
        except ValueError as error:
            raise StoreBroken(seq=row["seq"], finding="unreadable") from error
        return Event(
            seq=row["seq"], item=row["item"], kind=row["kind"], at=at, actor=row["actor"], changes=changes, body=body
        )

    @staticmethod
    def place(store: bytes, seq: int, item: int) -> Place:
        """What the body of an event is bound to."""
        return (store, "event", seq, item)


def link(suite: Algorithms, previous: bytes, header: tuple[int, int, str, str, str, str, bytes]) -> bytes:
    """Hash of a link from the one before it and (seq, item, kind, at, actor, changes, digest of the sealed body)."""
    return suite.digest(previous, msgspec.msgpack.encode(header))
