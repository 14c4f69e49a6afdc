"""The locked screen: nothing of a patient is visible until an operator has proved to be here."""

import asyncio
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from cardio.faults import CardFault
from terminal.counter.office.operators import Password, Session, login, set_password
from terminal.counter.office.person_faults import PasswordDue
from terminal.counter.words import Language
from terminal.desk.ahead import Seen
from terminal.desk.words import say
from terminal.faults import Fault
from terminal.telling import told

if TYPE_CHECKING:
    from terminal.desk.app import Desk


class LockScreen(Seen[None], ModalScreen[None]):
    """Number and password; an empty password means the card in the reader. There is no way round it."""

    if TYPE_CHECKING:
        app: "Desk"

    _proving = False

    def takes_unseen(self, key: str) -> bool:
        """Who locks the desk may type on."""
        return True

    def holds(self, key: str) -> bool:
        """What is typed behind the password is for the screen that opens."""
        return self._proving

    def compose(self) -> ComposeResult:
        """Two fields on an empty screen."""
        language = self.app.language
        with Vertical(classes="dialog"):
            yield Static(say("locked", language), classes="title", markup=False)
            for word, secret in (("person_number", False), ("person_password", True), ("new_password", True)):
                row = Horizontal(classes="row", id=f"row_{word}")
                row.display = word != "new_password"  # asked for only when the old one has had its time
                with row:
                    yield Static(say(word, language), classes="label", markup=False)
                    yield Input(id=word, password=secret, classes="field")
            yield Static(id="note", classes="note", markup=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on, and from the last field opens."""
        event.stop()
        number, password, new = (
            self.query_one(f"#{word}", Input) for word in ("person_number", "person_password", "new_password")
        )
        if event.input is number:
            password.focus()
        elif number.value:
            self._proving = True
            self.run_worker(self._open(number.value.strip(), password.value, new.value), exclusive=True)

    async def _open(self, number: str, password: str, new: str) -> None:
        desk = self.app

        def prove() -> Session:
            if new:
                set_password(desk.till, number, password, new)
            known = new or password
            proof = Password(known) if known else desk.read_operator(number)
            return login(desk.till, number, proof)

        try:
            desk.session = await asyncio.to_thread(prove)
        except (Fault, CardFault) as fault:
            if isinstance(fault, PasswordDue):
                self.query_one("#row_new_password").display = True
                self.query_one("#new_password", Input).focus()
            else:
                self.query_one("#person_password", Input).value = ""
            words = told(fault)
            text = words.zh + words.next_zh if desk.language is Language.ZH else f"{words.en} {words.next_en}"
            self.query_one("#note", Static).update(text)
            return
        finally:
            self._proving = False
            desk.ahead.go_on()
        if not (password or new or desk.till.settings.operator_reader):
            desk.card_inside = False  # what lies in the only reader is no patient's card
        self.dismiss(None)
        desk.charge.sale.operator = desk.operator
        desk.charge.draw()
        desk.tell_unfinished()
