"""The desk: how soon it is ready, a key to the screen, and the longest pause on a bill of 2,000 lines."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from textual.app import App, ComposeResult
from textual.widgets import Static

from terminal.desk.app import Desk
from tests.bench.timing import compare, readable
from tests.desk.playing import Cashier, desk, stock
from tests.desk.test_speed import fill, watch
from tests.world import World

KEY, LONGEST = 0.050, 0.100
"""What a cashier does not notice: a key to the screen, p99, and the longest pause."""


class Bare(App[None]):
    """A Textual app with one word on it."""

    def compose(self) -> ComposeResult:
        """The word."""
        yield Static("ready")


def _ready(make: Callable[[], App[None]]) -> Callable[[], None]:
    async def run() -> None:
        async with make().run_test(size=(80, 24)) as pilot:
            await pilot.pause()

    return lambda: asyncio.run(run())


async def _keys(app: Desk) -> list[float]:
    """Seconds of work between a key and the finished screen, while an item is typed again and again.

    Counted on the screen's own thread, because the pilot that presses the keys waits between them.
    """
    took = []
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(20):
            for key in (*"amxl", "enter"):
                begun = time.thread_time()
                await pilot.press(key)
                took.append(time.thread_time() - begun)
    return took


async def _long_bill(app: Desk) -> float:
    async with app.run_test(size=(80, 24)) as pilot:
        c = Cashier(app, pilot)
        fill(app.charge.sale)
        app.charge.draw()
        await c.rest()
        pauses: list[float] = []
        watching = asyncio.create_task(watch(pauses))
        for keys in (("pagedown", "pageup", "down", "up"), tuple("2*amxl"), ("enter",), ("ctrl+d",)):
            await c.press(*keys)
        watching.cancel()
        return max(pauses)


def _line(name: str, seconds: float, unnoticed: float) -> None:
    print(f"{name:<44} {seconds / unnoticed:>8.2f} x  {f'({readable(seconds)})':>12}  {readable(unnoticed)}")


def main() -> None:
    """Three lines: ready against a bare app, keys and pauses against what nobody notices."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        stock(world.home)
        with world.till() as till:
            compare("desk: ready", _ready(lambda: desk(till)), {"bare Textual app": _ready(Bare)}, rounds=9)
            _line("desk: key to screen, p99", quantiles(asyncio.run(_keys(desk(till))), n=100)[98], KEY)
            _line("desk: 2,000 lines, longest pause", asyncio.run(_long_bill(desk(till))), LONGEST)
        world.close()


if __name__ == "__main__":
    main()
