"""How every screen of the desk talks: one message line, faults as sentences, and one thing at a time."""

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from cardio.faults import CardFault
from offline_queue.faults import QueueFault
from terminal.counter.words import Language
from terminal.desk.ahead import Seen
from terminal.desk.panels import WIDTH
from terminal.desk.still import Still
from terminal.desk.words import say
from terminal.faults import Fault
from terminal.telling import told
from terminal.width import cut

if TYPE_CHECKING:
    from terminal.desk.app import Desk

TOLD = (Fault, QueueFault, CardFault)
"""Errors that are sentences; anything else is a mistake of the program and ends it."""


class DeskScreen(Seen[None]):
    """A screen with a ``#message`` line."""

    if TYPE_CHECKING:
        app: "Desk"

    busy = False

    def draw(self) -> None:
        """Everything anew, in the language of the moment."""
        raise NotImplementedError

    def message(self, text: str) -> None:
        """One line for the cashier."""
        self.query_one("#message", Still).show(cut(text, WIDTH))

    def tell(self, fault: Fault | QueueFault | CardFault, hint: str = "") -> None:
        """What happened on the message line, the next step beside it."""
        words = told(fault)
        zh = self.app.language is Language.ZH
        what, then = (words.zh, words.next_zh) if zh else (words.en, words.next_en)
        self.message(hint + what)
        self.app.notify(then, title=what, severity="error", timeout=12, markup=False)

    def perform(self, act: Callable[[], Awaitable[None] | None]) -> None:
        """Does one thing; while a longer one runs nothing else is begun, so that no key takes effect twice."""
        if self.busy:
            self.message(say("one_thing", self.app.language))
            return
        try:
            going = act()
        except TOLD as fault:
            self.tell(fault)
            return
        if inspect.isawaitable(going):
            self.busy = True
            self.run_worker(self._finish(going))

    async def _finish(self, going: Awaitable[None]) -> None:
        try:
            await going
        except TOLD as fault:
            self.tell(fault)
        finally:
            self.busy = False
            self.app.ahead.go_on()
