"""The main screen: who is at the counter, the bill, the split, the money. What its keys do stands in ``flow``."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import DataTable, Input

from terminal.counter.office.advice import Check
from terminal.counter.sale import Item, Sale
from terminal.counter.split import used
from terminal.counter.words import word
from terminal.desk import flow, panels
from terminal.desk.keys import Action, shown
from terminal.desk.screen import DeskScreen
from terminal.desk.still import Rows, Search, Still
from terminal.desk.words import say
from terminal.documents import Line, TenderKind
from terminal.money import Fen, MoneyText, Quantity, parse_quantity
from terminal.width import cut

_FOOT = (
    Action.HELP, Action.SETTLE, Action.VISIT, Action.TENDER, Action.TRIAL, Action.CREDENTIAL, Action.FIND,
    Action.PARK, Action.NEXT, Action.EXCEPTIONS,
)  # fmt: skip
_SPLIT, _TENDER, _ROWS = 54, 17, 5
"""Cells inside the two money panels, and their rows."""
_ONE = Quantity(10_000)


class ChargeScreen(DeskScreen):
    """One patient after the other."""

    def takes_unseen(self, key: str) -> bool:
        """Lines are typed blind; what settles asks."""
        return True

    def holds(self, key: str) -> bool:
        """A line entered waits while a card is read or a bill put away; none slips into a bill that is worked out."""
        sale = self.sale
        return self.busy and key == "enter" and not (sale.who and sale.lines and sale.settled is None)

    def compose(self) -> ComposeResult:
        """Head, patient, items with the search line, trial and tender, message, keys."""
        yield Still("head")
        yield Still("insured", "panel")
        yield DataTable(id="items", cursor_type="row", cell_padding=0)
        yield Search("search", self._suggest)
        yield Rows("found", _ROWS)
        with Horizontal(id="money"):
            yield Still("trial", "panel")
            yield Still("tender", "panel")
        yield Still("message")
        yield Still("keys")

    def on_mount(self) -> None:
        """Starts with nobody at the counter."""
        self._reset()
        self.start()
        self.set_interval(1, self.show_head)

    def _reset(self) -> None:
        self.found: list[Item] = []
        self.unread = False
        """The card could not be read: the same key now takes a number by hand."""
        self.other_tenders: dict[TenderKind, Fen] = {}
        """What is paid by code, and what the journal has on cards for this bill; the rest is cash."""
        self.received: Fen | None = None
        self.change: Fen | None = None
        self.answered: set[tuple[Check, int]] = set()
        """Hints that were answered, by check and line."""
        self.consented: tuple[Line, ...] = ()

    # -- what is shown -------------------------------------------------------------------------------------------------

    def start(self, sale: Sale | None = None) -> None:
        """A fresh sale, or one taken up again."""
        self._reset()
        self.sale = sale or Sale.new(self.app.till, self.app.operator)
        self.message("")
        self.draw()
        self.query_one("#search", Input).focus()

    def clear(self) -> None:
        """The search line for what comes; what is typed from here on stays."""
        self.query_one("#search", Input).value = ""

    def draw(self) -> None:
        """Everything anew, in the language of the moment."""
        language = self.app.language
        table = self.query_one("#items", DataTable)
        table.clear(columns=True)
        for key, width, side in panels.COLUMNS:
            table.add_column(side(say(f"column.{key}", language), width), width=width, key=key)
        for line in self.sale.lines:
            table.add_row(*panels.item_row(line, language), key=str(line.sn))
        table.move_cursor(row=len(self.sale.lines) - 1)
        self.query_one("#search", Input).placeholder = say("search", language)
        for panel in ("items", "trial", "tender"):
            self.query_one(f"#{panel}").border_title = say(panel, language)
        keys = panels.key_line(self.app.keys, _FOOT, language)
        self.query_one("#keys", Still).show(keys)
        self._suggest(self.query_one("#search", Input).value)
        self.show_person()
        self.show_money()
        self.show_head()

    def show_person(self) -> None:
        """The patient's panel."""
        totals = used(self.app.till, self.sale.who) if self.sale.who else []
        key = shown(self.app.keys[Action.CREDENTIAL])
        panel = self.query_one("#insured", Still)
        disease = f" {self.sale.disease.name}" if self.sale.disease else ""
        visit = word(f"visit.{self.sale.visit}", self.app.language)
        panel.border_title = cut(f"{say('insured', self.app.language)} {visit}{disease}", panels.INSIDE)
        panel.show("\n".join(panels.insured(self.sale, totals, self.app.language, key)))

    def show_money(self) -> None:
        """The split and the tender."""
        language, sale = self.app.language, self.sale
        told = sale.settled or (sale.trial.told if sale.trial else None)
        split = panels.split(told, sale.total, language, _SPLIT, _ROWS)
        self.query_one("#trial", Still).show("\n".join(split))
        others = [(kind, amount) for kind, amount in self.other_tenders.items() if amount]
        tender = panels.tender(told.cash if told else None, self.received, self.change, others, language, _TENDER)
        self.query_one("#tender", Still).show("\n".join(tender))

    def show_head(self) -> None:
        """The line at the top, with the clock."""
        desk = self.app
        text = panels.head(
            desk.till, desk.till.queue.status(), desk.operator_name, desk.devices.health, desk.reader, desk.language
        )
        self.query_one("#head", Still).show(text)

    # -- items ---------------------------------------------------------------------------------------------------------

    def _show_found(self, found: list[Item]) -> None:
        self.found = found
        self.query_one("#found", Rows).offer([panels.found_row(item, self.app.language) for item in found])
        self.query_one("#money").display = not found

    def _suggest(self, typed: str) -> None:
        text = typed.rpartition("*")[2].strip()
        self._show_found(self.app.find(text) if text else [])

    @on(Input.Submitted, "#search")
    def _enter(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if self.busy:
            self.message(say("one_thing", self.app.language))
            return
        if not text:
            if self.sale.lines and self.sale.settled is None:
                self.perform(lambda: flow.trial(self))
            return
        chosen = self.found[self.query_one("#found", Rows).place] if self.found else None
        event.input.value = ""
        if chosen is None:
            self.perform(lambda: flow.scanned(self, text))
            return
        try:
            many = parse_quantity(text.rpartition("*")[0]) if "*" in text else _ONE
        except MoneyText as error:
            self.message(str(error))
            return
        self.perform(lambda: self._add(chosen, many))

    def _add(self, item: Item, many: Quantity) -> None:
        if self.sale.settled is not None:
            self.message(say("is_settled", self.app.language, key=shown(self.app.keys[Action.NEXT])))
            return
        self.draw_line(self.sale.add(item, many))
        self.message("")
        self.show_money()

    def draw_line(self, line: Line) -> None:
        """One line more, or one that changed."""
        table, cells = self.query_one("#items", DataTable), panels.item_row(line, self.app.language)
        if str(line.sn) in table.rows:
            for (column, _, _), text in zip(panels.COLUMNS, cells, strict=True):
                table.update_cell(str(line.sn), column, text)
        else:
            table.add_row(*cells, key=str(line.sn))
            table.move_cursor(row=table.row_count - 1)

    @property
    def line_here(self) -> Line | None:
        """The line under the cursor of a bill that still changes."""
        changes = self.sale.lines and self.sale.settled is None
        return self.sale.lines[self.query_one("#items", DataTable).cursor_row] if changes else None

    def take_out(self) -> None:
        """Takes out the line under the cursor."""
        table = self.query_one("#items", DataTable)
        if not self.sale.lines or self.sale.settled is not None:
            return
        line = self.sale.lines[table.cursor_row]
        self.sale.remove(line.sn)
        table.remove_row(str(line.sn))
        self.show_money()

    def on_key(self, event: object) -> None:
        """Arrows in the search line move through what was found, or through the lines of the bill."""
        key = getattr(event, "key", "")
        rows, table = self.query_one("#found", Rows), self.query_one("#items", DataTable)
        if not self.query_one("#search", Input).has_focus:
            return
        match key:
            case "down":
                rows.move(1) if rows.display else table.action_cursor_down()
            case "up":
                rows.move(-1) if rows.display else table.action_cursor_up()
            case "pagedown":
                table.action_page_down()
            case "pageup":
                table.action_page_up()
            case "escape":
                self.query_one("#search", Input).value = ""
