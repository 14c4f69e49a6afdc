"""When to try again: persisted per item, and a breaker for the whole far end."""

from datetime import timedelta
from random import Random

from offline_queue.ports import SteadyClock

_FIRST = timedelta(seconds=2)
CAP = timedelta(minutes=5)
_OPENS_AFTER = 5
_REST = timedelta(seconds=30)


def delay(tries: int, random: Random) -> timedelta:
    """Exponential with jitter, never longer than five minutes."""
    top = min(CAP, _FIRST * 3 ** min(tries, 6))
    return timedelta(seconds=random.uniform(_FIRST.total_seconds() / 2, top.total_seconds()))


class Breaker:
    """Opens after five fruitless calls in a row; what tries it afterwards is a question, not a settlement."""

    def __init__(self, steady: SteadyClock) -> None:
        self._steady = steady
        self._failures = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether nothing but a probe may go out."""
        return self._failures >= _OPENS_AFTER

    def wait(self) -> float:
        """Seconds until the next probe."""
        return max(0.0, self._until - self._steady().seconds)

    def tell(self, usable: bool) -> None:
        """A call ended with a usable answer, or without."""
        self._failures = 0 if usable else self._failures + 1
        if self.is_open:
            self._until = self._steady().seconds + _REST.total_seconds()

    def hurry(self) -> None:
        """Somebody pressed "send now": probe at once."""
        self._until = 0.0
