"""A bill by whatever the patient brings: its number, the receipt's, a card, a name."""

import asyncio
from typing import TYPE_CHECKING

from terminal.counter import journal
from terminal.counter.faults import UnknownBill
from terminal.counter.office.finding import find
from terminal.counter.words import word
from terminal.desk.dialogs import Choice, Field, Prompt
from terminal.desk.words import say
from terminal.width import cut

if TYPE_CHECKING:
    from terminal.desk.screen import DeskScreen

_MANY, _WIDTH = 16, 64


async def looked_up(screen: "DeskScreen", proposed: str = "") -> str | None:
    """Asks for a text and gives the bill it stands on; None when the cashier goes back. Raises UnknownBill."""
    language = screen.app.language
    fields = [Field("find_bill", value=proposed)]
    given = await screen.app.push_screen_wait(Prompt(say("find", language), fields, language))
    return await which(screen, given[0]) if given and given[0] else None


async def which(screen: "DeskScreen", text: str) -> str | None:
    """The bill a text stands on, chosen where there are several. Raises UnknownBill."""
    desk, language = screen.app, screen.app.language
    if journal.find(desk.till.queue, text) is not None:
        return text
    found = await asyncio.to_thread(find, desk.till, text)
    if not found:
        raise UnknownBill(bill=text)
    if len(found) == 1:
        return found[0].bill
    states = {each.bill: word(f"state.{each.state}", language) for each in found}
    rows = [
        (each.bill, cut(f"{each.bill} {each.day} {each.name} {each.total} {states[each.bill]}", _WIDTH))
        for each in found[:_MANY]
    ]
    return await desk.push_screen_wait(Choice(say("which_bill", language), rows))
