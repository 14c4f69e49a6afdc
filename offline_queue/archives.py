"""Contents that left the store: closed, reconciled and old; still sealed, still found when asked for."""

import shutil
import sqlite3
import threading
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path

from sqlite_utils import Database

from offline_queue.faults import StoreFailed
from offline_queue.place import PART, flush_file, flush_folder
from offline_queue.sealing import Algorithms

FOLDER = "archive"
BREATH = 500
"""Rows between two breaths of who reads many."""

Kept = dict[str, list[tuple[int, bytes]]]
"""Sealed payloads of items and bodies of events, each by its number."""


class Archives:
    """The files of one folder; each is written once, flushed, and read back."""

    def __init__(self, folder: Path, suite: Algorithms) -> None:
        self.folder = folder
        self._suite = suite
        self._lock = threading.Lock()
        self._open: dict[Path, sqlite3.Connection] = {}

    def write(self, name: str, kept: Kept) -> bytes:
        """Makes one file, whole or not at all; gives the digest of what is in it.

        A name is never used again: a copy, or who has it open, would hold the older one. Raises ``StoreFailed``: it
        exists, or does not hold.
        """
        file = self.folder / name
        fresh = self.folder / f"{name}{PART}"
        if file.exists():
            raise StoreFailed(cause=f"{file} exists")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.unlink(missing_ok=True)
            db = Database(fresh)
            try:
                for table, rows in kept.items():
                    db.table(table).create({"id": int, "sealed": bytes}, pk="id")
                    db.table(table).insert_all({"id": id, "sealed": sealed} for id, sealed in rows)
            finally:
                db.conn.close()
            flush_file(fresh)
            fresh.replace(file)
            flush_folder(self.folder)
        except (sqlite3.Error, OSError) as error:
            raise StoreFailed(cause=error) from error
        told = self._digest(iter(sorted(kept["item"])), iter(sorted(kept["event"])))
        if self.digest(name) != told:
            raise StoreFailed(cause=f"{file} does not read back")
        return told

    def digest(self, name: str, breathe: Callable[[], None] = lambda: None) -> bytes | None:
        """Of what is in a file now: nothing when there is no such file, empty when it cannot be read.

        ``breathe`` is called every now and then.
        """
        file = self.folder / name
        if not file.exists():
            return None
        with self._lock:
            try:
                rows = (
                    _paced(self._reach(file).execute(f"SELECT id, sealed FROM {table} ORDER BY id"), breathe)
                    for table in ("item", "event")
                )
                return self._digest(*rows)
            except (sqlite3.Error, TypeError):
                return b""

    def item(self, id: int, names: Iterable[str]) -> bytes | None:
        """An item's sealed payload, from the files of these names: those that a chain names are about its items."""
        return self._find("item", id, names)

    def event(self, seq: int, names: Iterable[str]) -> bytes | None:
        """An event's sealed body, likewise."""
        return self._find("event", seq, names)

    def close(self) -> None:
        """Lets go of the files."""
        with self._lock:
            for conn in self._open.values():
                conn.close()
            self._open.clear()

    def _find(self, table: str, id: int, names: Iterable[str]) -> bytes | None:
        with self._lock:
            for name in sorted(names, reverse=True):
                try:
                    found = (
                        self._reach(self.folder / name)
                        .execute(f"SELECT sealed FROM {table} WHERE id = ?", (id,))
                        .fetchone()
                    )
                except sqlite3.Error:
                    continue  # verification names what is wrong with it
                if found:
                    sealed: bytes = found[0]
                    return sealed
        return None

    def _reach(self, file: Path) -> sqlite3.Connection:
        if file not in self._open:
            self._open[file] = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, check_same_thread=False)
        return self._open[file]

    def _digest(self, *tables: Iterator[tuple[int, bytes]]) -> bytes:
        return self._suite.digest(
            b"".join(id.to_bytes(8, "big") + self._suite.digest(sealed) for rows in tables for id, sealed in rows)
        )


def _paced(rows: Iterator[tuple[int, bytes]], breathe: Callable[[], None]) -> Iterator[tuple[int, bytes]]:
    for count, row in enumerate(rows):
        if not count % BREATH:
            breathe()
        yield row


def mirror(source: Path, target: Path, names: Container[str] | None = None) -> None:
    """Every archive of one folder, or those of these names, in another as well, each whole or not at all.

    One that is there already stays: that of the source may be damaged. Raises ``OSError``.
    """
    for file in source.glob("*.db"):
        if not (target / file.name).exists() and (names is None or file.name in names):
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = target / f"{file.name}{PART}"
            shutil.copyfile(file, fresh)
            flush_file(fresh)
            fresh.replace(target / file.name)
            flush_folder(target)
