"""Calls in flight: started by the forwarder's one thread, carried out by others, handed back as they end."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

Job = TypeVar("Job")
Done = TypeVar("Done")


class Pool(Protocol[Job]):
    """Runs jobs; gives them back when they are done."""

    def start(self, job: Job, call: Callable[[], None]) -> None: ...

    def wait(self, seconds: float) -> list[Job]:
        """Jobs that ended, at least one unless the time is up first. With nothing in flight, lets the time pass."""
        ...

    def close(self) -> None: ...


class Threads(Generic[Job]):
    """The real one."""

    def __init__(self, width: int) -> None:
        self._threads = ThreadPoolExecutor(width, thread_name_prefix="forward")
        self._done: SimpleQueue[Job] = SimpleQueue()

    def start(self, job: Job, call: Callable[[], None]) -> None:
        """``call`` must not raise."""

        def run() -> None:
            call()
            self._done.put(job)

        self._threads.submit(run)

    def wait(self, seconds: float) -> list[Job]:
        done = []
        try:
            done.append(self._done.get(timeout=max(0.0, seconds)))
            while True:
                done.append(self._done.get_nowait())
        except Empty:
            return done

    def close(self) -> None:
        """Wait for the calls in flight; their outcomes are lost and become doubts."""
        self._threads.shutdown()
