"""Every night a checked copy; then what is old and reconciled leaves, and what is past its term is erased."""

import shutil
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from offline_queue import Queue, custody, locks, place, upkeep
from offline_queue.faults import KeyErased
from offline_queue.ports import Event
from offline_queue.upkeep import Done, Kept, Rules
from offline_queue.vocabulary import State
from tests.offline_queue.faulty import Disk, Fault
from tests.offline_queue.world import START, World

DAY = START.date()


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return Rules(copies=tmp_path / "copies")


def _at(world: World, hour: int, days: int = 0) -> None:
    """Lets the time pass until an hour of a later day."""
    world.time.pass_(days=days)
    world.time.pass_(hours=hour - world.time.wall.hour + 24 * (hour <= world.time.wall.hour))


def _settled(world: World, queue: Queue, lane: str, day: date = DAY) -> str:
    """A bill of today, sent, accepted and reconciled."""
    item = queue.record(world.bill(lane))
    world.drain(queue, hours=0)
    custody.reconcile(queue.book, [item.key], day, "chief")
    return item.key


def test_a_copy_is_made_once_a_night_as_soon_as_the_hour_has_struck(world: World, rules: Rules) -> None:
    queue = world.queue()
    queue.record(world.bill())
    assert upkeep.care(queue.book, rules) is None
    _at(world, 1)
    assert not upkeep.due(queue.book, rules)
    _at(world, 2)
    made = upkeep.care(queue.book, rules)
    assert made is not None
    assert Path(made.copy).parent == rules.copies
    assert upkeep.care(queue.book, rules) is None
    assert queue.status().copied == world.time.wall
    _at(world, 9)
    assert upkeep.care(queue.book, rules) is None
    assert queue.status().copy_age == 7 * 3600
    queue.close()
    world.time.pass_(days=3)
    again = world.queue()
    assert upkeep.care(again.book, rules), "a desk that was off at night does it when it starts"


def test_a_copy_opens_in_place_of_the_store(world: World, rules: Rules) -> None:
    queue = world.queue()
    queue.record(world.bill())
    made = upkeep.care(queue.book, rules, now=True)
    assert made is not None
    with sqlite3.connect(Path(made.copy) / "queue.db") as conn:
        assert conn.execute("SELECT key FROM item").fetchall() == [("zhang-1",)]


def test_the_newest_copies_are_kept_and_nothing_else_is_touched(world: World, rules: Rules) -> None:
    queue = world.queue()
    queue.record(world.bill())
    rules.copies.mkdir()
    (rules.copies / "by hand").mkdir()
    for _ in range(9):
        _at(world, 3)
        assert upkeep.care(queue.book, rules)
    kept = sorted(path.name for path in rules.copies.iterdir())
    assert kept == [f"2026030{day}T030000" for day in range(5, 10)] + ["20260310T030000", "20260311T030000", "by hand"]


def _no_folder(world: World, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    rules.copies.write_bytes(b"in the way")


def _no_room(world: World, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "free_bytes", lambda folder: 1 << 20)


def _changed(world: World, rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(world.folder / "queue.db") as conn:
        conn.execute("UPDATE item SET amount_fen = 7")


@pytest.mark.parametrize("trouble", [_no_folder, _no_room, _changed])
def test_a_copy_that_fails_raises_the_alarm_and_loses_nothing(
    world: World,
    rules: Rules,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[World, Rules, pytest.MonkeyPatch], None],
) -> None:
    queue = world.queue()
    key = _settled(world, queue, "zhang")
    if trouble is not _no_folder:
        assert upkeep.care(queue.book, rules, now=True)
    good = sorted(rules.copies.glob("*"))
    _at(world, 3, days=40)
    trouble(world, rules, monkeypatch)
    strict = Rules(copies=rules.copies, erase_after=timedelta(days=1))
    failed = upkeep.care(queue.book, strict)
    assert failed is not None
    assert (failed.copy, failed.archived, failed.erased) == ("", 0, ())
    assert failed.failed
    assert {"copy_failed", "copy_too_old"} <= set(queue.status().warnings)
    assert queue.payload(queue.item(key)) == key.encode()
    if trouble is not _no_folder:
        assert sorted(rules.copies.glob("*")) == good, "no half copy stays, no good one goes"
    assert upkeep.care(queue.book, strict) is None, "not again at once"
    if trouble is _no_folder:
        rules.copies.unlink()
    elif trouble is _changed:
        return
    monkeypatch.undo()
    world.time.pass_(hours=1)
    assert upkeep.care(queue.book, rules)
    assert not {"copy_failed", "copy_too_old"} & set(queue.status().warnings)


def test_a_store_that_was_never_copied_raises_the_alarm_too(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    assert queue.status().warnings == ()
    world.time.pass_(hours=37)
    assert queue.status().warnings == ("copy_too_old",)
    assert queue.status().copied is None


def test_a_clock_that_stood_in_the_future_keeps_no_copy_from_being_made(world: World, rules: Rules) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.time.set(days=365)
    assert upkeep.care(queue.book, rules)
    world.time.set(days=-365)
    assert "copy_too_old" in queue.status().warnings
    assert upkeep.care(queue.book, rules)
    assert "copy_too_old" not in queue.status().warnings


def test_what_is_old_and_reconciled_leaves_once_a_month_and_can_still_be_read(world: World, rules: Rules) -> None:
    queue = world.queue()
    key = _settled(world, queue, "zhang")
    queue.record(world.bill("li"))
    world.drain(queue, hours=0)
    _at(world, 3, days=30)
    done = upkeep.care(queue.book, rules)
    assert done is not None
    assert done.archived == 0
    _at(world, 3, days=6)
    done = upkeep.care(queue.book, rules)
    assert done is not None
    assert done.archived == 1
    assert queue.payload(queue.item(key)) == key.encode()
    assert queue.payload(queue.item("li-1")) == b"li-1"
    _at(world, 3)
    assert upkeep.care(queue.book, rules)
    (name,) = queue.book.journal.archived()
    assert (rules.copies / "archive" / name).read_bytes() == (queue.book.archives.folder / name).read_bytes()
    assert queue.verify().intact


def test_a_store_that_goes_on_from_an_older_copy_reads_and_copies_its_own_archive(world: World, rules: Rules) -> None:
    queue = world.queue()
    first = _settled(world, queue, "zhang")
    _at(world, 3, days=36)
    made = upkeep.care(queue.book, rules)  # copied first, archived then
    assert made is not None
    assert made.archived == 1
    _at(world, 3)
    assert upkeep.care(queue.book, rules)
    queue.close()
    (world.folder / "queue.db").unlink()
    custody.put_back(Path(made.copy), world.folder)
    queue = world.queue(adopt="chief")
    second = _settled(world, queue, "li")
    _at(world, 3)
    (queue.book.archives.folder / "2026-04-00000000.db").write_bytes(b"left by a crash")
    again = upkeep.care(queue.book, Rules(copies=rules.copies, archive_after=timedelta(days=-1)))
    assert again is not None
    assert again.archived == 2
    _at(world, 3)
    last = upkeep.care(queue.book, rules)
    assert last is not None
    queue.close()
    shutil.rmtree(world.folder)
    custody.put_back(Path(last.copy), world.folder)
    queue = world.queue(adopt="chief")
    assert [queue.payload(queue.item(key)) for key in (first, second)] == [first.encode(), second.encode()]
    assert queue.verify().intact


def test_the_keys_of_days_past_their_term_are_destroyed_and_the_chain_stays_whole(world: World, rules: Rules) -> None:
    strict = Rules(copies=rules.copies, erase_after=timedelta(days=100))
    queue = world.queue()
    gone = _settled(world, queue, "zhang")
    _at(world, 9)
    queue.contact()
    waits = queue.record(world.bill("li")).key
    _at(world, 9)
    queue.contact()
    queue.record(world.bill("wang"))
    world.drain(queue, hours=0)
    custody.reconcile(queue.book, [waits], DAY, "chief")
    _at(world, 3, days=120)
    done = upkeep.care(queue.book, strict)
    assert done is not None
    assert done.erased == ("2026-03-02", "2026-03-03")
    with pytest.raises(KeyErased):
        queue.payload(queue.item(gone))
    assert queue.payload(queue.item("wang-1")) == b"wang-1", "accepted and never reconciled: its day stays"
    assert queue.verify().intact
    queue.contact()
    queue.record(world.bill("zhao"))
    assert queue.item("zhao-1").state is State.RECORDED


def test_a_later_day_on_which_an_unreconciled_item_was_answered_stays_too(world: World, rules: Rules) -> None:
    strict = Rules(copies=rules.copies, erase_after=timedelta(days=100))
    queue = world.queue()
    key = queue.record(world.bill()).key
    _at(world, 9)
    world.drain(queue, hours=0)
    before = [event.body for event in queue.answers(queue.item(key))]
    assert any(before)
    _at(world, 3, days=120)
    done = upkeep.care(queue.book, strict)
    assert done is not None and done.erased == ()
    assert [event.body for event in queue.answers(queue.item(key))] == before


def test_an_archived_answer_of_an_item_that_is_needed_stays_readable(world: World, rules: Rules) -> None:
    queue = world.queue()
    key = queue.record(world.bill()).key
    _at(world, 9)
    world.drain(queue, hours=0)
    custody.reconcile(queue.book, [key], DAY, "chief")
    before = [event.body for event in queue.answers(queue.item(key))]

    class Desk(upkeep.Everything):
        def needed(self) -> list[str]:
            return [key]

    _at(world, 3, days=40)
    done = upkeep.care(queue.book, rules)
    assert done is not None and done.archived == 1
    _at(world, 3, days=120)
    done = upkeep.care(queue.book, Rules(copies=rules.copies, erase_after=timedelta(days=100)), standing=Desk())
    assert done is not None and done.erased == ()
    assert [event.body for event in queue.answers(queue.item(key))] == before


def test_notes_that_stand_are_read_after_their_day_and_the_others_are_gone(world: World, rules: Rules) -> None:
    strict = Rules(copies=rules.copies, erase_after=timedelta(days=10))

    class Desk(upkeep.Everything):
        def stands(self, note: Event, day: date) -> bool:
            return note.kind != "desk.phone"

    queue = world.queue()
    with queue.noting() as note:
        note("desk.hired", b"who", "0001")
        note("desk.phone", b"whose", "0001")
    told = [(event.seq, event.at, event.actor, event.body) for event in queue.notes(["desk.hired"])]
    for _ in range(3):  # the copy's own day is over too, in the end
        _at(world, 3, days=20)
        done = upkeep.care(queue.book, strict, standing=Desk())
        assert done is not None and len(done.erased) == 1
        assert [(event.seq, event.at, event.actor, event.body) for event in queue.notes(["desk.hired"])] == told
        assert [event.body for event in queue.notes(["desk.phone"])] == [None]
        assert queue.verify().intact
    queue.close()
    again = world.queue()
    assert [event.body for event in again.notes(["desk.hired"])] == [b"who"]


def test_one_process_at_a_time_looks_after_a_store(world: World, rules: Rules) -> None:
    queue = world.queue()
    hold = locks.take(world.folder / "upkeep.lock", world.time.wall)
    assert isinstance(hold, locks.Hold)
    assert upkeep.care(queue.book, rules, now=True) is None
    hold.release()
    assert isinstance(upkeep.care(queue.book, rules, now=True), Done)


def test_a_disk_that_takes_nothing_does_not_stop_whoever_looks_after_it(world: World, rules: Rules) -> None:
    disk = Disk()
    queue = world.queue(connect=disk.connect)
    rules.copies.write_bytes(b"in the way")
    disk.arm(Fault.DISK_FULL, 0)
    failed = upkeep.care(queue.book, rules, now=True)
    assert failed is not None
    assert failed.copy == ""
    assert queue.status().warnings == ()


def test_a_day_past_its_term_that_stays_is_told_with_the_number_of_items_that_need_it(
    world: World, rules: Rules
) -> None:
    strict = Rules(copies=rules.copies, erase_after=timedelta(days=100))
    queue = world.queue()
    _settled(world, queue, "zhang")
    for lane in ("li", "wang"):
        queue.record(world.bill(lane))
    _at(world, 9)
    world.drain(queue, hours=0)
    assert upkeep.kept(queue.book, strict) == (), "not past its term"
    _at(world, 3, days=120)
    assert upkeep.kept(queue.book, rules) == (), "no term"
    done = upkeep.care(queue.book, strict)
    assert done is not None and done.erased == ()
    assert upkeep.kept(queue.book, strict) == (Kept("2026-03-02", 2), Kept("2026-03-03", 2))
    custody.reconcile(queue.book, ["li-1", "wang-1"], DAY, "chief")
    assert upkeep.kept(queue.book, strict) == ()


def test_a_clock_that_was_set_ends_no_term(world: World, rules: Rules) -> None:
    strict = Rules(copies=rules.copies, erase_after=timedelta(days=100))
    queue = world.queue()
    key = _settled(world, queue, "zhang")
    world.time.set(days=400)
    done = upkeep.care(queue.book, strict, now=True)
    assert done is not None and (done.erased, done.failed) == ((), "")
    assert queue.payload(queue.item(key)) == key.encode()
    queue.confirm_clock("chief")
    world.time.pass_(minutes=1)
    done = upkeep.care(queue.book, strict, now=True)
    assert done is not None and done.erased == ("2026-03-02",)
