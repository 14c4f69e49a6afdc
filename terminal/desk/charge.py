"""The main screen: identify, items, trial, tender, settle, next. Every intent goes to the sale or the counter."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import DataTable, Input, OptionList, Static
from textual.widgets.option_list import Option

from cardio.faults import CardFault
from offline_queue.faults import LaneMoved, QueueFault
from terminal.counter.cards import credential_of
from terminal.counter.sale import Item, Sale, tenders
from terminal.counter.slip import slip
from terminal.counter.words import Language, word
from terminal.desk import panels
from terminal.desk.dialogs import Ask, Prompt, Text, Wait
from terminal.desk.keys import Action, shown
from terminal.desk.words import say
from terminal.documents import Credential, CredentialKind, TenderKind, VisitType
from terminal.faults import Fault
from terminal.money import Fen, MoneyText, Quantity, parse_quantity, parse_yuan
from terminal.width import cut, right

if TYPE_CHECKING:
    from terminal.desk.app import Desk

_T = TypeVar("_T")
_FOOT = (
    Action.HELP, Action.SETTLE, Action.VISIT, Action.TRIAL, Action.CREDENTIAL, Action.REMOVE, Action.FIND,
    Action.PARK, Action.EXCEPTIONS, Action.NEXT,
)  # fmt: skip
_HALF = 46
_COLUMNS = (("sn", 4), ("name", 30), ("class", 2), ("first", 5), ("quantity", 6), ("price", 10), ("amount", 11))


class ChargeScreen(Screen[None]):
    """One patient after the other."""

    if TYPE_CHECKING:
        app: "Desk"

    def compose(self) -> ComposeResult:
        """Head, patient, items with the search line, trial and tender, message, keys."""
        yield Static(id="head", markup=False)
        yield Static(id="insured", classes="panel", markup=False)
        yield DataTable(id="items", cursor_type="row", cell_padding=0)
        yield Input(id="search")
        yield OptionList(id="found")
        with Horizontal(id="money"):
            yield Static(id="trial", classes="panel", markup=False)
            yield Static(id="tender", classes="panel", markup=False)
        yield Static(id="message", markup=False)
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Starts with nobody at the counter."""
        self.parked: list[Sale] = []
        self.found: list[Item] = []
        self.start()
        self.set_interval(1, self._clock)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def start(self, sale: Sale | None = None) -> None:
        """A fresh sale, or one taken up again."""
        self.sale = sale or Sale.new(self.app.till)
        self.query_one("#search", Input).value = ""
        self.message("")
        self.draw()
        self.query_one("#search", Input).focus()

    def draw(self) -> None:
        """Everything anew, in the language of the moment."""
        language, sale = self.app.language, self.sale
        table = self.query_one("#items", DataTable)
        table.clear(columns=True)
        for key, width in _COLUMNS:
            table.add_column(cut(say(f"column.{key}", language), width), width=width, key=key)
        for line in sale.lines:
            table.add_row(*panels.item_row(line), key=str(line.sn))
        if sale.lines:
            table.move_cursor(row=len(sale.lines) - 1)
        self.query_one("#search", Input).placeholder = say("search", language)
        self.query_one("#found", OptionList).display = False
        for panel, title in (("insured", "insured"), ("trial", "trial"), ("tender", "tender")):
            self.query_one(f"#{panel}", Static).border_title = say(title, language)
        told = sale.settled or (sale.trial.told if sale.trial else None)
        key = shown(self.app.keys[Action.CREDENTIAL])
        self.query_one("#insured", Static).update("\n".join(panels.insured(sale.who, sale.visit, language, key)))
        self.query_one("#trial", Static).update("\n".join(panels.split(told, sale.total, language, _HALF)))
        taken = sale.settled.tenders if sale.settled else ()
        self.query_one("#tender", Static).update("\n".join(panels.tender(told, taken, language, 24)))
        self.query_one("#keys", Static).update(panels.key_line(self.app.keys, _FOOT, language))
        self._clock()

    def message(self, text: str) -> None:
        """One line for the cashier."""
        self.query_one("#message", Static).update(cut(text, panels.WIDTH))

    def tell(self, fault: Fault | QueueFault | CardFault) -> None:
        """What happened and the next step."""
        zh = self.app.language is Language.ZH
        what, then = (fault.zh, fault.next_zh) if zh else (fault.en, fault.next_en)
        self.message(what.format(**fault.data))
        self.app.notify(then.format(**fault.data), title=what.format(**fault.data), severity="error", timeout=12)

    def _clock(self) -> None:
        status = self.app.till.queue.status()
        self.query_one("#head", Static).update(panels.head(self.app.till, status, self.app.language))

    async def _ask(self, call: Callable[[], _T]) -> _T | None:
        """A call that may take long, in a thread; its fault becomes a sentence on the screen."""
        try:
            return await asyncio.to_thread(call)
        except (Fault, QueueFault, CardFault) as fault:
            self.tell(fault)
            return None

    # -- what the cashier does -----------------------------------------------------------------------------------------

    @work(exclusive=True, group="centre")
    async def do_credential(self) -> None:
        """Reads the card; pressed again without one, takes a number by hand."""
        self.message(say("reading", self.app.language))
        reading = await self._ask(self.app.read)
        if reading is not None:
            await self._identify(credential_of(reading))
            return
        language = self.app.language
        fields = [say(f"manual_{name}", language) for name in ("number", "reason", "reviewer")]
        given = await self.app.push_screen_wait(Prompt(say("manual", language), fields))
        if given and all(given):
            number, reason, reviewer = given
            kind = CredentialKind.ID_NUMBER if len(number) == 18 else CredentialKind.MANUAL
            await self._identify(Credential(kind, number, reason=reason, reviewer=reviewer))

    async def _identify(self, credential: Credential) -> None:
        self.message(say("asking", self.app.language))
        if await self._ask(lambda: self.sale.identify(credential)):
            self.message("")
            self.draw()

    @on(Input.Changed, "#search")
    def _suggest(self, event: Input.Changed) -> None:
        options = self.query_one("#found", OptionList)
        options.clear_options()
        text = event.value.rpartition("*")[2].strip()
        self.found = self.app.find(text) if text else []
        options.display = bool(self.found)
        for place, item in enumerate(self.found[:6]):
            row = f"{item.item_class or '?'} {right(str(item.price), 10)}  {item.name}"
            options.add_option(Option(cut(row, panels.WIDTH - 6), id=str(place)))
        if self.found:
            options.highlighted = 0

    @on(Input.Submitted, "#search")
    def _enter(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        if not text:
            if self.sale.lines:
                self.do_trial()
            return
        if not self.found:
            self.message(f"{say('nothing_found', self.app.language)}: {text}")
            return
        try:
            many = parse_quantity(text.rpartition("*")[0]) if "*" in text else Quantity(10_000)
        except MoneyText as error:
            self.message(str(error))
            return
        chosen = self.query_one("#found", OptionList).highlighted or 0
        self.sale.add(self.found[chosen], many)
        event.input.value = ""
        self.message("")
        self.draw()

    def on_key(self, event: object) -> None:
        """Arrows in the search line move through what was found, or through the lines of the bill."""
        key = getattr(event, "key", "")
        options = self.query_one("#found", OptionList)
        if key in ("down", "up") and self.query_one("#search", Input).has_focus:
            if options.display:
                options.action_cursor_down() if key == "down" else options.action_cursor_up()
            else:
                table = self.query_one("#items", DataTable)
                table.action_cursor_down() if key == "down" else table.action_cursor_up()

    def do_remove(self) -> None:
        """Takes out the line under the cursor."""
        table = self.query_one("#items", DataTable)
        if self.sale.lines and self.sale.settled is None:
            self.sale.remove(self.sale.lines[table.cursor_row].sn)
            self.draw()

    def do_visit(self) -> None:
        """The next kind of visit."""
        kinds = list(VisitType)
        self.sale.choose_visit(kinds[(kinds.index(self.sale.visit) + 1) % len(kinds)])
        self.draw()

    @work(exclusive=True, group="centre")
    async def do_trial(self) -> None:
        """Splits the bill; pressed again says why, line by line."""
        language = self.app.language
        if self.sale.trial is not None:
            steps = await self._ask(self.sale.why)
            lines = [step.zh if language is Language.ZH else step.en for step in steps or ()]
            await self.app.push_screen_wait(Text(say("why", language), lines, language))
            return
        await self._try()

    async def _try(self) -> bool:
        language = self.app.language
        if self.sale.who is None or not self.sale.lines:
            self.message(say("need_person" if self.sale.who is None else "need_items", language))
            return False
        self.message(say("asking", language))
        told = await self._ask(self.sale.try_out)
        if told is not None:
            self.message("")
            self.draw()
        return told is not None

    @work(exclusive=True, group="centre")
    async def do_settle(self) -> None:
        """Trial if there is none, consent, tender, and the settlement; nothing can be pressed twice."""
        language = self.app.language
        if self.sale.settled is not None or (self.sale.trial is None and not await self._try()):
            return
        if self.sale.trial is None or not await self._consent():
            return
        due = self.sale.trial.told.cash
        received = await self._receive(due)
        if received is None:
            return
        wait = Wait(self.sale.bill, language)
        await self.app.push_screen(wait)
        try:
            result = await self._ask(lambda: self._commit(received))
        finally:
            wait.dismiss(None)
        if result:
            state = word(f"state.{self.sale.settled.state}", language) if self.sale.settled else ""
            self.draw()
            self.message(say("done", language, state=state, key=shown(self.app.keys[Action.NEXT])))

    def _commit(self, received: Fen) -> bool:
        try:
            self.sale.settle({TenderKind.CASH: received})
        except LaneMoved:
            self.sale.try_out()
            self.sale.settle({TenderKind.CASH: received})
        return True

    async def _consent(self) -> bool:
        if not self.sale.self_paid:
            return True
        language = self.app.language
        rows = [f"  {line.name}  {line.amount}" for line in self.sale.self_paid]
        return await self.app.push_screen_wait(Ask([say("consent", language), *rows, "", say("consent_yes", language)]))

    async def _receive(self, due: Fen) -> Fen | None:
        if not due:
            return due
        language, note = self.app.language, ""
        while True:
            title = f"{say('receivable', language)} {due}"
            given = await self.app.push_screen_wait(Prompt(title, [say("cash_prompt", language)], note))
            if given is None:
                return None
            try:
                received = parse_yuan(given[0]) if given[0] else due
            except MoneyText as error:
                note = str(error)
                continue
            if received >= due:
                change = [line.amount for line in tenders(due, {TenderKind.CASH: received})][1:]
                self.app.notify(f"{say('change', language)} {Fen(-change[0]) if change else Fen(0)}")
                return received
            note = f"{say('short', language)} {Fen(due - received)}"

    def do_next(self) -> None:
        """The next patient, once this one is served or put aside."""
        if self.sale.settled is None and self.sale.lines:
            self.do_park()
        else:
            self.start()

    def do_park(self) -> None:
        """Puts the bill aside, or takes the oldest one up again."""
        if self.sale.lines and self.sale.settled is None:
            self.parked.append(self.sale)
            self.start()
            self.message(say("parked", self.app.language, count=len(self.parked)))
        elif self.parked:
            self.start(self.parked.pop(0))

    @work(exclusive=True, group="look")
    async def do_find(self) -> None:
        """The slip of this bill, as it would be printed."""
        if self.sale.settled is None:
            return
        lines = slip(self.sale.settled, self.sale.claim(), self.app.language)
        await self.app.push_screen_wait(Text(say("items", self.app.language), lines, self.app.language))

    @work(exclusive=True, group="centre")
    async def do_send_now(self) -> None:
        """Forwards what is due."""
        report = await self._ask(lambda: self.app.forward(timedelta(seconds=5)))
        if report is not None:
            self.message(f"{say('queue', self.app.language)} {report}")
            self._clock()
