"""Message numbers: unique for ever, never lower than the last, whatever the clock does.

A number is institution (12), Beijing time to the second (14), terminal (2) and a count (2, base 36), as the national
interface composes its message number. The store keeps one integer, ``second * 1296 + count``, below which everything is
taken; a process reserves a block above it in a commit of its own and hands the block out from memory. A crash wastes
the rest of a block, nothing else. Where somebody hands out a terminal's numbers, a store keeps to its share of them.
"""

import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from msgspec import Struct

from offline_queue.ports import Clock, Identity
from offline_queue.store import Store

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PER_SECOND = len(_DIGITS) ** 2
SLOT = slice(26, 28)
"""Where the terminal stands in a number."""
_BLOCK = 64
_MOST = 1024
"""Numbers of a block: the first, and as blocks are used up one after the other."""
_STALE_SECONDS = 60
"""A block is given up after this long, so that the time in a number is not far from the time of its use."""

BEIJING = timezone(timedelta(hours=8))


def spell(identity: Identity, value: int) -> str:
    """A number from its integer."""
    second, count = divmod(value, PER_SECOND)
    high, low = divmod(count, len(_DIGITS))
    return f"{identity.institution}{_time(second)}{identity.terminal}{_DIGITS[high]}{_DIGITS[low]}"


@lru_cache(maxsize=4)
def _time(second: int) -> str:
    return f"{datetime.fromtimestamp(second, BEIJING):%Y%m%d%H%M%S}"


class Share(Struct, frozen=True):
    """Which of a terminal's numbers one store may give out: some counts of every second, from one second to another."""

    low: int = 0
    high: int = PER_SECOND
    """The counts from ``low`` to before ``high``."""
    start: int = 0
    end: int = sys.maxsize
    """Integers, as the store keeps them; the end is not in it."""

    def piece(self, number: int, most: int) -> tuple[int, int]:
        """The next numbers from ``number`` on that lie side by side, ``most`` at the most; none when the share ends."""
        second, count = divmod(max(number, self.start), PER_SECOND)
        if count >= self.high:
            second, count = second + 1, 0
        first = second * PER_SECOND + max(count, self.low)
        whole = self.high - self.low == PER_SECOND
        end = min(first + most, self.end, sys.maxsize if whole else second * PER_SECOND + self.high)
        return first, max(first, end)


Shares = Callable[[int], Share]
"""Gives a share that goes on for a second at least after an integer. Raises ``QueueFault``."""

WHOLE = Share()


class Numbers:
    """Hands out the numbers of one terminal. Several processes may do so at once."""

    def __init__(self, store: Store, identity: Identity, clock: Clock) -> None:
        self._store = store
        self._identity = identity
        self._clock = clock
        self._next = self._end = 0
        self._block = _BLOCK
        self._lock = threading.Lock()
        self.shares: Shares = lambda number: WHOLE
        """Asked before each reservation; all numbers of the terminal are ours where nobody hands them out."""

    def next(self) -> str:
        """A number that nobody has had and nobody will have. Never call it in a transaction.

        Raises ``StoreFailed``, and what ``shares`` raises.
        """
        return self.several(1)[0]

    def several(self, count: int) -> list[str]:
        """As many such numbers, rising."""
        taken: list[int] = []
        with self._lock:
            second = int(self._clock().timestamp())
            while len(taken) < count:
                if second - self._next // PER_SECOND > _STALE_SECONDS:
                    self._next, self._end, self._block = 0, 0, _BLOCK
                if self._next >= self._end:
                    self._reserve(second)
                upto = min(self._end, self._next + count - len(taken))
                taken += range(self._next, upto)
                self._next = upto
        return [spell(self._identity, number) for number in taken]

    def _reserve(self, second: int) -> None:
        start = end = 0
        while start == end:
            share = self.shares(self._lowest(second))
            with self._store.transaction():
                start, end = share.piece(self._lowest(second), self._block)
                if start < end:
                    self._store.change("UPDATE store SET number = ?", (end,))
        self._next, self._end = start, end
        self._block = min(_MOST, 2 * self._block)

    def _lowest(self, second: int) -> int:
        number: int = self._store.rows("SELECT number FROM store")[0][0]
        return max(number, second * PER_SECOND)
