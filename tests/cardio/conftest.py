"""The real pcscd, private to this test process, where the machine allows it."""

from collections.abc import Iterator

import pytest

from cardio.pcsc import PcscPort
from cardio.port import ReaderState
from cardio.virtual.daemon import NAMES, Daemon, NoPrivateDaemon, private_daemon


@pytest.fixture(scope="session")
def running_daemon() -> Iterator[Daemon]:
    try:
        with private_daemon() as daemon, pytest.MonkeyPatch.context() as patch:
            for name, value in daemon.env.items():
                patch.setenv(name, value)
            yield daemon
    except NoPrivateDaemon as fault:
        pytest.skip(str(fault))


@pytest.fixture
def daemon(running_daemon: Daemon) -> Iterator[Daemon]:
    """A running pcscd with two empty readers."""
    yield running_daemon
    for reader in running_daemon.readers:
        reader.remove()
    wait_until_empty(NAMES)


def wait_until_empty(readers: tuple[str, ...]) -> None:
    """The driver notices a pulled card at its next presence check, within half a second."""
    context = PcscPort().establish()
    states = context.wait(tuple(ReaderState(reader) for reader in readers), 0)
    while any(state.present for state in states):
        states = context.wait(states, 2)
    context.release()
