"""What is not finished: bills, card money, cash and paper nobody vouched for; one key takes the right next step."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from offline_queue.ports import Item
from offline_queue.vocabulary import OPEN, Decision, State
from terminal.counter import journal
from terminal.counter.office import issuing
from terminal.counter.office.approvals import resolve
from terminal.counter.office.operators import operators
from terminal.counter.office.person_faults import LogInFirst
from terminal.counter.office.receipts import Receipt
from terminal.counter.office.unfinished import Unfinished, unfinished
from terminal.counter.slip import slip
from terminal.counter.words import word
from terminal.desk.boards.board import Board
from terminal.desk.carrying import carry_away, take_in
from terminal.desk.dialogs import Choice, Field, Prompt, Text
from terminal.desk.paper import print_slip
from terminal.desk.people import two
from terminal.desk.unfinished import STEPS, told
from terminal.desk.words import has, say
from terminal.money import Fen


class ExceptionsBoard(Board):
    """Everything that is not finished, most urgent first."""

    TITLE_WORD = "exceptions"
    COLUMNS = (("bill", 20), ("state", 11), ("age", -7), ("money", -12), ("reason", 24))
    KEYS = (("enter", "handle"), ("s", "slip"), ("e", "carry_away"), ("i", "take_in"))
    ROWLESS = frozenset("ei")

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The open items of the journal, the receipts that never came out, and what else a desk left behind."""
        till, language = self.app.till, self.app.language
        self._others = {f"{each.kind} {each.subject}": each for each in unfinished(till) if each.kind in STEPS}
        others = [(name, self._other(each)) for name, each in self._others.items()]
        papers = [
            (each.bill, (each.bill, say("unprinted", language), "", "", each.number))
            for each in issuing.unprinted(till)
        ]
        return [*others, *((item.key, self._row(item)) for item in till.queue.items(OPEN)), *papers]

    def _other(self, each: Unfinished) -> tuple[str, ...]:
        language = self.app.language
        kind = say(f"kind.{each.kind}", language)
        return each.bill, kind, self._age(each.since), str(each.amount), told(each, language)[1]

    def _row(self, item: Item) -> tuple[str, ...]:
        language = self.app.language
        reason = say(f"reason.{item.reason}", language) if has(f"reason.{item.reason}") else item.reason
        state = word(f"state.{journal.state_of(item)}", language)
        return item.key, state, self._age(item.created), str(Fen(item.amount_fen)), reason

    def _age(self, since: datetime) -> str:
        minutes = int((self.app.till.clock() - since).total_seconds() // 60)
        return f"{minutes}{say('minutes', self.app.language)}"

    def on_data_table_row_selected(self) -> None:
        """Enter."""
        self.perform(self._handle)

    def key_s(self) -> None:
        """The slip as it stands now."""
        self.perform(self._show)

    def key_e(self) -> None:
        """What waits goes to another terminal in a sealed file."""
        self.perform(lambda: carry_away(self))

    def key_i(self) -> None:
        """What another terminal sealed for this one."""
        self.perform(lambda: take_in(self))

    async def _handle(self) -> None:
        """What waits for the centre is sent or asked about, for a person decided by two; the rest has its own step."""
        bill = self.chosen
        if bill is None:
            return
        if (other := self._others.get(bill)) is not None:
            await STEPS[other.kind](self, other)
            if self.is_current:
                self.draw()
            return
        if drawn := next((each for each in issuing.unprinted(self.app.till) if each.bill == bill), None):
            await self._paper(drawn)
            return
        item = self.app.till.queue.item(bill)
        if item.state is State.HELD:
            await self._decide(item)
            return
        self.message(say("asking", self.app.language))
        left = await asyncio.to_thread(self.app.forward, timedelta(seconds=3), now=True)
        self.app.news()
        self.message(say("left", self.app.language, count=left))

    async def _paper(self, drawn: Receipt) -> None:
        """Nobody knows whether the paper came out: printed, noted as here, or void with the next number."""
        desk, language = self.app, self.app.language
        ways = ("print", "came_out", "misprint") if drawn.number else ("print",)
        choices = [(way, say(way, language)) for way in ways]
        chosen = await desk.push_screen_wait(Choice(f"{drawn.number}  {drawn.bill}", choices))
        if chosen == "came_out":
            await asyncio.to_thread(issuing.printed, desk.till, drawn.number, desk.acting)
        if chosen == "misprint":
            await asyncio.to_thread(issuing.misprint, desk.till, drawn.bill, say(chosen, language), desk.acting)
        if chosen in ("print", "misprint"):
            await asyncio.to_thread(print_slip, desk, drawn.bill, again=True)
        self.draw()

    async def _decide(self, item: Item) -> None:
        desk, language = self.app, self.app.language
        if not await asyncio.to_thread(operators, desk.till):
            raise LogInFirst()
        choices = [(str(choice), say(f"decision.{choice}", language)) for choice in desk.till.queue.choices(item)]
        chosen = await desk.push_screen_wait(Choice(f"{item.key}  {item.reason}", choices))
        if chosen is None:
            return
        given = await desk.push_screen_wait(Prompt(say("decide", language), [Field("decide_reason")], language))
        if not given or not given[0]:
            return
        if (persons := await two(desk)) is None:
            return
        await asyncio.to_thread(resolve, desk.till, item.key, Decision(chosen), persons, given[0])
        desk.news()

    async def _show(self) -> None:
        if (bill := self.chosen) is None or bill in self._others:
            return
        queue, language = self.app.till.queue, self.app.language
        item = queue.item(bill)
        lines = slip(journal.standing(queue, item), journal.entry(queue, item).claim, language)
        await self.app.push_screen_wait(Text(say("slip", language), lines, language))
