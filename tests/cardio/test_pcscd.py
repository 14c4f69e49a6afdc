"""Through the real pcscd and its driver: what the virtual card holds is what ``read_card`` gives."""

import json
import os
import signal
import subprocess
import sys

import pytest

from cardio import diagnose, list_readers, read_card
from cardio.virtual.daemon import NAMES, Daemon
from cardio.virtual.persons import PERSONS, card

pytestmark = pytest.mark.pcscd


@pytest.mark.parametrize(("who", "version"), [("li", "1.00"), ("zhang", "2.00"), ("wang", "2.00")])
def test_the_cards_of_synthetic_persons_are_read(daemon: Daemon, who: str, version: str) -> None:
    chip, person = card(who), PERSONS[who]
    daemon.readers[0].insert(chip)
    reading = read_card(timeout=3)
    assert (reading.name, reading.social_security_number) == (person.name, person.number)
    assert (reading.card_number, reading.identification_code) == (person.card_number, person.code)
    assert (reading.version, reading.warnings, reading.missing) == (version, (), ())


def test_the_second_reader_is_found_by_a_piece_of_its_name(daemon: Daemon) -> None:
    daemon.readers[1].insert(card("zhao"))
    assert read_card("pcd 00 01", timeout=3).name == "赵演示"


def test_another_process_finds_this_pcscd_by_its_environment(daemon: Daemon) -> None:
    daemon.readers[0].insert(card("zhang"))
    program = "import cardio, msgspec.json; print(msgspec.json.encode(cardio.read_card(timeout=3)).decode())"
    done = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, **daemon.env}, capture_output=True, check=True, timeout=20
    )
    assert json.loads(done.stdout)["name"] == "张三"


def test_the_watch_command_prints_a_line_for_each_insertion_and_removal_and_ends_when_told(daemon: Daemon) -> None:
    command = [sys.executable, "-m", "terminal.cli", "card", "watch", "--json"]
    environment = {**os.environ, **daemon.env}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watching:
        assert watching.stdout is not None

        def told() -> tuple[str, str, str]:
            line = json.loads(watching.stdout.readline())  # type: ignore[union-attr]
            return line["kind"], line["reader"], line["atr"]

        assert [told() for _ in NAMES] == [("reader_added", name, "") for name in NAMES]
        for who in ("zhang", "li"):
            daemon.readers[1].insert(card(who))
            assert told() == ("card_in", NAMES[1], card(who).atr.hex().upper())
            daemon.readers[1].remove()
            assert told() == ("card_out", NAMES[1], "")
        watching.send_signal(signal.SIGTERM)
        rest, errors = watching.communicate(timeout=5)
    assert (watching.returncode, rest, errors) == (0, b"", b"")


def test_readers_and_findings_name_what_is_attached(daemon: Daemon) -> None:
    assert list_readers() == NAMES
    daemon.readers[0].insert(card("li"))
    read_card(NAMES[0], timeout=3)
    assert [(f.code, f.reader) for f in diagnose()] == [
        ("service_ok", ""),
        ("card_ok", NAMES[0]),
        ("no_card", NAMES[1]),
    ]
