"""The funnel of the foreign library: every code becomes one typed fault, on every system."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cardio import CardFault, faults
from cardio.pcsc import NEW_READER, PcscContext, PcscPort
from cardio.port import Leave, ReaderState, WaitCancelled


def library(**functions: Any) -> Any:
    """pyscard's scard module, with these answers."""
    constants = {
        "SCARD_SCOPE_USER": 0,
        "SCARD_SHARE_SHARED": 2,
        "SCARD_PROTOCOL_T0": 1,
        "SCARD_PROTOCOL_T1": 2,
        "SCARD_LEAVE_CARD": 0,
        "SCARD_RESET_CARD": 1,
    }
    answers = {"SCardEstablishContext": [0, 17], "SCardConnect": [0, 23, 1], **functions}
    calls = {name: (lambda *_, answer=answer: answer) for name, answer in answers.items()}
    return SimpleNamespace(**constants, **calls)


def context(**functions: Any) -> PcscContext:
    return PcscContext(PcscPort(), library(**functions))


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        (0x80100003, faults.ServiceDown),
        (0x80100009, faults.ReaderLost),
        (0x8010000B, faults.CardBusy),
        (0x8010000C, faults.NoCard),
        (0x8010000F, faults.CardMute),
        (0x80100012, faults.ServiceDown),
        (0x80100013, faults.ServiceDown),
        (0x80100016, faults.TransmitFailed),
        (0x80100017, faults.ReaderLost),
        (0x8010001D, faults.ServiceDown),
        (0x80100027, faults.AccessDenied),
        (0x8010002F, faults.TransmitFailed),
        (0x80100066, faults.CardMute),
        (0x80100067, faults.CardMute),
        (0x80100068, faults.CardReset),
        (0x80100069, faults.CardRemoved),
        (0x8010006A, faults.AccessDenied),
        (0x1F, faults.TransmitFailed),
    ],
)
@pytest.mark.parametrize("signed", [False, True])
def test_every_code_is_one_fault_whatever_its_sign(code: int, fault: type[CardFault], signed: bool) -> None:
    given = code - (1 << 32) if signed and code > 0x7FFFFFFF else code
    handle = context(SCardTransmit=[given, []]).connect("R")
    with pytest.raises(fault) as raised:
        handle.transmit(b"\0\0\0\0")
    assert raised.value.zh.format(**raised.value.data)


@pytest.mark.parametrize(("platform", "fault"), [("linux", faults.VersionMismatch), ("win32", faults.ServiceDown)])
def test_a_stopped_service_means_another_thing_on_linux(
    platform: str, fault: type[CardFault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(fault):
        context(SCardEstablishContext=[0x8010001E, 0])


@pytest.mark.parametrize("answer", [[], [0x90]])
def test_success_without_a_status_word_leaves_the_outcome_unknown(answer: list[int]) -> None:
    with pytest.raises(faults.TransmitFailed):
        context(SCardTransmit=[0, answer]).connect("R").transmit(b"\0\0\0\0")


@pytest.mark.parametrize("code", [0x8010000C, 0x80100069])
def test_an_empty_reader_has_no_card_however_the_system_says_so(code: int) -> None:
    with pytest.raises(faults.NoCard):
        context(SCardConnect=[code, 0, 0]).connect("R")


def test_no_readers_is_an_empty_list_and_no_fault() -> None:
    assert context(SCardListReaders=[0x8010002E, []]).readers() == ()


def test_a_wait_that_is_cancelled_is_no_fault() -> None:
    with pytest.raises(WaitCancelled):
        context(SCardGetStatusChange=[0x80100002, []]).wait((ReaderState("R"),), 1)


def test_a_wait_for_a_reader_that_vanished_tells_which() -> None:
    waiting = context(SCardGetStatusChange=[0x80100009, []], SCardListReaders=[0, ["A"]])
    (a, b) = waiting.wait((ReaderState("A", 0x10010), ReaderState("B", 0x20010)), 1)
    assert (a.word, b.gone) == (0x10010, True)


def test_the_whole_state_is_fed_back_but_for_the_changed_bit() -> None:
    asked: list[Any] = []

    def change(_: int, timeout: int, states: list[Any]) -> list[Any]:
        asked.append((timeout, states))
        return [0, [("R", 0x00050022, [0x3B]), (NEW_READER, 0x00020002, [])]]

    waiting = context()
    waiting.library.SCardGetStatusChange = change
    (state,) = waiting.wait((ReaderState("R"),), 0)
    assert (state.counter, state.present, state.atr) == (5, True, b"\x3b")
    waiting.wait((state,), 2.5)
    assert asked[1] == (2500, [("R", 0x00050020, [0x3B]), (NEW_READER, 0x00020000, [])])


def test_a_lost_service_begins_a_new_boot_once() -> None:
    port = PcscPort()
    first, second = PcscContext(port, library(SCardListReaders=[0x8010001D, []])), PcscContext(port, library())
    for _ in range(2):
        with pytest.raises(faults.ServiceDown):
            first.readers()
    assert PcscContext(port, library()).boot == second.boot + 1 == first.boot + 1


def test_the_disposition_is_always_said() -> None:
    told: list[int] = []
    waiting = context()
    waiting.library.SCardDisconnect = lambda _, disposition: told.append(disposition)
    for leave in Leave:
        waiting.connect("R").close(leave)
    assert told == [0, 1]


def findings(prelude: str, **environment: str) -> str:
    program = f"{prelude}\nimport cardio\nprint(*(f.code for f in cardio.diagnose()))"
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_without_pyscard_only_the_finding_is_printed() -> None:
    assert findings("import sys; sys.modules['smartcard.scard'] = None") == "library_missing"


def test_without_the_client_library_only_the_finding_is_printed() -> None:
    prelude = (
        "import ctypes, sys\nif sys.platform == 'linux': ctypes.CDLL = lambda name: (_ for _ in ()).throw(OSError())"
    )
    assert findings(prelude) == "library_missing"


@pytest.mark.pcscd
@pytest.mark.skipif(sys.platform != "linux", reason="pcsc-lite's socket")
def test_a_socket_that_is_closed_to_this_user_is_a_matter_of_rights(tmp_path: Path) -> None:
    pytest.importorskip("smartcard.scard")
    (tmp_path / "pcscd.comm").touch()
    prelude = "import os; os.access = lambda *_: False"  # root may write anywhere
    assert findings(prelude, PCSCLITE_CSOCK_NAME=str(tmp_path / "pcscd.comm")) == "access_denied"


@pytest.mark.pcscd
def test_without_a_daemon_the_service_is_down(tmp_path: Path) -> None:
    pytest.importorskip("smartcard.scard")
    assert findings("", PCSCLITE_CSOCK_NAME=str(tmp_path / "none")) == "service_down"
