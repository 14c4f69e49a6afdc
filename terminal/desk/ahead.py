"""Keys in the order they were typed, each for the screen it was meant for, however slow the machine is.

Textual gives a key to whatever has the focus when it arrives, while the key before may still be on its way through the
screen: a password typed fast lands in the field above it. Here the next key waits until the one before has done what it
does at once; a screen that it opened is then there and has its focus.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from textual.events import Key, Paste
from textual.message import Message
from textual.screen import Screen

from terminal.desk.words import say

if TYPE_CHECKING:
    from terminal.desk.app import Desk

Given = TypeVar("Given")

_ROUNDS = 2
"""Ways of a follower from the focus to the desk: behind the key, then behind what it has posted (a line entered)."""
_LOST = 2.0
"""Seconds after which another follower is sent; the one before may have ended with its widget."""


class Followed(Message):
    """Goes the way of a key, behind it."""

    def __init__(self, sent: int, rounds: int) -> None:
        super().__init__()
        self.sent, self.rounds = sent, rounds


class Seen(Screen[Given]):
    """A screen that knows since when what is on it can be read."""

    shown: float | None = None
    """When it was drawn, on the clock of the keys; None until then."""

    def unseen(self) -> None:
        """What is on it is other than before."""
        self.shown = None
        self.refresh()

    def drawn(self, at: float) -> None:
        """It goes to the terminal."""
        if self.shown is None and self.is_mounted:
            self.shown = at

    def takes_unseen(self, key: str) -> bool:
        """Whether a key typed before may act: one that agrees, pays or chooses may not."""
        return False

    def holds(self, key: str) -> bool:
        """Whether a key waits until what is going on is done, or asks for something."""
        return False


class Ahead:
    """What was typed and has not had its turn."""

    def __init__(self, desk: "Desk", deliver: Callable[[Key | Paste], Awaitable[None]]) -> None:
        self._desk, self._deliver = desk, deliver
        self._typed: deque[Key | Paste] = deque()
        self._sent, self._since = 0, 0.0
        self._following = False
        self._refused: Seen[Any] | None = None

    async def take(self, typed: Key | Paste) -> None:
        """One more, at once when nothing is before it."""
        self._typed.append(typed)
        if not self._following:
            await self._next()
        elif typed.time - self._since > _LOST:
            self._follow()

    def go_on(self) -> None:
        """There is another screen, or something is done."""
        if self._typed or self._following:
            self._follow()

    async def followed(self, back: Followed) -> None:
        """A follower has come through."""
        if back.sent != self._sent:
            return
        if back.rounds > 1:
            self._follow(back.rounds - 1)
            return
        self._following = False
        await self._next()

    def _follow(self, rounds: int = _ROUNDS) -> None:
        self._sent += 1
        back = Followed(self._sent, rounds)
        self._following, self._since = True, back.time
        desk = self._desk
        if desk.screen_stack and not (desk.focused or desk.screen).post_message(back):  # none left while it closes
            desk.post_message(back)

    async def _next(self) -> None:
        while self._typed and not self._following and self._desk.screen_stack:
            typed, screen = self._typed[0], self._desk.screen
            key = typed.key if isinstance(typed, Key) else ""
            if isinstance(screen, Seen) and screen.holds(key):
                return
            self._typed.popleft()
            if isinstance(screen, Seen) and self._early(screen, typed, key):
                self._refuse(screen)
                continue
            self._refused = None
            await self._deliver(typed)
            self._follow()

    def _early(self, screen: Seen[Any], typed: Key | Paste, key: str) -> bool:
        unseen = screen.shown is None or typed.time < screen.shown
        return unseen and key != "escape" and not self._desk.acts(key) and not screen.takes_unseen(key)

    def _refuse(self, screen: Seen[Any]) -> None:
        """Told once, however much was typed."""
        if self._refused is not screen:
            self._refused = screen
            self._desk.bell()
            self._desk.notify(say("too_early", self._desk.language), timeout=3, markup=False)
