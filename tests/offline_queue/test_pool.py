"""Calls in flight: none holds another up, and each comes back as it ends."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from offline_queue.pool import Threads

LONG = 30.0
WIDTH = 8


@dataclass
class Call:
    """Does what it is told, and names the thread it was done in."""

    work: Callable[[], object] = bool
    following: "Call | None" = None
    thread: int = 0

    def run(self) -> "Call | None":
        self.thread = threading.get_ident()
        self.work()
        return self.following


@pytest.fixture
def pool() -> Iterator[Threads[Call]]:
    threads: Threads[Call] = Threads(WIDTH)
    yield threads
    threads.close()


def _collect(pool: Threads[Call], number: int) -> list[Call]:
    ended: list[Call] = []
    while len(ended) < number and (more := pool.wait(LONG)):
        ended += more
    assert len(ended) == number
    return ended


def test_every_call_of_the_width_can_wait_at_the_same_time(pool: Threads[Call]) -> None:
    for _ in range(3):
        together = threading.Barrier(WIDTH)
        calls = [Call(lambda: together.wait(LONG)) for _ in range(WIDTH)]  # noqa: B023 - all are done before the next
        for call in calls:
            pool.start(call)
        assert len({call.thread for call in _collect(pool, WIDTH)}) == WIDTH


def test_a_call_without_an_end_holds_up_neither_those_after_it_nor_those_of_later(pool: Threads[Call]) -> None:
    end = threading.Event()
    stuck = [Call(lambda: end.wait(LONG)) for _ in range(WIDTH - 1)]
    for call in stuck:
        pool.start(call)
        quick = [Call(), Call(), Call()]
        for other in quick[: WIDTH - len(stuck)]:
            pool.start(other)
            assert _collect(pool, 1) == [other]
    end.set()
    assert len(_collect(pool, len(stuck))) == len(stuck)


@pytest.mark.parametrize("seconds", [0, 0.01], ids=["quick", "slow"])
def test_an_end_is_told_before_what_follows_from_it_has_ended(pool: Threads[Call], seconds: float) -> None:
    end = threading.Event()
    for _ in range(2):
        following = Call(lambda: end.wait(LONG / 10))
        first = Call(lambda: time.sleep(seconds), following)
        pool.start(first)
        assert _collect(pool, 1)[0] is first
        end.set()
        assert _collect(pool, 1)[0] is following
        assert first.thread == following.thread
        end.clear()


def test_quick_calls_after_slow_ones_all_come_back(pool: Threads[Call]) -> None:
    pause = threading.Event()
    for round in range(50):
        for n in range(WIDTH):
            pool.start(Call((lambda: pause.wait(0.002)) if (round + n) % 3 == 0 else bool))
        _collect(pool, WIDTH)


def test_closing_leaves_out_what_was_not_begun() -> None:
    threads: Threads[Call] = Threads(1)
    end = threading.Event()
    threads.start(Call(lambda: end.wait(LONG)))
    assert threads.wait(0.1) == []
    never = Call()
    threads.start(never)
    threading.Timer(0.5, end.set).start()
    threads.close()
    assert never.thread == 0
