"""The desk: how soon it is ready and a key to the screen, with 250,000 items; pauses on a bill of 2,000 lines."""

import asyncio
import gc
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from textual.app import App, ComposeResult
from textual.widgets import Static

from terminal.catalogue import Catalogue
from terminal.desk.app import Desk
from tests.bench.catalogue import rows
from tests.bench.screens import window
from tests.bench.timing import compare, disk, readable
from tests.desk.playing import Cashier, desk, stock
from tests.desk.test_speed import fill, watch
from tests.world import World

KEY, LONGEST = 0.050, 0.100
"""What a cashier does not notice: a key to the screen, p99, and the longest pause."""
WORDS, RUNS = 60, 5
LETTERS = "amxltbkfwsszyjqc"
CLOCK = r"[^\r\n]*:[0-9][0-9] ?"
"""The line at the head, which is drawn every second without any key."""
LINE = """
from textual.app import App
from textual.widgets import Input
class Bare(App):
    def compose(self):
        yield Input(placeholder="ready")
Bare().run()
"""


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


@contextmanager
def _centre_apart(world: World) -> Iterator[None]:
    """Moves the world's centre into a process of its own: what it computes is not the desk's pause."""
    world.centre.close()
    command = ["-m", "terminal.cli", "centre", "simulate", "--port", str(world.centre.port)]
    process = subprocess.Popen(
        [sys.executable, *command, "--ledger", str(world.home.parent / "apart.db")], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.terminate()
        process.wait()


def _stock(home: Path) -> None:
    """A catalogue as long as the national drug list, every item with a price."""
    chance = random.Random(7)
    items = list(rows(chance))
    with Catalogue(home / "catalogue.db", create=True) as catalogue:
        catalogue.update(items, {item.code: chance.randrange(10**6) for item in items})
    prices = (f"{item.code},{chance.randrange(100, 99_999) / 100:.2f}" for item in items)
    (home / "prices.csv").write_text("\n".join(["code,price", *prices]) + "\n", encoding="utf-8")


def _typed(command: list[str], word: str, home: Path) -> list[float]:
    """Seconds from each key to the finished screen, typing letters and taking them back."""
    chance, took = random.Random(5), []
    env = {**os.environ, "YIBAO_HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8"}
    with window([sys.executable, *command], env, CLOCK) as screen:
        screen.ready(word)
        for _ in range(WORDS):
            typed = chance.choices(LETTERS, k=4)
            took += [screen.press(key.encode()) for key in typed] + [screen.press(b"\x7f") for _ in typed]
    return took


async def _long_bill(app: Desk) -> dict[str, float]:
    """The longest time the screen's own thread was away, for each thing done to a bill of 2,000 lines."""
    longest = {}
    async with app.run_test(size=(80, 24)) as pilot:
        c = Cashier(app, pilot)
        await c.press("f6")
        fill(app.charge.sale)
        app.charge.draw()
        await c.rest()
        for name, keys in (
            ("scrolls", ("pageup", "pagedown", "up", "down") * 5),
            ("searches", tuple("2*amxl")),
            ("takes a line more", ("enter",)),
            ("gives a line back", ("ctrl+d",)),
            ("tries", ("f5",)),
            ("tries again", ("ctrl+t", "f5")),
        ):
            pauses: list[float] = []
            watching = asyncio.create_task(watch(pauses))
            await c.press(*keys)
            watching.cancel()
            longest[name] = max(pauses)
    return longest


def _line(name: str, seconds: float, unnoticed: float, note: str = "") -> None:
    print(f"{name:<44} {seconds / unnoticed:>8.2f} x  {f'({readable(seconds)})':>12}  {readable(unnoticed)}{note}")


def main() -> None:
    """Ready against a bare app; keys in a real terminal and pauses against what nobody notices."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder))
        stock(world.home)
        with world.till() as till:
            compare("desk: ready", _ready(lambda: desk(till)), {"bare Textual app": _ready(Bare)}, rounds=9)
            gc.freeze()
            with _centre_apart(world):
                runs = [asyncio.run(_long_bill(desk(till))) for _ in range(RUNS)]
            for name in runs[0]:
                _line(f"desk: 2,000 lines, {name}", median(run[name] for run in runs), LONGEST)
        world.close()
    with disk() as folder:
        world = World(folder)
        _stock(world.home)
        with world.till() as till:
            ready = _ready(lambda: desk(till))
            compare("desk: ready, 250,000 items", ready, {"bare Textual app": _ready(Bare)}, rounds=9)

            def changed() -> None:
                (world.home / "prices.csv").touch()
                ready()

            compare("desk: ready, 250,000 prices changed", changed, {"bare Textual app": _ready(Bare)}, rounds=3)
        bare = _typed(["-c", LINE], "ready", world.home)
        ours = _typed(["-m", "terminal.cli", "desk"], "F12", world.home)
        note = f"; median {readable(median(ours))}, a bare input line {readable(median(bare))}"
        _line("desk: key to screen, 250,000 items, p99", quantiles(ours, n=100)[98], KEY, note)
        world.close()


if __name__ == "__main__":
    main()
