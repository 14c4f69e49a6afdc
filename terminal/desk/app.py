"""The desk: one Textual app over one till. Keys come from the table of actions; screens from this folder."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from textual.app import App
from textual.binding import Binding

from cardio import CardReading, read_card
from offline_queue.vocabulary import OPEN
from terminal.counter import journal
from terminal.counter.far_end import FarEnd
from terminal.counter.sale import Item
from terminal.counter.till import Till
from terminal.counter.words import Language, word
from terminal.desk.charge import ChargeScreen
from terminal.desk.dialogs import Text
from terminal.desk.keys import Action, keymap, name, shown
from terminal.desk.words import say

Find = Callable[[str], list[Item]]
"""Items for what was typed, by pinyin initials, name part, code or bar code."""


class Desk(App[None]):
    """The cashier's program. ``read`` reads the card in the reader; ``find`` searches the catalogue."""

    CSS_PATH = "desk.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS = [
        Binding(f"f24,ctrl+f{place + 13}", f"do('{action}')", id=action, show=False, priority=True)
        for place, action in enumerate(Action)
    ]

    def __init__(
        self,
        till: Till,
        find: Find,
        *,
        read: Callable[[], CardReading] | None = None,
        profile: str = "default",
        own_keys: Path | None = None,
        language: Language | None = None,
    ) -> None:
        super().__init__()
        self.till = till
        self.find = find
        self.read = read or (lambda: read_card(till.settings.reader or None))
        self.keys = keymap(profile, own_keys)
        self.language = language or Language(till.settings.language)
        self._forwarding = threading.Lock()
        self._leaving = False

    def on_mount(self) -> None:
        """The main screen, and the keys of the profile."""
        self.set_keymap({str(action): keys for action, keys in self.keys.items()})
        self.push_screen(ChargeScreen())

    @property
    def charge(self) -> ChargeScreen:
        """The main screen."""
        return next(screen for screen in self.screen_stack if isinstance(screen, ChargeScreen))

    def action_do(self, action: str) -> None:
        """One of the table's actions, wherever the cashier is; a window over the screen takes keys for itself."""
        if not isinstance(self.screen, ChargeScreen):
            return
        here = getattr(self, f"do_{action}", None) or getattr(self.charge, f"do_{action}", None)
        if here is not None:
            here()

    def do_help(self) -> None:
        """Every action with its keys."""
        lines = [
            f"{shown(self.keys[action]):>8}  {name(action, self.language)}   {self.keys[action]}" for action in Action
        ]
        self.push_screen(Text(say("help", self.language), lines, self.language))

    def do_language(self) -> None:
        """The other language, at once."""
        self.language = Language.EN if self.language is Language.ZH else Language.ZH
        self.charge.draw()

    def do_exceptions(self) -> None:
        """What is open, with its state and reason."""
        rows = [
            f"{item.key:24} {word(f'state.{journal.state_of(item)}', self.language)}  {item.reason}"
            for item in self.till.queue.items(OPEN)
        ]
        self.push_screen(
            Text(say("exceptions", self.language), rows or [say("nothing_open", self.language)], self.language)
        )

    def do_leave(self) -> None:
        """Leaves at once when nothing is open; else only when asked twice."""
        busy = bool(self.charge.sale.lines and self.charge.sale.settled is None) or bool(self.charge.parked)
        if self._leaving or not (busy or self.till.queue.items(OPEN)):
            self.exit()
        else:
            self._leaving = True
            self.charge.message(say("leave_open", self.language))

    def forward(self, wait: timedelta) -> int:
        """Forwards what is due; returns how many are left. Not for the screen's own thread."""
        with self._forwarding, self.till.queue.forwarder(FarEnd(self.till)) as forwarder:
            return forwarder.run(wait, now=True).left
