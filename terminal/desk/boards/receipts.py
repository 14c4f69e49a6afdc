"""Receipts as a stock: rolls with their next number, numbers void or lost."""

import asyncio
from collections.abc import Sequence

from terminal.counter.office import issuing, receipts
from terminal.counter.office.receipts import Roll
from terminal.desk.boards.board import Board
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.finding import looked_up
from terminal.desk.paper import print_slip
from terminal.desk.words import say


class ReceiptBoard(Board):
    """The rolls of this terminal."""

    TITLE_WORD = "receipts"
    COLUMNS = (("prefix", 10), ("first_number", 18), ("last", 18), ("next", 18), ("rest", -8))
    KEYS = (("a", "add_roll"), ("v", "void"), ("l", "lost"), ("m", "misprint"))
    ROWLESS = frozenset("avlm")

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """In the order they were issued."""
        return [
            (f"{place}", (roll.prefix, roll.first, roll.last, roll.next, str(roll.left)))
            for place, roll in enumerate(receipts.stock(self.app.till))
        ]

    def key_a(self) -> None:
        """A new roll."""
        self.perform(self._add)

    def key_v(self) -> None:
        """A misprinted number."""
        self.perform(lambda: self._spoil(lost=False))

    def key_l(self) -> None:
        """A number that is gone."""
        self.perform(lambda: self._spoil(lost=True))

    def key_m(self) -> None:
        """A receipt that came out wrong."""
        self.perform(self._misprint)

    async def _misprint(self) -> None:
        desk = self.app
        if (bill := await looked_up(self)) is None:
            return
        reason = say("misprint", desk.language)
        await asyncio.to_thread(issuing.misprint, desk.till, bill, reason, desk.acting)
        await asyncio.to_thread(print_slip, desk, bill, again=True)
        self.draw()

    async def _add(self) -> None:
        language = self.app.language
        fields = [Field("roll_prefix"), Field("roll_first"), Field("roll_last")]
        given = await self.app.push_screen_wait(Prompt(say("add_roll", language), fields, language))
        if not given or not (given[1].isdigit() and given[2].isdigit()):
            return
        prefix, first, last = given
        roll = Roll(prefix, int(first), int(last), len(first))
        await asyncio.to_thread(receipts.add_roll, self.app.till, roll, self.app.acting)
        self.draw()

    async def _spoil(self, *, lost: bool) -> None:
        language = self.app.language
        fields = [Field("spoilt_number"), Field("spoilt_reason")]
        title = say("lost" if lost else "void", language)
        given = await self.app.push_screen_wait(Prompt(title, fields, language))
        if not given or not all(given):
            return
        numbers, reason = (given[0],), given[1]
        await asyncio.to_thread(receipts.spoil, self.app.till, numbers, reason, self.app.acting, lost=lost)
        self.draw()
