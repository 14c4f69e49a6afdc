"""Trace codes of the bill's medicines: scanned one by one, what lacks one is told, one sold before is asked about."""

import asyncio
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.events import Key
from textual.widgets import DataTable, Input

from terminal.counter.office.advice import Check
from terminal.counter.tracing import lacking, wanted
from terminal.desk.advice import advised
from terminal.desk.boards.board import Board
from terminal.desk.words import say
from terminal.documents import Line


class TraceBoard(Board):
    """The lines of the bill at the counter; what is scanned goes to the line under the cursor."""

    TITLE_WORD = "traces"
    COLUMNS = (("sn", -3), ("name", 24), ("quantity", -6), ("codes", -5), ("trace_codes", 36))
    AUTO_FOCUS = "#scan"
    KEYS = (("enter", "scan"), ("-", "scan_back"))

    def compose(self) -> ComposeResult:
        """The line for the scanner above the list."""
        yield Input(id="scan", classes="field")
        yield from super().compose()

    def on_mount(self) -> None:
        """The first line that lacks a code is chosen."""
        self.call_after_refresh(self._next)

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """Every line, ``!`` where codes are missing."""
        short = {line.sn for line in lacking(self.app.charge.sale.lines)}
        return [(str(line.sn), self._row(line, line.sn in short)) for line in self.app.charge.sale.lines]

    @staticmethod
    def _row(line: Line, short: bool) -> tuple[str, ...]:
        count = f"{len(line.trace_codes)}/{wanted(line)}" if wanted(line) else "-"
        mark = "! " if short else ""
        return str(line.sn), line.name, str(line.quantity), count, mark + " ".join(line.trace_codes)

    def on_key(self, event: Key) -> None:
        """The arrows choose the line while the scanner has the keys."""
        table = self.query_one("#rows", DataTable)
        if event.key == "down":
            table.action_cursor_down()
        elif event.key == "up":
            table.action_cursor_up()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A code, a minus, or nothing: the next line that lacks one."""
        text = event.value.strip()
        event.input.value = ""
        if not text or self.chosen is None:
            self._next()
        else:
            self.perform(lambda: self._scan(int(self.chosen or 0), text))

    async def _scan(self, sn: int, text: str) -> None:
        desk, sale, language = self.app, self.app.charge.sale, self.app.language
        if sale.settled is not None:
            self.message(say("is_settled_here", language))
            return
        line = next(each for each in sale.lines if each.sn == sn)
        codes = line.trace_codes[:-1] if text == "-" else (*line.trace_codes, text)
        sale.trace(sn, codes)
        desk.charge.show_money()
        self.draw()
        bill = await asyncio.to_thread(desk.advisor.sold_with, text)
        if bill and bill != sale.bill:
            self.message(say("sold_before", language, code=text, bill=bill))
            if sale.who is not None and not await advised(desk.charge, Check.CODE_SOLD):
                return
        else:
            self.message(say("lacking", language, count=len(lacking(sale.lines))))
        if text != "-" and len(codes) >= wanted(line):
            self._next()

    def _next(self) -> None:
        short = lacking(self.app.charge.sale.lines)
        if short:
            place = [line.sn for line in self.app.charge.sale.lines].index(short[0].sn)
            self.query_one("#rows", DataTable).move_cursor(row=place)
