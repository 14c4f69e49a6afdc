"""The items' table: what it stores is the sum of the events, and no row changes without one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from sqlite3 import Row
from typing import Any

from msgspec import convert, to_builtins
from msgspec.structs import replace

from offline_queue.faults import ForbiddenStep
from offline_queue.journal import Journal
from offline_queue.ports import Item
from offline_queue.sealing import Algorithms
from offline_queue.store import Store
from offline_queue.vocabulary import OPEN, TRANSITIONS, Kind, State, Step

COLUMNS = Item.__struct_fields__
OPEN_ROWS = f"state IN ({', '.join(repr(state.value) for state in OPEN)})"
_INSERT = f"INSERT INTO item ({', '.join(COLUMNS)}, sealed) VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"


def _stored(item: Item) -> dict[str, Any]:
    """An item's fields as SQLite keeps them."""
    fields: dict[str, Any] = to_builtins(item, builtin_types=(bytes,))
    if item.doubtful_since:
        fields["doubtful_since"] = f"{item.doubtful_since.boot} {item.doubtful_since.seconds:.6f}"
    return fields


def item_of(row: Row) -> Item:
    """A stored row as an item."""
    fields = dict(row)
    if row["doubtful_since"]:
        fields["doubtful_since"] = dict(zip(("boot", "seconds"), row["doubtful_since"].split(), strict=True))
    return convert(fields, Item, builtin_types=(bytes,), strict=False)


class Items:
    """Reads items, and moves them along the table of transitions."""

    def __init__(self, store: Store, journal: Journal, suite: Algorithms) -> None:
        self._store = store
        self._journal = journal
        self._suite = suite

    def where(self, condition: str, values: Sequence[object] = (), order: str = "id") -> list[Item]:
        """Items that meet a condition over the columns."""
        return [
            item_of(row) for row in self._store.rows(f"SELECT * FROM item WHERE {condition} ORDER BY {order}", values)
        ]

    def by_id(self, id: int) -> Item:
        """One item that exists."""
        return self.where("id = ?", (id,))[0]

    def in_states(self, states: Iterable[State], lane: bytes | None = None) -> list[Item]:
        """Items in these states, oldest first; of one lane, if given."""
        listed = ", ".join(repr(State(state).value) for state in states)
        if lane is None:
            return self.where(f"state IN ({listed})")
        return self.where(f"state IN ({listed}) AND lane = ?", (lane,))

    def next_id(self) -> int:
        """Row number for a new item: the newest row is never removed, so it never comes twice."""
        found: int = self._store.rows("SELECT coalesce(max(id), 0) + 1 FROM item")[0][0]
        return found

    def add(self, item: Item, sealed: bytes, step: Step, actor: str, body: bytes, epoch: int) -> Item:
        """A new item, with its event, inside the caller's transaction."""
        item = replace(item, state=TRANSITIONS[None, step])
        fields = _stored(item)
        self._store.change(_INSERT, [*fields.values(), sealed])
        fields["sealed"] = self._suite.digest(sealed)
        self._journal.append(step, item.id, item.created, actor, fields, body, epoch, 1, _requested(item))
        return item

    def move(
        self, id: int, step: Step, at: datetime, actor: str, body: bytes, epoch: int, changes: dict[str, object]
    ) -> Item:
        """Take one step, with its event, inside the caller's transaction. Raises ``ForbiddenStep``."""
        before = self.by_id(id)
        to = TRANSITIONS.get((before.state, step))
        if to is None:
            raise ForbiddenStep(key=before.key, state=before.state.value, step=step.value)
        after = replace(
            before,
            **{
                "state": to,
                "tries": before.tries + 1 if to is before.state else 0,
                "due": None,
                "owner": "",
                "closed": None if to in OPEN else at,
            }
            | changes,
        )
        return self.save(before, after, step, at, actor, body, epoch)

    def save(self, before: Item, after: Item, kind: str, at: datetime, actor: str, body: bytes, epoch: int) -> Item:
        """Store what differs, with its event, inside the caller's transaction."""
        old, new = _stored(before), _stored(after)
        changed = {name: value for name, value in new.items() if value != old[name]}
        if changed:
            setting = ", ".join(f"{name} = ?" for name in changed)
            self._store.change(f"UPDATE item SET {setting} WHERE id = ?", [*changed.values(), after.id])
        opened = (after.state in OPEN) - (before.state in OPEN)
        self._journal.append(kind, after.id, at, actor, changed, body, epoch, opened, opened * _requested(after))
        return after


def _requested(item: Item) -> int:
    """What an item adds to the sum that is provisional while it is open."""
    return item.amount_fen if item.kind is Kind.REQUEST else 0
