"""The time line of a session: secrets never get in, and it can be replayed as a card."""

from pathlib import Path

import pytest

from cardio import open_card, pin, read_card
from cardio.recorder import BadRecording, Recorder, ReplayedCard, load
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
    recorder = Recorder()
    reading = read_card(port=VirtualPort(chip), trace=recorder)
    recorder.save(tmp_path / "session.txt")
    again = ReplayedCard(*load((tmp_path / "session.txt").read_text(encoding="ascii")))
    assert read_card(port=VirtualPort(again)) == reading


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
