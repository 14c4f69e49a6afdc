"""Checking everything: each link of the chain, each item against its events, each seal, the ends written elsewhere."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from offline_queue import vocabulary
from offline_queue.archives import BREATH, FOLDER, Archives
from offline_queue.datakeys import DataKeys
from offline_queue.faults import KeyErased, KeysClosed, NotOurStore, SealBroken, StoreFailed
from offline_queue.journal import ARCHIVED, BEGINNING, LINKED, Journal
from offline_queue.numbers import spell
from offline_queue.ports import Anchor, Identity
from offline_queue.sealing import NAMES_KEY, SUITES, Algorithms, Place, opener
from offline_queue.store import NAME, READABLE, Store
from offline_queue.sums import Breathe, Sums
from offline_queue.traces import Tampering, Trace, Verification

_READ = (*LINKED, "body", "hash", "mac")
_LINKS = f"SELECT {', '.join(_READ)} FROM event WHERE seq > ? ORDER BY seq"
_SEQ, _ITEM = map(_READ.index, ("seq", "item"))
_BODY_DIGEST, _BODY, _HASH, _MAC = map(_READ.index, ("body_digest", "body", "hash", "mac"))


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
        self._openers: dict[bytes, Callable[[bytes, Place], object]] = {}
        """By data key, as sealed records name it."""

    def everything(self, anchors: Iterable[Anchor] = (), breathe: Breathe = lambda: None) -> Verification:
        """The whole store, at one moment, whoever writes meanwhile; ``breathe`` is called every now and then."""
        head, events, items = BEGINNING, 0, 0
        traces: list[Trace] = []
        try:
            with self._store.snapshot():
                sums = Sums(self._store, self._suite, self._id, self._opens, breathe)
                nothing, stripped = self._suite.digest(b""), False
                row: tuple[Any, ...] = ()
                add = sums.add
                for row, found in self.links(BEGINNING):
                    events += 1
                    seq, item, _, _, _, changes, _, _, _, body_digest, _, body, _, _ = row
                    if found:
                        traces += found
                    if body is not None:
                        traces += self._body(row)
                    elif body_digest != nothing:
                        stripped = True
                    if item > 0:
                        add(item, changes, seq)
                    if not events % BREATH:
                        breathe()
                if row:
                    head = Anchor(row[_SEQ], row[_HASH])
                traces += self.anchors(anchors)
                traces += sums.traces()
                items = sums.count
                traces += self._numbers(sums.number)
                if stripped or sums.stripped:
                    traces += self._missing()
                traces += self._destroyed()
                traces += self._archived(breathe)
                traces += self._totals(sums.open, sums.open_fen)
        except (sqlite3.DatabaseError, StoreFailed) as error:
            traces.append(Trace(Tampering.FILE_UNREADABLE, field=str(error)))
        return Verification(events, items, head, self._keys is not None, tuple(traces))

    def links(self, after: Anchor) -> Iterator[tuple[tuple[Any, ...], Sequence[Trace]]]:
        """Each stored link after a known one, with what is wrong with it."""
        seq, previous = after.seq, after.hash
        encode, digester = msgspec.msgpack.encode, self._suite.digester
        mac = self._keys.chain if self._keys else None
        for row in self._store.each(_LINKS, (seq,)):
            found: Sequence[Trace] = ()
            seq += 1
            hash = row[_HASH]
            if row[_SEQ] != seq:
                found = [Trace(Tampering.EVENT_MISSING, seq=seq)]
                seq = row[_SEQ]
            elif digester(previous + encode(row[:_BODY])).digest() != hash:
                found = [Trace(Tampering.EVENT_CHANGED, seq=seq, item=row[_ITEM])]
            if mac and mac(hash) != row[_MAC]:
                found = [*found, Trace(Tampering.EVENT_FORGED, seq=seq, item=row[_ITEM])]
            yield row, found
            previous = hash

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
        """Close the store and the archives it reads."""
        self._store.close()
        if self._archives:
            self._archives.close()

    def _body(self, row: tuple[Any, ...]) -> Iterator[Trace]:
        seq, item, body = row[_SEQ], row[_ITEM], row[_BODY]
        if self._suite.digest(body) != row[_BODY_DIGEST]:
            yield Trace(Tampering.BODY_CHANGED, seq=seq, item=item)
        elif not self._opens(body, Journal.place(self._id, seq, item)):
            yield Trace(Tampering.BODY_UNREADABLE, seq=seq, item=item)

    def _numbers(self, highest: str) -> Iterator[Trace]:
        """No number in use may lie above the counter: it would be given out again."""
        row = self._store.rows("SELECT * FROM store")[0]
        if highest >= spell(Identity(row["institution"], row["terminal"]), row["number"]):
            yield Trace(Tampering.NUMBERS_REWOUND)

    def _totals(self, items: int, fen: int) -> Iterator[Trace]:
        told = self._store.rows("SELECT open_items, open_fen FROM event ORDER BY seq DESC LIMIT 1")
        if told and tuple(told[0]) != (items, fen):
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

    def _destroyed(self) -> Iterator[Trace]:
        erased = self._store.rows("SELECT changes FROM event WHERE item = 0 AND kind = 'erased'")
        told = {_told(row["changes"]).get("key") for row in erased}
        for (id,) in self._store.rows("SELECT id FROM data_key WHERE wrapped IS NULL"):
            if id not in told:
                yield Trace(Tampering.KEY_DESTROYED, field=f"data key {id}")

    def _archived(self, breathe: Breathe) -> Iterator[Trace]:
        """Where the archives are at hand: each file as it was when it was written."""
        if self._archives is None:
            return
        for row in self._store.rows("SELECT seq, changes FROM event WHERE item = 0 AND kind = ?", (ARCHIVED,)):
            told = _told(row["changes"])
            file = str(told.get("file"))
            found = self._archives.digest(file, breathe)
            if found is None:
                yield Trace(Tampering.ARCHIVE_MISSING, seq=row["seq"], field=file)
            elif found.hex() != told.get("digest"):
                yield Trace(Tampering.ARCHIVE_CHANGED, seq=row["seq"], field=file)

    def _opens(self, sealed: bytes, place: Place) -> bool:
        if self._keys is None:
            return True
        try:
            if (open := self._openers.get(sealed[NAMES_KEY])) is None:
                open = self._openers[sealed[NAMES_KEY]] = opener(self._suite, self._keys.key_of(sealed))
            open(sealed, place)
        except KeyErased:
            self._openers[sealed[NAMES_KEY]] = _erased
        except (SealBroken, KeysClosed):
            return False
        return True


def _erased(sealed: bytes, place: Place) -> None:
    """What opens what was sealed with a key that was destroyed at its term: nothing, and that is as it should be."""


def _told(changes: str) -> dict[str, object]:
    """What an event of the store itself says; nothing where that is unreadable, which its link has told already."""
    try:
        return msgspec.json.decode(changes, type=dict[str, object])
    except msgspec.DecodeError:
        return {}


def check(folder: Path, anchors: Iterable[Anchor] = ()) -> Verification:
    """A store checked by whoever has the folder and no keys: links, digests, sums and printed ends.

    Raises ``NotOurStore`` where there is none, ``OtherVersion`` for one of a newer program.
    """
    if not (folder / NAME).is_file():
        raise NotOurStore(folder=folder, field=NAME, found="-", expected=NAME)
    with closing(Store(folder)) as store:
        store.check_schema(oldest=READABLE)
        row = store.rows("SELECT store, suite FROM store")[0]
        suite = SUITES[vocabulary.Suite(row["suite"])]
        with closing(Verifier(store, suite, row["store"], None, Archives(folder / FOLDER, suite))) as verifier:
            return verifier.everything(anchors)
