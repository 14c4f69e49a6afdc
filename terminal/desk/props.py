"""What stands on the desk in a drill: a printer, a display and a bank POS of software, and what can befall them."""

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

POSSIBLE = hasattr(os, "openpty")
"""Whether this system has pseudo-terminals; elsewhere a drill has a bare desk."""


class Props:
    """Plugged in until ``close``."""

    def __init__(self) -> None:
        from terminal.peripherals.simulators.bankpos import PosSimulator
        from terminal.peripherals.simulators.plug import Pty
        from terminal.peripherals.simulators.printer import PrinterSimulator
        from terminal.peripherals.simulators.window import Led8Simulator

        self.printer: PrinterSimulator = PrinterSimulator()
        self.pos: PosSimulator = PosSimulator()
        self._stack = ExitStack()
        folder = Path(self._stack.enter_context(TemporaryDirectory(prefix="yibao-drill-")))
        self._display: Pty = Pty(Led8Simulator(), folder / "display")
        self._seen = True
        others = {"printer": Pty(self.printer, folder / "printer"), "bank_pos": Pty(self.pos, folder / "pos")}
        for plug in (self._display, *others.values()):
            self._stack.enter_context(plug)
        addresses = {"display": self._display, **others}
        self.settings = "\n[devices]\n" + "".join(f'{name} = "{plug.address}"\n' for name, plug in addresses.items())
        """The table ``devices`` of the settings."""

    def close(self) -> None:
        """Unplugs everything."""
        self._stack.close()

    def paper(self, there: bool) -> None:
        """Takes the roll out, or puts a new one in."""
        if there:
            self.printer.load_paper()
        else:
            self.printer.paper_left = 0

    def lose_pos_answer(self) -> None:
        """The POS charges the next card, and its answer never arrives."""
        from terminal.peripherals.simulators.bankpos import Trouble

        self.pos.trouble = Trouble.ANSWER_LOST

    def display(self, there: bool) -> None:
        """Pulls the display's plug, or puts it back."""
        if there and not self._seen:
            self._display.plug()
        elif self._seen and not there:
            self._display.unplug()
        self._seen = there
