"""A PC/SC service inside this process: readers to plug, cards to insert, faults to inject; no daemon, no driver."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cardio import faults
from cardio.atr import speaks_t0
from cardio.faults import CardFault
from cardio.port import Leave, ReaderState, Seen, WaitCancelled
from cardio.virtual.chip import Chip, Torn


@dataclass
class Slot:
    """One reader: what is in it, how often that changed, how often the card was reset."""

    chip: Chip | None = None
    counter: int = 0
    resets: int = 0
    mute: bool = False
    owner: "VirtualHandle | None" = None
    control: Callable[[int, bytes], bytes] | None = None


@dataclass
class Injected:
    function: str
    fault: CardFault
    after: int


class VirtualPort:
    """See ``cardio.port.Port``. ``VirtualPort(card)`` is a service with one reader that holds this card."""

    READER = "Virtual Reader 00"

    def __init__(self, chip: Chip | None = None) -> None:
        self.changed = threading.Condition(threading.RLock())
        self.slots: dict[str, Slot] = {}
        self.up = True
        self.boot = 1
        self._injected: list[Injected] = []
        self.plug(self.READER)
        if chip is not None:
            self.insert(chip)

    def establish(self) -> "VirtualContext":
        self.may_fail("establish")
        if not self.up:
            raise faults.ServiceDown(function="establish", hresult="8010001D")
        return VirtualContext(self)

    # What a hand does to a reader.

    def plug(self, reader: str) -> None:
        with self.changed:
            self.slots[reader] = Slot()
            self.changed.notify_all()

    def unplug(self, reader: str) -> None:
        with self.changed:
            del self.slots[reader]
            self.changed.notify_all()

    def insert(self, chip: Chip, reader: str = READER) -> None:
        with self.changed:
            slot = self.slots[reader]
            slot.chip, slot.mute, slot.counter = chip, not chip.atr.startswith((b"\x3b", b"\x3f")), slot.counter + 1
            chip.power()
            self.changed.notify_all()

    def remove(self, reader: str = READER) -> None:
        with self.changed:
            slot = self.slots[reader]
            slot.chip, slot.counter, slot.owner = None, slot.counter + 1, None
            self.changed.notify_all()

    def swap(self, chip: Chip, reader: str = READER) -> None:
        """Out and in again faster than anyone looks."""
        with self.changed:
            self.remove(reader)
            self.insert(chip, reader)

    def reset(self, reader: str = READER) -> None:
        """What another program does that disconnects with reset."""
        with self.changed:
            slot = self.slots[reader]
            slot.resets += 1
            if slot.chip is not None:
                slot.chip.power()

    def stop_service(self) -> None:
        with self.changed:
            self.up = False
            self.changed.notify_all()

    def start_service(self) -> None:
        with self.changed:
            self.up, self.boot = True, self.boot + 1
            for slot in self.slots.values():
                slot.counter, slot.owner = 0, None

    # What a test does to the service.

    def fail(self, function: str, fault: CardFault, after: int = 0) -> None:
        """Let the call of ``function`` (a method name of context or handle) that follows ``after`` others fail once."""
        self._injected.append(Injected(function, fault, after))

    def may_fail(self, function: str) -> None:
        for injected in [i for i in self._injected if i.function == function]:
            if injected.after == 0:
                self._injected.remove(injected)
                raise injected.fault
            injected.after -= 1


@dataclass
class VirtualContext:
    """See ``cardio.port.Context``."""

    port: VirtualPort
    cancelled: bool = False
    boot: int = field(init=False)

    def __post_init__(self) -> None:
        self.boot = self.port.boot

    def readers(self) -> tuple[str, ...]:
        self.check("readers")
        return tuple(self.port.slots)

    def wait(self, states: Sequence[ReaderState], timeout: float) -> tuple[ReaderState, ...]:
        deadline = time.monotonic() + timeout
        with self.port.changed:
            names = set(self.port.slots)
            while True:
                self.check("wait")
                if self.cancelled:
                    self.cancelled = False
                    raise WaitCancelled
                now = tuple(self._state(state.reader) for state in states)
                left = deadline - time.monotonic()
                if (
                    left <= 0
                    or set(self.port.slots) != names
                    or any(n.word != s.word for n, s in zip(now, states, strict=True))
                ):
                    return now
                self.port.changed.wait(left)

    def cancel(self) -> None:
        with self.port.changed:
            self.cancelled = True
            self.port.changed.notify_all()

    def connect(self, reader: str) -> "VirtualHandle":
        self.check("connect")
        slot = self.slot(reader)
        if slot.chip is None:
            raise faults.NoCard(reader=reader)
        if slot.mute:
            raise faults.CardMute(reader=reader)
        return VirtualHandle(self, reader, slot, slot.chip)

    def release(self) -> None:
        """Nothing is held."""

    def check(self, function: str) -> None:
        self.port.may_fail(function)
        if not self.port.up or self.boot != self.port.boot:
            raise faults.ServiceDown(function=function, hresult="8010001D")

    def slot(self, reader: str) -> Slot:
        if reader not in self.port.slots:
            raise faults.ReaderLost(reader=reader)
        return self.port.slots[reader]

    def _state(self, reader: str) -> ReaderState:
        slot = self.port.slots.get(reader)
        if slot is None:
            return ReaderState(reader, Seen.UNKNOWN)
        if slot.chip is None:
            return ReaderState(reader, slot.counter << 16 | Seen.EMPTY)
        word = Seen.PRESENT | (Seen.MUTE if slot.mute else 0)
        return ReaderState(reader, slot.counter << 16 | word, b"" if slot.mute else slot.chip.atr)


class VirtualHandle:
    """See ``cardio.port.Handle``."""

    def __init__(self, context: VirtualContext, reader: str, slot: Slot, chip: Chip) -> None:
        self._context = context
        self._port = context.port
        self._reader = reader
        self._slot = slot
        self._chip = chip
        self._counter = slot.counter
        self._resets = slot.resets

    @property
    def t0(self) -> bool:
        return speaks_t0(self._chip.atr)

    def begin(self) -> None:
        with self._port.changed:
            slot = self._checked("begin")
            while slot.owner not in (None, self):
                self._port.changed.wait(1)
                slot = self._checked("begin")
            slot.owner = self

    def end(self, leave: Leave) -> None:
        with self._port.changed:
            slot = self._checked("end")
            slot.owner = None
            if leave is Leave.RESET:
                self._port.reset(self._reader)
            self._port.changed.notify_all()

    def transmit(self, command: bytes) -> bytes:
        self._checked("transmit")
        try:
            answer = self._chip.process(command)
        except Torn:
            self._port.remove(self._reader)
            raise faults.TransmitFailed(function="transmit", hresult="00000000", reader=self._reader) from None
        self._checked("answer")
        return answer

    def control(self, code: int, data: bytes) -> bytes:
        slot = self._checked("control")
        if slot.control is None:
            raise faults.TransmitFailed(function="control", hresult="8010001F", reader=self._reader)
        return slot.control(code, data)

    def alive(self) -> None:
        self._checked("alive")

    def reconnect(self) -> None:
        self._context.check("reconnect")
        slot = self._context.slot(self._reader)
        if slot.chip is None:
            raise faults.CardRemoved()
        self._chip, self._counter, self._resets = slot.chip, slot.counter, slot.resets

    def close(self, leave: Leave) -> None:
        with self._port.changed:
            slot = self._port.slots.get(self._reader)
            if slot is not None and slot.owner is self:
                slot.owner = None
            if slot is not None and slot.counter == self._counter and leave is Leave.RESET:
                self._port.reset(self._reader)
            self._port.changed.notify_all()

    def _checked(self, function: str) -> Slot:
        self._context.check(function)
        slot = self._context.slot(self._reader)
        if slot is not self._slot or slot.counter != self._counter:
            raise faults.CardRemoved()
        if slot.resets != self._resets:
            raise faults.CardReset()
        return slot
