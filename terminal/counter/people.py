"""Snapshots of persons, sealed at rest, so that a patient known yesterday can be served without the line today."""

import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import msgspec
import sqlite_utils

from offline_queue.faults import KeyErased
from terminal.documents import Credential, Person, decode, encode


class Sealer(Protocol):
    """What the store of keys offers to other stores of the same data folder."""

    def seal(self, data: bytes, context: bytes) -> bytes:
        """Encrypts and binds to ``context``."""
        ...

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The data again; raises when it was changed or moved."""
        ...

    def blind(self, value: bytes) -> bytes:
        """A keyed hash: equal values meet, nobody without the key learns them."""
        ...


class Snapshot(msgspec.Struct, frozen=True):
    """A person as last seen. ``journal_seq`` is the last journal entry the centre's figures can include."""

    person: Person
    journal_seq: int


@dataclass(frozen=True)
class _Names:
    """The numbers a person can be found under."""

    credential: Credential | None
    person: Person | None = None

    def blinded(self, sealer: Sealer) -> list[bytes]:
        words = []
        if self.person:
            words += [f"id:{self.person.id_number}", f"person:{self.person.number}"]
        if self.credential and self.credential.number:
            words.append(f"{self.credential.kind}:{self.credential.number}")
            if self.credential.kind in ("id_number", "manual"):
                words.append(f"id:{self.credential.number}")
        return [sealer.blind(word.encode()) for word in words]


class People:
    """The sealed snapshots of one data folder, safe between threads.

    E-credential codes live for minutes and are never kept as a key.
    """

    def __init__(self, folder: Path, sealer: Sealer) -> None:
        self._sealer = sealer
        self._lock = threading.Lock()
        self._db = sqlite_utils.Database(sqlite3.connect(folder / "people.db", check_same_thread=False))
        self._db.enable_wal()
        self._db.table("snapshot").create({"name": bytes, "sealed": bytes}, pk="name", if_not_exists=True)

    def remember(self, snapshot: Snapshot, credential: Credential) -> None:
        """Keeps the newest snapshot under every number of the person."""
        data = encode(snapshot)
        kept = None if credential.kind == "e_credential" else credential
        with self._lock, self._db.atomic():
            for name in _Names(kept, snapshot.person).blinded(self._sealer):
                self._db.execute(
                    "insert into snapshot values (?, ?) on conflict (name) do update set sealed = excluded.sealed",
                    (name, self._sealer.seal(data, name)),
                )

    def recall(self, credential: Credential) -> Snapshot | None:
        """The newest snapshot under a number, or None when this terminal has never met it."""
        for name in _Names(credential).blinded(self._sealer):
            with self._lock:
                row = self._db.execute("select sealed from snapshot where name = ?", (name,)).fetchone()
            if row:
                try:
                    return decode(self._sealer.open(row[0], name), Snapshot, file="people.db")
                except KeyErased:
                    continue  # last met longer ago than anything is kept
        return None

    def close(self) -> None:
        """Closes the store."""
        self._db.close()
