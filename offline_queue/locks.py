"""Holds on a folder that end with the process that has them, however it ends."""

import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

from msgspec import Struct

if sys.platform == "win32":
    import msvcrt

    def _try(file: int) -> bool:
        os.lseek(file, 1 << 30, os.SEEK_SET)  # far behind the text, which others must be able to read
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


class Holder(Struct, frozen=True):
    """Who has a hold."""

    pid: int
    since: str


class Hold:
    """A lock file, locked. The operating system lets go of it when the process dies."""

    def __init__(self, path: Path, file: int) -> None:
        self.path = path
        self._file: int | None = file

    def release(self) -> None:
        """Let go and remove the file; does nothing the second time."""
        if self._file is not None:
            if sys.platform != "win32":
                self.path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = None
            if sys.platform == "win32":
                self.path.unlink(missing_ok=True)


def take(path: Path, at: datetime) -> Hold | Holder:
    """The hold, or who has it."""
    patience = 5  # looking who holds a lock takes it for an instant
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _try(file):
            os.close(file)
            if not (patience := patience - 1):
                return _read(path)
            time.sleep(0.0005)
            continue
        if _same(path, file):
            break
        os.close(file)  # removed by its holder between our open and our lock: the name is free again
    os.lseek(file, 0, os.SEEK_SET)
    os.truncate(file, 0)
    os.write(file, json.dumps({"pid": os.getpid(), "since": at.isoformat(timespec="seconds")}).encode())
    return Hold(path, file)


def holder(path: Path) -> Holder | None:
    """Who has it now, without taking it."""
    try:
        file = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return None if _try(file) else _read(path)
    finally:
        os.close(file)


def _same(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file))
    except FileNotFoundError:
        return False


def _read(path: Path) -> Holder:
    try:
        found = json.loads(path.read_bytes()[:200])
        return Holder(pid=int(found["pid"]), since=str(found["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Holder(pid=0, since="")
