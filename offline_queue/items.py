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
OPEN_ROWS = "near WHERE closed IS NULL"
"""Rows in an open state, whatever the length of the history."""
_NEWEST = "newest item"
UNSET = {field.name: field.default for field in fields(Item) if field.default is not NODEFAULT}
"""What a column holds that no event of its item has set."""
_SHELVE_AFTER = 64
"""Closed items among the near ones: so many make the index of lanes worth touching, whose pages lie far apart."""
_STRETCH = 256
"""Near items beside twice those that are open: further behind, what is still open is found by an index of its own."""


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
        self._closed = _SHELVE_AFTER
        """Of the near ones, as far as this process knows; at first it knows nothing."""

    def where(self, condition: str, values: Sequence[object] = (), order: str = "id") -> list[Item]:
        """Items that meet a condition over the columns."""
        return self.found(f"item WHERE {condition}", values, order)

    def found(self, rows: str, values: Sequence[object] = (), order: str = "id") -> list[Item]:
        """Items among these rows, told as what stands in SQL after FROM."""
        return [item_of(row) for row in self._store.rows(f"SELECT * FROM {rows} ORDER BY {order}", values)]

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
        if lane is None:
            return self.found(f"{OPEN_ROWS} AND {condition}") if states <= set(OPEN) else self.where(condition)
        places = ["near WHERE"] if states <= set(OPEN) else ["near WHERE", "item WHERE shelved = 1 AND"]
        found = [self.found(f"{place} {condition} AND lane = ?", (lane,)) for place in places]
        return sorted(itertools.chain(*found), key=attrgetter("id"))

    def next_id(self) -> int:
        """Row number for a new item: the newest row is never removed, so it never comes twice."""
        known = self._journal.known()
        if _NEWEST not in known:
            known[_NEWEST] = self._store.rows("SELECT coalesce(max(id), 0) FROM item")[0][0]
        last: int = known[_NEWEST]
        return last + 1

    def add(self, item: Item, sealed: bytes) -> dict[str, object]:
        """A new one inside the caller's transaction; gives what its event must tell.

        Whoever has not looked for its key learns at the end whether it was taken: ``KeyStored``.
        """
        stored: dict[str, object] = to_builtins(item, builtin_types=(bytes,))
        self._store.change_later("item", _insert(tuple(stored)), [(*stored.values(), sealed)])
        known = self._journal.known()
        known[item.id], known[_NEWEST] = item, item.id
        del stored["last"]
        stored["sealed"] = self._suite.digester(sealed).digest()
        return stored

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
        link = (after.id, before.last, changed, body, opened, opened * requested(after))
        self._journal.append(kind, at, actor, epoch, [link])
        if opened < 0:
            self._shelve()
        return after

    def _shelve(self) -> None:
        """Now and then what lies before the oldest open item leaves the near ones: the closed to be found by lanes."""
        self._closed += 1
        left = self._journal.end().items
        if self._closed <= max(_SHELVE_AFTER, left // 8):
            return
        self._closed = 0
        ((near,),) = self._store.rows("SELECT near FROM store")
        oldest = self._store.rows("SELECT id FROM item WHERE id >= ? AND closed IS NULL ORDER BY id LIMIT 1", (near,))
        end = self.next_id()
        begin = max(oldest[0]["id"] if oldest else end, end - _STRETCH - 2 * left)
        if begin > near:
            shelve = "UPDATE item SET shelved = iif(closed IS NULL, 2, 1) WHERE shelved = 0 AND id >= ? AND id < ?"
            self._store.change(shelve, (near, begin))
            self._store.change("UPDATE store SET near = ?", (begin,))
        self._store.change("UPDATE item SET shelved = 1 WHERE shelved = 2 AND closed NOT NULL")


@lru_cache
def _insert(columns: tuple[str, ...]) -> str:
    """SQL for a new row; what is not named takes the table's default, which is that of ``Item``."""
    return f"INSERT INTO item ({', '.join(columns)}, sealed) VALUES ({', '.join('?' * (len(columns) + 1))})"


def requested(item: Item) -> int:
    """What an item adds to the sum that is provisional while it is open."""
    return item.amount_fen if item.kind is Kind.REQUEST else 0
