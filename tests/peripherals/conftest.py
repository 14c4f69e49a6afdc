"""Simulated devices on pseudo-terminals, plugged in for one test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from terminal.peripherals.simulators.plug import Pty, Simulated


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Callable[[Simulated], Pty]]:
    """``plug(device)``: the device on a pty; unplugged when the test ends."""
    with ExitStack() as stack:
        count = iter(range(100))
        yield lambda device: stack.enter_context(Pty(device, tmp_path / f"tty{next(count)}"))
