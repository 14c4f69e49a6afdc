"""A break that is told in the chain, kept as evidence, and stops requests in every process until it is mended."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from offline_queue import Queue, upkeep
from offline_queue.faults import StoreBroken
from offline_queue.limits import Limit
from offline_queue.traces import Tampering
from offline_queue.upkeep import Rules
from offline_queue.vocabulary import Kind, State
from tests.offline_queue.world import World

CHANGED = "UPDATE event SET actor = 'somebody' WHERE seq = 2"
UNDONE = "UPDATE event SET actor = '' WHERE seq = 2"


def _stocked(world: World) -> Queue:
    """A store with a past, whose end is written to the keystore."""
    queue = world.queue()
    queue.record_all([world.bill(f"p{n}") for n in range(5)])
    queue.close()
    return world.queue()


def _tamper(world: World, sql: str) -> None:
    with closing(sqlite3.connect(world.folder / "queue.db")) as conn, conn:
        conn.execute(sql)


def _wait(what: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def _told(queue: Queue) -> list[str]:
    return [event.kind for event in queue.events() if event.kind in ("broken", "verified")]


def _check(queue: Queue) -> None:
    """One check of everything in the background, to its end."""
    before = len(_told(queue))
    with closing(queue.watch(first=0)):
        _wait(lambda: len(_told(queue)) > before)


def _aside(world: World) -> list[Path]:
    return sorted(world.folder.glob("broken-*/queue.db"))


def test_an_old_break_is_found_while_the_desk_works_and_requests_stop(world: World) -> None:
    queue, other = _stocked(world), world.queue()
    _tamper(world, CHANGED)
    queue.record(world.bill("before"))
    _check(queue)
    for each in (queue, other, world.queue()):
        with pytest.raises(StoreBroken, match="event_changed event 2"):
            each.record(world.bill("after"))
        with pytest.raises(StoreBroken):
            each.begin(world.bill("online"), b"intent")
    assert "store_broken" in queue.status().warnings
    assert queue.status().not_ready[0].limit is Limit.STORE


def test_advices_go_on_in_links_that_hold_and_that_begin_by_naming_the_break(world: World) -> None:
    queue = _stocked(world)
    _tamper(world, CHANGED)
    _check(queue)
    advice = queue.record(world.bill("stock", kind=Kind.ADVICE))
    assert advice.state is State.RECORDED
    named = next(event for event in queue.events() if event.kind == "broken")
    assert named.changes["traces"] == [{"what": "event_changed", "seq": 2, "item": 2, "field": ""}]
    assert [(trace.what, trace.seq) for trace in queue.verify().traces] == [(Tampering.EVENT_CHANGED, 2)]


def test_the_store_is_kept_as_it_was_found_and_only_once(world: World) -> None:
    queue = _stocked(world)
    _tamper(world, CHANGED)
    _check(queue)
    queue.close()
    queue = world.queue()
    with closing(queue.watch(first=0, every=0.01)):
        time.sleep(0.5)
    assert _told(queue) == ["broken"]
    with closing(sqlite3.connect(_aside(world)[0])) as conn:
        assert conn.execute("SELECT actor FROM event WHERE seq = 2").fetchone() == ("somebody",)
    assert len(_aside(world)) == 1


def test_a_break_at_the_end_is_found_on_opening_and_stands_when_that_end_lies_far_behind(world: World) -> None:
    queue = _stocked(world)
    last = queue.record(world.bill("last"))
    _tamper(world, f"UPDATE event SET actor = 'somebody' WHERE item = {last.id}")
    for _ in range(3):
        opened = world.queue()
        with pytest.raises(StoreBroken):
            opened.record(world.bill("more"))
        opened.record_all([world.bill("stock", kind=Kind.ADVICE) for _ in range(60)])
        opened.close()
    assert _told(world.queue()) == ["broken"]
    assert len(_aside(world)) == 1


def test_a_store_that_is_whole_again_takes_requests_again(world: World) -> None:
    queue = _stocked(world)
    _tamper(world, CHANGED)
    _check(queue)
    _tamper(world, UNDONE)
    with pytest.raises(StoreBroken):
        queue.record(world.bill())
    _check(queue)
    assert _told(queue) == ["broken", "verified"]
    assert queue.record(world.bill()).state is State.RECORDED
    assert queue.status().not_ready == ()


def test_the_copy_of_the_night_finds_a_break_too(world: World, tmp_path: Path) -> None:
    queue = _stocked(world)
    _tamper(world, CHANGED)
    assert upkeep.care(queue.book, Rules(copies=tmp_path / "copies"), now=True)
    assert {"store_broken", "copy_failed"} <= set(queue.status().warnings)


def test_writing_goes_on_during_a_check_and_is_no_break(world: World) -> None:
    queue = _stocked(world)
    queue.record_all([world.bill(f"a{n}", kind=Kind.ADVICE) for n in range(2000)])
    with closing(queue.watch(first=0)):
        while not _told(queue):
            queue.record(world.bill("stock", kind=Kind.ADVICE))
            world.drain(queue, hours=0)
    assert _told(queue) == ["verified"]
    assert queue.verify().intact


def test_closing_ends_a_check_in_the_middle(world: World) -> None:
    queue = _stocked(world)
    queue.record_all([world.bill(f"a{n}", kind=Kind.ADVICE) for n in range(2500)])
    watch = queue.watch(first=0)
    _wait(lambda: (world.folder / "verify.lock").exists())
    watch.close()
    assert _told(queue) == []
    assert not (world.folder / "verify.lock").exists()


def test_two_processes_do_not_check_at_once(world: World) -> None:
    queue = _stocked(world)
    queue.record_all([world.bill(f"a{n}", kind=Kind.ADVICE) for n in range(2500)])
    with closing(queue.watch(first=0)):
        _wait(lambda: (world.folder / "verify.lock").exists())
        with closing(world.queue().watch(first=0)):
            _wait(lambda: _told(queue))
    assert _told(queue) == ["verified"]
