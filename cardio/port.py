"""The port to readers: what this package needs of PC/SC, small enough to be played by a virtual reader.

``Port`` makes contexts; a context lists readers, waits for changes and connects; a handle is one powered card held
open. Every method raises only ``CardFault`` classes.
"""

from collections.abc import Sequence
from enum import Enum, IntEnum
from typing import Protocol

import msgspec


class Leave(Enum):
    """What becomes of the card when a handle or a transaction ends. Always said, never left to a default."""

    AS_IS = 0
    """Other programs keep their session with the card."""
    RESET = 1
    """After a PIN: the next program must not inherit what the PIN opened."""


class Seen(IntEnum):
    """Bits in the low half of a reader's state word (PC/SC part 5, SCARD_STATE_*)."""

    CHANGED = 0x0002
    UNKNOWN = 0x0004
    UNAVAILABLE = 0x0008
    EMPTY = 0x0010
    PRESENT = 0x0020
    EXCLUSIVE = 0x0080
    MUTE = 0x0200


class ReaderState(msgspec.Struct, frozen=True):
    """A reader as last seen. ``word`` is fed back whole on the next wait: its upper half counts insertions and
    removals, which is the only thing that tells two cards with one ATR apart."""

    reader: str
    word: int = 0
    atr: bytes = b""

    @property
    def present(self) -> bool:
        return bool(self.word & Seen.PRESENT)

    @property
    def mute(self) -> bool:
        return bool(self.word & Seen.MUTE)

    @property
    def gone(self) -> bool:
        return bool(self.word & (Seen.UNKNOWN | Seen.UNAVAILABLE))

    @property
    def counter(self) -> int:
        return self.word >> 16


class Generation(msgspec.Struct, frozen=True):
    """One insertion: reader, boot of the service as counted by the port, insertion counter of the reader."""

    reader: str
    boot: int
    counter: int


class Handle(Protocol):
    """One card held powered. After any fault but ``CardReset`` it is of no more use than to be closed."""

    @property
    def t0(self) -> bool: ...
    def begin(self) -> None:
        """Shut other programs out until ``end``."""

    def end(self, leave: Leave) -> None: ...
    def transmit(self, command: bytes) -> bytes:
        """One exchange: data and two status bytes. Blocks as long as the card thinks; nothing can interrupt it."""

    def control(self, code: int, data: bytes) -> bytes:
        """A command to the reader itself; ``code`` is the control code as this system has it."""

    def alive(self) -> None:
        """Touch the card without changing it; raises if it was removed or reset. Restarts Windows' idle timer."""

    def reconnect(self) -> None:
        """Take a reset card back. The caller must check the generation: a swapped card would be taken just as well."""

    def close(self, leave: Leave) -> None:
        """Never raises."""


class Context(Protocol):
    """One connection to the service. A context used for waiting is used for nothing else."""

    @property
    def boot(self) -> int: ...
    def readers(self) -> tuple[str, ...]: ...
    def wait(self, states: Sequence[ReaderState], timeout: float) -> tuple[ReaderState, ...]:
        """The states as they are now, once one differs from what was given, or after ``timeout`` seconds.

        An unknown state is ``ReaderState(name)``. Raises ``WaitCancelled`` after ``cancel``, ``ServiceDown`` when the
        service goes away. Notices new readers too where the service can.
        """

    def cancel(self) -> None:
        """End a wait that another thread is in."""

    def connect(self, reader: str) -> Handle: ...
    def release(self) -> None:
        """Never raises."""


class Port(Protocol):
    def establish(self) -> Context: ...


class WaitCancelled(Exception):
    """A wait was ended by ``Context.cancel``; not a fault, nobody has to mend anything."""
