"""Calls in flight: started by the forwarder's one thread, carried out by others, handed back as they end."""

import threading
import time
from collections import deque
from queue import SimpleQueue
from typing import Generic, Protocol, Self, TypeVar

_QUICK = 0.001
"""Seconds: what a far end that answers at once takes; to wait for one that does not takes longer than a thread more."""


class Runs(Protocol):
    """Something to be carried out in any thread; must not raise."""

    def run(self) -> Self | None:
        """Gives what the same thread goes on with at once."""
        ...


Job = TypeVar("Job", bound=Runs)


class Pool(Protocol[Job]):
    """Runs jobs, and what follows from each; gives all of them back as they end, each before what follows from it."""

    def start(self, job: Job) -> None: ...

    def wait(self, seconds: float) -> list[Job]:
        """Jobs that ended, at least one unless the time is up first. With nothing in flight, lets the time pass."""
        ...

    def close(self) -> None: ...


class Threads(Generic[Job]):
    """The real one: as many threads as calls keep each other waiting, ``width`` at most.

    While calls are quick, one thread carries out whatever was started, one after the other, and wakes the forwarder
    once: sixteen that share one interpreter take twice as long for the same. As soon as a call takes its time, each of
    the others has a thread of its own.
    """

    def __init__(self, width: int) -> None:
        self._width = width
        self._quick = True
        self._threads: list[threading.Thread] = []
        self._waiting: deque[Job] = deque()
        self._ended: deque[tuple[Job, float]] = deque()
        """With the seconds since their thread began with them, or with what they followed from."""
        self._bell = threading.Event()
        self._idle: deque[None] = deque(maxlen=width)
        """One for each thread that has nothing to do."""
        self._calls: SimpleQueue[bool] = SimpleQueue()

    def start(self, job: Job) -> None:
        self._waiting.append(job)
        if not self._quick:
            self._call()

    def wait(self, seconds: float) -> list[Job]:
        until = time.monotonic() + seconds
        if self._quick and self._waiting:
            self._call()
        seen = len(self._ended)
        while (self._waiting or not self._ended) and (rest := until - time.monotonic()) > 0:
            if self._bell.wait(min(rest, _QUICK) if self._quick else rest):
                self._bell.clear()
            elif self._quick and len(self._ended) == seen:
                self._quick = False
                for _ in range(len(self._waiting)):
                    self._call()
            seen = len(self._ended)
        ended = [self._ended.popleft() for _ in range(len(self._ended))]
        if ended:
            self._quick = min(took for _, took in ended) < _QUICK
        return [job for job, _ in ended]

    def close(self) -> None:
        """Wait for the calls in flight; their outcomes are lost and become doubts."""
        self._waiting.clear()
        for _ in self._threads:
            self._calls.put(False)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _call(self) -> None:
        """Have one thread more look at what waits. With all of them at work, the first that is done does."""
        if len(self._threads) < self._width:
            try:
                self._idle.pop()
            except IndexError:
                self._threads.append(threading.Thread(target=self._work, name="forward", daemon=True))
                self._threads[-1].start()
        self._calls.put(True)

    def _work(self) -> None:
        while self._calls.get():
            while True:
                try:
                    job: Job | None = self._waiting.popleft()
                except IndexError:
                    break
                began = time.monotonic()
                while job:
                    following = job.run()
                    took = time.monotonic() - began
                    self._ended.append((job, took))
                    job = following
                    if took >= _QUICK or not self._quick:
                        self._bell.set()
            self._idle.append(None)
            self._bell.set()
