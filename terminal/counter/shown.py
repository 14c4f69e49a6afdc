"""What a patient shows on a serial line: the ID card on its reader, a code before the scanner."""

import threading
import time
from collections.abc import Callable

from cardio import CardFault, CardReading
from cardio.faults import BadAnswer
from cardio.serial import identity, scanner
from cardio.serial.identity import IdentityReader, IdentityReading, NoIdentityCard
from cardio.serial.line import DeviceSilent as Silent
from cardio.serial.scanner import BadCode, Code, NoCode
from terminal.counter.cards import credential_of
from terminal.counter.faults import CardWithoutNumber
from terminal.documents import Credential, CredentialKind
from terminal.peripherals.faults import DeviceAbsent, DeviceFault, DeviceGarbled, DeviceSilent
from terminal.peripherals.lamp import Device, Health
from terminal.peripherals.line import Line
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.peripheral import health, plugged

_SLICE, _AGAIN, _FOR_EVER = 0.2, 1.0, 86_400.0


class _Open:
    """An outlet's open line as ``cardio`` talks over it. What breaks it is the outlet's to tell."""

    def __init__(self, line: Line, device: str, stop: threading.Event | None = None) -> None:
        self.device = device
        self._line, self._stop = line, stop or threading.Event()

    def write(self, data: bytes) -> None:
        self._line.write(data)

    def read(self, count: int, timeout: float) -> bytes:
        """Raises OSError once it is to stop."""
        data, end = b"", time.monotonic() + timeout
        while len(data) < count and (left := end - time.monotonic()) > 0:
            if self._stop.is_set():
                raise OSError
            data += self._line.read(count - len(data), min(left, _SLICE))
        return data

    def drop(self) -> None:
        while self._line.read(4096, 0):
            pass

    def close(self) -> None:
        """The outlet closes it."""


class IdentityCards:
    """The ID-card reader of a desk."""

    device = Device.ID_READER

    def __init__(self, address: str) -> None:
        """Raises the peripherals' DeviceSettings for an address that is none."""
        self.outlet = Outlet(self.device, address, identity.BAUD)

    def read(self, timeout: float = 0.0) -> IdentityReading:
        """The card that lies there, waiting ``timeout`` seconds for one. Raises CardFault or DeviceFault."""
        with self.outlet.line() as line:
            return IdentityReader(_Open(line, self.outlet.address)).read(timeout)

    def check(self) -> Health:
        """Whether the module in it works."""
        return health(self.device, self._ready)

    test = check

    def _ready(self) -> None:
        where = self.outlet.address
        with self.outlet.line() as line:
            try:
                good = IdentityReader(_Open(line, where)).ready()
            except Silent:
                raise DeviceSilent(self.device, address=where, seconds=identity.ANSWER_TIME) from None
            except BadAnswer as fault:
                raise DeviceGarbled(self.device, found=fault.data["expected"]) from None
        if not good:
            raise DeviceGarbled(self.device, found="status")


class Scanner:
    """A code scanner on a serial line. It speaks by itself, so somebody listens all the time."""

    device = Device.SCANNER

    def __init__(self, address: str) -> None:
        """Raises the peripherals' DeviceSettings for an address that is none."""
        self.outlet = Outlet(self.device, address, scanner.BAUD)

    def listen(self, heard: Callable[[Code], object], stop: threading.Event) -> None:
        """Hands over each code until ``stop``; a scanner that is unplugged is heard again once it is back."""
        while not stop.is_set():
            try:
                with self.outlet.line() as line:
                    while True:
                        self._hear(_Open(line, self.outlet.address, stop), heard)
            except DeviceFault:
                stop.wait(_AGAIN)

    @staticmethod
    def _hear(line: _Open, heard: Callable[[Code], object]) -> None:
        try:
            heard(scanner.scan(line, _FOR_EVER))
        except (NoCode, BadCode):
            return  # noise on the line

    def check(self) -> Health:
        """Whether it is plugged in; it answers nothing."""
        return health(self.device, lambda: plugged(self.outlet))

    test = check


def credential_shown(read: Callable[[], CardReading], id_cards: IdentityCards | None) -> Credential:
    """The card in the card reader, else the ID card on its own reader.

    Raises what kept the card from being read where no ID card lies there, and IdentityCardFailed.
    """
    try:
        return credential_of(read())
    except (CardFault, CardWithoutNumber) as fault:
        if id_cards is None:
            raise
        try:
            return credential_of_id_card(id_cards.read())
        except (NoIdentityCard, DeviceFault):  # what ails the ID-card reader is said by its lamp
            raise fault from None


def credential_of_id_card(reading: IdentityReading) -> Credential:
    """The credential an ID card gives. Raises CardWithoutNumber for a kind of card that is not decoded."""
    if not reading.number:
        raise CardWithoutNumber(why="")
    return Credential(CredentialKind.ID_NUMBER, reading.number, reading.name)


def id_cards_at(address: str) -> IdentityCards:
    """The ID-card reader of the settings. Raises DeviceAbsent where they name none."""
    if not address:
        raise DeviceAbsent(Device.ID_READER, address="devices.id_reader")
    return IdentityCards(address)
