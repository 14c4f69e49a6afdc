"""A real pcscd of one's own, with two virtual readers, that can be stopped, killed and restarted without harm.

::

    with private_daemon() as daemon:
        daemon.readers[0].insert(card("zhang"))
        subprocess.run(["yibao", "card", "read"], env={**os.environ, **daemon.env})

Needs Linux with pcscd and vsmartcard's driver, and namespaces (unprivileged, or root's).
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from cardio.faults import CardFault
from cardio.virtual.namespace import DRIVER, SLOTS
from cardio.virtual.vpcd import VirtualReader

NAMES = tuple(f"Virtual PCD 00 0{slot}" for slot in range(SLOTS))
"""What the readers are called."""
SOCKET = "PCSCLITE_CSOCK_NAME"
"""Where a client looks for another daemon's socket. libpcsclite reads it once per process."""


class NoPrivateDaemon(CardFault):
    """This machine cannot run a private pcscd."""

    code = "no_private_daemon"
    zh = "本机无法运行虚拟读卡器（{reason}）。"
    en = "This machine cannot run virtual readers ({reason})."
    next_zh = "请运行：apt-get install pcscd vsmartcard-vpcd；容器中请改用 root 或允许用户命名空间。"
    next_en = "Run: apt-get install pcscd vsmartcard-vpcd; in a container be root or allow user namespaces."


class Daemon:
    """A running private pcscd. ``env`` lets another process, or this one before its first PC/SC call, find it."""

    def __init__(self, helper: "subprocess.Popen[str]", directory: Path) -> None:
        self._helper = helper
        self._directory = directory
        self.env = {SOCKET: str(directory / "pcscd.comm")}
        self.readers = tuple(VirtualReader(directory / f"slot{slot}") for slot in range(SLOTS))
        self.pid = 0

    @property
    def log(self) -> str:
        """What pcscd wrote so far."""
        return (self._directory / "log").read_text(encoding="utf-8", errors="replace")

    def start(self) -> None:
        """Raises NoPrivateDaemon when pcscd ends at once."""
        if self._helper.stdin is None or self._helper.stdout is None:
            raise NoPrivateDaemon(reason="no pipes")
        with suppress(BrokenPipeError):
            self._helper.stdin.write("start\n")
            self._helper.stdin.flush()
        line = self._helper.stdout.readline()
        if not line.strip().isdigit():
            raise NoPrivateDaemon(reason="the namespace could not be set up")
        self.pid = int(line)
        if not (self._directory / "pcscd.comm").exists():
            raise NoPrivateDaemon(reason=self.log[-200:].strip() or "pcscd ended at once")

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End pcscd and wait until it is gone; SIGTERM is a polite stop. Its cards leave the readers."""
        for reader in self.readers:
            reader.remove()
        os.kill(self.pid, how)
        while Path(f"/proc/{self.pid}").exists():
            time.sleep(0.005)


@contextmanager
def private_daemon() -> Iterator[Daemon]:
    """Start a private pcscd and end it with everything it started. Raises NoPrivateDaemon with the reason."""
    prefix = _namespace()
    directory = _directory()
    directory.mkdir(mode=0o700, exist_ok=True)
    helper = subprocess.Popen(
        [*prefix, sys.executable, "-m", "cardio.virtual.namespace", str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    daemon = Daemon(helper, directory)
    try:
        daemon.start()
        yield daemon
    finally:
        for reader in daemon.readers:
            reader.remove()
        helper.communicate()
        shutil.rmtree(directory, ignore_errors=True)


@cache
def _directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="yibao-pcscd-"))  # one per process, see SOCKET


def _namespace() -> list[str]:
    for part in (DRIVER, shutil.which("pcscd") or "/usr/sbin/pcscd"):
        if not Path(part).exists():
            raise NoPrivateDaemon(reason=f"{part} is missing")
    unshare = shutil.which("unshare")
    for prefix in ([unshare or "unshare", "-Urmn"], [unshare or "unshare", "-mn"]):
        if unshare and subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0:
            return prefix
    raise NoPrivateDaemon(reason="namespaces are not allowed")
