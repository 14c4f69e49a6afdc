"""The service does the night's work on the store, and checks it, by itself."""

import sqlite3
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from terminal.clock import now
from terminal.counter.settle import settle
from terminal.service import settling
from terminal.service.documents import QueueStatus
from tests.world import AMOXICILLIN, World, claim


def test_a_running_service_copies_the_store_at_night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(tmp_path)
    try:
        with world.till() as till:
            settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        monkeypatch.setattr(settling, "ROUND", timedelta(seconds=0.05))
        with world.till(clock=lambda: now() + timedelta(days=2)) as till:
            service = settling.Settling(till)
            try:
                end = time.monotonic() + 30
                while till.queue.status().copied is None and time.monotonic() < end:
                    time.sleep(0.05)
                assert till.queue.status().copied
                assert till.queue.status().warnings == ()
            finally:
                service.close()
        assert len(list((world.home / "copies").glob("*/queue.db"))) == 1
    finally:
        world.close()


def test_a_running_service_finds_what_was_tampered_with_and_tells_programs(tmp_path: Path) -> None:
    with closing(World(tmp_path)) as world, world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        with closing(sqlite3.connect(world.home / "store" / "queue.db")) as conn, conn:
            conn.execute("UPDATE item SET amount_fen = amount_fen + 1 WHERE key = 'B-1'")
        with closing(settling.Settling(till, check_after=0)):
            end = time.monotonic() + 30
            while not till.queue.broken() and time.monotonic() < end:
                time.sleep(0.02)
        told = QueueStatus.of(till.queue.status())
        assert not told.ready
        assert told.not_ready[0].startswith("store: item_changed")
        assert told.warnings[0] == "store_broken"
