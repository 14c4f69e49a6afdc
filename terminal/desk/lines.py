"""Lines of the bill at the counter: changed in quantity or price, taken from a prescription, handed out on record."""

import asyncio
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from terminal.counter import basket
from terminal.counter.office.dispensing import Dispensed, dispensed, record
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.people import sign
from terminal.desk.words import say
from terminal.money import MoneyText, parse_quantity

if TYPE_CHECKING:
    from terminal.desk.charge import ChargeScreen


async def edit(screen: "ChargeScreen") -> None:
    """The line under the cursor: quantity, discount, and for a medicine prescription, lot and expiry."""
    line, desk, language = screen.line_here, screen.app, screen.app.language
    if line is None:
        return
    known = dispensed(desk.till, screen.sale.bill).get(line.sn)
    fields = [
        Field("line_quantity", value=str(line.quantity)),
        Field("line_discount"),
        Field("line_prescription", value=line.prescription),
        Field("line_lot", value=known.lot if known else ""),
        Field("line_expires", value=f"{known.expires}" if known else ""),
    ]
    given = await desk.push_screen_wait(Prompt(f"{line.sn} {line.name}", fields, language))
    if given is None:
        return
    quantity, discount, prescription, lot, expires = given
    try:
        changed = basket.counted(line, parse_quantity(quantity)) if quantity != str(line.quantity) else line
        last = date.fromisoformat(expires) if expires else None
    except (MoneyText, ValueError):
        screen.message(say("line_wrong", language))
        return
    if discount:
        changed = basket.discounted(changed, discount)
    if lot and last:
        checked = await sign(screen, say("pharmacist", language)) if prescription else None
        note = Dispensed(screen.sale.bill, line.sn, lot, last, prescription, checked or "")
        await asyncio.to_thread(record, desk.till, note, desk.operator)
    changed = msgspec.structs.replace(changed, prescription=prescription)
    if changed != line:
        screen.sale.change(changed)
        screen.draw_line(changed)
        screen.show_money()


async def prescribed(screen: "ChargeScreen", number: str) -> bool:
    """Takes the lines of a prescription that lies here; False where there is none."""
    found = await asyncio.to_thread(basket.fetch, screen.app.till.home, number)
    if found is None or screen.sale.settled is not None:
        return False
    for line in screen.sale.take(found):
        screen.draw_line(line)
    screen.show_money()
    screen.message(say("prescribed", screen.app.language, number=number, count=len(found.lines)))
    return True
