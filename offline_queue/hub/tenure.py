"""A terminal's side of its lease: kept in its own chain, renewed while the hub is there, good for weeks without it."""

from collections.abc import Callable
from datetime import timedelta

import msgspec

from offline_queue.hub.faults import BadHub, NoLease
from offline_queue.hub.slots import TERM
from offline_queue.hub.words import Countersigned, Head, Lease, checked
from offline_queue.numbers import PER_SECOND, Share
from offline_queue.queue import Queue

LEASED = "hub.lease"
"""Kind of the terminal's notes: a lease as the hub signed it."""

_RENEW = int((TERM - timedelta(days=1)).total_seconds())
"""Seconds left below which more are asked for."""
_AGAIN = 3600.0
"""Seconds between two such questions while the hub is away: each keeps somebody waiting."""
_ENOUGH = 60
"""Seconds that must be left to give out numbers without the hub."""

Ask = Callable[[int, bool], Countersigned]
"""Asks the hub for numbers from a second on; the flag says that it may not take long. Raises ``QueueFault``."""


class Tenure:
    """Which numbers a folder may give out, for ``Numbers.shares``. To be called by one thread at a time."""

    def __init__(self, queue: Queue, key: bytes, ask: Ask) -> None:
        """``key`` is the hub's public key (Ed25519, 32 bytes)."""
        self._queue, self._key, self._ask = queue, key, ask
        self._lease: Lease | None = None
        self._read = 0
        """The last of the kept leases that was looked at."""
        self._asked = float("-inf")

    def share(self, number: int) -> Share:
        """A share that goes on after this number. Raises ``SlotTaken``, ``SetBack``, ``NoLease``, ``BadHub``."""
        second = number // PER_SECOND
        if self._left(second) < _RENEW:
            self._look()  # another process may have renewed it
        left, now = self._left(second), self._queue.book.steady().seconds
        if left < _ENOUGH or (left < _RENEW and now - self._asked >= _AGAIN):
            self._asked = now
            try:
                self._lease = self._granted(second, left >= _ENOUGH)
            except NoLease:
                if left < _ENOUGH:
                    raise
        assert self._lease  # noqa: S101 - something is left of it
        return self._lease.share

    def _left(self, second: int) -> int:
        return self._lease.end - second if self._lease else 0

    def _granted(self, second: int, in_haste: bool) -> Lease:
        """Durable here before the first of its numbers is given out."""
        seen = self._ask(second, in_haste)
        lease = self._ours(seen)
        if lease is None:
            raise BadHub(found="no lease for this folder in its answer")
        with self._queue.noting() as note:
            note(LEASED, msgspec.msgpack.encode(seen), "hub")
        return lease

    def _look(self) -> None:
        for event in self._queue.notes((LEASED,), self._read):
            self._read = event.seq
            if event.body:
                self._lease = self._ours(msgspec.msgpack.decode(event.body, type=Countersigned)) or self._lease

    def _ours(self, seen: Countersigned) -> Lease | None:
        """The lease of this folder: a copy that persons went on from has none until it asks."""
        receipt, book = checked(seen, self._key), self._queue.book
        head = Head(book.id, book.epoch, 0, b"")
        leases = receipt.leases if receipt else []
        return next((each for each in leases if each.terminal == book.identity.terminal and each.belongs(head)), None)
