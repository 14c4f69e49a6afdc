"""A day in four columns (terminal, centre, bank, cash), and the settlements on which the books differ."""

import asyncio
from collections.abc import Sequence
from datetime import date

from terminal.counter.office.four_ways import Line, four_ways
from terminal.counter.office.reconciling import Day, reconcile
from terminal.desk.boards.board import Board
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.words import say


class ReconcileBoard(Board):
    """Totals first, then only what differs; a day is compared and mended with one key."""

    TITLE_WORD = "reconcile"
    COLUMNS = (("what", 24), ("terminal", -12), ("centre", -12), ("bank", -12), ("cash", -12))
    KEYS = (("d", "choose_day"),)

    def __init__(self) -> None:
        super().__init__()
        self._day: Day | None = None
        self._lines: tuple[Line, ...] = ()

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The four columns, then one row per difference."""
        if self._day is None:
            return []
        language = self.app.language
        totals = [
            (
                line.name,
                (
                    ("" if line.agrees else "! ") + say(f"total.{line.name}", language),
                    *("" if each is None else str(each) for each in (line.terminal, line.centre, line.bank, line.cash)),
                ),
            )
            for line in self._lines
        ]
        apart = [
            (
                each.message_number,
                (
                    f"! {each.bill or each.settlement_number}",
                    str(each.ours.total) if each.ours else "-",
                    str(each.theirs.total) if each.theirs else "-",
                    "",
                    "",
                ),
            )
            for each in self._day.differences
        ]
        return [*totals, *apart]

    def key_d(self) -> None:
        """Asks for the day and compares it."""
        self.perform(self._compare)

    async def _compare(self) -> None:
        desk, language = self.app, self.app.language
        today = desk.till.clock().date().isoformat()
        given = await desk.push_screen_wait(Prompt(say("choose_day", language), [Field("day", value=today)], language))
        if not given:
            return
        try:
            day = date.fromisoformat(given[0])
        except ValueError:
            self.message(say("day", language))
            return
        self.message(say("asking", language))
        self._day = await asyncio.to_thread(reconcile, desk.till, day, desk.acting)
        self._lines = await asyncio.to_thread(four_ways, desk.till, day, self._day, None)
        self.draw()
        agrees = not self._day.differences and all(line.agrees for line in self._lines)
        self.message(say("day_agrees" if agrees else "day_differs", language, count=self._day.bills))
