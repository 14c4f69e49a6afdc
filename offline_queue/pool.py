"""Calls in flight: started by the forwarder's one thread, carried out by others, handed back as they end."""

import threading
from collections.abc import Callable
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
    """The real one: ``width`` threads, the first of which is started with the first job."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._threads: list[threading.Thread] = []
        self._idle = threading.Semaphore(0)
        self._waiting: SimpleQueue[tuple[Job, Callable[[], None]] | None] = SimpleQueue()
        self._done: SimpleQueue[Job] = SimpleQueue()

    def start(self, job: Job, call: Callable[[], None]) -> None:
        """``call`` must not raise."""
        if not self._idle.acquire(blocking=False) and len(self._threads) < self._width:
            self._threads.append(threading.Thread(target=self._work, name="forward", daemon=True))
            self._threads[-1].start()
        self._waiting.put((job, call))

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
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _work(self) -> None:
        while order := self._waiting.get():
            job, call = order
            call()
            self._idle.release()
            self._done.put(job)
