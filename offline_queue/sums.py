"""Every item must be the sum of its events, and every sum an item: both are read once, side by side, in order.

Items are numbered as they enter, so that the first events of all items follow the items' own order. What stays in
memory is only what differs so far: an item whose later events are still to come, or one that was tampered with.
"""

from collections.abc import Callable, Iterator
from copy import copy
from typing import Any

import msgspec
from msgspec import Struct, defstruct

from offline_queue.archives import BREATH
from offline_queue.items import COLUMNS, UNSET
from offline_queue.numbers import SLOT
from offline_queue.sealing import Algorithms, Place
from offline_queue.store import Store
from offline_queue.traces import Tampering, Trace
from offline_queue.vocabulary import Kind

Breathe = Callable[[], None]
MOST = 50_000
"""Items in memory at once. Those that come when there are more are left to another pass."""
_BYTES = frozenset({"digest", "lane", "sealed"})
"""Columns that the events tell in base64; of the sealed content, its digest."""
_SELDOM = ("reason", "reverses", "tries", "due", "doubtful_at", "doubtful_since", "owner", "freed")
"""Columns that say nothing of an item with which all went well: then they are read as one."""
_USUAL = (*(name for name in COLUMNS if name not in _SELDOM), "sealed")
_NAMES = (*COLUMNS, "sealed", "shelved")
_KNOWN = frozenset(_NAMES)
_MISPLACED = (
    "shelved NOT IN (0, 1, 2) OR (shelved = 1 AND closed IS NULL) OR (shelved = 0 AND id < (SELECT near FROM store))"
)
"""What no event tells of: where an item is found. A closed one may be anywhere."""
_SILENT = " AND ".join(f"{name} IS {'NULL' if UNSET[name] is None else repr(UNSET[name])}" for name in _SELDOM)
_AS_ONE = (
    f"CASE WHEN {_SILENT} AND NOT ({_MISPLACED}) THEN NULL ELSE json_array({', '.join(_SELDOM)}, ({_MISPLACED})) END"
)
_ITEMS = f"SELECT {', '.join(_USUAL)}, {_AS_ONE} FROM item"
_SEALED = _USUAL.index("sealed")
_REQUEST = Kind.REQUEST.value
_EVENTS = "SELECT item, changes, seq FROM event WHERE item >= ? ORDER BY seq"

_Row: Any = defstruct(
    "_Row",
    [
        (name, bytes | None if name in _BYTES else Any, (UNSET | {"shelved": 0}).get(name))
        for name in (*_USUAL, "seldom", *_SELDOM, "shelved")
    ],
    gc=False,
)
"""One item as its row, or as its events, have it."""
_decode = msgspec.json.Decoder(_Row).decode
_decode_any = msgspec.json.Decoder(dict[str, Any]).decode
_decode_seldom = msgspec.json.Decoder(list[Any]).decode


class _Unlike(Struct):
    """An item that is not the sum of its events so far."""

    stored: Any
    """None: there is no such item."""
    told: Any
    """None: no event has told of it."""


class Sums:
    """Takes the changes of every event in order; what is wrong it tells at the end."""

    def __init__(
        self, store: Store, suite: Algorithms, id: bytes, opens: Callable[[bytes, Place], bool], breathe: Breathe
    ) -> None:
        """``id`` names the store; ``opens`` says whether a payload opens; ``breathe`` is called now and then."""
        self._store = store
        self._digester = suite.digester
        self._id = id
        self._opens = opens
        self._breathe = breathe
        self._unlike: dict[int, _Unlike] = {}
        self._unreadable: list[Trace] = []
        self._items = store.each(f"{_ITEMS} ORDER BY id")
        self._next = next(self._items, None)
        self._newest = 0
        """The newest item that an event has told of."""
        self._rest: int | None = None
        """The first item that was left to another pass."""
        self.count = 0
        """Items looked at."""
        self.open = 0
        self.open_fen = 0
        """Of the requests among them that are open."""
        self.stripped = False
        """Whether a payload is not in the store."""
        self.number = ""
        """The highest of our message numbers in use; what a hub or another terminal called for us has one of theirs."""
        self._terminal: str = next(store.each("SELECT terminal FROM store"))[0]

    def add(self, id: int, changes: str, seq: int) -> None:
        """What one event of an item has set."""
        if id <= self._newest:
            self._add(id, changes, seq)
            return
        if len(self._unlike) >= MOST:
            self._rest = self._newest + 1
        if self._rest is not None:
            return
        self._newest = id
        if (row := self._next) is None or row[0] != id:
            row = self._skip(id)
        try:
            told = _decode(changes)
        except msgspec.DecodeError:  # its link has told already
            told = _Row()
        told.last = seq
        stored = None
        if row:
            stored = self._stored(row, told)
            self._next = next(self._items, None)
        if stored != told:
            self._unlike[id] = _Unlike(stored, told)

    def traces(self) -> Iterator[Trace]:
        """Everything that is wrong, when all events have been added."""
        yield from self._wrong()
        while self._rest is not None:
            start, self._rest = self._rest, None
            for count, event in enumerate(self._store.each(_EVENTS, (start,))):
                self.add(*event)
                if not count % BREATH:
                    self._breathe()
            yield from self._wrong()
        yield from self._unreadable

    def _stored(self, row: tuple[Any, ...], told: Any) -> Any:
        """A row met for the first time, in the words of the events: counted, and its payload looked at."""
        stored = self._seen(row)
        self.count += 1
        if stored.closed is None:
            self.open += 1
            if stored.kind == _REQUEST:
                self.open_fen += stored.amount_fen
        if stored.number > self.number and stored.number[SLOT] == self._terminal:
            self.number = stored.number
        if (digest := stored.sealed) is None:  # archived; whether it may be is another check
            self.stripped = True
            if told:
                told.sealed = None
            return stored
        place = (self._id, "item", row[0], stored.key, stored.kind)
        if told and digest == told.sealed and not self._opens(row[_SEALED], place):
            self._unreadable.append(Trace(Tampering.PAYLOAD_UNREADABLE, item=row[0]))
        return stored

    def _seen(self, row: tuple[Any, ...]) -> Any:
        stored = _Row(*row)
        if stored.seldom is not None:
            for name, value in zip((*_SELDOM, "shelved"), _decode_seldom(stored.seldom), strict=True):
                setattr(stored, name, value)
            stored.seldom = None
        if stored.sealed is not None:
            stored.sealed = self._digester(stored.sealed).digest()
        return stored

    def _skip(self, id: int | None = None) -> tuple[Any, ...] | None:
        """Goes on to an item, or to the end; those before it have had no event yet."""
        while (row := self._next) is not None and (id is None or row[0] < id):
            self._unlike[row[0]] = _Unlike(self._stored(row, None), None)
            self._next = next(self._items, None)
        return row if row and row[0] == id else None

    def _add(self, id: int, changes: str, seq: int) -> None:
        """A later event of an item."""
        if (item := self._unlike.pop(id, None)) is None:  # it was the sum of its events already
            stored = next(map(self._seen, self._store.each(f"{_ITEMS} WHERE id = ?", (id,))), None)
            item = _Unlike(stored, stored and copy(stored))
        if item.told is None:
            item.told = _Row()
        item.told.last = seq
        try:
            for name, value in _decode_any(changes).items():
                if name in _KNOWN:
                    setattr(item.told, name, msgspec.convert(value, bytes | None) if name in _BYTES else value)
        except msgspec.DecodeError:
            pass  # its link has told already
        if item.stored is not None and item.stored.sealed is None:
            item.told.sealed = None
        if item.stored != item.told:
            self._unlike[id] = item

    def _wrong(self) -> Iterator[Trace]:
        if self._rest is None:
            self._skip()
        unlike, self._unlike = self._unlike, {}
        for id, item in sorted(unlike.items()):
            if item.stored is None:
                yield Trace(Tampering.ITEM_MISSING, item=id)
            elif item.told is None:
                yield Trace(Tampering.ITEM_INSERTED, item=id)
            else:
                for name in _NAMES:
                    if getattr(item.stored, name) != getattr(item.told, name):
                        payload = name == "sealed"
                        what = Tampering.PAYLOAD_CHANGED if payload else Tampering.ITEM_CHANGED
                        yield Trace(what, item=id, field="" if payload else name)
