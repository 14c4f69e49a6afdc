"""Everything that is made to go wrong in a simulation, and a disk and a keystore that do it."""

import errno
import os
import sqlite3
import stat
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, NoReturn, Self

from offline_queue import FileKeys
from offline_queue.faults import KeysClosed
from offline_queue.vocabulary import OPEN, State


class Fault(StrEnum):
    """Everything that is made to go wrong."""

    NOT_PREPARED = "not prepared"
    TRIAL_DIFFERS = "trial differs"
    NOT_SENT = "not sent"
    BUSY = "busy"
    REFUSED = "refused"
    UNKNOWN_CODE = "unknown code"
    REQUEST_LOST = "request lost"
    REPLY_LOST = "reply lost"
    LATE_EFFECT = "effect within the horizon"
    ASKED_IN_VAIN = "enquiry without an answer"
    ASKED_UNCLEAR = "enquiry that says nothing"
    AMOUNT_DIFFERS = "other amount found"
    REVERSAL_LOST = "reversal lost"
    REVERSAL_REPLY_LOST = "reversal's reply lost"
    REVERSAL_REFUSED = "reversal refused"
    RAISES = "far end raises"
    CUT_OFF = "no line"
    KILLED_BEFORE_COMMIT = "killed before a commit"
    KILLED_AFTER_COMMIT = "killed after a commit"
    KILLED_ON_THE_WIRE = "killed between first byte and commit"
    POWER_CUT = "power cut"
    COMMIT_FAILS = "I/O error, commit lost"
    COMMIT_FAILS_AFTER = "I/O error, commit landed"
    DISK_FULL = "disk full"
    CLOCK_BACK = "clock back"
    CLOCK_FORWARD = "clock forward"
    KEYSTORE_CLOSED = "keystore closed"
    OLD_COPY = "old copy restored"
    TWO_FORWARDERS = "two forwarders"
    CARRIED = "carried to another terminal"
    RESTORED = "store lost, copy restored"
    KEY_CHANGED = "key changed"
    OPERATOR = "operator decides"
    HUB_REQUEST_LOST = "request to the hub lost"
    HUB_LATE = "request read by the hub within the horizon"
    HUB_TWICE = "request read by the hub twice"
    HUB_ANSWER_LOST = "hub's answer lost"
    HUB_KILLED = "hub killed before it answers"
    HUB_AWAY = "hub away"
    HUB_RESTARTED = "hub restarted"
    HUB_RESTORED = "hub put back to an older copy"


WIRE = {
    State.RECORDED: {Fault.NOT_PREPARED, Fault.TRIAL_DIFFERS, Fault.RAISES},
    State.SENDING: {
        Fault.NOT_SENT,
        Fault.BUSY,
        Fault.REFUSED,
        Fault.UNKNOWN_CODE,
        Fault.REQUEST_LOST,
        Fault.REPLY_LOST,
        Fault.LATE_EFFECT,
        Fault.RAISES,
    },
    State.IN_DOUBT: {Fault.ASKED_IN_VAIN, Fault.ASKED_UNCLEAR, Fault.AMOUNT_DIFFERS, Fault.RAISES, Fault.OPERATOR},
    State.REVERSING: {Fault.REVERSAL_LOST, Fault.REVERSAL_REPLY_LOST, Fault.REVERSAL_REFUSED, Fault.RAISES},
    State.HELD: {Fault.OPERATOR},
}
"""What can go wrong with one item, by its state."""

HUB_WIRE = (Fault.HUB_REQUEST_LOST, Fault.HUB_LATE, Fault.HUB_TWICE, Fault.HUB_ANSWER_LOST, Fault.HUB_KILLED)
"""What can go wrong between a terminal and its hub, while an item is handed on or asked about."""
HUB_WHOLE = (Fault.HUB_AWAY, Fault.HUB_RESTARTED, Fault.HUB_RESTORED)
"""What happens to the hub as a whole."""

EVERYWHERE = set(Fault) - set().union(*WIRE.values()) - {*HUB_WIRE, *HUB_WHOLE}
"""What goes wrong whatever the items' states are."""

PAIRS = (
    {(state, fault) for state, faults in WIRE.items() for fault in faults}
    | {(state, fault) for state in OPEN for fault in EVERYWHERE}
    | {(state, fault) for state in (State.SENDING, State.IN_DOUBT) for fault in HUB_WIRE}
    | {(state, fault) for state in (State.RECORDED, State.IN_DOUBT, State.HELD) for fault in HUB_WHOLE}
)
"""Every pair of state and fault that a campaign must meet."""


DISK = (
    Fault.KILLED_BEFORE_COMMIT,
    Fault.KILLED_AFTER_COMMIT,
    Fault.COMMIT_FAILS,
    Fault.COMMIT_FAILS_AFTER,
    Fault.DISK_FULL,
)
"""What a commit, or the flush of a file, may come to."""


class Chore(StrEnum):
    """Everything that is done with a store as a whole."""

    COPY = "nightly copy"
    ARCHIVE = "archive"
    ERASE = "erasure"
    EXPORT = "export"
    TAKE_IN = "import"
    RESTORE = "restore"
    KEY_CHANGE = "key change"
    RETIRE = "retire"


CHORES = {(chore, fault) for chore in Chore for fault in DISK}
"""Every pair of chore and fault of the disk that a campaign must meet."""


class Killed(BaseException):
    """The process is gone; nothing in it may catch this."""


def connect(path: Path, cursor: type[sqlite3.Cursor]) -> sqlite3.Connection:
    """A connection whose every statement goes through such a cursor."""

    class Connection(sqlite3.Connection):
        def cursor(self, *_: object) -> sqlite3.Cursor:
            return super().cursor(cursor)

        def execute(self, *asked: Any) -> sqlite3.Cursor:
            return self.cursor().execute(*asked)

    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, factory=Connection)


class Disk:
    """Makes connections, and flushes files, that fail as armed, and knows how long each log was at each commit."""

    def __init__(self) -> None:
        self.armed: Fault | None = None
        self.after = 0
        self.lies = False
        """The broken variant: synchronous=NORMAL that reads back as FULL."""
        self.lengths: dict[Path, list[int]] = {}
        self.fired: Callable[[Fault], None] = lambda fault: None
        """Told of each fault as it comes."""
        self.dying: Callable[[], None] = lambda: None
        """Keeps the files as they are when the process dies."""

    def arm(self, fault: Fault, after: int) -> None:
        self.armed, self.after = fault, after

    def fires(self) -> Fault | None:
        """The armed fault when its commit has come."""
        if self.armed is None or (after := self.after) > 0:
            self.after -= 1
            return None
        assert after <= 0
        fired, self.armed = self.armed, None
        self.fired(fired)
        return fired

    def kill(self) -> NoReturn:
        """The process dies here; nothing it does on its way out counts."""
        self.dying()
        raise Killed

    def connect(self, path: Path) -> sqlite3.Connection:
        disk = self

        class Failing(sqlite3.Cursor):
            def execute(self, sql: str, *values: Any) -> Self:
                if disk.lies and sql == "PRAGMA synchronous":
                    return super().execute("SELECT 2")
                if sql.startswith("VACUUM INTO"):
                    return self._copy(sql, *values)
                if sql != "COMMIT":
                    return super().execute(sql, *values)
                fault = disk.fires()
                if fault is Fault.KILLED_BEFORE_COMMIT:
                    disk.kill()
                if fault is Fault.COMMIT_FAILS:
                    super().execute("ROLLBACK")
                    raise sqlite3.OperationalError("disk I/O error")
                if fault is Fault.DISK_FULL:
                    super().execute("ROLLBACK")
                    raise sqlite3.OperationalError("database or disk is full")
                done = super().execute(sql)
                disk.lengths.setdefault(path.parent, []).append(path.with_name("queue.db-wal").stat().st_size)
                if fault is Fault.KILLED_AFTER_COMMIT:
                    disk.kill()
                if fault is Fault.COMMIT_FAILS_AFTER:
                    raise sqlite3.OperationalError("disk I/O error")
                return done

            def _copy(self, sql: str, values: tuple[str]) -> Self:
                """A copy that breaks off leaves half a file."""
                done = super().execute(sql, values)
                if fault := disk.fires():
                    os.truncate(values[0], Path(values[0]).stat().st_size // 2)
                    if fault in (Fault.KILLED_BEFORE_COMMIT, Fault.KILLED_AFTER_COMMIT):
                        disk.kill()
                    raise sqlite3.OperationalError("database or disk is full")
                return done

        return connect(path, Failing)

    def flush(self, file: int) -> None:
        """In the place of ``os.fsync``; what was not flushed when the process died is half there."""
        fault = self.fires()
        if fault is Fault.KILLED_BEFORE_COMMIT and stat.S_ISREG(os.fstat(file).st_mode):
            os.ftruncate(file, os.fstat(file).st_size // 2)
        if fault in (Fault.KILLED_BEFORE_COMMIT, Fault.KILLED_AFTER_COMMIT):
            self.kill()
        if fault is Fault.DISK_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if fault in (Fault.COMMIT_FAILS, Fault.COMMIT_FAILS_AFTER):
            raise OSError(errno.EIO, os.strerror(errno.EIO))


class Keys(FileKeys):
    """A keystore that can be closed."""

    closed = False

    def get(self, name: str) -> bytes | None:
        if self.closed:
            raise KeysClosed(cause="closed")
        return super().get(name)

    def put(self, name: str, secret: bytes) -> None:
        if self.closed:
            raise KeysClosed(cause="closed")
        super().put(name, secret)
