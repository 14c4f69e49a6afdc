"""The screens of the desk, each as the keys that lead there."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import NoReturn

from cardio.faults import NoCard
from terminal.clock import BEIJING
from tests.desk.playing import Cashier

NOW = datetime(2026, 5, 6, 9, 42, 10, tzinfo=BEIJING)
"""The moment all pictures are taken."""


async def fill(c: Cashier) -> None:
    """Identified, with one line of each class: 2,161.00 of which the patient pays 734.35 in cash."""
    await c.press("f6")
    for typed in ("2*amxl", "8*xbct", "wss"):
        await c.type(typed)


async def copy_slip(c: Cashier, amount: str, reference: str) -> None:
    """What the slip of a POS that stands alone says."""
    assert "签购单" in c.screen
    await c.type(amount)
    await c.type(reference)


def keys(*pressed: str) -> Callable[[Cashier], Awaitable[None]]:
    """A scene that is some keys after a filled bill."""

    async def scene(c: Cashier) -> None:
        await fill(c)
        await c.press(*pressed)

    return scene


async def _idle(c: Cashier) -> None:
    await c.rest()


async def _found(c: Cashier) -> None:
    await fill(c)
    await c.press(*"3*a")


async def _settled(c: Cashier) -> None:
    await fill(c)
    await c.press("f2", "enter")
    await c.type("800")


def cut(*pressed: str) -> Callable[[Cashier], Awaitable[None]]:
    """A scene after the line broke in the middle of a bill."""

    async def scene(c: Cashier) -> None:
        await fill(c)
        c.world.centre.line_down()
        await c.press("f2", "enter", "enter", *pressed)

    return scene


def _served(*pressed: str) -> Callable[[Cashier], Awaitable[None]]:
    async def scene(c: Cashier) -> None:
        await _settled(c)
        await c.press(*pressed)

    return scene


async def _manual(c: Cashier) -> None:
    def unread() -> NoReturn:
        raise NoCard(reader="Virtual")

    c.app.read = unread
    await c.press("f6", "f6")


async def _shift(c: Cashier) -> None:
    await c.press("ctrl+w", "o")
    await c.type("200")
    await c.press("escape")
    await _settled(c)
    await c.press("ctrl+w", "m")
    await c.type("-50")
    await c.type("换零钱")


async def _count(c: Cashier) -> None:
    await _shift(c)
    await c.press("c")


async def _receipts(c: Cashier) -> None:
    await c.press("ctrl+r", "a")
    for text in ("京", "00000001", "00000500"):
        await c.type(text)


async def _reconcile(c: Cashier) -> None:
    await _settled(c)
    await c.press("ctrl+f", "d", "enter")


async def _prepay(c: Cashier) -> None:
    await c.press("alt+1", "t", "enter")
    for text in ("A-20260506-1", "300"):
        await c.type(text)
    await c.press("t", "down", "enter")
    for text in ("A-20260506-2", "2000", "000123456789"):
        await c.type(text)


async def _filings(c: Cashier) -> None:
    await fill(c)
    await c.press("ctrl+k", "n", "enter")
    for text in ("M01600", "糖尿病"):
        await c.type(text)
    await c.press("enter")


async def _traces(c: Cashier) -> None:
    await fill(c)
    await c.press("alt+z")
    await c.type("81234567890123456789")


SCENES: Mapping[str, Callable[[Cashier], Awaitable[None]]] = {
    "idle": _idle,
    "found": _found,
    "trial": keys("f5"),
    "why": keys("f5", "f5"),
    "consent": keys("f2"),
    "cash": keys("f2", "enter"),
    "settled": _settled,
    "tender": keys("f4"),
    "help": keys("f1"),
    "parked": keys("f10"),
    "leaving": keys("ctrl+q"),
    "manual": _manual,
    "refunds": _served("f8"),
    "new refund": _served("f8", "n"),
    "shift": _shift,
    "count": _count,
    "receipts": _receipts,
    "owed": keys("ctrl+y"),
    "reconcile": _reconcile,
    "devices": keys("ctrl+b"),
    "line": keys("up", "alt+2"),
    "prepay": _prepay,
    "filings": _filings,
    "traces": _traces,
    "provisional": cut(),
    "exceptions": cut("ctrl+e"),
    "journal": cut("ctrl+o"),
}
