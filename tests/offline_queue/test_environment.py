"""What the machine does to us: a clear sentence, nothing lost, bounded time."""

import contextlib
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from threading import Timer
from typing import Any, Self

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import Limits, Queue, bundle, place, verify
from offline_queue.faults import (
    NotDurable,
    OtherVersion,
    StoreBusy,
    StoreFailed,
    StoreUncertain,
    UnfitFolder,
    UnknownKey,
)
from offline_queue.locks import Hold, Holder, holder, take
from offline_queue.ports import Outcome, Sending
from offline_queue.store import READABLE, SCHEMA, Store
from offline_queue.vocabulary import Kind, OutcomeClass, State
from tests.offline_queue.faulty import Disk, Fault, connect
from tests.offline_queue.world import START, World


def test_a_full_disk_refuses_clearly_and_keeps_what_was_stored(world: World) -> None:
    """A limit on the size of files stands for the full disk."""
    queue = world.queue()
    queue.record(world.bill())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    room = (world.folder / "queue.db-wal").stat().st_size + 20_000
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
        with pytest.raises(StoreFailed):
            for _ in range(100):
                queue.record(world.bill(kind=Kind.ADVICE, payload=os.urandom(3000)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    stored = len(queue.items())
    assert 1 <= stored < 100
    queue.record(world.bill(kind=Kind.ADVICE))
    assert len(queue.items()) == stored + 1
    assert queue.verify().intact


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_what_is_on_the_wire_when_the_disk_fills_up_is_still_written_down(world: World, tmp_path: Path) -> None:
    mounted = tmp_path / "small"
    mounted.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(mounted)], capture_output=True).returncode:
        pytest.skip("this machine cannot mount")
    try:
        world.folder = mounted / "home"
        queue = world.queue(limits=Limits(free_disk=0))
        sending = queue.begin(world.bill("li"), b"intent")
        assert isinstance(sending, Sending)
        with (mounted / "junk").open("wb", buffering=0) as junk, contextlib.suppress(OSError):
            while True:
                junk.write(bytes(512))
        with pytest.raises(StoreFailed):
            for _ in range(200):
                queue.record(world.bill(kind=Kind.ADVICE, payload=os.urandom(3000)))
        stored = len(queue.items())
        done = queue.finish(sending, Outcome(OutcomeClass.ACCEPTED, "0", os.urandom(2000)))
        assert done.state is State.ACCEPTED
        assert queue.status().warnings == ("no_reserve",)
        (mounted / "junk").unlink()
        assert queue.status().warnings == ()
        assert len(queue.items()) == stored - 1
        assert queue.verify().intact
        world.close()
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_folder_that_may_only_be_read_refuses_clearly(world: World, tmp_path: Path) -> None:
    world.queue().close()
    mounted = tmp_path / "mounted"
    mounted.mkdir()
    done = subprocess.run(["mount", "--bind", "-o", "ro", str(world.folder), str(mounted)], capture_output=True)
    if done.returncode:
        pytest.skip("this machine cannot mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(mounted)], check=True)
        world.folder = mounted
        with pytest.raises(StoreFailed):
            world.queue()
    finally:
        subprocess.run(["umount", "-l", str(mounted)], check=True)


COMMITS = [(Fault.COMMIT_FAILS, False), (Fault.COMMIT_FAILS_AFTER, True), (Fault.DISK_FULL, False)]


@pytest.mark.parametrize(("fault", "landed"), COMMITS, ids=[row[0].value for row in COMMITS])
def test_a_commit_that_fails_is_looked_up_and_never_simply_repeated(world: World, fault: Fault, landed: bool) -> None:
    disk = Disk()
    queue = world.queue(connect=disk.connect)
    disk.arm(fault, 0)
    if landed:
        assert queue.record(world.bill()).state is State.RECORDED
    else:
        with pytest.raises(StoreFailed):
            queue.record(world.bill())
    assert len(queue.items()) == landed
    assert queue.record(world.bill(key="zhang-1", payload=b"zhang-1")).id == 1
    assert queue.verify().intact


def test_what_another_process_writes_before_a_file_is_reopened_is_seen(world: World) -> None:
    """Even where the new connection's count of foreign commits happens to be that of the old one."""
    there, failing, opened = world.queue(), [False], count()

    class Alike(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Self:
            done = super().execute("SELECT 1" if sql == "PRAGMA data_version" else sql, *values)
            if sql == "COMMIT" and failing[0]:
                failing[0] = False
                raise sqlite3.OperationalError("disk I/O error")
            return done

    def reconnect(path: Path) -> sqlite3.Connection:
        if next(opened):
            there.record(world.bill("li"))
        return connect(path, Alike)

    here = world.queue(connect=reconnect)
    failing[0] = True
    here.record(world.bill("zhang"))
    here.record(world.bill("zhang"))
    assert [item.key for item in here.items()] == ["zhang-1", "li-1", "zhang-2"]
    assert here.verify().intact


def test_a_commit_that_fails_on_a_disk_that_is_gone_is_called_uncertain(world: World) -> None:
    disk = Disk()
    queue = world.queue(connect=disk.connect)
    disk.arm(Fault.COMMIT_FAILS, 0)
    world.folder.rename(world.folder.with_name("gone"))
    with pytest.raises(StoreUncertain):
        queue.record(world.bill(kind=Kind.ADVICE))


def test_settings_that_do_not_hold_are_refused(world: World) -> None:
    class Deaf(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Self:
            return super().execute("SELECT 1" if sql == "PRAGMA synchronous = FULL" else sql, *values)

    def deafen(path: Path) -> sqlite3.Connection:
        conn = connect(path, Deaf)
        conn.execute("PRAGMA synchronous = NORMAL")
        return conn

    with pytest.raises(NotDurable) as refusal:
        world.queue(connect=deafen)
    assert refusal.value.data["pragma"] == "synchronous"


@pytest.mark.parametrize("name", ["Dropbox", "OneDrive - 医院", "坚果云", "百度网盘"])
def test_a_cloud_folder_is_refused(world: World, name: str) -> None:
    world.folder = world.folder.parent / name / "yibao"
    with pytest.raises(UnfitFolder):
        world.queue()
    assert not world.folder.exists()


@pytest.mark.parametrize(("kind", "fit"), [("nfs4", False), ("cifs", False), ("fuse.sshfs", False), ("ext4", True)])
def test_a_network_file_system_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str, fit: bool
) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"rootfs / ext4 rw 0 0\nserver:/x {str(tmp_path).replace(' ', chr(92) + '040')} {kind} rw 0 0\n")
    monkeypatch.setattr(place, "MOUNTS", mounts)
    if fit:
        place.check(tmp_path / "data")
    else:
        with pytest.raises(UnfitFolder) as refusal:
            place.check(tmp_path / "data")
        assert refusal.value.data["found"] == kind


@pytest.mark.parametrize("schema", [READABLE, SCHEMA + 1])
def test_a_store_of_another_version_is_not_opened_and_an_older_one_still_read(world: World, schema: int) -> None:
    site = X25519PrivateKey.generate()
    with world.queue(site_key=site.public_key().public_bytes_raw()) as queue:
        address = bundle.address(queue.book)
    with sqlite3.connect(world.folder / "queue.db") as conn:
        conn.execute("UPDATE store SET schema = ?", (schema,))
    with pytest.raises(OtherVersion) as refusal:
        world.queue()
    assert refusal.value.data["found"] == schema
    for read in (lambda: verify.check(world.folder), lambda: bundle.recover(world.folder, site, address)):
        with nullcontext() if schema < SCHEMA else pytest.raises(OtherVersion):
            assert read()


def test_who_cannot_write_because_another_does_is_told_so_and_an_outcome_waits_once_more(world: World) -> None:
    queue = world.queue()
    sending = queue.begin(world.bill(), b"")
    assert isinstance(sending, Sending)
    with contextlib.closing(sqlite3.connect(world.folder / "queue.db", check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy):
            queue.record(world.bill())
        Timer(6, other.rollback).start()
        assert queue.finish(sending, Outcome(OutcomeClass.ACCEPTED, "0")).state is State.ACCEPTED
    assert queue.book.reserve.there()
    assert queue.verify().intact


def test_a_file_that_is_no_database_is_refused(world: World) -> None:
    world.folder.mkdir(parents=True)
    (world.folder / "queue.db").write_bytes(b"torn" * 5000)
    with pytest.raises(StoreFailed):
        world.queue()


def test_a_hold_tells_who_has_it_and_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import datetime, pathlib, sys, time, offline_queue.locks as locks\n"
        "kept = locks.take(pathlib.Path(sys.argv[1]), datetime.datetime(2026, 3, 2))\n"
        "print('taken', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    assert take(path, START) == holder(path) == Holder(pid=process.pid, since="2026-03-02T00:00:00")
    process.kill()
    process.wait()
    assert holder(path) is None
    hold = take(path, START)
    assert isinstance(hold, Hold)
    hold.release()
    hold.release()
    assert not path.exists()


def test_two_processes_may_use_one_folder_and_a_dead_ones_call_is_in_doubt(world: World) -> None:
    here, there = world.queue(), world.queue()
    sending = there.begin(world.bill("li"), b"intent")
    assert isinstance(sending, Sending)
    here.record(world.bill("zhang"))
    world.drain(here, hours=0)
    assert here.item("li-1").state is State.SENDING
    there.close()
    world.far.sends = [Outcome(OutcomeClass.ACCEPTED)] * 2
    world.drain(here, hours=0)
    assert (here.item("li-1").state, here.item("li-1").reason) == (State.IN_DOUBT, "owner_died")


def test_history_does_not_slow_the_desk_down(tmp_path: Path, size: Callable[[int, int], int]) -> None:
    """Opening, recording, looking and sending take bounded time over a long closed history."""
    world = World(tmp_path)
    closed = size(20_000, 1_000_000)
    queue = world.queue(limits=Limits(items_open=10**6))
    queue.record(world.bill(kind=Kind.ADVICE))
    world.drain(queue, hours=0)
    _multiply_history(world, closed)
    queue.close()

    def timed(work: Callable[[], object]) -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    again: list[Queue] = []
    assert timed(lambda: again.append(world.queue())) < 1
    queue = again[0]
    assert timed(lambda: [queue.record(world.bill("li", kind=Kind.ADVICE)) for _ in range(50)]) < 2
    assert timed(queue.status) < 0.5
    assert timed(lambda: world.drain(queue, hours=0)) < 3
    assert queue.items() == []
    world.close()


def test_what_is_asked_about_one_item_costs_the_same_after_a_long_history(tmp_path: Path) -> None:
    """Counted in steps of SQLite's machine: a search without its index would walk through all that ever happened."""
    counted: list[None] = []

    def connect(path: Path) -> sqlite3.Connection:
        conn = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        conn.set_progress_handler(lambda: counted.append(None), 10)
        return conn

    world = World(tmp_path)
    queue = world.queue(connect=connect, limits=Limits(items_open=10**6))

    def steps(work: Callable[[], object]) -> int:
        counted.clear()
        work()
        return len(counted)

    def grow(bills: int) -> None:
        for number in range(bills):
            queue.record(world.bill(f"p{number}", amount_fen=1))
        world.drain(queue, hours=0)

    def costs() -> dict[str, int]:
        mine = queue.record(world.bill("mine"))
        world.drain(queue, hours=0)

        def unknown() -> None:
            with pytest.raises(UnknownKey):
                queue.item("nobody")

        return {
            "known": steps(lambda: queue.item(mine.key)),
            "unknown": steps(unknown),
            "answers": steps(lambda: queue.answers(mine)),
            "one lane": steps(lambda: queue.items(tuple(State), lane="mine")),
            "recording": steps(lambda: queue.record(world.bill("next"))),
            "forwarding": steps(lambda: world.drain(queue, hours=0)),
        }

    grow(20)
    short = costs()
    grow(400)
    long = costs()
    world.close()
    assert {name: (short[name], cost) for name, cost in long.items() if cost > 2 * short[name] + 10} == {}


def _multiply_history(world: World, times: int) -> None:
    """Copies of one closed item, as an archive's worth of years would leave them; the chain is not what is measured."""
    with sqlite3.connect(world.folder / "queue.db") as conn:
        columns = [row[1] for row in conn.execute("PRAGMA table_info(item)")]
        values = ", ".join({"id": "n + 1", "key": "'old-' || n", "shelved": "1"}.get(name, name) for name in columns)
        conn.execute(
            "WITH RECURSIVE count (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count WHERE n < ?)"
            f" INSERT INTO item SELECT {values} FROM item, count WHERE id = 1",
            (times,),
        )
        conn.execute("UPDATE item SET shelved = 1 WHERE closed NOT NULL")
        conn.execute("UPDATE store SET near = (SELECT max(id) + 1 FROM item)")


def test_a_rehearsal_while_online_tells_beforehand_what_an_outage_would_meet(world: World) -> None:
    disk = Disk()
    queue = world.queue(connect=disk.connect)
    assert queue.rehearse().not_ready == ()
    disk.arm(Fault.DISK_FULL, 0)
    with pytest.raises(StoreFailed):
        queue.rehearse()


def test_a_store_that_does_not_open_leaves_no_connection_behind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[sqlite3.Connection] = []

    def connect(path: Path) -> sqlite3.Connection:
        opened.append(sqlite3.connect(path, isolation_level=None, check_same_thread=False))
        return opened[-1]

    def refuse(folder: Path) -> None:
        raise OSError("folder cannot be flushed")

    monkeypatch.setattr(place, "flush_folder", refuse)
    with pytest.raises(StoreFailed):
        Store(world.folder, connect)
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        opened[0].execute("SELECT 1")
