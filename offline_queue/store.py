"""One SQLite file that keeps what it acknowledges: settings read back, immediate transactions, failed commits solved.

Under a power cut only the write-ahead log with a flush at each commit keeps every acknowledged record at the price of
one flush; SQLite's own default loses the last one, ``synchronous=NORMAL`` many.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from offline_queue import place
from offline_queue.faults import (
    KeyStored,
    NotDurable,
    OtherVersion,
    Overtaken,
    StoreBusy,
    StoreFailed,
    StoreUncertain,
)

NAME = "queue.db"
SCHEMA = 4
READABLE = 3
"""The oldest schema whose items, events and keys are read as ours are."""
_MEANING = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: KeyStored,
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: Overtaken,
    sqlite3.SQLITE_BUSY: StoreBusy,
}
_UNSEEN = -1
"""No count of foreign commits."""

Connect = Callable[[Path], sqlite3.Connection]

_PRAGMAS: dict[str, tuple[str, int | str]] = {
    "busy_timeout": ("5000", 5000),
    "page_size": ("4096", 4096),
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "fullfsync": ("ON", 1),
    "checkpoint_fullfsync": ("ON", 1),
    "wal_autocheckpoint": ("1000", 1000),
    "foreign_keys": ("ON", 1),
    "trusted_schema": ("OFF", 0),
    "secure_delete": ("FAST", 2),
    "cell_size_check": ("ON", 1),
}
"""Each is set and read back. ``fullfsync`` matters on macOS only, where a plain flush stops at the drive's cache."""

_TABLES = """
CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    schema INTEGER NOT NULL, store BLOB NOT NULL, institution TEXT NOT NULL, terminal TEXT NOT NULL,
    suite TEXT NOT NULL, epoch INTEGER NOT NULL, number INTEGER NOT NULL, fence INTEGER NOT NULL,
    near INTEGER NOT NULL DEFAULT 1, contact TEXT, offline TEXT, copied TEXT
) STRICT;
CREATE TABLE data_key (
    id INTEGER PRIMARY KEY, day TEXT NOT NULL UNIQUE, wrapped BLOB, recovery BLOB, erased TEXT
) STRICT;
CREATE TABLE item (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, digest BLOB NOT NULL, lane BLOB NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', amount_fen INTEGER NOT NULL DEFAULT 0,
    reverses TEXT NOT NULL DEFAULT '', once_freed TEXT NOT NULL DEFAULT 'send_again', number TEXT NOT NULL DEFAULT '',
    attempts INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, due TEXT,
    doubtful_at TEXT, doubtful_since TEXT, owner TEXT NOT NULL DEFAULT '', created TEXT NOT NULL, closed TEXT,
    reconciled TEXT NOT NULL DEFAULT '', freed INTEGER NOT NULL DEFAULT 0, sealed_with INTEGER NOT NULL,
    last INTEGER NOT NULL DEFAULT 0, shelved INTEGER NOT NULL DEFAULT 0, sealed BLOB
) STRICT;
CREATE UNIQUE INDEX item_key ON item (key, freed);
CREATE INDEX item_left ON item (shelved) WHERE shelved = 2;
CREATE INDEX item_lane ON item (lane) WHERE shelved = 1;
CREATE TABLE event (
    seq INTEGER PRIMARY KEY, item INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, actor TEXT NOT NULL,
    changes TEXT NOT NULL, open_items INTEGER NOT NULL, open_fen INTEGER NOT NULL, latest TEXT NOT NULL,
    body BLOB, body_digest BLOB NOT NULL, before INTEGER NOT NULL, hash BLOB NOT NULL, mac BLOB NOT NULL
) STRICT;
CREATE INDEX event_note ON event (kind, seq) WHERE item = 0;
CREATE INDEX item_reverses ON item (reverses) WHERE reverses != '';
CREATE VIEW near AS
    SELECT * FROM item WHERE shelved = 2
    UNION ALL SELECT * FROM item WHERE shelved = 0 AND id >= (SELECT near FROM store);
"""

_Later = tuple[str, str, Sequence[Sequence[object]]]
"""Table, statement, and a row of values for each time."""
_ALONE = 2
"""An item and its event: nothing to gather."""
Mark = tuple[int, bytes]
"""Sequence and hash of the last event of a transaction: by it one finds out whether the transaction took effect."""


class Store:
    """The file of one folder. Safe to share between threads; other processes may have it open as well.

    A ``with`` block over it is a transaction, as with SQLite's own connections, and is written ``with
    store.transaction()``. No generator makes it: every record and change of state is in one.
    """

    def __init__(self, folder: Path, connect: Connect | None = None) -> None:
        place.check(folder)
        self.folder = folder
        self.mark: Mark | None = None
        """The last event of the current transaction, set by whoever appends it."""
        self.turn = 0
        """Number of the current transaction; zero outside of one."""
        self._turns = 0
        self._later: list[_Later] = []
        """What waits for the end of the transaction."""
        self.ended: Callable[[bool], None] = lambda undone: None
        """Called after each transaction, before anybody else begins; told whether it was undone, or may have been."""
        self.connect = connect or (lambda path: sqlite3.connect(path, isolation_level=None, check_same_thread=False))
        self._lock = threading.RLock()
        self._lost = False
        self._conn: sqlite3.Connection
        self._run: Callable[..., sqlite3.Cursor]
        """Runs what every transaction runs, with one cursor for all: making one costs a fiftieth of a record."""
        self._seen = _UNSEEN
        """What SQLite says of the writing of others, when it was last asked."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open()
            try:
                place.flush_folder(folder)
                place.flush_folder(folder.parent)
            except BaseException:
                self._conn.close()
                raise
        except (sqlite3.Error, OSError) as error:
            raise _failed(error) from error

    def alone(self) -> threading.RLock:
        """Keeps the other threads of this process out, transactions included."""
        return self._lock

    def is_new(self) -> bool:
        """Whether nobody has made the tables yet."""
        return "store" not in Database(self._conn).table_names()

    def make_tables(self) -> None:
        """Make the tables inside the caller's transaction."""
        db = Database(self._conn)
        for statement in filter(str.strip, _TABLES.split(";")):
            db.execute(statement)

    def check_schema(self, *, oldest: int = SCHEMA) -> None:
        """Raise ``OtherVersion`` for the file of a program with other tables; who only reads knows older ones too."""
        if not oldest <= (found := self.rows("SELECT schema FROM store")[0][0]) <= SCHEMA:
            raise OtherVersion(folder=self.folder, found=found, expected=SCHEMA)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Rows of a query, inside the current transaction if there is one."""
        with self._lock:
            try:
                if self._later:
                    self._catch_up()
                return self._reach().execute(sql, values).fetchall()
            except sqlite3.Error as error:
                raise _failed(error) from error

    def undisturbed(self) -> bool:
        """Whether nobody else has written since this was last asked; the caller is in a transaction."""
        seen, self._seen = self._seen, self._run("PRAGMA data_version").fetchone()[0]
        return bool(seen == self._seen)

    def each(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Rows of a long query, one after the other, as plain tuples."""
        cursor = self._conn.cursor()
        cursor.row_factory = None
        return iter(cursor.execute(sql, values))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All reading inside sees one moment."""
        with self._lock:
            self._conn.execute("BEGIN")
            try:
                yield
            finally:
                self._conn.execute("ROLLBACK")

    def change(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement inside the current transaction; gives the number of rows changed."""
        self._catch_up()
        return self._conn.execute(sql, values).rowcount

    def change_later(self, table: str, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run one statement for each row of values, at the end of the transaction or before anything else is asked: a
        table's in their order, as many of one statement at once as follow each other.
        """
        self._later.append((table, sql, rows))

    def _catch_up(self) -> None:
        later, self._later = self._later, []
        for _, sql, rows in later if len(later) <= _ALONE else _gathered(later):
            if len(rows) == 1:
                self._run(sql, rows[0])
            else:
                self._conn.executemany(sql, rows)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, flushed at the end. Raises ``StoreFailed`` (nothing happened) or ``StoreUncertain``."""
        return self

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            if self._lost:
                self._reach()
            self._run("BEGIN IMMEDIATE")
        except BaseException as error:
            self._lock.release()
            if isinstance(error, sqlite3.Error):
                raise _failed(error) from error
            raise
        self._turns += 1
        self.turn = self._turns

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        undone = True
        try:
            mark, self.mark, self.turn = self.mark, None, 0
            if error is not None:
                self._abandon(error)
                return
            try:
                self._catch_up()
            except BaseException as late:
                self._abandon(late)
                raise
            try:
                self._run("COMMIT")
            except sqlite3.Error as uncertain:
                self._find_out(uncertain, mark)
            undone = False
        finally:
            try:
                self.ended(undone)
            finally:
                self._lock.release()

    def _abandon(self, error: BaseException) -> None:
        self._later = []
        self._undo()
        if isinstance(error, sqlite3.Error):
            raise _failed(error) from error

    def copy(self, file: Path) -> None:
        """A compact copy of what is committed, flushed."""
        with self._lock:
            try:
                self._reach().execute("VACUUM INTO ?", (str(file),))
            except sqlite3.Error as error:
                raise StoreFailed(cause=error) from error

    def copy_pages(self, file: Path) -> None:
        """What is committed, page by page as it lies, flushed: a damaged file too. Nobody waits for it."""
        try:
            with closing(sqlite3.connect(file)) as target:
                self._reach().backup(target)
            place.flush_file(file)
            place.flush_folder(file.parent)
        except (sqlite3.Error, OSError) as error:
            raise StoreFailed(cause=error) from error

    def close(self) -> None:
        """Close the file; an open transaction is lost, as in a crash."""
        with self._lock:
            self._conn.close()

    def _reach(self) -> sqlite3.Connection:
        """The connection; a new one when the last could not be reopened after a failed commit."""
        if self._lost:
            self._open()
            self._lost = False
        return self._conn

    def _open(self) -> None:
        self._seen = _UNSEEN  # each connection has a count of its own
        conn = self.connect(self.folder / NAME)
        conn.row_factory = sqlite3.Row
        try:
            for pragma, (value, expected) in _PRAGMAS.items():
                conn.execute(f"PRAGMA {pragma} = {value}")
                found = conn.execute(f"PRAGMA {pragma}").fetchone()[0]
                if found != expected:
                    raise NotDurable(pragma=pragma, expected=expected, found=found)
        except BaseException:
            conn.close()
            raise
        self._conn, self._run = conn, conn.cursor().execute

    def _undo(self) -> None:
        try:
            if self._conn.in_transaction:  # a full disk or an I/O error has already undone it
                self._conn.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise StoreFailed(cause=error) from error

    def _find_out(self, error: sqlite3.Error, mark: Mark | None) -> None:
        """A commit that failed may still have reached the disk: reopen the file and look for its last event.

        What is seen may stand in the system's cache only, and a flush that failed once may report success the next
        time; so what is found is written once more, into the database itself. What changes no item has no event; it
        may be done again whether it landed or not.
        """
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:  # it never came to the flush
            self._undo()
            raise StoreFailed(cause=error) from error
        try:
            self._conn.close()
            self._lost = True
            self._reach()
            landed = mark and self._conn.execute("SELECT hash FROM event WHERE seq = ?", mark[:1]).fetchone()
            if mark and landed and landed[0] == mark[1]:
                if self._conn.execute("PRAGMA wal_checkpoint(FULL)").fetchone()[0]:
                    raise StoreUncertain(cause=error)
                return
        except (sqlite3.Error, OSError) as second:
            raise StoreUncertain(cause=second) from error
        raise StoreFailed(cause=error) from error


def _gathered(later: list[_Later]) -> Iterator[_Later]:
    """The same with each table's in their order, as many of one statement at once as follow each other."""
    for (table, sql), runs in groupby(sorted(later, key=itemgetter(0)), itemgetter(0, 1)):
        yield table, sql, [*chain.from_iterable(rows for _, _, rows in runs)]


def _failed(error: Exception) -> StoreFailed:
    return _MEANING.get(getattr(error, "sqlite_errorcode", 0), StoreFailed)(cause=error)
