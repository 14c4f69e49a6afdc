"""The receipt printer and the cash drawer on it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Protocol

from terminal.peripherals import escpos
from terminal.peripherals.escpos import MODELS, Encoding, State, Stop
from terminal.peripherals.faults import (
    CoverOpen,
    DeviceFault,
    DeviceGarbled,
    DeviceSettings,
    DeviceSilent,
    PaperLow,
    PaperOut,
    PrinterStopped,
)
from terminal.peripherals.glyphs import Glyphs, HexFont, none
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.line import Line
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.peripheral import Peripheral, health, plugged
from terminal.peripherals.slip import Align, Cut, Mark, Pair, Qr, Rule, Slip, Text, marked


class ReceiptPrinter(Peripheral, Protocol):
    """The port. Both methods raise a DeviceFault that says what to do; the slip is stored and can be printed again."""

    @property
    def columns(self) -> int:
        """Columns of the paper; a Chinese character takes two."""

    def print_slip(self, slip: Slip, marks: Sequence[Mark] = ()) -> None:
        """Returns when the printer says that everything is on paper (a one-way printer: when all is sent)."""

    def open_drawer(self) -> None:
        """Opens the cash drawer; that it was opened, and for which bill, is the caller's to record."""


_FAULTS: dict[Stop, type[DeviceFault]] = {
    Stop.PAPER_OUT: PaperOut,
    Stop.COVER_OPEN: CoverOpen,
    Stop.ERROR: PrinterStopped,
}
_ANSWER_SECONDS = 1.0


@dataclass
class EscPosPrinter:
    """A printer that speaks ESC/POS, on any line."""

    outlet: Outlet
    model: escpos.Model
    glyphs: Glyphs = none
    patience: float = 60.0
    """Seconds a slip may take on paper while the printer keeps saying that it is well."""

    device: ClassVar[Device] = Device.PRINTER

    @property
    def columns(self) -> int:
        return self.model.columns

    def print_slip(self, slip: Slip, marks: Sequence[Mark] = ()) -> None:
        data = escpos.encode(marked(slip, marks), self.model, self.glyphs)
        self._send(data)

    def open_drawer(self) -> None:
        self._send(escpos.DRAWER)

    def check(self) -> Health:
        return health(self.device, self._check)

    def test(self) -> Health:
        return health(self.device, lambda: self.print_slip(test_slip(self.columns), [Mark.TEST]))

    def _send(self, data: bytes) -> None:
        with self.outlet.line() as line:
            self._ready(line)
            try:
                line.write(data)
            except TimeoutError:
                self._ready(line)  # it says why it takes no more
                raise
            self._printed(line)

    def _check(self) -> None:
        if not self.model.answers:
            return plugged(self.outlet)
        with self.outlet.line() as line:
            if self._ready(line).paper_low:
                raise PaperLow(self.device)
        return None

    def _ready(self, line: Line, printing: bool = False) -> State:
        if not self.model.answers:
            return State(None, paper_low=False)
        offline, paper = (self._ask(line, question, printing) for question in (escpos.ASK_OFFLINE, escpos.ASK_PAPER))
        state = escpos.state(offline, paper)
        if state.stop:
            raise _FAULTS[state.stop](self.device)
        return state

    def _ask(self, line: Line, question: bytes, printing: bool) -> int:
        while line.read(64, 0):
            pass  # what came unasked is nobody's answer
        line.write(question)
        while answer := line.read(1, _ANSWER_SECONDS):
            if escpos.is_status(answer[0]):
                return answer[0]
            if not printing:  # then it may be a late answer to "printed?", which is asked again
                raise DeviceGarbled(self.device, found="status byte")
        raise DeviceSilent(self.device, address=self.outlet.address, seconds=_ANSWER_SECONDS)

    def _printed(self, line: Line) -> None:
        if not self.model.answers:
            return
        end = time.monotonic() + self.patience
        while time.monotonic() < end:
            line.write(escpos.ASK_PRINTED)
            if (answer := line.read(1, _ANSWER_SECONDS)) and escpos.is_printed(answer[0]):
                return
            self._ready(line, printing=True)
        raise DeviceSilent(self.device, address=self.outlet.address, seconds=self.patience)


def escpos_printer(
    address: str, model: str = "80", chinese_encoding: str = "", font: Path | None = None
) -> EscPosPrinter:
    """A printer as the settings describe it. ``chinese_encoding`` overrides the model's, ``font`` is a ``.hex`` file.

    Raises DeviceSettings for a word that does not exist.
    """
    found = MODELS.get(model)
    if found is None:
        raise DeviceSettings(Device.PRINTER, found=model, expected=", ".join(MODELS))
    if chinese_encoding:
        if chinese_encoding not in set(Encoding):
            raise DeviceSettings(Device.PRINTER, found=chinese_encoding, expected=", ".join(Encoding))
        found = replace(found, encoding=Encoding(chinese_encoding))
    if font and not font.is_file():
        raise DeviceSettings(Device.PRINTER, found=str(font), expected="a font file in .hex format")
    return EscPosPrinter(Outlet(Device.PRINTER, address), found, HexFont(font) if font else none)


def test_slip(columns: int) -> Slip:
    """What the test button prints: edges, the yuan sign, a rare character, a QR code."""
    ruler = "".join(str(place % 10) for place in range(1, columns + 1))
    return Slip(
        (
            Text(ruler),
            Text("医保收费 ￥0.00 ABC xyz", Align.CENTRE),
            Pair("左 left", "右 right"),
            Text("生僻字 rare: 㐀 䶮 𠮷"),
            Rule(),
            Qr("yibao printer test"),
            Cut(),
        )
    )
