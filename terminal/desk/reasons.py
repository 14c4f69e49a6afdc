"""Why a card did not settle: the reason card, read to the patient and counted."""

import asyncio
from collections.abc import Iterator
from typing import TYPE_CHECKING

from terminal.counter.office.reasons import ReasonCard, Text, cards, cause_of, record
from terminal.counter.slip import wrap
from terminal.counter.words import Language
from terminal.desk import dialogs
from terminal.desk.words import say
from terminal.faults import Fault

if TYPE_CHECKING:
    from terminal.desk.charge import ChargeScreen

_WIDTH = 64


async def explain(screen: "ChargeScreen", fault: Fault) -> None:
    """Shows the reason card that fits a fault, where there is one, and counts the visit; the fault itself is told."""
    screen.tell(fault)
    cause = cause_of(fault.code, fault.zh.format(**fault.data))
    if cause is None:
        return
    who, desk = screen.sale.who, screen.app
    group = who.insurance.insured.employment if who else "other"
    await asyncio.to_thread(record, desk.till, cause, group, screen.sale.bill, desk.operator)
    card = cards()[cause]
    lines = list(_lines(card, desk.language))
    await desk.push_screen_wait(dialogs.Text(_text(card.title, desk.language), lines, desk.language))


def _lines(card: ReasonCard, language: Language) -> Iterator[str]:
    for title, texts in (("to_patient", [card.patient]), ("to_clerk", [card.step]), ("claim_papers", card.papers)):
        if texts:
            yield say(title, language)
            for text in texts:
                yield from ("  " + line for line in wrap(_text(text, language), _WIDTH - 2))
            yield ""


def _text(text: Text, language: Language) -> str:
    return text.zh if language is Language.ZH else text.en
