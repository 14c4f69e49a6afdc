"""Checks that advise, at the counter: each hint is read, answered in a few words, and kept; none stops a bill."""

import asyncio
from typing import TYPE_CHECKING

from terminal.counter.office.advice import Check, answer
from terminal.counter.slip import wrap
from terminal.counter.words import Language
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.words import say

if TYPE_CHECKING:
    from terminal.desk.charge import ChargeScreen

_WIDTH = 64


async def advised(screen: "ChargeScreen", only: Check | None = None) -> bool:
    """Asks about every hint, or those of one check, without an answer yet; False when the cashier goes back."""
    sale, desk = screen.sale, screen.app
    if sale.who is None:
        return True
    hints = await asyncio.to_thread(desk.advisor.hints, sale.claim(), sale.who.person)
    for hint in hints:
        if (hint.check, hint.line) in screen.answered or only not in (None, hint.check):
            continue
        text = hint.zh if desk.language is Language.ZH else hint.en
        note = "\n".join(wrap(text, _WIDTH))
        prompt = Prompt(say("hint", desk.language), [Field("hint_answer")], desk.language, note)
        given = await desk.push_screen_wait(prompt)
        if not given or not given[0]:
            return False
        await asyncio.to_thread(answer, desk.till, sale.bill, hint.check, given[0], line=hint.line, actor=desk.operator)
        screen.answered.add((hint.check, hint.line))
    return True
