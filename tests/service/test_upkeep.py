"""The service does the night's work on the store by itself."""

import time
from datetime import timedelta
from pathlib import Path

import pytest

from terminal.clock import now
from terminal.counter.settle import settle
from terminal.service import settling
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
