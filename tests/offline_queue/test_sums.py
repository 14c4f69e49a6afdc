"""The one pass over events and items finds what a plain replay finds, whatever was done to the store."""

import json
import random
import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing, suppress
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from offline_queue import Queue, custody, sums
from offline_queue.items import COLUMNS, UNSET
from offline_queue.ports import Hold, NotReached, Outcome
from offline_queue.traces import Tampering, Trace
from offline_queue.verify import check
from offline_queue.vocabulary import OutcomeClass
from tests.offline_queue.world import START, World

_OF_ITEMS = (
    Tampering.ITEM_MISSING,
    Tampering.ITEM_INSERTED,
    Tampering.ITEM_CHANGED,
    Tampering.PAYLOAD_CHANGED,
)


def _history(world: World) -> Queue:
    """Items in every condition: settled and reconciled, archived, refused, put off, held, waiting."""
    queue = world.queue()
    keys = [item.key for item in queue.record_all([world.bill(f"p{n}") for n in range(6)])]
    world.far.sends = [Outcome(OutcomeClass.REFUSED, "7")]
    world.drain(queue, hours=0)
    custody.reconcile(queue.book, keys[2:4], START.date(), "chief")
    world.time.pass_(days=40)
    custody.archive(queue.book, world.time.wall.date(), "old.db", "chief")
    queue.contact()
    queue.record_all([world.bill(f"q{n}") for n in range(6)])
    world.far.sends = [NotReached(), Outcome(OutcomeClass.IN_DOUBT, "?")]
    world.far.prepares = [Hold("look")]
    world.drain(queue, hours=0)
    custody.reconcile(queue.book, keys[4:], START.date(), "chief")
    return queue


def _plainly(file: Path) -> set[Trace]:
    """What is wrong with the items, by adding up all events of each."""
    with closing(sqlite3.connect(file)) as conn:
        conn.row_factory = sqlite3.Row
        stored = {row["id"]: dict(row) for row in conn.execute("SELECT * FROM item")}
        ((near,),) = conn.execute("SELECT near FROM store")
        rows = conn.execute("SELECT item, seq, changes FROM event WHERE item > 0 ORDER BY item, seq").fetchall()
    told: dict[int, dict[str, Any]] = {}
    for id, events in groupby(rows, key=itemgetter(0)):
        told[id] = dict(UNSET)
        for _, seq, changes in events:
            with suppress(ValueError):
                told[id] |= json.loads(changes)
            told[id]["last"] = seq
        told[id]["shelved"] = 0
    found = {Trace(Tampering.ITEM_MISSING, item=id) for id in told.keys() - stored.keys()}
    found |= {Trace(Tampering.ITEM_INSERTED, item=id) for id in stored.keys() - told.keys()}
    for id in told.keys() & stored.keys():
        item = stored[id]
        item["sealed"] = item["sealed"] and sha256(item["sealed"]).digest()
        for name in ("digest", "lane", "sealed"):
            item[name] = item[name] and b64encode(item[name]).decode()
        if item["sealed"] is None:
            item["sealed"] = told[id].get("sealed")
        places = {2} | ({0} if id >= near else set()) | ({1} if item["closed"] else set())
        item["shelved"] = int(item["shelved"] not in places)
        for name in (*COLUMNS, "sealed", "shelved"):
            if item[name] != told[id].get(name):
                sealed = name == "sealed"
                what = Tampering.PAYLOAD_CHANGED if sealed else Tampering.ITEM_CHANGED
                found.add(Trace(what, item=id, field="" if sealed else name))
    return found


Attack = Callable[[sqlite3.Connection, random.Random], object]


def _pick(conn: sqlite3.Connection, chance: random.Random, column: str, table: str) -> Any:
    return chance.choice(conn.execute(f"SELECT {column} FROM {table}").fetchall())[0]


def _change_item(conn: sqlite3.Connection, chance: random.Random) -> None:
    name = chance.choice([*COLUMNS, "sealed", "shelved"])
    other = f"CASE typeof({name}) WHEN 'integer' THEN {name} + 7 WHEN 'text' THEN {name} || '0' ELSE x'00' END"
    with suppress(sqlite3.IntegrityError):
        conn.execute(f"UPDATE item SET {name} = {other} WHERE id = ?", (_pick(conn, chance, "id", "item"),))


def _change_event(conn: sqlite3.Connection, chance: random.Random) -> None:
    changes = chance.choice(
        ['{"reason":"x"}', '{"state":"accepted","owner":"y"}', "{}", "torn", '{"tries":1,"key":"z"}']
    )
    conn.execute("UPDATE event SET changes = ? WHERE seq = ?", (changes, _pick(conn, chance, "seq", "event")))


ATTACKS: dict[str, Attack] = {
    "a column changed": _change_item,
    "an event's changes changed": _change_event,
    "an item removed": lambda conn, chance: conn.execute(
        "DELETE FROM item WHERE id = ?", (_pick(conn, chance, "id", "item"),)
    ),
    "an event removed": lambda conn, chance: conn.execute(
        "DELETE FROM event WHERE seq = ?", (_pick(conn, chance, "seq", "event"),)
    ),
    "an event given to another item": lambda conn, chance: conn.execute(
        "UPDATE event SET item = ? WHERE seq = ?", (chance.randrange(1, 16), _pick(conn, chance, "seq", "event"))
    ),
    "an item added": lambda conn, chance: conn.executescript(
        f"CREATE TEMP TABLE copy AS SELECT * FROM item WHERE id = {_pick(conn, chance, 'id', 'item')};"
        f"UPDATE copy SET id = {chance.randrange(20, 30)}, key = 'X{chance.random()}';"
        "INSERT OR IGNORE INTO item SELECT * FROM copy; DROP TABLE copy;"
    ),
}


@pytest.mark.parametrize("most", [1, 3, 50_000])
def test_an_untouched_store_is_the_sum_of_its_events_however_few_fit_into_memory(
    world: World, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = _history(world)
    monkeypatch.setattr(sums, "MOST", most)
    found = queue.verify()
    assert (found.traces, found.items) == ((), 12)


@pytest.mark.parametrize("most", [2, 50_000])
def test_one_pass_names_what_a_plain_replay_names(
    world: World, most: int, seed: int, size: Callable[[int, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = _history(world)
    queue.book.store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    sound = (world.folder / "queue.db").read_bytes()
    queue.close()
    monkeypatch.setattr(sums, "MOST", most)
    for round in range(size(100, 3000)):
        chance = random.Random(f"{seed} {round}")
        for leftover in world.folder.glob("queue.db*"):
            leftover.unlink()
        (world.folder / "queue.db").write_bytes(sound)
        names = chance.choices(list(ATTACKS), k=chance.randrange(1, 4))
        with closing(sqlite3.connect(world.folder / "queue.db")) as conn, conn:
            for name in names:
                ATTACKS[name](conn, chance)
        ours = {trace for trace in check(world.folder).traces if trace.what in _OF_ITEMS}
        assert ours == _plainly(world.folder / "queue.db"), (round, names)
