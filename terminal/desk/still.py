"""Widgets that draw no more than they must: boxes of a fixed size, a short list, a line that tells at once."""

from collections.abc import Callable, Sequence

from textual.content import Content
from textual.widgets import Input, Static


class Still(Static):
    """A fixed box; the same text again draws nothing."""

    def __init__(self, name: str, classes: str = "") -> None:
        super().__init__(id=name, classes=classes, markup=False)
        self._shown: str | Content = ""

    def show(self, text: str | Content) -> None:
        """What stands in the box."""
        if text != self._shown:
            self._shown = text
            self.update(text, layout=False)


class Rows(Still):
    """A few rows with one chosen; as many are shown as fit round it."""

    def __init__(self, name: str, fit: int) -> None:
        super().__init__(name)
        self._fit = fit
        self._rows: Sequence[str] = ()
        self.place = 0

    def offer(self, rows: Sequence[str]) -> None:
        """Other rows, the first one chosen; the box is gone while there are none."""
        self._rows, self.place = rows, 0
        self.display = bool(rows)
        self._draw()

    def move(self, steps: int) -> None:
        """Chooses another row, round the ends."""
        if self._rows:
            self.place = (self.place + steps) % len(self._rows)
            self._draw()

    def _draw(self) -> None:
        first = max(0, min(self.place - self._fit + 1, len(self._rows) - self._fit))
        rows = self._rows[first : first + self._fit]
        if rows:
            before = sum(len(row) + 1 for row in rows[: self.place - first])
            chosen = len(rows[self.place - first])
            self.show(Content("\n".join(rows)).stylize("reverse", before, before + chosen))


class Search(Input):
    """A line that tells what is typed before anything is drawn, so that line and finds come in one picture."""

    def __init__(self, name: str, typed: Callable[[str], None]) -> None:
        super().__init__(id=name)
        self._typed = typed

    def watch_value(self, value: str) -> None:
        """Called with every change."""
        if self.is_mounted:
            self._typed(value)
