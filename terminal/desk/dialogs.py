"""Small windows over a screen: a prompt, a consent, a list of reasons, a wait that cannot be pressed twice."""

import time
from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from terminal.counter.words import Language
from terminal.desk.words import say


class Prompt(ModalScreen[tuple[str, ...] | None]):
    """Asks for one or more lines of text; None when the cashier goes back."""

    BINDINGS = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(self, title: str, fields: Sequence[str], note: str = "") -> None:
        super().__init__()
        self._title, self._fields, self._note = title, fields, note

    def compose(self) -> ComposeResult:
        """Title, note, and one field each."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            if self._note:
                yield Static(self._note, markup=False)
            for field in self._fields:
                yield Input(placeholder=field)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and from the last one back to the screen."""
        inputs = list(self.query(Input))
        place = inputs.index(event.input)
        if place + 1 < len(inputs):
            inputs[place + 1].focus()
        else:
            self.dismiss(tuple(field.value.strip() for field in inputs))


class Ask(ModalScreen[bool]):
    """Text to agree to: Enter agrees, Esc goes back."""

    BINDINGS = [
        Binding("enter", "dismiss(True)", show=False),
        Binding("escape", "dismiss(False)", show=False),
    ]

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = lines

    def compose(self) -> ComposeResult:
        """The text."""
        with Vertical(classes="dialog"):
            yield Static("\n".join(self._lines), markup=False)


class Text(ModalScreen[None]):
    """Text to read, scrolled with the arrows."""

    BINDINGS = [Binding("escape,enter,q", "dismiss(None)", show=False)]

    def __init__(self, title: str, lines: Sequence[str], language: Language) -> None:
        super().__init__()
        self._title, self._lines, self._language = title, lines, language

    def compose(self) -> ComposeResult:
        """Title, text, way back."""
        with Vertical(classes="dialog tall"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=True):
                yield Static("\n".join(self._lines), markup=False)
            yield Static(say("back", self._language), markup=False)

    def on_mount(self) -> None:
        """The arrows scroll at once."""
        self.query_one(VerticalScroll).focus()


class Wait(ModalScreen[None]):
    """Settling: the number and the seconds. No key ends it; whoever opened it takes it away."""

    def __init__(self, bill: str, language: Language) -> None:
        super().__init__()
        self._bill, self._language, self._since = bill, language, time.monotonic()

    def compose(self) -> ComposeResult:
        """One line that counts."""
        with Vertical(classes="dialog"):
            yield Static(id="count", markup=False)

    def on_mount(self) -> None:
        """Counts once a second."""
        self._count()
        self.set_interval(1, self._count)

    def _count(self) -> None:
        seconds = int(time.monotonic() - self._since)
        text = f"{say('settling', self._language)}\n{self._bill}  {seconds} {say('seconds', self._language)}"
        self.query_one("#count", Static).update(text)
