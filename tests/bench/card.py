"""What reading a card costs through the real pcscd, against a bare pyscard loop with the very same commands."""

import os
import resource
import time

from cardio import Monitor, read_card
from cardio.virtual.daemon import NAMES, NoPrivateDaemon, private_daemon
from cardio.virtual.hsm import key_service
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from tests.bench.timing import NotHere, Work, compare

WATCHED = 5.0
"""Seconds of idle watching."""


def main() -> None:
    """2.0 and 1.0 through pcscd, 3.0 in this process, and what an idle watch takes of a core."""
    try:
        with private_daemon() as daemon:
            os.environ.update(daemon.env)
            for who, version in (("zhang", "2.0"), ("li", "1.0")):
                chip = card(who)
                daemon.readers[0].insert(chip)
                _wait_for(version)
                chip.commands.clear()
                read_card(NAMES[0])
                bare = {"bare pyscard loop": _bare(chip.commands)}
                compare(f"card: read {version}", lambda: read_card(NAMES[0]), bare, rounds=301)
                daemon.readers[0].remove()
                time.sleep(1)
            _idle()
    except NoPrivateDaemon as fault:
        raise NotHere(str(fault)) from None
    with key_service() as url:
        port, free = VirtualPort(card("zhang", "3.0")), VirtualPort(card("zhang", "2.0"))
        compare(
            "card: 3.0 with key service, virtual port",
            lambda: read_card(port=port, hsm=url),
            {"2.0, virtual port": lambda: read_card(port=free)},
        )


def _wait_for(version: str) -> None:
    if not read_card(NAMES[0], timeout=3).version.startswith(version):
        raise NotHere("another card is in the virtual reader")


def _bare(commands: list[bytes]) -> Work:
    """As pyscard's own examples do it: nothing checked, nothing understood."""
    from smartcard.scard import SCARD_LEAVE_CARD
    from smartcard.System import readers

    apdus = [list(command) for command in commands]

    def loop() -> None:
        connection = next(reader for reader in readers() if str(reader) == NAMES[0]).createConnection()
        connection.connect(disposition=SCARD_LEAVE_CARD)
        for apdu in apdus:
            connection.transmit(apdu)
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
