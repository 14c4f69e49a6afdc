"""What stands on this desk: printer, display, announcer, bank POS as the settings name them, and how each is doing."""

from collections.abc import Sequence
from pathlib import Path

from config.settings import DeviceSettings
from terminal.counter.shown import IdentityCards, Scanner
from terminal.money import Fen
from terminal.peripherals.bankpos.linked import LinkedPos, linked_pos
from terminal.peripherals.faults import DeviceFault
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.peripheral import Peripheral
from terminal.peripherals.phrases import Phrase
from terminal.peripherals.printer import EscPosPrinter, escpos_printer
from terminal.peripherals.slip import Mark, from_lines
from terminal.peripherals.teller import LineTeller, customer_display, voice_announcer


class Devices:
    """The devices of one desk. Slow, so never called on the screen's own thread."""

    def __init__(self, settings: DeviceSettings) -> None:
        """Raises the room's DeviceSettings for an address or model that does not exist."""
        self.printer: EscPosPrinter | None = None
        if settings.printer:
            font = Path(settings.printer_font) if settings.printer_font else None
            self.printer = escpos_printer(settings.printer, settings.printer_model, font=font)
        self._tellers: list[LineTeller] = []
        if settings.display:
            self._tellers.append(customer_display(settings.display, settings.display_model))
        if settings.announcer:
            self._tellers.append(voice_announcer(settings.announcer, settings.announcer_model))
        self.pos: LinkedPos | None = linked_pos(settings.bank_pos) if settings.bank_pos else None
        self.id_cards = IdentityCards(settings.id_reader) if settings.id_reader else None
        self.scanner = Scanner(settings.scanner) if settings.scanner else None
        self.health: dict[Device, Health] = {}

    @property
    def all(self) -> list[tuple[Peripheral, str]]:
        """Each device with its address."""
        found = (self.printer, *self._tellers, self.pos, self.id_cards, self.scanner)
        return [(device, device.outlet.address) for device in found if device]

    def check(self) -> None:
        """Asks each how it is."""
        for device, _ in self.all:
            self.health[device.device] = device.check()

    def tell(self, phrase: Phrase, amount: Fen | None = None) -> None:
        """Shows and says something to the patient; a device that cannot turns its lamp on and holds nobody up."""
        for teller in self._tellers:
            try:
                teller.tell(phrase, amount)
            except DeviceFault as fault:
                self.health[teller.device] = fault.health

    def print(self, lines: Sequence[str], marks: Sequence[Mark], digest: str = "") -> bool:
        """Puts a stored slip on paper; False without a printer. Raises DeviceFault."""
        if self.printer is None:
            return False
        self.printer.print_slip(from_lines(lines, digest), marks)
        return True
