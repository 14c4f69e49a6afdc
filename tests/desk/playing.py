"""A cashier for tests: presses keys, waits for what must come, and reads the screen as the terminal shows it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

from textual.events import Key
from textual.keys import _character_to_key

from cardio import read_card
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from terminal.catalogue import Catalogue
from terminal.counter.goods import Goods
from terminal.counter.till import Till
from terminal.desk.ahead import Seen
from terminal.desk.app import Desk
from terminal.desk.dialogs import Wait
from terminal.desk.lock import LockScreen
from terminal.documents import CatalogueItem, ItemClass
from tests.world import AMOXICILLIN, CT, VITAMINS, World

BARCODE = "6900000000017"
PATIENCE = 60.0


def stock(home: Path) -> None:
    """A catalogue and prices: three items, one per class."""
    with Catalogue(home / "catalogue.db", create=True) as catalogue:
        catalogue.update(
            CatalogueItem(
                code, name, "110100", date(2020, 1, 1), item_class=ItemClass(kind),
                barcode=BARCODE if code == AMOXICILLIN[0] else "",
            )
            for code, name, _, kind, _ in (AMOXICILLIN, CT, VITAMINS)
        )  # fmt: skip
    rows = [f"{code},{price},{rate or ''}" for code, _, price, _, rate in (AMOXICILLIN, CT, VITAMINS)]
    (home / "prices.csv").write_text("\n".join(["code,price,first_self_pay", *rows]) + "\n", encoding="utf-8")


def desk(till: Till, who: str | None = "zhang", **options: Any) -> Desk:
    """A desk whose reader holds somebody's card, or nobody's; forwarding only on demand unless told."""
    goods = Goods(till.home)
    port = options.pop("port", None) or VirtualPort(card(who) if who else None)
    options.setdefault("forward_every", 3600.0)
    options.setdefault("read", lambda: read_card(port=port))
    return Desk(till, lambda text: goods.find(text, till.clock().date()), **options)


class Cashier:
    """One person at one desk."""

    def __init__(self, app: Desk, pilot: Any, world: World | None = None) -> None:
        self.app, self._pilot, self.world = app, pilot, world

    async def press(self, *keys: str) -> None:
        """Keys one after the other; waits until what they began is done or asks for something."""
        for key in keys:
            await self._pilot.press(key)
            await self.rest()

    async def hit(self, *keys: str) -> None:
        """Keys without waiting for what they begin."""
        await self._pilot.press(*keys)

    async def burst(self, *keys: str) -> None:
        """Keys that are all there before the first one has done anything, as on a slow machine."""
        for key in keys:
            character = "\r" if key == "enter" else key if len(key) == 1 else None
            self.app.post_message(Key(key if len(key) > 1 else _character_to_key(key), character))
        await self.rest()

    async def resize(self, width: int, height: int) -> None:
        """Another window."""
        await self._pilot.resize_terminal(width, height)
        await self.rest()

    async def type(self, text: str) -> None:
        """A line and Enter."""
        await self._pilot.press(*text, "enter")
        await self.rest()

    async def rest(self) -> None:
        """Until the desk waits for the cashier again."""
        await self._pilot.pause()
        await self.until(
            lambda: (
                not isinstance(self.app.screen, Wait)
                and (not isinstance(self.app.screen, Seen) or self.app.screen.shown is not None)
                and (self.app.screen is not self.app.charge or not self.app.charge.busy)
            )
        )
        await self._pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Waits for something that must come; fails with the screen when it does not."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not holds():
            assert loop.time() < end, "\n" + "\n".join(self.lines)
            await self._pilot.pause(0.02)

    @property
    def lines(self) -> list[str]:
        """The screen, line by line, as cells."""
        strips = self.app.screen._compositor.render_strips()
        return [strip.text.rstrip() for strip in strips]

    def says(self, text: str) -> bool:
        """Whether a text stands on the screen, however its lines were broken."""
        return text.replace(" ", "") in "".join(line.strip(" |+-") for line in self.lines).replace(" ", "")

    @property
    def screen(self) -> str:
        """The whole screen as one text."""
        return "\n".join(self.lines)


def play(
    app: Desk,
    script: Callable[[Cashier], Awaitable[None]],
    world: World | None = None,
) -> None:
    """Runs a script of keys on a desk."""

    async def run() -> None:
        async with app.run_test(size=(80, 24)) as pilot:
            cashier = Cashier(app, pilot, world)
            await cashier.until(lambda: app.told or isinstance(app.screen, LockScreen))
            await cashier.rest()
            await script(cashier)

    asyncio.run(run())
