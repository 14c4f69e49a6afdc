"""What reading a card costs through the real pcscd, against a bare pyscard loop with the very same commands.

The cards live in a process of their own: in this one their Python would run while ours wants to.
"""

import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from unittest.mock import patch

from cardio import Monitor, open_card, read_card
from cardio.applications.social_security import read_identity
from cardio.pcsc import PcscPort
from cardio.session import wait_for_card
from cardio.virtual.chip import Chip
from cardio.virtual.daemon import NAMES, Daemon, NoPrivateDaemon, private_daemon
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.psam import VirtualPsam
from cardio.virtual.vpcd import VirtualReader
from tests.bench.timing import NotHere, Work, compare, readable

WATCHED = 5.0
"""Seconds of idle watching."""
INSERTIONS = 15
ROUNDS, MANY = 301, 10
SAM = NAMES[1]
Sent = tuple[str, bytes]
"""Name of the reader, command."""


def main() -> None:
    """All versions, the wait from insertion to the printed line, and what an idle watch takes of a core."""
    try:
        with private_daemon() as daemon:
            os.environ.update(daemon.env)
            for version, psam in (("2.0", None), ("1.0", None), ("3.0", SAM)):
                with _hosted(daemon, version):
                    _read(version, psam)
            _idle()
            _insertion(daemon)
    except NoPrivateDaemon as fault:
        raise NotHere(str(fault)) from None


def _read(version: str, psam: str | None) -> None:
    sent = _commands(version, psam)
    what = f"{version} with PSAM" if psam else version
    bare = {"bare pyscard loop": _bare(sent)}
    compare(f"card: read {what}", lambda: read_card(NAMES[0], psam=psam), bare, rounds=ROUNDS)
    if psam is None:
        again = {"bare pyscard loop": _bare(MANY * sent)}
        compare(f"card: read {what}, {MANY} times in one session", _many, again, rounds=ROUNDS // MANY)


def _many() -> None:
    with open_card(NAMES[0]) as held:
        for _ in range(MANY):
            read_identity(held, NAMES[0], None, date(2026, 1, 1))


def _commands(version: str, psam: str | None) -> list[Sent]:
    """What one reading sends, to which reader; the cards' random numbers are the same every time."""
    sent: list[Sent] = []
    port = VirtualPort()
    port.slots.clear()
    for name, chip in _chips(version).items():
        chip.process = _listening(name, chip, sent)  # type: ignore[method-assign]
        port.plug(name)
        port.insert(chip, name)
    with patch.object(secrets, "token_bytes", bytes):
        if not read_card(NAMES[0], port=port, psam=psam).name:
            raise NotHere("the virtual card does not show its holder")
    return sent


def _listening(name: str, chip: Chip, sent: list[Sent]) -> Callable[[bytes], bytes]:
    process = chip.process

    def listening(command: bytes) -> bytes:
        sent.append((name, command))
        return process(command)

    return listening


def _chips(version: str) -> dict[str, Chip]:
    return {NAMES[0]: card("zhang", version), SAM: VirtualPsam()}


@contextmanager
def _hosted(daemon: Daemon, version: str) -> Iterator[None]:
    """The cards of a version in the daemon's readers, until the block ends."""
    folder = Path(daemon.env["PCSCLITE_CSOCK_NAME"]).parent
    program = f"from tests.bench.card import host; host({str(folder)!r}, {version!r})"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE) as process:
        context = PcscPort().establish()
        for name in NAMES:
            wait_for_card(context, name, 10)
        context.release()
        yield
        process.communicate()
    time.sleep(1)


def host(folder: str, version: str) -> None:
    """Hold cards in the readers until standard input ends."""
    secrets.token_bytes = bytes  # type: ignore[assignment]
    for slot, chip in enumerate(_chips(version).values()):
        VirtualReader(Path(folder) / f"slot{slot}").insert(chip)
    sys.stdin.read()


def _bare(sent: list[Sent]) -> Work:
    """As pyscard's own examples do it: nothing checked, nothing understood."""
    from smartcard.scard import SCARD_LEAVE_CARD
    from smartcard.System import readers

    names, apdus = {name for name, _ in sent}, [(name, list(command)) for name, command in sent]

    def loop() -> None:
        connections = {str(reader): reader.createConnection() for reader in readers() if str(reader) in names}
        for connection in connections.values():
            connection.connect(disposition=SCARD_LEAVE_CARD)
        for name, apdu in apdus:
            connections[name].transmit(apdu)
        for connection in connections.values():
            connection.disconnect()
            connection.release()

    return loop


def _idle() -> None:
    with Monitor() as monitor:
        events = iter(monitor)
        for _ in NAMES:
            next(events)
        before = resource.getrusage(resource.RUSAGE_SELF)
        time.sleep(WATCHED)
        after = resource.getrusage(resource.RUSAGE_SELF)
        start = time.perf_counter()
    stopped = time.perf_counter() - start
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"card: idle watch {used / WATCHED:.4%} of a core, stops in {stopped * 1000:.1f} ms")


def _insertion(daemon: Daemon) -> None:
    """From pcscd's own report of a card to the line that a waiting ``yibao card read`` prints."""
    command = [sys.executable, "-m", "terminal.cli", "card", "read", "--format", "38", "--timeout", "30"]
    waits = []
    for _ in range(INSERTIONS):
        with subprocess.Popen([*command, "--reader", NAMES[0]], stdout=subprocess.PIPE) as waiting:
            time.sleep(1.5)
            context = PcscPort().establish()
            daemon.readers[0].insert(card("zhang"))
            wait_for_card(context, NAMES[0], 10)
            reported = time.perf_counter()
            if waiting.stdout is None or waiting.stdout.readline().count(b"|") != 11:
                raise NotHere("no line was printed")
            waits.append(time.perf_counter() - reported)
            context.release()
        daemon.readers[0].remove()
        time.sleep(1)
    beyond = f"{readable(median(waits))}, at most {readable(max(waits))}"
    print(f"card: insertion to printed line, beyond pcscd's own report: {beyond}")
