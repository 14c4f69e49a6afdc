"""A long stay's bill at the desk: 2,000 lines scroll, search, change and split without the screen standing still."""

import asyncio
import time

from terminal.counter.sale import Item
from terminal.documents import ItemClass
from terminal.money import Quantity, parse_price
from tests.desk.playing import desk, play

LINES = 2000
PAUSE = 1.0
"""Seconds; ten times what the bench holds it to."""


def fill(sale):
    for place in range(LINES):
        sale.add(Item("XA01-TEST-0001", f"阿莫西林胶囊{place:04d}", parse_price("1.25"), ItemClass.A), Quantity(10_000))


async def watch(worst):
    """Keeps the longest time the screen's own thread was away."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.005)
        worst.append(time.perf_counter() - begun)


def test_2000_lines_never_make_the_screen_stand_still(till):
    async def script(c):
        await c.press("f6")
        fill(c.app.charge.sale)
        c.app.charge.draw()
        await c.rest()
        worst = []
        watching = asyncio.create_task(watch(worst))
        for keys in (("pageup", "pagedown", "down", "up"), tuple("2*amxl"), ("enter",), ("ctrl+d",), ("f5",)):
            await c.press(*keys)
        watching.cancel()
        assert "阿莫西林胶囊1999" in c.screen
        assert c.app.charge.sale.trial is not None
        assert max(worst) < PAUSE

    play(desk(till), script)
