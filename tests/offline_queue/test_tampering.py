"""Each attack on the store is detected and named; with the keys also a chain that was computed anew."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from offline_queue import Queue
from offline_queue.faults import KeysClosed, RolledBack, StoreBroken
from offline_queue.items import COLUMNS
from offline_queue.journal import LINKED, link
from offline_queue.ports import Anchor, Hold
from offline_queue.traces import Tampering
from offline_queue.verify import check
from offline_queue.vocabulary import Kind, State
from tests.offline_queue.world import World

Attack = Callable[[sqlite3.Connection], object]


def _stocked(world: World) -> Queue:
    """Two accepted, one held with evidence, two waiting behind it."""
    queue = world.queue()
    queue.record_all([world.bill("zhang"), world.bill("li")])
    world.drain(queue, hours=0)
    queue.record_all([world.bill("wang"), world.bill("wang"), world.bill("wang")])
    world.far.prepares = [Hold("look", b"evidence")]
    world.drain(queue, hours=0)
    return queue


def _attack(world: World, attack: Attack) -> None:
    with closing(sqlite3.connect(world.folder / "queue.db")) as conn, conn:
        attack(conn)


def _run(sql: str) -> Attack:
    return lambda conn: conn.execute(sql)


def _other(column: str) -> str:
    """SQL for another value of the same type."""
    return (
        f"CASE typeof({column}) WHEN 'blob' THEN x'00' WHEN 'integer' THEN {column} + 1"
        f" WHEN 'text' THEN {column} || '0' ELSE '2030-01-01T00:00:00+08:00' END"
    )


ITEM_FIELDS = [(name, Tampering.ITEM_CHANGED) for name in COLUMNS if name not in ("id", "doubtful_since")]


@pytest.mark.parametrize(("field", "named"), ITEM_FIELDS, ids=[row[0] for row in ITEM_FIELDS])
def test_every_field_of_an_item_is_covered_by_the_chain(world: World, field: str, named: Tampering) -> None:
    queue = _stocked(world)
    _attack(world, _run(f"UPDATE item SET {field} = {_other(field)} WHERE id = 4"))
    found = [(trace.what, trace.item, trace.field) for trace in queue.verify().traces]
    assert (named, 4, field) in found


EVENT_FIELDS = [*LINKED[1:], "hash"]


@pytest.mark.parametrize("field", EVENT_FIELDS)
def test_every_field_of_an_event_is_covered_by_its_link(world: World, field: str) -> None:
    queue = _stocked(world)
    _attack(world, _run(f"UPDATE event SET {field} = {_other(field)} WHERE seq = 4"))
    assert any(trace.what is Tampering.EVENT_CHANGED and trace.seq == 4 for trace in queue.verify().traces)


_SWAP = """
    CREATE TEMP TABLE pair AS SELECT id, sealed FROM item WHERE id IN (4, 5);
    UPDATE item SET sealed = (SELECT sealed FROM pair WHERE pair.id = 9 - item.id) WHERE id IN (4, 5);
"""
ATTACKS: dict[str, tuple[Attack, Tampering]] = {
    "two payloads swapped": (lambda conn: conn.executescript(_SWAP), Tampering.PAYLOAD_CHANGED),
    "a payload altered": (_run("UPDATE item SET sealed = x'00' WHERE id = 2"), Tampering.PAYLOAD_CHANGED),
    "evidence altered": (
        _run("UPDATE event SET body = x'00' WHERE seq = (SELECT max(seq) FROM event WHERE body NOT NULL)"),
        Tampering.BODY_CHANGED,
    ),
    "an item removed": (_run("DELETE FROM item WHERE id = 3"), Tampering.ITEM_MISSING),
    "the last item removed": (_run("DELETE FROM item WHERE id = (SELECT max(id) FROM item)"), Tampering.ITEM_MISSING),
    "an item slipped in": (
        lambda conn: conn.executescript(
            "CREATE TEMP TABLE copy AS SELECT * FROM item WHERE id = 4;"
            "UPDATE copy SET id = 99, key = 'X'; INSERT INTO item SELECT * FROM copy;"
        ),
        Tampering.ITEM_INSERTED,
    ),
    "a waiting item hidden": (_run("UPDATE item SET shelved = 1 WHERE id = 4"), Tampering.ITEM_CHANGED),
    "the first event removed": (_run("DELETE FROM event WHERE seq = 1"), Tampering.EVENT_MISSING),
    "an event in the middle removed": (_run("DELETE FROM event WHERE seq = 5"), Tampering.EVENT_MISSING),
    "the last event removed": (_run("DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)"), Tampering.CUT_OFF),
    "a forged proof": (_run("UPDATE event SET mac = zeroblob(32) WHERE seq = 6"), Tampering.EVENT_FORGED),
    "numbers put back": (_run("UPDATE store SET number = 0"), Tampering.NUMBERS_REWOUND),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_is_detected_and_named(world: World, name: str) -> None:
    attack, named = ATTACKS[name]
    queue = _stocked(world)
    assert queue.verify().intact
    slip = queue.anchor()
    _attack(world, attack)
    assert named in [trace.what for trace in queue.verify([slip]).traces]


def test_a_chain_computed_anew_without_the_keys_is_told_from_the_true_one(world: World) -> None:
    """Whoever holds the disk can make every hash right again; not the proofs."""
    from offline_queue.sealing import SUITES
    from offline_queue.vocabulary import Suite

    queue = _stocked(world)
    suite = SUITES[Suite.INTERNATIONAL]

    def forge(conn: sqlite3.Connection) -> None:
        conn.execute("UPDATE event SET actor = 'somebody' WHERE seq = 2")
        previous = bytes(32)
        links = conn.execute(f"SELECT {', '.join(LINKED)} FROM event ORDER BY seq")
        for row in links.fetchall():
            previous = link(suite, previous, row)
            conn.execute("UPDATE event SET hash = ? WHERE seq = ?", (previous, row[0]))

    _attack(world, forge)
    named = {trace.what for trace in queue.verify().traces}
    assert Tampering.EVENT_FORGED in named
    assert Tampering.EVENT_CHANGED not in named


def test_a_page_that_cannot_be_read_is_named_and_stops_nothing_else(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(f"p{n}", payload=random.Random(n).randbytes(5000)) for n in range(20)])
    queue.close()
    file = world.folder / "queue.db"
    pages = bytearray(file.read_bytes())
    pages[len(pages) // 2 :] = bytes(len(pages) - len(pages) // 2)
    file.write_bytes(pages)
    assert Tampering.FILE_UNREADABLE in [trace.what for trace in check(world.folder).traces]


def test_an_old_copy_put_back_does_not_open(world: World) -> None:
    _stocked(world).close()
    shutil.copytree(world.folder, old := world.folder.with_name("old"))
    queue = world.queue()
    slip = queue.anchor()
    queue.record(world.bill("chen"))
    queue.close()
    shutil.rmtree(world.folder)
    shutil.copytree(old, world.folder)
    with pytest.raises(RolledBack):
        world.queue()
    with world.queue(adopt="chief") as adopted:
        assert [trace.what for trace in adopted.verify([Anchor(slip.seq + 1, bytes(4))]).traces] == [
            Tampering.ANOTHER_HISTORY
        ]


def test_going_on_from_an_old_copy_uses_no_number_twice(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    queue.close()
    shutil.copytree(world.folder, old := world.folder.with_name("old"))
    queue = world.queue()
    used = {queue.numbers.next() for _ in range(300)}
    queue.record(world.bill())
    queue.close()
    shutil.rmtree(world.folder)
    shutil.copytree(old, world.folder)
    world.time.set(hours=-5)
    queue = world.queue(adopt="chief")
    assert not used & {queue.numbers.next() for _ in range(300)}
    assert all(queue.numbers.next() > number for number in used)


def test_a_store_moved_under_another_terminals_name_does_not_open_its_items(world: World, tmp_path: Path) -> None:
    _stocked(world).close()
    other = World(tmp_path)
    other.queue().close()
    shutil.copyfile(world.folder / "queue.db", other.folder / "queue.db")
    with pytest.raises(KeysClosed):
        other.queue()


def test_a_break_stops_requests_and_lets_advices_go_on(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    queue.close()
    queue = world.queue()
    queue.record(world.bill())
    _attack(world, _run("UPDATE event SET actor = 'x' WHERE seq = (SELECT max(seq) FROM event)"))
    damaged = world.queue()
    with pytest.raises(StoreBroken):
        damaged.record(world.bill("li"))
    assert damaged.record(world.bill("stock", kind=Kind.ADVICE)).state is State.RECORDED
    assert damaged.status().warnings


def test_whoever_has_only_the_folder_checks_links_digests_and_printed_ends(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    slip = Anchor(queue.anchor().seq, queue.anchor().hash[-4:])
    queue.close()
    found = check(world.folder, [slip])
    assert (found.intact, found.keys) == (True, False)
    with sqlite3.connect(world.folder / "queue.db") as conn:
        conn.execute("UPDATE event SET actor = 'somebody' WHERE seq = 1")
    assert Tampering.EVENT_CHANGED in [trace.what for trace in check(world.folder).traces]
    with sqlite3.connect(world.folder / "queue.db") as conn:
        conn.execute("DELETE FROM event WHERE seq >= ?", (slip.seq,))
    assert Tampering.CUT_OFF in [trace.what for trace in check(world.folder, [slip]).traces]
