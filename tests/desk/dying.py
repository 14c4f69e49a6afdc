"""A desk that dies: plays a scene and kills its own process (-9) at that very moment."""

import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import NoReturn

from terminal.counter.office import operators, refunds
from terminal.counter.office.refunds import PAPERS, RefundState
from terminal.counter.till import Till
from terminal.documents import BillState, VisitType
from terminal.peripherals.bankpos.linked import LinkedPos
from terminal.peripherals.lamp import Device
from terminal.peripherals.outlet import Outlet
from tests.desk.playing import Cashier, desk, play
from tests.desk.scenes import fill, keys


def die() -> NoReturn:
    """As if the power had gone."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


async def _waits(c: Cashier, *text: str) -> None:
    await c.until(lambda: all(each in c.screen for each in text))


async def _pos_asked(c: Cashier) -> None:
    await fill(c)
    await c.press("f4")
    await c.type("500")
    await c.hit("enter")
    await _waits(c, "POS 办理中", "1 秒")


async def _card_charged(c: Cashier) -> None:
    await fill(c)
    await c.press("f4")
    await c.type("500")
    await c.type("")
    await _waits(c, "银行卡已收 500.00")


async def _settling(c: Cashier) -> None:
    await fill(c)
    await c.press("f2")
    await c.hit("enter")
    await _waits(c, "结算中", "1 秒")


def _served(state: BillState, *after: str) -> Callable[[Cashier], Awaitable[None]]:
    async def scene(c: Cashier) -> None:
        await fill(c)
        await c.press("f2", "enter")
        await c.until(lambda: c.app.charge.sale.settled is not None)
        assert c.app.charge.sale.settled is not None and c.app.charge.sale.settled.state is state
        await _waits(c, "收到现金")
        await c.press(*after)

    return scene


async def _unprinted(c: Cashier) -> None:
    await _served(BillState.SETTLED, "enter")(c)
    await _waits(c, "F9 重打")


async def _shift(c: Cashier) -> None:
    await c.press("ctrl+w", "o")
    await c.type("200")


async def _counting(c: Cashier) -> None:
    await _shift(c)
    await c.press("c", "1")


SCENES: Mapping[str, Callable[[Cashier], Awaitable[None]]] = {
    "identified": lambda c: c.press("f6"),
    "items": keys(),
    "trial": keys("f5"),
    "tender": keys("f4"),
    "consent": keys("f2"),
    "pos asked": _pos_asked,
    "card charged": _card_charged,
    "settling": _settling,
    "settled": _served(BillState.SETTLED),
    "in doubt": _served(BillState.IN_DOUBT, "enter"),
    "provisional": _served(BillState.PROVISIONAL, "enter"),
    "unprinted": _unprinted,
    "parked": keys("f10"),
    "shift": _shift,
    "counting": _counting,
}
"""Where a desk can be when the power goes."""


def refund(till: Till, state: str, bill: str) -> NoReturn:
    """A refund killed at one of its states; ``pos asked back`` while the POS has not answered yet."""
    here = {
        number: operators.login(till, number, operators.Password(f"pass-{number}"))
        for number in ("0001", "0002", "0003")
    }
    number = refunds.request(till, bill, "药品未用", PAPERS[VisitType.OUTPATIENT], here["0001"]).number
    for step, who in ((RefundState.REVIEWED, "0002"), (RefundState.AUDITED, "0003")):
        if state == "requested" or (state == "reviewed" and step is RefundState.AUDITED):
            die()
        refunds.move(till, number, step, here[who])
    if state == "pos asked back":
        pos = LinkedPos(Outlet(Device.BANK_POS, till.settings.devices.bank_pos), patience=60)
        threading.Timer(1.5, die).start()
        refunds.give_back(till, number, here["0001"], pos=pos)
    die()


def main(home: str, state: str, bill: str = "") -> None:
    """Never returns."""

    async def script(c: Cashier) -> None:
        await SCENES[state](c)
        die()

    with Till(Path(home)) as till:
        if bill:
            refund(till, state, bill)
        play(desk(till, forward_every=3600), script)


if __name__ == "__main__":
    main(*sys.argv[1:])
