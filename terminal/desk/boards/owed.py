"""Who owes whom after a difference with the centre, and evening it out at the next visit."""

import asyncio
from collections.abc import Sequence
from functools import partial

from terminal.counter.office import card_money
from terminal.counter.office.card_faults import CardMoneyNotBack
from terminal.counter.office.owed import even_out, next_step, of_bill, on_cards, owed
from terminal.counter.slip import masked
from terminal.desk import card
from terminal.desk.boards.board import Board
from terminal.desk.words import say
from terminal.money import Fen


class OwedBoard(Board):
    """Every open difference, oldest first; Enter collects it, or pays it back."""

    TITLE_WORD = "owed"
    COLUMNS = (("bill", 20), ("patient", 10), ("phone", 13), ("since", 11), ("money", -11), ("cause", 10))
    KEYS = (("enter", "even_out"),)

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """A plus is the patient's debt, a minus the desk's."""
        language = self.app.language
        return [
            (
                each.bill,
                (
                    each.bill,
                    masked(each.name),
                    each.phone,
                    f"{each.since:%Y-%m-%d}",
                    str(each.amount),
                    say(f"cause.{each.cause}", language),
                ),
            )
            for each in owed(self.app.till)
        ]

    def on_data_table_row_selected(self) -> None:
        """Enter."""
        self.perform(self._even_out)

    def on_data_table_row_highlighted(self) -> None:
        """Why it is owed, and what to do now."""
        if self.chosen and (due := of_bill(self.app.till, self.chosen)):
            self.message(next_step(due, self.app.language))

    async def _even_out(self) -> None:
        desk, bill = self.app, self.chosen
        due = of_bill(desk.till, bill) if bill else None
        if due is None or not await card.clear(self):
            return
        back = due.amount < 0
        act = partial(even_out, desk.till, due.bill, desk.acting, to_patient=back, pos=desk.devices.pos)
        try:
            await asyncio.to_thread(act)
        except CardMoneyNotBack:
            for charge, amount, purpose in on_cards(desk.till, due.bill):
                ask = partial(
                    card_money.ask_back, desk.till, charge.number, desk.acting, desk.devices.pos, amount, purpose
                )
                if await card.carry_out(self, ask) is None:
                    return
            await asyncio.to_thread(act)
        self.draw()
        done = say("paid_back" if back else "collected", desk.language, amount=Fen(abs(due.amount)))
        self.call_after_refresh(self.message, done)  # after what the row under the cursor says
