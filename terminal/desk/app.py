"""The desk: one Textual app over one till. Keys come from the table of actions; screens from this folder."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.events import Event, Key, Paste
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input

from cardio import CardEvent, CardReading, EventKind, Monitor
from cardio.serial.scanner import Code
from offline_queue.faults import AlreadyForwarding, ItemsOpen, QueueFault
from offline_queue.vocabulary import OPEN
from offline_queue.watch import FIRST, Watch
from terminal.counter import journal
from terminal.counter.cards import is_operators, is_patients, operator_card, read_patient
from terminal.counter.far_end import forwarder
from terminal.counter.office import issuing, shifts
from terminal.counter.office.advice import Advisor
from terminal.counter.office.operators import Session, acting, operators
from terminal.counter.office.roles import RULES
from terminal.counter.office.upkeep import look_after
from terminal.counter.sale import Item, Sale
from terminal.counter.till import Till
from terminal.counter.words import Language
from terminal.desk.ahead import Ahead, Followed, Seen
from terminal.desk.boards.board import Board
from terminal.desk.boards.devices import DeviceBoard
from terminal.desk.boards.drill import DrillBoard
from terminal.desk.boards.events import JournalBoard
from terminal.desk.boards.exceptions import ExceptionsBoard
from terminal.desk.boards.filings import FilingBoard
from terminal.desk.boards.owed import OwedBoard
from terminal.desk.boards.prepay import PrepayBoard
from terminal.desk.boards.receipts import ReceiptBoard
from terminal.desk.boards.reconcile import ReconcileBoard
from terminal.desk.boards.refunds import RefundBoard
from terminal.desk.boards.shift import ShiftBoard
from terminal.desk.boards.traces import TraceBoard
from terminal.desk.charge import ChargeScreen
from terminal.desk.devices import Devices
from terminal.desk.dialogs import Text
from terminal.desk.drill import Drill
from terminal.desk.flow import STEPS
from terminal.desk.keys import PROFILES, Action, keymap, name, shown
from terminal.desk.lock import LockScreen
from terminal.desk.screen import TOLD, DeskScreen
from terminal.desk.unfinished import left_behind
from terminal.desk.words import has, say
from terminal.money import Fen
from terminal.peripherals.lamp import Lamp
from terminal.peripherals.phrases import Phrase

Find = Callable[[str], list[Item]]
"""Items for what was typed, by pinyin initials, name part, code or bar code."""

_BOARDS: dict[Action, type[Board]] = {
    Action.EXCEPTIONS: ExceptionsBoard,
    Action.REFUND: RefundBoard,
    Action.SHIFT: ShiftBoard,
    Action.RECEIPTS: ReceiptBoard,
    Action.OWED: OwedBoard,
    Action.RECONCILE: ReconcileBoard,
    Action.JOURNAL: JournalBoard,
    Action.DEVICES: DeviceBoard,
    Action.DRILL: DrillBoard,
    Action.PREPAY: PrepayBoard,
    Action.FILINGS: FilingBoard,
    Action.TRACES: TraceBoard,
}
_FORWARD_EVERY = 10.0
_CHECK_EVERY = 3.0
_LOOK_AFTER_EVERY = 60.0
_SCANNED = ("search", "manual_number", "find_bill", "scan")
"""Fields that a code may be read into."""
_CARD_WITHIN = 3.0
"""Seconds that an operator's card may take into the reader after Enter, so that neither has to be first."""


class CardMoved(Message):
    """Something happened at the readers."""

    def __init__(self, event: CardEvent) -> None:
        super().__init__()
        self.event = event


class CodeScanned(Message):
    """The scanner on its cable has read something."""

    def __init__(self, code: Code) -> None:
        super().__init__()
        self.code = code


class Desk(App[None]):
    """The cashier's program. ``read`` reads the card in the reader; ``find`` searches the catalogue."""

    CSS_PATH = "desk.tcss"
    BINDINGS = [
        Binding(keys, f"do('{action}')", id=action, show=False, priority=True)
        for action, keys in PROFILES["default"].items()
    ]

    def __init__(
        self,
        till: Till,
        find: Find,
        *,
        read: Callable[[], CardReading] | None = None,
        monitor: Monitor | None = None,
        profile: str = "",
        own_keys: Path | None = None,
        language: Language | None = None,
        drill: Drill | None = None,
        forward_every: float = _FORWARD_EVERY,
        look_after_every: float = _LOOK_AFTER_EVERY,
        check_after: float = FIRST,
    ) -> None:
        """Raises BadKeymap, and DeviceSettings of the peripherals."""
        super().__init__()
        self.till = till
        self.find = find
        self.read_operator = partial(operator_card, till, timeout=_CARD_WITHIN)
        self.read = read or (drill.read if drill else lambda: read_patient(till.settings))
        self.keys = keymap(profile or till.settings.keymap, own_keys)
        self.language = language or Language(till.settings.language)
        self.ahead = Ahead(self, super().on_event)
        self.advisor = Advisor(till)
        self.devices = Devices(till.settings.devices)
        self.drill = drill
        self.reader = Lamp.OK if monitor else Lamp.ABSENT
        self.card_inside = False
        self.session: Session | None = None
        self._monitor = monitor
        self._forward_every = forward_every
        self._look_after_every = look_after_every
        self._check_after = check_after
        self._checking: Watch | None = None
        self._forwarding = threading.Lock()
        self._over = threading.Event()
        self._looking_after = asyncio.Lock()
        self._leaving = False
        self.told = False
        """Whether who works here has heard what the last desk left behind; keys wait for it."""

    # -- who works here ------------------------------------------------------------------------------------------------

    @property
    def operator(self) -> str:
        """The number of who charges."""
        return self.session.number if self.session else self.till.settings.operator

    @property
    def operator_name(self) -> str:
        """The name of who charges."""
        return self.session.operator.name if self.session else self.till.settings.operator_name

    @property
    def acting(self) -> Session:
        """Who does what is decided. Raises LogInFirst where people are registered and nobody has signed in."""
        return self.session or acting(self.till)

    # -- life ----------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """The main screen, the keys of the profile, and what goes on beside it."""
        default = PROFILES["default"]
        self.set_keymap({str(action): keys for action, keys in self.keys.items() if keys != default[action]})
        self.screen_change_signal.subscribe(self, lambda _: self.ahead.go_on(), immediate=True)
        self.push_screen(ChargeScreen(classes="drill" if self.drill else ""))
        if operators(self.till):
            self.push_screen(LockScreen())
        else:
            self.call_after_refresh(self.tell_unfinished)
        self.set_interval(self._forward_every, self._forward_due)
        self.set_interval(self._look_after_every, self._look_after)
        self._checking = self.till.queue.watch(first=self._check_after)
        if self.devices.all:
            self.set_interval(_CHECK_EVERY, self.check_devices)
        if self._monitor:
            threading.Thread(target=self._watch, args=(self._monitor,), name="readers", daemon=True).start()
        if self.devices.scanner:
            work = (lambda code: self.post_message(CodeScanned(code)), self._over)
            threading.Thread(target=self.devices.scanner.listen, args=work, name="scanner", daemon=True).start()
        self._touched = self.till.clock()
        self.set_interval(1, self._lock_when_idle)

    def tell_unfinished(self) -> None:
        """Once, to the first who works here: what the last desk left behind, and what to do about it."""
        if not self.told:
            self.told = True
            self.charge.perform(lambda: left_behind(self.charge))

    def on_unmount(self) -> None:
        """The readers and the store are left alone again."""
        self._over.set()
        if self._checking:
            self._checking.close()
        if self._monitor:
            self._monitor.stop()

    def _fatal_error(self) -> None:
        """A mistake of the program closes the screens. Textual would print local variables, and with them patients."""
        self._close_messages_no_wait()

    def _display(self, screen: Screen[object], renderable: Any) -> None:
        """Every picture passes here; a key typed before it is not about it."""
        at = Message().time
        super()._display(screen, renderable)
        if isinstance(screen, Seen):
            screen.drawn(at)

    @property
    def failure(self) -> Exception | None:
        """The mistake that closed the screens, for whoever opened them."""
        return self._exception

    @property
    def charge(self) -> ChargeScreen:
        """The main screen."""
        return next(screen for screen in self.screen_stack if isinstance(screen, ChargeScreen))

    def _watch(self, monitor: Monitor) -> None:
        with monitor:
            for event in monitor:
                self.post_message(CardMoved(event))

    def on_card_moved(self, moved: CardMoved) -> None:
        """A card put in is read at once when nobody is at the counter; the lamp follows the reader."""
        event = moved.event
        site = self.till.settings
        if site.operator_reader and (is_operators(site, event.reader) or event.kind is EventKind.SERVICE_LOST):
            if event.kind in (EventKind.CARD_OUT, EventKind.READER_REMOVED, EventKind.SERVICE_LOST):
                self._lock()
            if event.kind is not EventKind.SERVICE_LOST:
                return
        if event.reader and not is_patients(site, event.reader):
            return
        match event.kind:
            case EventKind.CARD_IN:
                self.card_inside = True
                charge = self.charge
                charge.unread = False  # another card than the one that could not be read
                if self.screen is charge and charge.sale.who is None and not charge.busy:
                    charge.perform(lambda: STEPS[Action.CREDENTIAL](charge))
            case EventKind.CARD_OUT:
                self.card_inside = False
                if self.charge.sale.who is None and not self.charge.busy:
                    self.charge.message("")
            case EventKind.SERVICE_LOST | EventKind.READER_REMOVED:
                self.reader, self.card_inside = Lamp.FAULT, False
            case EventKind.READER_ADDED:
                self.reader = Lamp.OK
        self.charge.show_head()

    async def on_code_scanned(self, scanned: CodeScanned) -> None:
        """A scanner on a cable types where one that is a keyboard may: never into money, names or passwords."""
        field = self.charge.query_one("#search", Input) if self.screen is self.charge else self.focused
        if isinstance(field, Input) and field.id in _SCANNED:
            counted = field.value if field.value.endswith("*") else ""
            field.value = counted + scanned.code.reveal()
            await field.action_submit()
        else:
            self.bell()

    def announce(self, phrase: Phrase, amount: Fen | None = None) -> None:
        """Tells the patient, without waiting for display or voice."""
        self.run_worker(asyncio.to_thread(self.devices.tell, phrase, amount), group="tell")

    def check_devices(self) -> None:
        """Turns the lamps, without waiting."""
        self.run_worker(self._lamps(), group="lamps", exclusive=True)

    async def _lamps(self) -> None:
        await asyncio.to_thread(self.devices.check)
        if isinstance(self.screen, DeviceBoard) and self.screen.query("#rows"):
            self.screen.draw()

    # -- keys ----------------------------------------------------------------------------------------------------------

    async def on_event(self, event: Event) -> None:
        """What is typed has its turn; somebody is here."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._touched = self.till.clock()
            await self.ahead.take(event)
        else:
            await super().on_event(event)

    async def on_followed(self, back: Followed) -> None:
        """A key has done what it does at once."""
        await self.ahead.followed(back)

    def acts(self, key: str) -> bool:
        """Whether a key is one of the table's, wherever the cashier is."""
        return any(key in keys.split(",") for keys in self.keys.values())

    # -- actions -------------------------------------------------------------------------------------------------------

    def action_do(self, action: str) -> None:
        """One of the table's actions, wherever the cashier is; a window over the screen leaves only help and words."""
        wanted = Action(action)
        self._leaving = self._leaving and wanted is Action.LEAVE
        everywhere = {
            Action.HELP: self._help,
            Action.LANGUAGE: self._other_language,
            Action.LEAVE: self._leave,
            Action.LOCK: self._lock,
        }
        here = self.screen
        if wanted is Action.HELP:
            self._help()
        elif not isinstance(here, DeskScreen):
            return
        elif wanted in everywhere:
            everywhere[wanted]()
        elif wanted in _BOARDS:
            if not isinstance(here, _BOARDS[wanted]) and (wanted is not Action.DRILL or self.drill):
                self.push_screen(_BOARDS[wanted]())
        elif isinstance(here, ChargeScreen) and wanted in STEPS:
            here.perform(lambda: STEPS[wanted](here))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette offers the actions and nothing else: no theme, and no picture of a patient's data."""
        for action in Action:
            yield SystemCommand(
                f"{name(action, self.language)} {action}",
                shown(self.keys[action]),
                lambda one=action: self.action_do(one),
            )

    def action_help_quit(self) -> None:
        """Ctrl+C leaves nothing."""

    def _help(self) -> None:
        field = self.focused.id if self.focused else None
        lines = [say(f"help.{field}", self.language), ""] if field and has(f"help.{field}") else []
        lines += [f"{self.keys[action]:16} {name(action, self.language)}" for action in Action]
        self.push_screen(Text(say("help", self.language), lines, self.language))

    def _other_language(self) -> None:
        self.language = Language.EN if self.language is Language.ZH else Language.ZH
        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.draw()

    def _leave(self) -> None:
        charge = self.charge
        begun = bool(charge.sale.lines) and charge.sale.settled is None
        shift = shifts.current(self.till) is not None
        waiting = self._waiting()
        if self._leaving or not (charge.busy or begun or shift or waiting):
            self._park_and_exit(begun)
            return
        self._leaving = True
        if isinstance(self.screen, DeskScreen):
            word = "leave_shift" if shift else "leave_waiting" if waiting else "leave_open"
            self.screen.message(say(word, self.language, **waiting))

    def _waiting(self) -> dict[str, object]:
        """How many bills wait and what they come to; nothing when none does."""
        try:
            self.till.queue.require_empty("签退", "sign out")
        except ItemsOpen as fault:
            return fault.data
        return {}

    def _park_and_exit(self, begun: bool) -> None:
        try:
            if begun:
                self.charge.sale.keep()
        except TOLD as fault:
            self.charge.tell(fault)
            return
        self.exit()

    # -- locking -------------------------------------------------------------------------------------------------------

    def _lock(self) -> None:
        if self.session and not isinstance(self.screen, LockScreen):
            self.push_screen(LockScreen())

    def _lock_when_idle(self) -> None:
        if abs(self.till.clock() - self._touched) > RULES.idle and not self.charge.busy:
            self._lock()

    # -- forwarding ----------------------------------------------------------------------------------------------------

    def forward(self, wait: timedelta, *, now: bool) -> int:
        """Forwards what is due; returns how many are left. Not for the screen's own thread. Raises QueueFault."""
        with self._forwarding, forwarder(self.till) as sender:
            return sender.run(wait, now=now).left

    async def _forward_due(self) -> None:
        if self.till.settings.receipts.service:
            self.run_worker(asyncio.to_thread(issuing.issue_wanted, self.till), group="receipts", exclusive=True)
        if self._forwarding.locked() or not self.till.queue.items(OPEN):
            return
        try:
            await asyncio.to_thread(self.forward, timedelta(0), now=False)
        except AlreadyForwarding:
            return
        except QueueFault as fault:
            self.charge.tell(fault)
        self.news()

    async def _look_after(self) -> None:
        """The night's work on the store, when nobody is being served."""
        sale: Sale | None = getattr(self.charge, "sale", None)  # none before the screen is up
        if sale is None or sale.who or sale.lines or self._looking_after.locked():
            return
        async with self._looking_after:
            await asyncio.to_thread(look_after, self.till)
        self.news()

    def news(self) -> None:
        """Shows what became of the bills meanwhile."""
        charge = self.charge
        if not charge.query("#head"):
            return  # the desk is closing; what came meanwhile is in the journal
        if charge.sale.settled and (item := journal.find(self.till.queue, charge.sale.bill)):
            charge.sale.settled = journal.standing(self.till.queue, item)
            charge.show_money()
        charge.show_head()
        if isinstance(self.screen, Board) and self.screen.query("#rows"):
            self.screen.draw()
