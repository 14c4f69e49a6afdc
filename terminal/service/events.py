"""What happens, as it happens: bills changing state, from the journal, in the journal's order."""

import asyncio
from collections.abc import AsyncIterator

from terminal.counter import journal
from terminal.counter.till import Till
from terminal.documents import encode
from terminal.service.documents import Row

PERIOD = 0.25
ALIVE = 15.0


async def stream(till: Till, after: int, closing: asyncio.Event) -> AsyncIterator[bytes]:
    """Server-sent events ``bill`` with the journal's sequence as id; a comment now and then keeps the line open."""
    quiet = 0.0
    while not closing.is_set():
        rows, after = await asyncio.to_thread(_since, till, after)
        for seq, row in rows:
            yield b"id: %d\nevent: bill\ndata: %s\n\n" % (seq, encode(row))
        quiet = 0.0 if rows else quiet + PERIOD
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
