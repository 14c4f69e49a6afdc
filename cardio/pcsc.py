"""The real readers: the only module that imports pyscard, and only when a context is first wanted.

Every call of the foreign library goes through one funnel, ``PcscContext.call``, which turns its code into a typed
fault. Meaning of the codes: PC/SC part 5, and where pcsc-lite differs, its own documentation.
"""

import ctypes
import os
import sys
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from cardio import faults
from cardio.faults import CardFault
from cardio.port import Leave, ReaderState, Seen, WaitCancelled

NEW_READER = "\\\\?PnP?\\Notification"
"""Pseudo-reader that changes when a reader is plugged in (PC/SC part 5)."""

OK, CANCELLED, TIMEOUT, NO_READERS, UNKNOWN_READER = 0, 0x80100002, 0x8010000A, 0x8010002E, 0x80100009
SERVICE_STOPPED = 0x8010001E

FAULTS: dict[int, type[CardFault]] = {
    0x80100003: faults.ServiceDown,  # INVALID_HANDLE: context and handles died with the service
    UNKNOWN_READER: faults.ReaderLost,
    0x8010000B: faults.CardBusy,  # SHARING_VIOLATION
    0x8010000C: faults.NoCard,  # NO_SMARTCARD
    0x8010000F: faults.CardMute,  # PROTO_MISMATCH: an ATR nobody can talk to
    0x80100012: faults.ServiceDown,  # SYSTEM_CANCELLED
    0x80100013: faults.ServiceDown,  # F_COMM_ERROR: the line to the daemon, not to the card
    0x80100017: faults.ReaderLost,  # READER_UNAVAILABLE
    0x8010001D: faults.ServiceDown,  # NO_SERVICE
    SERVICE_STOPPED: faults.ServiceDown,
    0x80100027: faults.AccessDenied,  # NO_ACCESS
    0x80100066: faults.CardMute,  # UNRESPONSIVE_CARD
    0x80100067: faults.CardMute,  # UNPOWERED_CARD
    0x80100068: faults.CardReset,
    0x80100069: faults.CardRemoved,
    0x8010006A: faults.AccessDenied,  # SECURITY_VIOLATION: refused by polkit
}


def fault_of(code: int, function: str, reader: str) -> CardFault:
    """The fault for a PC/SC code; a code nobody listed leaves the outcome of the call unknown."""
    kind = FAULTS.get(code, faults.TransmitFailed)
    if code == SERVICE_STOPPED and sys.platform.startswith("linux"):
        kind = faults.VersionMismatch  # pcsc-lite says this only when library and daemon do not match
    return kind(function=function, hresult=f"{code:08X}", reader=reader)


class PcscPort:
    """The machine's PC/SC service."""

    def __init__(self) -> None:
        self.boot = 1

    def establish(self) -> "PcscContext":
        """Raises LibraryMissing, ServiceDown, AccessDenied, VersionMismatch."""
        try:
            return PcscContext(self, _library())
        except faults.ServiceDown as fault:
            if sys.platform.startswith("linux") and _closed_to_us():
                raise faults.AccessDenied(**fault.data) from None
            raise

    def lost(self, boot: int) -> None:
        """A context of this boot found the service gone; whoever finds out second changes nothing."""
        if boot == self.boot:
            self.boot += 1


def _closed_to_us() -> bool:
    """pcsc-lite reports a socket one may not write to as "no service"."""
    socket = os.environ.get("PCSCLITE_CSOCK_NAME", "/run/pcscd/pcscd.comm")
    return Path(socket).exists() and not os.access(socket, os.W_OK)


@cache
def _library() -> ModuleType:
    if sys.platform.startswith("linux"):
        try:  # asked first, because pyscard prints to standard output when this library is absent
            ctypes.CDLL("libpcsclite.so.1")
        except OSError:
            raise faults.LibraryMissing(library="libpcsclite.so.1") from None
    try:
        import smartcard.scard as library
    except ImportError:
        raise faults.LibraryMissing(library="pyscard") from None
    return library  # type: ignore[no-any-return]


class PcscContext:
    """See ``cardio.port.Context``."""

    def __init__(self, port: PcscPort, library: ModuleType) -> None:
        self._port = port
        self._new_reader = ReaderState(NEW_READER)
        self.library = library
        self.boot = port.boot
        _, (self._context,) = self.call("SCardEstablishContext", library.SCARD_SCOPE_USER)

    def readers(self) -> tuple[str, ...]:
        code, values = self.call("SCardListReaders", self._context, [], allow={NO_READERS})
        return () if code == NO_READERS else tuple(values[0])

    def wait(self, states: Sequence[ReaderState], timeout: float) -> tuple[ReaderState, ...]:
        asked = [(s.reader, s.word & ~Seen.CHANGED, list(s.atr)) for s in (*states, self._new_reader)]
        code, values = self.call(
            "SCardGetStatusChange",
            self._context,
            int(timeout * 1000),
            asked,
            allow={TIMEOUT, CANCELLED, UNKNOWN_READER},
        )
        if code == CANCELLED:
            raise WaitCancelled
        if code == UNKNOWN_READER:
            present = self.readers()
            return tuple(s if s.reader in present else ReaderState(s.reader, Seen.UNKNOWN) for s in states)
        *now, self._new_reader = (ReaderState(name, word, bytes(atr)) for name, word, atr in values[0])
        return tuple(now)

    def cancel(self) -> None:
        self.call("SCardCancel", self._context)

    def connect(self, reader: str) -> "PcscHandle":
        share, protocols = self.library.SCARD_SHARE_SHARED, _protocols(self.library)
        try:
            _, (handle, protocol) = self.call("SCardConnect", self._context, reader, share, protocols, reader=reader)
        except faults.CardRemoved:  # Windows' word for a reader that is empty
            raise faults.NoCard(reader=reader) from None
        return PcscHandle(self, handle, protocol, reader)

    def release(self) -> None:
        self.library.SCardReleaseContext(self._context)  # its code says nothing anyone could act on

    def call(
        self, function: str, *arguments: Any, reader: str = "", allow: Collection[int] = ()
    ) -> tuple[int, list[Any]]:
        """The funnel: call, normalise the code (negative on Windows), raise a fault, else give code and values."""
        result = getattr(self.library, function)(*arguments)
        code, *values = result if isinstance(result, list | tuple) else [result]
        code &= 0xFFFFFFFF
        if code == OK or code in allow:
            return code, values
        fault = fault_of(code, function, reader)
        if isinstance(fault, faults.ServiceDown):
            self._port.lost(self.boot)
        raise fault


class PcscHandle:
    """See ``cardio.port.Handle``."""

    def __init__(self, context: PcscContext, handle: Any, protocol: int, reader: str) -> None:
        self._context = context
        self._handle = handle
        self._protocol = protocol
        self._reader = reader

    @property
    def t0(self) -> bool:
        return bool(self._protocol == self._context.library.SCARD_PROTOCOL_T0)

    def begin(self) -> None:
        self._do("SCardBeginTransaction")

    def end(self, leave: Leave) -> None:
        self._do("SCardEndTransaction", self._disposition(leave))

    def transmit(self, command: bytes) -> bytes:
        (answer,) = self._do("SCardTransmit", self._protocol, list(command))
        if len(answer) < 2:  # a card pulled in mid-exchange can be reported as success without data
            raise faults.TransmitFailed(function="SCardTransmit", hresult="00000000", reader=self._reader)
        return bytes(answer)

    def control(self, code: int, data: bytes) -> bytes:
        (answer,) = self._do("SCardControl", code, list(data))
        return bytes(answer)

    def alive(self) -> None:
        self._do("SCardStatus")

    def reconnect(self) -> None:
        library = self._context.library
        (self._protocol,) = self._do(
            "SCardReconnect", library.SCARD_SHARE_SHARED, _protocols(library), library.SCARD_LEAVE_CARD
        )

    def close(self, leave: Leave) -> None:
        self._context.library.SCardDisconnect(self._handle, self._disposition(leave))

    def _disposition(self, leave: Leave) -> int:
        library = self._context.library
        return int(library.SCARD_RESET_CARD if leave is Leave.RESET else library.SCARD_LEAVE_CARD)

    def _do(self, function: str, *arguments: Any) -> list[Any]:
        return self._context.call(function, self._handle, *arguments, reader=self._reader)[1]


def _protocols(library: ModuleType) -> int:
    return int(library.SCARD_PROTOCOL_T0 | library.SCARD_PROTOCOL_T1)
