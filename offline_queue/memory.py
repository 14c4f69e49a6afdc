"""What the keystore remembers beside a store: so that one that is gone, or went back to an older copy, is noticed."""

import os
import threading
from hashlib import sha256
from pathlib import Path

import msgspec

from offline_queue.faults import KeysClosed, QueueFault, StoreGone
from offline_queue.keystores import Unhurried
from offline_queue.numbers import PER_SECOND
from offline_queue.ports import Identity, Keystore

UNSEEN = 3600 * PER_SECOND
"""More numbers than can have been given out after the last anchor."""

_FREE = b"free"
"""Instead of a store's id: what was here was retired."""


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """Of one store: its newest anchor, the number below which all are taken, its epoch."""

    seq: int
    hash: bytes
    number: int
    epoch: int = 0


class Memory:
    """Of one folder and one terminal. What asks the keystore raises ``KeysClosed``."""

    def __init__(self, keys: Keystore, folder: Path, identity: Identity) -> None:
        self._keys = keys
        self._folder = folder
        self._place = f"queue-at-{sha256(os.fsencode(folder.resolve())).hexdigest()[:24]}"
        self._numbers = f"numbers-{identity.institution}-{identity.terminal}"
        self._handed = Remembered(0, b"", 0)
        """The newest that any thread has brought."""
        self._handing = threading.RLock()
        self.behind = False
        """Whether anchors were handed over without waiting for them: the last one is to be waited for."""
        self.fault: QueueFault | None = None
        """Why it does not hold the store's newest end."""

    def of(self, store: bytes) -> Remembered | None:
        """What is known of a store."""
        found = self._keys.get(_anchor(store))
        return msgspec.msgpack.decode(found, type=Remembered) if found else None

    def keep(self, store: bytes, known: Remembered) -> None:
        """Instead of what was known of it. Threads may come in any order, the newest stays."""
        done: Remembered | None = None
        while done != (newest := self._newest(known)):
            self._keys.put(_anchor(store), msgspec.msgpack.encode(newest))
            done = newest

    def keep_soon(self, store: bytes, known: Remembered) -> None:
        """The same without waiting for it, where the keystore can do that; a fault is that of the time before."""
        if isinstance(self._keys, Unhurried):
            self.behind = True
            with self._handing:
                self._keys.put_soon(_anchor(store), msgspec.msgpack.encode(self._newest(known)))
        else:
            self.keep(store, known)

    def _newest(self, known: Remembered) -> Remembered:
        with self._handing:
            self._handed = max(self._handed, known, key=lambda end: (end.epoch, end.seq, end.number))
            return self._handed

    def lost(self, reserved: bool, anew: str) -> bytes | None:
        """The store that was here and is gone, by its id; empty: it is not known which, None: there was none.

        ``reserved``: there is a reserve without a store. Raises ``StoreGone`` unless a person has decided to begin
        ``anew``.
        """
        lost = self._keys.get(self._place) or b""
        if lost == _FREE or not (lost or reserved):
            return None
        if not anew:
            known = self.of(lost)
            raise StoreGone(folder=self._folder, expected=known.seq if known else "?")
        return lost

    def first_number(self, lost: bytes | None) -> int:
        """Where a new store's numbers begin: above those of a retired one, and all that a lost one may have given."""
        number = int(self._keys.get(self._numbers) or 0)
        known = self.of(lost) if lost else None
        return max(number, known.number + UNSEEN) if known else number

    def take_place(self, store: bytes) -> None:
        """This folder has that store. A keystore that refuses is shown, it stops nobody."""
        try:
            if self._keys.get(self._place) != store:
                self._keys.put(self._place, store)
        except KeysClosed as fault:
            self.fault = fault

    def leave_number(self, number: int) -> None:
        """How far the terminal's numbers went, for a store that follows."""
        self._keys.put(self._numbers, str(number).encode())

    def free_place(self) -> None:
        """A store may follow here."""
        self._keys.put(self._place, _FREE)


def _anchor(store: bytes) -> str:
    return f"queue-{store.hex()}-anchor"
