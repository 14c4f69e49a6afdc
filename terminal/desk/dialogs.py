"""Small windows over a screen: a prompt, a consent, a choice, a text to read, a wait that cannot be pressed twice."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from terminal.counter.words import Language
from terminal.desk.ahead import Seen
from terminal.desk.words import say

_READ_FIRST = {
    "amount",
    "cash_prompt",
    "hint_answer",
    "owed_phone",
    "pay_bank_card",
    "pay_code",
    "reference",
    "slip_amount",
    "slip_reference",
}
"""Fields that agree to an amount, or to something the desk says."""


@dataclass(frozen=True)
class Field:
    """One line to type. ``word`` names its label and its help; a secret shows stars."""

    word: str
    secret: bool = False
    value: str = ""


class Prompt(Seen[tuple[str, ...] | None], ModalScreen[tuple[str, ...] | None]):
    """Asks for one or more lines of text; None when the cashier goes back."""

    BINDINGS = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(self, title: str, fields: Sequence[Field], language: Language, note: str = "") -> None:
        super().__init__()
        self._title, self._fields, self._language, self._note = title, fields, language, note

    def takes_unseen(self, key: str) -> bool:
        """A form that says nothing new, for what the cashier has begun."""
        return not self._note and _READ_FIRST.isdisjoint(field.word for field in self._fields)

    def compose(self) -> ComposeResult:
        """Title, note, and one field each."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            if self._note:
                yield Static(self._note, classes="note", markup=False)
            for field in self._fields:
                with Horizontal(classes="row"):
                    yield Static(say(field.word, self._language), classes="label", markup=False)
                    yield Input(field.value, id=field.word, password=field.secret, classes="field")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and from the last one back to the screen."""
        event.stop()
        inputs = list(self.query(Input))
        place = inputs.index(event.input)
        if place + 1 < len(inputs):
            inputs[place + 1].focus()
        else:
            self.dismiss(tuple(field.value.strip() for field in inputs))


class Ask(Seen[bool], ModalScreen[bool]):
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
        with Vertical(classes="dialog"), VerticalScroll():
            yield Static("\n".join(self._lines), markup=False)


class Choice(Seen[str | None], ModalScreen[str | None]):
    """One of several; None when the cashier goes back."""

    BINDINGS = [Binding("escape", "dismiss(None)", show=False)]

    def __init__(self, title: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._choices = title, choices

    def compose(self) -> ComposeResult:
        """Title and choices."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="title", markup=False)
            yield OptionList(*(Option(text, id=name) for name, text in self._choices))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter takes the one under the cursor."""
        event.stop()
        self.dismiss(event.option_id)


class Text(Seen[str], ModalScreen[str]):
    """Text to read, scrolled with the arrows; Esc goes back. ``keys`` are further ways out, told to the caller."""

    BINDINGS = [Binding("escape,enter,q", "dismiss('')", show=False)]

    def __init__(
        self, title: str, lines: Sequence[str], language: Language, keys: Sequence[tuple[str, str]] = ()
    ) -> None:
        super().__init__()
        self._title, self._lines, self._language, self._keys = title, lines, language, keys

    def compose(self) -> ComposeResult:
        """Title, text, ways out."""
        ways = [f"{key.upper()} {say(word, self._language)}" for key, word in self._keys]
        with Vertical(classes="dialog tall"):
            yield Static(self._title, classes="title", markup=False)
            with VerticalScroll(can_focus=True):
                yield Static("\n".join(self._lines), markup=False)
            yield Static("  ".join([*ways, say("back", self._language)]), markup=False)

    def on_mount(self) -> None:
        """The arrows scroll at once."""
        self.query_one(VerticalScroll).focus()

    def on_key(self, event: Key) -> None:
        """One of the ways out that are offered."""
        if event.key in (key for key, _ in self._keys):
            self.dismiss(event.key)


class Wait(Seen[None], ModalScreen[None]):
    """Something that must not be begun twice: what it is about and the seconds. No key ends it, only its opener."""

    def __init__(self, about: str, language: Language, word: str = "settling") -> None:
        super().__init__()
        self._about, self._language, self._word, self._since = about, language, word, time.monotonic()
        self._over = False

    def compose(self) -> ComposeResult:
        """One line that counts."""
        with Vertical(classes="dialog"):
            yield Static(id="count", markup=False)

    def on_mount(self) -> None:
        """Counts once a second."""
        self._count()
        self.set_interval(1, self._count)

    def end(self) -> None:
        """Takes it away: at once, or when a lock that came over it is opened."""
        self._over = True
        if self.is_active:
            self.dismiss(None)

    def on_screen_resume(self) -> None:
        """It lay behind the lock when its work was done."""
        if self._over:
            self.dismiss(None)

    def _count(self) -> None:
        seconds = int(time.monotonic() - self._since)
        text = f"{say(self._word, self._language)}\n{self._about}  {seconds} {say('seconds', self._language)}"
        self.query_one("#count", Static).update(text)
