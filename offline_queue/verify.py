"""Checking everything: each link of the chain, each item against its events, each seal, the ends written elsewhere."""

from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from sqlite3 import Row

import msgspec
from msgspec import Struct

from offline_queue import vocabulary
from offline_queue.archives import FOLDER, Archives
from offline_queue.datakeys import DataKeys
from offline_queue.faults import KeyErased, KeysClosed, NotOurStore, SealBroken
from offline_queue.items import OPEN_ROWS, UNSET
from offline_queue.journal import BEGINNING, LINKED, Journal, link
from offline_queue.numbers import spell
from offline_queue.ports import Anchor, Identity
from offline_queue.sealing import SUITES, Algorithms, unseal
from offline_queue.store import NAME, Store

ARCHIVED = "archived"
"""Kind of the event that names an archive file and its digest."""
_CHANGES = msgspec.json.Decoder(dict[str, object])
_BYTES = ("digest", "lane", "sealed")
_LINKS = f"SELECT {', '.join(LINKED)}, body, hash, mac FROM event WHERE seq > ? ORDER BY seq"


class Tampering(StrEnum):
    """What can be wrong with a store, by name."""

    EVENT_MISSING = "event_missing"
    EVENT_CHANGED = "event_changed"
    EVENT_FORGED = "event_forged"
    BODY_CHANGED = "body_changed"
    BODY_UNREADABLE = "body_unreadable"
    ITEM_MISSING = "item_missing"
    ITEM_INSERTED = "item_inserted"
    ITEM_CHANGED = "item_changed"
    TOTALS_WRONG = "totals_wrong"
    """The newest event counts other open items, or another sum, than there are."""
    CONTENT_MISSING = "content_missing"
    """A payload or body is gone that was neither archived after its reconciliation nor erased with its day."""
    ARCHIVE_MISSING = "archive_missing"
    ARCHIVE_CHANGED = "archive_changed"
    """An archive file does not hold what the chain says was moved to it."""
    KEY_DESTROYED = "key_destroyed"
    """A day's key is gone without an event that says so."""
    PAYLOAD_CHANGED = "payload_changed"
    PAYLOAD_UNREADABLE = "payload_unreadable"
    NUMBERS_REWOUND = "numbers_rewound"
    CUT_OFF = "cut_off"
    """An anchor written elsewhere lies behind the end: an old copy, or the end was cut off."""
    ANOTHER_HISTORY = "another_history"
    """The chain has another hash where an anchor was taken."""


class Trace(Struct, frozen=True):
    """One thing found wrong, and where."""

    what: Tampering
    seq: int = 0
    item: int = 0
    field: str = ""

    def __str__(self) -> str:
        place = [f"event {self.seq}"] * bool(self.seq) + [f"item {self.item}"] * bool(self.item)
        return " ".join([self.what.value, *place, *[self.field] * bool(self.field)])


class Verification(Struct, frozen=True):
    """What was checked and what was found. ``keys`` tells whether forgeries and seals could be checked as well."""

    events: int
    items: int
    head: Anchor
    keys: bool
    traces: tuple[Trace, ...]

    @property
    def intact(self) -> bool:
        """Nothing wrong."""
        return not self.traces


class Verifier:
    """Reads one store; with its keys it also detects a chain recomputed by somebody without them."""

    def __init__(
        self, store: Store, suite: Algorithms, id: bytes, keys: DataKeys | None, archives: Archives | None = None
    ) -> None:
        self._store = store
        self._suite = suite
        self._id = id
        self._keys = keys
        self._archives = archives

    def everything(self, anchors: Iterable[Anchor] = ()) -> Verification:
        """The whole store, at one moment, whoever writes meanwhile."""
        with self._store.snapshot():
            head = BEGINNING
            traces = []
            for row, found in self.links(BEGINNING):
                head = Anchor(row["seq"], row["hash"])
                traces += found
                traces += self._body(row)
            traces += self.anchors(anchors)
            count = self._store.rows("SELECT count(*) FROM item")[0][0]
            traces += self._items()
            traces += self._numbers()
            traces += self._missing()
            traces += self._archived()
            traces += self._totals()
            events = self._store.rows("SELECT count(*) FROM event")[0][0]
        return Verification(events, count, head, self._keys is not None, tuple(traces))

    def links(self, after: Anchor) -> Iterator[tuple[Row, list[Trace]]]:
        """Each stored link after a known one, with what is wrong with it."""
        previous = after
        for row in self._store.each(_LINKS, (after.seq,)):
            found = []
            if row["seq"] != previous.seq + 1:
                found.append(Trace(Tampering.EVENT_MISSING, seq=previous.seq + 1))
            linked = tuple(row)[: len(LINKED)]
            if link(self._suite, previous.hash, linked) != row["hash"] and not found:
                found.append(Trace(Tampering.EVENT_CHANGED, seq=row["seq"], item=row["item"]))
            if self._keys and self._suite.mac(self._keys.chain, row["hash"]) != row["mac"]:
                found.append(Trace(Tampering.EVENT_FORGED, seq=row["seq"], item=row["item"]))
            yield row, found
            previous = Anchor(row["seq"], row["hash"])

    def anchors(self, anchors: Iterable[Anchor]) -> Iterator[Trace]:
        """Each end that was written down elsewhere, against the chain. A slip's anchor may be its last bytes only."""
        end = self._store.rows("SELECT coalesce(max(seq), 0) FROM event")[0][0]
        for anchor in anchors:
            found = self._store.rows("SELECT hash FROM event WHERE seq = ?", (anchor.seq,))
            if not found and anchor.seq > end:
                yield Trace(Tampering.CUT_OFF, seq=anchor.seq)
            elif anchor.seq and found and not found[0]["hash"].endswith(anchor.hash):
                yield Trace(Tampering.ANOTHER_HISTORY, seq=anchor.seq)

    def close(self) -> None:
        """Close the store it reads."""
        self._store.close()

    def _body(self, row: Row) -> Iterator[Trace]:
        if row["body"] is None:
            return  # never had one, erased, or archived: the digest in the chain stays the proof
        if self._suite.digest(row["body"]) != row["body_digest"]:
            yield Trace(Tampering.BODY_CHANGED, seq=row["seq"], item=row["item"])
        elif not self._opens(row["body"], Journal.place(self._id, row["seq"], row["item"])):
            yield Trace(Tampering.BODY_UNREADABLE, seq=row["seq"], item=row["item"])

    def _items(self) -> Iterator[Trace]:
        """Every item must be the sum of its events, and every sum an item."""
        stored = self._store.each("SELECT * FROM item ORDER BY id")
        item = next(stored, None)
        for id, expected in self._replayed():
            while item is not None and item["id"] < id:
                yield Trace(Tampering.ITEM_INSERTED, item=item["id"])
                item = next(stored, None)
            if item is None or item["id"] > id:
                yield Trace(Tampering.ITEM_MISSING, item=id)
                continue
            yield from self._item(item, expected)
            item = next(stored, None)
        while item is not None:
            yield Trace(Tampering.ITEM_INSERTED, item=item["id"])
            item = next(stored, None)

    def _replayed(self) -> Iterator[tuple[int, dict[str, object]]]:
        events = self._store.each("SELECT item, changes FROM event WHERE item > 0 ORDER BY item, seq")
        for id, rows in groupby(events, key=itemgetter(0)):
            sum: dict[str, object] = dict(UNSET)
            for row in rows:
                with suppress(msgspec.DecodeError):  # its link has told already
                    sum |= _CHANGES.decode(row[1])
            yield id, sum

    def _item(self, item: Row, expected: dict[str, object]) -> Iterator[Trace]:
        found: dict[str, object] = dict(item)
        sealed = item["sealed"]
        found["sealed"] = sealed and self._suite.digest(sealed)
        for name in _BYTES:  # as the events tell them
            found[name] = found[name] and msgspec.to_builtins(found[name])
        if sealed is None:  # archived; whether it may be is another check
            found["sealed"] = expected.get("sealed")
        changed = [] if found == expected else [name for name in found if found[name] != expected.get(name)]
        for name in changed:
            if name == "sealed":
                yield Trace(Tampering.PAYLOAD_CHANGED, item=item["id"])
            else:
                yield Trace(Tampering.ITEM_CHANGED, item=item["id"], field=name)
        place = (self._id, "item", item["id"], item["key"], item["kind"])
        if sealed is not None and "sealed" not in changed and not self._opens(sealed, place):
            yield Trace(Tampering.PAYLOAD_UNREADABLE, item=item["id"])

    def _numbers(self) -> Iterator[Trace]:
        """No number in use may lie above the counter: it would be given out again."""
        row = self._store.rows("SELECT * FROM store")[0]
        taken = spell(Identity(row["institution"], row["terminal"]), row["number"])
        if self._store.rows("SELECT count(*) FROM item WHERE number >= ?", (taken,))[0][0]:
            yield Trace(Tampering.NUMBERS_REWOUND)

    def _totals(self) -> Iterator[Trace]:
        told = self._store.rows("SELECT open_items, open_fen FROM event ORDER BY seq DESC LIMIT 1")
        counted = self._store.rows(
            f"SELECT count(*), coalesce(sum(amount_fen * (kind = 'request')), 0) FROM item WHERE {OPEN_ROWS}"
        )
        if told and tuple(told[0]) != tuple(counted[0]):
            yield Trace(Tampering.TOTALS_WRONG)

    def _missing(self) -> Iterator[Trace]:
        for (id,) in self._store.rows("SELECT id FROM item WHERE sealed IS NULL AND reconciled = ''"):
            yield Trace(Tampering.CONTENT_MISSING, item=id)
        gone = (
            "SELECT seq, item FROM event WHERE body IS NULL AND body_digest != ?"
            " AND item NOT IN (SELECT id FROM item WHERE reconciled != '')"
        )
        for row in self._store.rows(gone, (self._suite.digest(b""),)):
            yield Trace(Tampering.CONTENT_MISSING, seq=row["seq"], item=row["item"])
        told = {
            msgspec.json.decode(row["changes"], type=dict[str, object]).get("key")
            for row in self._store.rows("SELECT changes FROM event WHERE item = 0 AND kind = 'erased'")
        }
        for (id,) in self._store.rows("SELECT id FROM data_key WHERE wrapped IS NULL"):
            if id not in told:
                yield Trace(Tampering.KEY_DESTROYED, field=f"data key {id}")

    def _archived(self) -> Iterator[Trace]:
        """Where the archives are at hand: each file as it was when it was written."""
        if self._archives is None:
            return
        for row in self._store.rows("SELECT seq, changes FROM event WHERE item = 0 AND kind = ?", (ARCHIVED,)):
            told = msgspec.json.decode(row["changes"], type=dict[str, str | int])
            found = self._archives.digest(str(told["file"]))
            if found is None:
                yield Trace(Tampering.ARCHIVE_MISSING, seq=row["seq"], field=str(told["file"]))
            elif found.hex() != told["digest"]:
                yield Trace(Tampering.ARCHIVE_CHANGED, seq=row["seq"], field=str(told["file"]))

    def _opens(self, sealed: bytes, place: tuple[str | int | bytes, ...]) -> bool:
        if self._keys is None:
            return True
        try:
            unseal(self._suite, self._keys.key_of(sealed), sealed, place)
        except KeyErased:
            return True
        except (SealBroken, KeysClosed):
            return False
        return True


def check(folder: Path, anchors: Iterable[Anchor] = ()) -> Verification:
    """A store checked by whoever has the folder and no keys: links, digests, sums and printed ends.

    Raises ``NotOurStore`` where there is none.
    """
    if not (folder / NAME).is_file():
        raise NotOurStore(folder=folder, field=NAME, found="-", expected=NAME)
    with closing(Store(folder)) as store:
        row = store.rows("SELECT store, suite FROM store")[0]
        suite = SUITES[vocabulary.Suite(row["suite"])]
        archives = Archives(folder / FOLDER, suite)
        with closing(archives):
            return Verifier(store, suite, row["store"], None, archives).everything(anchors)
