"""A desk's queue on a real folder, with a clock in the test's hand and a far end that records what reaches it."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.offline_queue.sites import Yard
from tests.offline_queue.world import World


@pytest.fixture
def folder() -> Iterator[Path]:
    """A fresh data folder; in memory where there is such a place, for what is tested here is not the disk."""
    base = Path("/dev/shm")
    path = Path(tempfile.mkdtemp(prefix="queue-", dir=base if base.is_dir() else None))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    """Clock, keystore, far end and folder."""
    made = World(folder)
    yield made
    made.close()


@pytest.fixture
def yard(folder: Path) -> Iterator[Yard]:
    """A site whose hub is not open yet."""
    made = Yard(folder)
    yield made
    made.close()
