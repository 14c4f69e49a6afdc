"""What the last desk left behind, told once at the start, and the right next step for each thing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from offline_queue.faults import BadLimits
from terminal import telling
from terminal.counter.office import card_money, serving
from terminal.counter.office.serving import Stage
from terminal.counter.office.unfinished import Kind, Unfinished, unfinished
from terminal.counter.words import Language
from terminal.desk import card, flow, paper
from terminal.desk.dialogs import Ask, Text
from terminal.desk.words import say

if TYPE_CHECKING:
    from terminal.desk.charge import ChargeScreen
    from terminal.desk.screen import DeskScreen


async def left_behind(screen: "ChargeScreen") -> None:
    """Says what is open and what to do, before the first patient; an open shift alone is one line."""
    desk, language = screen.app, screen.app.language
    found = await asyncio.to_thread(unfinished, desk.till)
    closed = await asyncio.to_thread(desk.till.queue.closed)
    if closed or [each for each in found if each.kind is not Kind.SHIFT]:
        lines = [*_closed(closed, language), ""] if closed else []
        lines += [line for each in found for line in (*told(each, language), "")]
        await desk.push_screen_wait(Text(say("unfinished", language), lines, language))
    elif found:
        screen.message(told(found[0], language)[0])
    if desk.card_inside and screen.sale.who is None and not screen.unread:
        await flow.credential(screen)  # its arrival fell into this


def told(each: Unfinished, language: Language) -> tuple[str, str]:
    """What happened, and the next step."""
    zh = language is Language.ZH
    return (each.zh if zh else each.en, f"-> {each.next_zh if zh else each.next_en}")


def _closed(fault: BadLimits, language: Language) -> tuple[str, str]:
    """Why nothing could be stored in an outage, while there is time to mend it."""
    zh = language is Language.ZH
    words = telling.told(fault)
    return (words.zh if zh else words.en, f"-> {words.next_zh if zh else words.next_en}")


async def _pos(screen: "DeskScreen", each: Unfinished) -> None:
    await card.clear(screen)


async def _card_back(screen: "DeskScreen", each: Unfinished) -> None:
    desk, language = screen.app, screen.app.language
    if not await card.clear(screen):
        return
    if not await desk.push_screen_wait(Ask([*told(each, language), "", say("card_back_yes", language)])):
        return

    def ask() -> card_money.Charge:
        return card_money.ask_back(desk.till, each.subject, desk.acting, desk.devices.pos)

    done = await card.carry_out(screen, ask)
    if done is not None:
        screen.message(card.told(done, language))


async def _cash(screen: "DeskScreen", each: Unfinished) -> None:
    desk = screen.app
    if await desk.push_screen_wait(Ask([*told(each, desk.language), "", say("cash_yes", desk.language)])):
        await asyncio.to_thread(serving.reached, desk.till, each.bill, Stage.PAID, desk.operator, each.amount)


async def _slip(screen: "DeskScreen", each: Unfinished) -> None:
    await asyncio.to_thread(paper.print_slip, screen.app, each.bill, again=True)


async def _recall(screen: "DeskScreen", each: Unfinished) -> None:
    charge = screen.app.charge
    if charge.sale.lines and charge.sale.settled is None:
        await flow.park(charge)
    screen.dismiss(None)
    await flow.recall(charge, each.bill)


STEPS: Mapping[Kind, Callable[["DeskScreen", Unfinished], Awaitable[None]]] = {
    Kind.POS_ASKED: _pos,
    Kind.POS_ASKED_BACK: _pos,
    Kind.CARD_WITHOUT_BILL: _card_back,
    Kind.CASH_UNCOUNTED: _cash,
    Kind.SLIP_UNPRINTED: _slip,
    Kind.PARKED: _recall,
}
"""The next step of what is no open bill; refunds and shifts have screens of their own."""
