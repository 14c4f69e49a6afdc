"""What a card says beyond identity, through the doors: medical data and the wallet, opened by PIN and PSAM."""

import os
import pty
import subprocess
import sys
import threading
import time
from functools import partial

import pytest

from cardio import pin, read_medical_card, read_wallet
from cardio.applications.medical import Mode
from cardio.faults import CardRefused
from cardio.keyboard import typed_pin
from cardio.pin import PinLength, PinWrong
from cardio.reading import Algorithm, Why
from cardio.virtual.daemon import Daemon
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.psam import VirtualPsam
from cardio.virtual.wallet import VirtualPurchaseKeys, Wallet
from tests.cardio.test_wallet import pay, with_wallet

PIN = partial(pin.verify, pin=bytearray(b"123456"))


def at_desk(chip: object, algorithm: Algorithm = Algorithm.DES) -> VirtualPort:
    port = VirtualPort()
    port.plug("SAM 01")
    port.insert(VirtualPsam(algorithm=algorithm), "SAM 01")
    port.insert(chip)  # type: ignore[arg-type]
    return port


@pytest.mark.parametrize(("version", "algorithm"), [("2.0", Algorithm.DES), ("3.0", Algorithm.SM4)])
def test_pin_and_psam_open_all_medical_data(version: str, algorithm: Algorithm) -> None:
    reading = read_medical_card(port=at_desk(card("zhang", version), algorithm), pin=PIN, psam="sam")
    assert (reading.insurance_type, reading.pooling_region, reading.mode) == ("310", "110100", Mode.ONLINE)
    assert (reading.offline_allowed, reading.offline_fen) == (True, 6000)
    assert [line.sequence for line in reading.transactions] == [7]
    assert reading.missing == ()


OFFLINE = ("offline_allowed", "offline_fen", "offline_count")


def test_what_stays_closed_says_what_opens_it() -> None:
    with_pin = {m.item: m.why for m in read_medical_card(port=at_desk(card("zhang")), pin=PIN).missing}
    assert with_pin == dict.fromkeys(OFFLINE, Why.PIN_AND_PSAM)
    without = read_medical_card(port=at_desk(card("zhang")))
    why = {m.item: m.why for m in without.missing}
    assert (without.insurance_type, why["insurance"], why["transactions"]) == (None, Why.PIN, Why.PIN)


def test_a_wrong_pin_is_tried_once() -> None:
    chip = card("zhang")
    with pytest.raises(PinWrong, match="2 tries"):
        read_medical_card(port=at_desk(chip), pin=partial(pin.verify, pin=bytearray(b"000000")))
    assert chip.tries == 2


def test_a_wallet_shows_balance_and_log_with_proofs() -> None:
    wallet = Wallet(balance_fen=100_00, sequence=6)
    chip = with_wallet(wallet)
    made = pay(chip, keys=VirtualPurchaseKeys())
    statement = read_wallet(port=VirtualPort(chip), pin=PIN)
    assert statement.balance.account_fen == 100_00 - 12_34
    ((line,),) = (statement.entries,)
    assert (line.transaction.sequence, line.tac, line.mac) == (7, made.tac.hex().upper(), made.mac.hex().upper())  # type: ignore[attr-defined]
    wallet.proofs.clear()
    assert [line.tac for line in read_wallet(port=VirtualPort(chip), pin=PIN).entries] == [None]


def test_a_card_without_a_wallet_says_so() -> None:
    with pytest.raises(CardRefused, match="balance"):
        read_wallet(port=VirtualPort(card("zhang")), pin=PIN)


# A PIN typed on the computer.


def typed(keys: bytes) -> bytearray:
    read, write = os.pipe()
    os.write(write, keys)
    os.close(write)
    try:
        return typed_pin("PIN", read)
    finally:
        os.close(read)


@pytest.mark.parametrize(("keys", "digits"), [(b"123456\n", b"123456"), (b"1234", b"1234"), (b"\n", b""), (b"", b"")])
def test_a_typed_pin_is_one_line_of_bytes(keys: bytes, digits: bytes) -> None:
    assert typed(keys) == bytearray(digits)


@pytest.mark.parametrize("keys", [b"123\n", b"12345a\n", b"1" * 17 + b"\n", b"1" * 100_000])
def test_what_is_typed_and_no_pin_is_refused_without_showing_it(keys: bytes) -> None:
    with pytest.raises(PinLength) as refused:
        typed(keys[:60_000])
    assert set(refused.value.data) == {"shortest", "longest"}


def test_a_terminal_shows_no_digit_and_echoes_again_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    import termios

    screen, program = pty.openpty()
    threading.Timer(0.2, lambda: os.write(screen, b"918273\n")).start()
    assert typed_pin("PIN", program) == bytearray(b"918273")
    time.sleep(0.05)
    os.set_blocking(screen, False)
    with pytest.raises(BlockingIOError):
        os.read(screen, 100)
    assert termios.tcgetattr(program)[3] & termios.ECHO
    os.close(screen)
    os.close(program)
    assert "918273" not in "".join(capfd.readouterr())


# At the command line, through the real pcscd.


def run(daemon: Daemon, *words: str, typed: bytes = b"") -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "terminal.cli", "card", *words, "--timeout", "3", "--json"],
        env={**os.environ, **daemon.env},
        input=typed,
        capture_output=True,
        check=False,
        timeout=30,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.pcscd
def test_a_person_at_the_command_line_reaches_medical_data_wallet_and_pin(daemon: Daemon) -> None:
    chip = with_wallet(Wallet())
    daemon.readers[0].insert(chip)
    status, out, _ = run(daemon, "medical", typed=b"123456\n")
    assert (status, '"pooling_region":"110100"' in out) == (0, True)
    status, out, _ = run(daemon, "wallet", typed=b"123456\n")
    assert (status, '"account_fen":10000' in out) == (0, True)
    assert run(daemon, "pin", typed=b"\n")[:2] == (0, '{"pin":"asked","tries_left":3}\n')
    status, out, errors = run(daemon, "pin", typed=b"918273\n")
    assert (status, chip.tries) == (1, 2)
    assert "918273" not in out + errors
    status, out, errors = run(daemon, "pin", "--change", typed=b"123456\n645546\n645547\n")
    assert (status, chip.pin) == (1, "123456")
    status, out, errors = run(daemon, "pin", "--change", typed=b"123456\n645546\n645546\n")
    assert (status, chip.pin) == (0, "645546")
    assert not any(secret in out + errors for secret in ("123456", "645546"))
