"""A real file system that stops without flushing its log while records are written: only unacknowledged ones may go.

Runs in soak where root may mount: ext4 on a loop device, shut down by ioctl. Two ways known to lose must lose here, or
the harness proves nothing.
"""

import fcntl
import itertools
import os
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from offline_queue.vocabulary import State
from tests.conftest import SOAK
from tests.offline_queue import victim

_SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
_WITHOUT_FLUSH = 2

_PLAIN = """
import pathlib, sqlite3, sys
for old in pathlib.Path(sys.argv[1]).glob("plain.db*"):
    old.unlink()
conn = sqlite3.connect(sys.argv[1] + "/plain.db", isolation_level=None)
conn.execute(f"PRAGMA journal_mode = {sys.argv[2]}")
conn.execute(f"PRAGMA synchronous = {sys.argv[3]}")
conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, body BLOB)")
while True:
    key = conn.execute("INSERT INTO item (body) VALUES (zeroblob(1500))").lastrowid
    print(f"key-{key}", flush=True)
"""


class Image:
    """A file system of our own, in a file."""

    def __init__(self, root: Path) -> None:
        self._file, self.folder, self.told = root / "image", root / "mounted", root / "told"
        self.folder.mkdir()
        with self._file.open("wb") as file:
            file.truncate(96 << 20)
        self._run("mkfs.ext4", "-q", "-F", str(self._file))

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        self._run("mount", "-o", "loop", str(self._file), str(self.folder))
        try:
            yield self.folder
        finally:
            self._run("umount", "-l", str(self.folder))

    def acknowledged(self) -> set[str]:
        """What the writer has told outside, line by line."""
        *lines, _ = self.told.read_text().split("\n")
        return set(lines)

    def cut(self) -> None:
        """Everything that the file system has not written yet is gone."""
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, _SHUTDOWN, struct.pack("I", _WITHOUT_FLUSH))
        finally:
            os.close(handle)

    def restart(self) -> None:
        """Go on with a copy: whoever copied the table of mounts meanwhile keeps the stopped one alive."""
        fresh = self._file.with_suffix(f".{time.monotonic_ns()}")
        self._run("cp", "--sparse=always", str(self._file), str(fresh))
        self._file.unlink()
        self._file = fresh

    @staticmethod
    def _run(*command: str) -> None:
        subprocess.run(command, check=True, capture_output=True)


def _lost(image: Image, command: list[str], read: Callable[[Path], set[str]], chance: random.Random) -> int:
    """One cut: how many records are missing afterwards that were acknowledged before it.

    What is acknowledged while the file system stops does not count: its flush now and then succeeds although nothing is
    kept (of a bare file, too, in two cuts of 120).
    """
    with image.mounted(), image.told.open("wb") as told:
        writer = subprocess.Popen([sys.executable, *command], stdout=told, stderr=subprocess.DEVNULL)
        while len(image.acknowledged()) < 100:
            assert writer.poll() is None
            time.sleep(0.01)
        os.sync()
        time.sleep(0.1 + chance.random() * 0.5)
        acknowledged = image.acknowledged()
        image.cut()
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
    image.restart()
    with image.mounted() as folder:
        return len(acknowledged - read(folder))


def _ours(folder: Path) -> set[str]:
    with victim.open_queue(folder) as queue:
        assert queue.verify().intact
        return {item.key for item in queue.items(State)}


def _plain(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "plain.db")) as conn:
        return {f"key-{row[0]}" for row in conn.execute("SELECT id FROM item")}


ARMS = {
    "ours": (None, False),
    "WAL+NORMAL": (("WAL", "NORMAL"), True),
    "DELETE+FULL": (("DELETE", "FULL"), True),
}


@pytest.mark.skipif(not (SOAK and hasattr(os, "geteuid") and os.geteuid() == 0), reason="needs soak and root")
@pytest.mark.parametrize("arm", ARMS)
def test_a_power_cut_takes_no_acknowledged_record(
    tmp_path: Path, arm: str, seed: int, size: Callable[[int, int], int]
) -> None:
    settings, must_lose = ARMS[arm]
    chance = random.Random(seed)
    try:
        image = Image(tmp_path)
        with image.mounted():
            pass
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this machine cannot mount an image: {error}")
    command = (
        ["-c", _PLAIN, str(image.folder), *settings]
        if settings
        else [victim.__file__, str(image.folder), "record", str(seed)]
    )
    cuts = (_lost(image, command, _plain if settings else _ours, chance) for _ in itertools.count())
    if must_lose:
        assert any(itertools.islice(cuts, size(1, 100))), (
            "a way that is known to lose lost nothing: the cut does not cut"
        )
    else:
        assert sum(itertools.islice(cuts, size(1, 20))) == 0
