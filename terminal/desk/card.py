"""Bank cards at the desk: the POS on its cable or the cashier's copy of its slip, and an answer that was lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from terminal.counter.office import card_money
from terminal.counter.office.card_faults import PosReferenceMissing
from terminal.counter.office.card_money import BACK, Charge
from terminal.counter.words import Language
from terminal.desk.dialogs import Choice, Field, Prompt, Wait
from terminal.desk.words import say
from terminal.money import MoneyText, parse_yuan
from terminal.peripherals.bankpos.port import Result
from terminal.peripherals.faults import TypedAmountDiffers

if TYPE_CHECKING:
    from terminal.desk.app import Desk
    from terminal.desk.screen import DeskScreen


async def carry_out(screen: "DeskScreen", ask: Callable[[], Charge]) -> Charge | None:
    """Writes an intent down, hands it to the POS, and returns it approved; None when nobody knows how it ended.

    Raises PosSaysNo, and the faults of ``ask``.
    """
    desk = screen.app
    asked = await asyncio.to_thread(ask)
    if desk.devices.pos:
        pos, by = desk.devices.pos, desk.acting
        async with _waiting(desk, _about(asked)):
            asked = await asyncio.to_thread(card_money.perform, desk.till, asked, pos, by)
    else:
        asked = await _copied(screen, asked)
    if asked.state is Result.IN_DOUBT and not await clear(screen):
        return None
    return card_money.returned(await asyncio.to_thread(card_money.find, desk.till, asked.number))


async def clear(screen: "DeskScreen") -> bool:
    """Whether no answer of the POS is open any more: it is asked for its last transaction, then the cashier is."""
    desk, language = screen.app, screen.app.language
    doubt = await asyncio.to_thread(card_money.open_charge, desk.till)
    if doubt is not None and desk.devices.pos:
        async with _waiting(desk, _about(doubt)):
            doubt = await asyncio.to_thread(card_money.inquire, desk.till, doubt.number, desk.acting, desk.devices.pos)
    if doubt is None:
        return True
    if doubt.state is Result.IN_DOUBT:
        choices = [(word, say(f"pos_{word}", language)) for word in ("yes", "no", "later")]
        said = await desk.push_screen_wait(Choice(f"{say('pos_unknown', language)} {_about(doubt)}", choices))
        if said not in ("yes", "no"):
            screen.message(f"{say('pos_unknown', language)} {_about(doubt)}")
            return False
        reference = ""
        if said == "yes":
            given = await desk.push_screen_wait(Prompt(_about(doubt), [Field("slip_reference")], language))
            reference = given[0] if given else ""
        doubt = await asyncio.to_thread(
            card_money.decide, desk.till, doubt.number, desk.acting, took=said == "yes", reference=reference
        )
    screen.message(told(doubt, language))
    return True


def told(charge: Charge, language: Language) -> str:
    """How a request ended, on one line."""
    word = f"pos_{charge.state}_back" if charge.deal in BACK else f"pos_{charge.state}"
    return say(word, language, amount=charge.amount, reference=charge.reference)


async def _copied(screen: "DeskScreen", asked: Charge) -> Charge:
    """The slip of a POS that stands alone; going back leaves the request open."""
    desk, language, note = screen.app, screen.app.language, ""
    title = say("pos_back_there" if asked.deal in BACK else "pos_charge_there", language, amount=asked.amount)
    while True:
        fields = [Field("slip_amount"), Field("slip_reference")]
        given = await desk.push_screen_wait(Prompt(title, fields, language, note))
        if given is None:
            return asked
        try:
            amount = parse_yuan(given[0])
            return await asyncio.to_thread(card_money.copy, desk.till, asked.number, amount, given[1], desk.acting)
        except MoneyText as error:
            note = str(error)
        except (TypedAmountDiffers, PosReferenceMissing) as fault:
            note = (fault.zh if language is Language.ZH else fault.en).format(**fault.data)


def _about(charge: Charge) -> str:
    return f"{charge.bill}  {charge.amount}"


@asynccontextmanager
async def _waiting(desk: "Desk", about: str) -> AsyncIterator[None]:
    wait = Wait(about, desk.language, "pos_waiting")
    await desk.push_screen(wait)
    try:
        yield
    finally:
        wait.end()
