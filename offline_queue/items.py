"""The items' table: what it stores is the sum of the events, and no row changes without one."""

import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from sqlite3 import Row
from typing import Any

from msgspec import NODEFAULT, convert, to_builtins
from msgspec.structs import fields, replace

from offline_queue.faults import ForbiddenStep
from offline_queue.journal import Journal
from offline_queue.ports import Item, Moment
from offline_queue.sealing import Algorithms
from offline_queue.store import Store
from offline_queue.vocabulary import OPEN, TRANSITIONS, WITHOUT_EFFECT, Kind, State, Step

COLUMNS = Item.__struct_fields__
OPEN_ROWS = "shelved = 0 AND closed IS NULL"
"""Rows in an open state, found among the near ones."""
_NEWEST = "newest item"
UNSET = {field.name: field.default for field in fields(Item) if field.default is not NODEFAULT}
"""What a column holds that no event of its item has set."""
_SHELVE = "UPDATE item SET shelved = 1 WHERE shelved = 0 AND closed NOT NULL"
_SHELVE_AFTER = 64
"""Closed items among the near ones: so many make the index of lanes worth touching, whose pages lie far apart."""


def _stored(item: Item) -> dict[str, Any]:
    """An item's fields as SQLite keeps them, without those that are as if never set."""
    stored: dict[str, Any] = to_builtins(item, builtin_types=(bytes,))
    if item.doubtful_since:
        stored["doubtful_since"] = _spelt(item.doubtful_since)
    return stored


def _spelt(moment: Moment) -> str:
    return f"{moment.boot} {moment.seconds:.6f}"


def item_of(row: Row) -> Item:
    """A stored row as an item."""
    stored = dict(row)
    if row["doubtful_since"]:
        stored["doubtful_since"] = dict(zip(("boot", "seconds"), row["doubtful_since"].split(), strict=True))
    return convert(stored, Item, builtin_types=(bytes,), strict=False)


class Items:
    """Reads items, and moves them along the table of transitions."""

    def __init__(self, store: Store, journal: Journal, suite: Algorithms) -> None:
        self._store = store
        self._journal = journal
        self._suite = suite
        self._closed: list[int] | None = None
        """Of the near ones, those that this process closed; at first it knows nothing."""

    def where(self, condition: str, values: Sequence[object] = (), order: str = "id") -> list[Item]:
        """Items that meet a condition over the columns."""
        return [
            item_of(row) for row in self._store.rows(f"SELECT * FROM item WHERE {condition} ORDER BY {order}", values)
        ]

    def by_id(self, id: int) -> Item:
        """One item that exists; as it stands in the current transaction, if there is one."""
        with self._store.alone():
            known = self._journal.known()
            if id not in known:
                known[id] = self.where("id = ?", (id,))[0]
            found: Item = known[id]
            return found

    def in_states(self, states: Iterable[State], lane: bytes | None = None) -> list[Item]:
        """Items in these states, oldest first; of one lane, if given."""
        states = set(states)
        condition = f"state IN ({', '.join(sorted(repr(State(state).value) for state in states))})"
        if states <= set(OPEN):
            condition += f" AND {OPEN_ROWS}"  # by the index of the open ones, however long the history
        if lane is None:
            return self.where(condition)
        shelves = (0,) if states <= set(OPEN) else (0, 1)
        found = [self.where(f"{condition} AND lane = ? AND shelved = {shelf}", (lane,)) for shelf in shelves]
        return sorted(itertools.chain(*found), key=attrgetter("id"))

    def next_id(self) -> int:
        """Row number for a new item: the newest row is never removed, so it never comes twice."""
        known = self._journal.known()
        if _NEWEST not in known:
            known[_NEWEST] = self._store.rows("SELECT coalesce(max(id), 0) FROM item")[0][0]
        last: int = known[_NEWEST]
        return last + 1

    def add(
        self, items: Sequence[Item], sealed: Sequence[bytes], step: Step, actor: str, body: bytes, epoch: int
    ) -> None:
        """New items, with their events, inside the caller's transaction, which ends with ``KeyStored`` when a key is
        taken: whoever has not looked for it learns of it there.
        """
        known, links = self._journal.known(), []
        for item, contents in zip(items, sealed, strict=True):
            stored = _stored(item)
            self._store.change_later("item", _insert(tuple(stored)), [(*stored.values(), contents)])
            del stored["last"]
            stored["sealed"] = self._suite.digest(contents)
            links.append((item.id, 0, stored, body, 1, _requested(item)))
            known[item.id], known[_NEWEST] = item, item.id
        self._journal.append(step, items[0].created, actor, epoch, links)

    def move(
        self, id: int, step: Step, at: datetime, actor: str, body: bytes, epoch: int, changes: dict[str, object]
    ) -> Item:
        """Take one step, with its event, inside the caller's transaction. Raises ``ForbiddenStep``."""
        before = self.by_id(id)
        to = TRANSITIONS.get((before.state, step))
        if to is None:
            raise ForbiddenStep(key=before.key, state=before.state.value, step=step.value)
        usual = {
            "state": to,
            "tries": before.tries + 1 if to is before.state else 0,
            "due": None,
            "owner": "",
            "closed": None if to in OPEN else at,
            "freed": id if to in WITHOUT_EFFECT else 0,
        }
        return self.save(before, usual | changes, step, at, actor, body, epoch)

    def save(
        self, before: Item, changes: dict[str, object], kind: str, at: datetime, actor: str, body: bytes, epoch: int
    ) -> Item:
        """Store what differs, with its event, inside the caller's transaction."""
        differing = {name: value for name, value in changes.items() if getattr(before, name) != value}
        after = replace(before, last=self._journal.next_seq(), **differing)
        changed: dict[str, Any] = to_builtins(differing, builtin_types=(bytes,))
        if since := after.doubtful_since if "doubtful_since" in differing else None:
            changed["doubtful_since"] = _spelt(since)
        setting = "".join(f"{name} = ?, " for name in changed)
        values = (*changed.values(), after.last, after.id)
        self._store.change_later("item", f"UPDATE item SET {setting}last = ? WHERE id = ?", [values])
        self._journal.known()[after.id] = after
        opened = (after.closed is None) - (before.closed is None)
        link = (after.id, before.last, changed, body, opened, opened * _requested(after))
        self._journal.append(kind, at, actor, epoch, [link])
        if opened < 0:
            self._shelve(after.id)
        return after

    def _shelve(self, closed: int) -> None:
        """Now and then the closed items leave the near ones, to be found by their lanes."""
        if self._closed is None:
            self._store.change_later("item", _SHELVE, [()])
            self._closed = []
            return
        self._closed.append(closed)
        if len(self._closed) >= _SHELVE_AFTER:
            self._store.change_later("item", f"{_SHELVE} AND id = ?", [(id,) for id in self._closed])
            self._closed.clear()


@lru_cache
def _insert(columns: tuple[str, ...]) -> str:
    """SQL for a new row; what is not named takes the table's default, which is that of ``Item``."""
    return f"INSERT INTO item ({', '.join(columns)}, sealed) VALUES ({', '.join('?' * (len(columns) + 1))})"


def _requested(item: Item) -> int:
    """What an item adds to the sum that is provisional while it is open."""
    return item.amount_fen if item.kind is Kind.REQUEST else 0
