"""A day in four columns (terminal, centre, bank, cash), and the settlements on which the books differ."""

import asyncio
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from terminal.counter.office.bank import Match, card_payments, match, read_bank_file
from terminal.counter.office.four_ways import Line, four_ways
from terminal.counter.office.reconciling import Day, reconcile
from terminal.desk.boards.board import Board
from terminal.desk.dialogs import Field, Prompt
from terminal.desk.words import say


class ReconcileBoard(Board):
    """Totals first, then only what differs; a day is compared and mended with one key."""

    TITLE_WORD = "reconcile"
    COLUMNS = (("what", 24), ("terminal", -12), ("centre", -12), ("bank", -12), ("cash", -12))
    KEYS = (("d", "choose_day"), ("b", "bank_file"))
    ROWLESS = frozenset("db")

    def __init__(self) -> None:
        super().__init__()
        self._day: Day | None = None
        self._lines: tuple[Line, ...] = ()
        self._cards: Match | None = None

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
        return [*totals, *apart, *self._apart_at_the_bank()]

    def _apart_at_the_bank(self) -> list[tuple[str, tuple[str, ...]]]:
        if self._cards is None:
            return []
        pairs = [
            *((each, None) for each in self._cards.only_ours),
            *((None, each) for each in self._cards.only_bank),
            *self._cards.differing,
        ]
        rows: list[tuple[str, tuple[str, ...]]] = []
        for ours, bank in pairs:
            name = ours.reference if ours else bank.reference if bank else ""
            figures = (str(ours.amount) if ours else "-", "", str(bank.amount) if bank else "-", "")
            rows.append((f"bank:{name}:{len(rows)}", (f"! {name}", *figures)))
        return rows

    def key_d(self) -> None:
        """Asks for the day and compares it."""
        self.perform(self._compare)

    def key_b(self) -> None:
        """Takes the bank's file of that day's card payments."""
        self.perform(self._bank)

    async def _bank(self) -> None:
        desk, language = self.app, self.app.language
        if self._day is None:
            self.message(say("choose_day", language))
            return
        given = await desk.push_screen_wait(Prompt(say("bank_file", language), [Field("bank_path")], language))
        if not given or not given[0]:
            return
        try:
            data = await asyncio.to_thread(Path(given[0]).read_bytes)
        except OSError as error:
            self.message(f"{error.strerror}: {given[0]}")
            return
        day = self._day
        payments = await asyncio.to_thread(card_payments, desk.till, day.day)
        self._cards = match(payments, read_bank_file(data, given[0]))
        self._lines = await asyncio.to_thread(four_ways, desk.till, day.day, day, self._cards)
        self.draw()
        self._tell()

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
        self._cards = None
        self._lines = await asyncio.to_thread(four_ways, desk.till, day, self._day, None)
        self.draw()
        self._tell()

    def _tell(self) -> None:
        assert self._day is not None  # noqa: S101 - told only after a day was compared
        apart = self._day.differences or self._apart_at_the_bank()
        agrees = not apart and all(line.agrees for line in self._lines)
        self.message(say("day_agrees" if agrees else "day_differs", self.app.language, count=self._day.bills))
