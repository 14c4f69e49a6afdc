"""A centre with the stand-in policy, and a desk at its line."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from terminal.centre.simulator import Simulator
from tests.centre.simulator.desk import Desk

STANDIN = (sys.executable, str(Path(__file__).with_name("standin.py")))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Simulator]]:
    """Start a centre with the stand-in policy; ended with the test."""
    running: list[Simulator] = []

    def starter(**options: Any) -> Simulator:
        options = {"ledger": tmp_path / "centre.db", "adjudicator_command": STANDIN, **options}
        running.append(Simulator(**options))
        return running[-1]

    yield starter
    for simulator in running:
        simulator.close()


@pytest.fixture
def simulator(start: Callable[..., Simulator]) -> Simulator:
    return start()


@pytest.fixture
def desk(simulator: Simulator) -> Iterator[Desk]:
    desk = Desk(simulator.port).sign_in()
    yield desk
    desk.close()
