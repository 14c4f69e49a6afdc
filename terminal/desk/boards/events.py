"""The journal as it was written, newest first, and the proof that nothing in it was changed."""

import asyncio
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.widgets import DataTable, Input

from terminal.desk.boards.board import Board
from terminal.desk.words import say

_SHOWN = 500
"""Events looked at; older ones are for ``yibao events``."""


class JournalBoard(Board):
    """The last events; what is typed in the search line filters them."""

    TITLE_WORD = "journal"
    COLUMNS = (("seq", -7), ("at", 19), ("kind", 15), ("bill", 20), ("actor", 11))
    KEYS = (("v", "verify"), ("/", "filter"))
    ROWLESS = frozenset(("v", "slash"))

    def compose(self) -> ComposeResult:
        """The list with a filter above it."""
        yield Input(id="filter", classes="field")
        yield from super().compose()

    def rows(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        """The events that contain what the filter says."""
        queue = self.app.till.queue
        wanted = self.query_one("#filter", Input).value.strip()
        bills = {item.id: item.key for item in queue.touched(max(0, queue.anchor().seq - _SHOWN), queue.anchor().seq)}
        rows = [
            (
                str(event.seq),
                (str(event.seq), f"{event.at:%Y-%m-%d %H:%M:%S}", event.kind, bills.get(event.item, ""), event.actor),
            )
            for event in queue.events(max(0, queue.anchor().seq - _SHOWN))
        ]
        return [row for row in reversed(rows) if wanted in " ".join(row[1])]

    def on_input_changed(self) -> None:
        """Filters while typing."""
        self.draw()

    def on_input_submitted(self) -> None:
        """Back to the list."""
        self.query_one("#rows", DataTable).focus()

    def key_slash(self) -> None:
        """To the filter."""
        self.query_one("#filter", Input).focus()

    def key_v(self) -> None:
        """Checks the whole chain."""
        self.perform(self._verify)

    async def _verify(self) -> None:
        self.message(say("verifying", self.app.language))
        found = await asyncio.to_thread(self.app.till.queue.verify)
        self.message(say("intact" if found.intact else "tampered", self.app.language))
