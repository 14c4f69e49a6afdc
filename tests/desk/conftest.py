"""A data folder with a stock, an open till and a simulated centre for every test of the desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.counter.till import Till
from tests.desk.playing import stock
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A data folder with catalogue and prices, connected to a simulated centre."""
    world = World(tmp_path)
    stock(world.home)
    yield world
    world.close()


@pytest.fixture
def till(world: World) -> Iterator[Till]:
    """The folder opened."""
    with world.till() as till:
        yield till
