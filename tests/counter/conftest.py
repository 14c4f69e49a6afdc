"""A world of its own for every test that settles."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A data folder connected to a simulated centre."""
    world = World(tmp_path)
    yield world
    world.close()
