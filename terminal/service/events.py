"""What happens, as it happens: bills changing state in the journal's order, the queue, cards coming and going."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator

from cardio.monitor import CardEvent, watch
from terminal.counter import journal
from terminal.counter.till import Till
from terminal.documents import encode
from terminal.service.documents import QueueStatus, Row

PERIOD = 0.25
ALIVE = 15.0
KEPT = 256
"""Card events that a listener who was away for a moment may still get."""


class Cards:
    """Cards in and out since the service started. Watching begins with the first listener."""

    def __init__(self) -> None:
        self._events: deque[tuple[int, CardEvent]] = deque(maxlen=KEPT)
        self._count = 0
        self._stop = threading.Event()
        self._watching = threading.Thread(target=watch, args=(self._keep, self._stop), daemon=True)

    @property
    def count(self) -> int:
        """How many there have been."""
        return self._count

    def listen(self) -> int:
        """Starts watching, if nobody did yet; returns where this listener begins."""
        if not self._watching.is_alive() and not self._stop.is_set():
            self._watching.start()
        return self._count

    def after(self, count: int) -> Iterator[CardEvent]:
        """What came after the first ``count``."""
        return (event for number, event in tuple(self._events) if number > count)

    def close(self) -> None:
        """Ends the watching."""
        self._stop.set()
        if self._watching.is_alive():
            self._watching.join()

    def _keep(self, event: CardEvent) -> None:
        self._count += 1
        self._events.append((self._count, event))


async def stream(till: Till, cards: Cards, after: int, closing: asyncio.Event) -> AsyncIterator[bytes]:
    """Server-sent events: ``bill`` with the journal's sequence as id, ``queue`` after it, ``card``.

    A comment now and then keeps the line open.
    """
    quiet, seen = 0.0, cards.listen()
    while not closing.is_set():
        rows, after = await asyncio.to_thread(_since, till, after)
        for seq, row in rows:
            yield b"id: %d\nevent: bill\ndata: %s\n\n" % (seq, encode(row))
        if rows:
            yield b"event: queue\ndata: %s\n\n" % encode(await asyncio.to_thread(QueueStatus.of, till.queue.status()))
        count, fresh = cards.count, list(cards.after(seen))
        seen = count
        for event in fresh:
            yield b"event: card\ndata: %s\n\n" % encode(event)
        quiet = 0.0 if rows or fresh else quiet + PERIOD
        if quiet >= ALIVE:
            quiet = 0.0
            yield b": alive\n\n"
        await asyncio.sleep(PERIOD)


def _since(till: Till, after: int) -> tuple[list[tuple[int, Row]], int]:
    last: dict[int, int] = {}
    for event in till.queue.events(after=after):
        after = event.seq
        if event.item:
            last[event.item] = event.seq
    if not last:
        return [], after
    rows = []
    for item in till.queue.items_by_id(last):
        rows.append((last[item.id], Row(item.key, journal.state_of(item), item.created, item.reason)))
    return rows, after
