"""One desk per data folder: the seat is taken while the desk runs, and free again however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from offline_queue import locks
from terminal.counter.till import Till
from terminal.desk.faults import DeskRunning


@contextmanager
def seat(till: Till) -> Iterator[None]:
    """Raises DeskRunning naming the process that has it."""
    taken = locks.take(till.home / "desk.lock", till.clock())
    if isinstance(taken, locks.Holder):
        raise DeskRunning(pid=taken.pid, since=taken.since)
    try:
        yield
    finally:
        taken.release()
