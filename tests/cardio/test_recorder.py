"""The time line of a session: secrets never get in, and it can be replayed as a card."""

from datetime import date
from pathlib import Path

import pytest

from cardio import open_card, pin, read_card
from cardio.applications.authentication import Cryptograms, Step1
from cardio.applications.social_security import read_identity
from cardio.faults import TransmitFailed
from cardio.reading import NO_TERMINAL
from cardio.recorder import BadRecording, CannotRecord, Recorder, ReplayedCard, load, recording
from cardio.session import Card
from cardio.virtual.card import VirtualCard
from cardio.virtual.hsm import key_service
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.quirks import Quirk


@pytest.mark.parametrize(
    "chip",
    [card("zhang"), card("li"), card("wang", "3.0"), card("zhao", quirks=[Quirk.NO_WHOLE_FILE, Quirk.ALWAYS_6C])],
)
def test_a_recorded_session_replays_to_the_same_reading(chip: VirtualCard, tmp_path: Path) -> None:
    file = tmp_path / "session.txt"
    with recording(file) as recorder:
        reading = read_card(port=VirtualPort(chip), trace=recorder)
    again = ReplayedCard(*load(file.read_text(encoding="ascii")))
    for _ in range(2):
        assert read_card(port=VirtualPort(again)) == reading
    assert file.stat().st_mode & 0o077 == 0


class Agreeing:
    """Holds no keys: says what a masked recording says."""

    terminal = NO_TERMINAL

    def answer(self, step1: Step1, card: Card) -> Cryptograms:
        return Cryptograms(internal=b"", external=bytes(8))


@pytest.mark.parametrize("contactless", [False, True])
def test_a_session_that_keys_opened_replays_without_them(contactless: bool) -> None:
    recorder = Recorder()
    with key_service() as url:
        chip = card("wang", "3.0", contactless=contactless)
        reading = read_card(port=VirtualPort(chip), trace=recorder, hsm=url)
    with open_card(port=VirtualPort(ReplayedCard(*load(recorder.text())))) as session:
        assert read_identity(session, VirtualPort.READER, Agreeing(), date.today()) == reading  # noqa: DTZ011


def test_a_session_that_breaks_off_is_recorded_to_there_and_replays_to_the_same_refusals(tmp_path: Path) -> None:
    file = tmp_path / "session.txt"
    with pytest.raises(TransmitFailed), recording(file) as recorder:
        read_card(port=VirtualPort(card("zhang", torn_at=3)), trace=recorder)
    text = file.read_text(encoding="ascii")
    assert text.endswith("\n# transmit_failed\n")
    again = read_card(port=VirtualPort(ReplayedCard(*load(text))))
    assert (again.card_number, again.name) == ("X00000019", None)


def test_a_file_that_cannot_be_written_is_said_before_the_card_is_touched(tmp_path: Path) -> None:
    with pytest.raises(CannotRecord), recording(tmp_path / "absent" / "session.txt"):
        raise AssertionError("the block was entered")


def test_the_time_line_counts_from_its_start() -> None:
    moments = iter([10.0, 10.0, 10.0015, 10.25])
    recorder = Recorder(clock=lambda: next(moments, 11.0))
    read_card(port=VirtualPort(card("zhang")), trace=recorder)
    assert [exchange.at_ms for exchange in recorder.exchanges[:3]] == [0, 2, 250]


def test_keys_and_pins_leave_their_header_only() -> None:
    recorder = Recorder()
    chip = card("zhang", "3.0")
    with key_service() as url:
        read_card(port=VirtualPort(chip), trace=recorder, hsm=url)
    with open_card(port=VirtualPort(chip), trace=recorder) as session:
        pin.verify(session, bytearray(b"123456"))
    masked = {exchange.header.hex().upper() for exchange in recorder.exchanges if exchange.data is None}
    assert masked == {"00880000", "0082000A", "00200000", "00C00000"}
    assert all(len(exchange.answer) == 2 for exchange in recorder.exchanges if exchange.data is None)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("hello", 1),
        ("# ATR xyz", 1),
        ("# ATR 3B00\nx > 00A40000 - < 9000", 2),
        ("# ATR 3B00\n\n0 > 00A40000 - < 9000\n0 > 00A4 zz < 9000", 4),
        ("# ATR 3B00\n0 > 00A40000", 2),
    ],
)
def test_a_torn_recording_names_its_line(text: str, line: int) -> None:
    with pytest.raises(BadRecording) as bad:
        load(text)
    assert bad.value.data["line"] == line
