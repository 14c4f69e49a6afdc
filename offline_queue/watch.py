"""Checks the whole store while the desk works: slowly, over a connection of its own, in nobody's way."""

import threading
from contextlib import closing, suppress

from offline_queue import breaks, locks
from offline_queue.book import Book
from offline_queue.faults import QueueFault
from offline_queue.ports import Anchor
from offline_queue.traces import Verification

FIRST = 20.0
"""Seconds from the start to the first check: opening the desk comes first."""
_EVERY = 24 * 3600.0
_AGAIN = 3600.0
"""After a check that could not be made."""
_PAUSE = 0.02
"""Seconds without work after each bit of it, which takes about half as long."""


class _Stopped(Exception):
    """The program closes: a check that was begun ends nowhere, and begins anew the next time."""


class Watch:
    """A thread that checks everything soon after the start, and then once a day; the chain tells what it found.

    One process of a folder does it at a time. Whoever starts it closes it before the book.
    """

    def __init__(self, book: Book, first: float = FIRST, every: float = _EVERY) -> None:
        """``first`` and ``every`` are seconds: until the first check, and between two."""
        self._book = book
        self._first = first
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, in the middle of a check too."""
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        wait = self._first
        while not self._over.wait(wait):
            wait = _AGAIN
            with suppress(QueueFault, OSError, _Stopped):  # a disk that takes nothing shows in what the desk does
                if checked := self._check():
                    breaks.tell_result(self._book, checked)
                    wait = self._every

    def _check(self) -> Verification | None:
        hold = locks.take(self._book.folder / "verify.lock", self._book.clock())
        if isinstance(hold, locks.Holder):
            return None
        try:
            with closing(self._book.verifier()) as verifier:
                known = self._book.remembered()
                return verifier.everything([Anchor(known.seq, known.hash)] if known else [], self._breathe)
        finally:
            hold.release()

    def _breathe(self) -> None:
        if self._over.wait(_PAUSE):
            raise _Stopped
