"""What the patient reads and hears."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.money import Fen
from terminal.peripherals.announcer import ANNOUNCERS, syn6288
from terminal.peripherals.display import DISPLAYS, led8
from terminal.peripherals.faults import DeviceAbsent, DeviceSettings
from terminal.peripherals.lamp import Lamp
from terminal.peripherals.phrases import Phrase
from terminal.peripherals.simulators.plug import Pty, Simulated
from terminal.peripherals.simulators.window import (
    Led8Simulator,
    LetterSimulator,
    SpeechSimulator,
    TwoLineSimulator,
)
from terminal.peripherals.teller import customer_display, voice_announcer
from tests.peripherals.waiting import eventually

Plug = Callable[[Simulated], Pty]
AMOUNTS = st.integers(-(10**12), 10**12).map(Fen)


@pytest.mark.parametrize(
    ("model", "phrase", "amount", "wire"),
    [
        ("led8", Phrase.PAY, 1230, "0c 1b7332 1b5141 31322e3330 0d"),
        ("led8", Phrase.RECEIVED, 10000, "0c 1b7333 1b5141 3130302e3030 0d"),
        ("led8", Phrase.CHANGE, 5, "0c 1b7334 1b5141 302e3035 0d"),
        ("led8", Phrase.IDLE, None, "0c 1b7330"),
        ("led8", Phrase.FEE, 99999999, "0c 1b7332 1b5141 3939393939392e3939 0d"),
        ("led8", Phrase.FEE, 100000000, "0c 1b7332 1b5141 2d2d2d2d2d2d2d2d 0d"),
    ],
)
def test_a_display_of_eight_digits_gets_exactly_these_bytes(
    model: str, phrase: Phrase, amount: int | None, wire: str
) -> None:
    assert DISPLAYS[model](phrase, None if amount is None else Fen(amount)) == bytes.fromhex(wire)


@pytest.mark.parametrize(
    ("model", "wire"),
    [
        ("epson", b"\x0c\x1f$\x01\x01PLEASE PAY          \x1f$\x01\x02               12.30"),
        ("cd5220", b"\x0c\x1bQAPLEASE PAY          \r\x1bQB               12.30\r"),
        ("plain", b"\x0cPLEASE PAY                         12.30"),
        ("lcd-chinese", b"\x0c\x1bQA" + "请付款".encode("gb18030") + b" " * 14 + b"\r\x1bQB               12.30\r"),
    ],
)
def test_a_display_of_two_lines_gets_exactly_these_bytes(model: str, wire: bytes) -> None:
    assert DISPLAYS[model](Phrase.PAY, Fen(1230)) == wire


@given(st.sampled_from(Phrase), AMOUNTS)
def test_eight_digits_never_show_a_wrong_amount(phrase: Phrase, amount: Fen) -> None:
    simulator = Led8Simulator()
    simulator.feed(led8(phrase, amount))
    assert simulator.digits in (str(amount), "--------")
    assert len(simulator.digits.replace(".", "")) <= 8


@given(st.sampled_from(Phrase), st.none() | AMOUNTS)
def test_two_lines_are_always_full_so_that_nothing_old_remains(phrase: Phrase, amount: Fen | None) -> None:
    simulator = TwoLineSimulator()
    simulator.feed(DISPLAYS["cd5220"](phrase, amount))
    assert len(simulator.upper) == len(simulator.lower) == 20
    assert simulator.lower.strip() == ("" if amount is None else str(amount))


def test_the_patient_reads_what_is_due(plug: Plug) -> None:
    simulator = Led8Simulator()
    display = customer_display(plug(simulator).address)
    display.tell(Phrase.PAY, Fen(1230))
    assert eventually(lambda: simulator.digits == "12.30")
    assert simulator.lamp == 2


def test_a_display_that_is_unplugged_is_absent_and_returns(plug: Plug) -> None:
    simulator = Led8Simulator()
    pty = plug(simulator)
    display = customer_display(pty.address)
    assert display.check().lamp is Lamp.OK
    pty.unplug()
    assert display.check().lamp is Lamp.ABSENT
    with pytest.raises(DeviceAbsent):
        display.tell(Phrase.PAY, Fen(1))
    pty.plug()
    assert display.test().lamp is Lamp.OK
    assert eventually(lambda: simulator.digits == "1234.56")


@pytest.mark.parametrize(
    ("model", "phrase", "amount", "said"),
    [
        ("shy-ii", Phrase.PAY, 12345, "123.45J"),
        ("shy-ii", Phrase.RECEIVED, 20000, "200.00Y"),
        ("shy-ii", Phrase.CHANGE, 7655, "76.55Z"),
        ("shy-ii", Phrase.COUNT, None, "D"),
        ("shy-ii", Phrase.BALANCE, 100, "1.00f"),
        ("shy-ii", Phrase.TAKE_CARD, None, ""),
        ("tdkj-bj", Phrase.HELLO, None, "W"),
        ("tdkj-bj", Phrase.FEE, 12345, "&Sc$&C21您的费用为123.45元。$"),
        ("syc-q9", Phrase.NAME, None, "j"),
        ("syc-q9", Phrase.TAKE_CARD, None, "*#请取回您的卡。#"),
        ("njf-vh", Phrase.PAY, 12345, "123.45_P"),
    ],
)
def test_each_module_hears_its_own_grammar(model: str, phrase: Phrase, amount: int | None, said: str) -> None:
    assert ANNOUNCERS[model](phrase, None if amount is None else Fen(amount)).decode("gbk") == said


def test_a_speech_chip_gets_a_frame_with_length_and_check() -> None:
    assert syn6288(Phrase.THANKS, None) == bytes.fromhex("fd 0009 01 01 d0bbd0bba1a3 f6")


@given(st.sampled_from(Phrase), AMOUNTS)
def test_a_speech_chip_accepts_every_sentence(phrase: Phrase, amount: Fen) -> None:
    simulator = SpeechSimulator()
    assert simulator.feed(syn6288(phrase, amount)) == b"A"
    assert len(simulator.spoken[0].encode("gbk")) <= 200


def test_the_patient_hears_the_change(plug: Plug) -> None:
    simulator = SpeechSimulator()
    announcer = voice_announcer(plug(simulator).address, "syn6288")
    announcer.tell(Phrase.CHANGE, Fen(7605))
    assert eventually(lambda: simulator.spoken == ["找零七十六元零五分。"])


def test_the_test_button_speaks(plug: Plug) -> None:
    simulator = LetterSimulator()
    assert voice_announcer(plug(simulator).address, "shy-ii").test().lamp is Lamp.OK
    assert eventually(lambda: simulator.heard == ["1234.56J"])


def test_unknown_models_are_refused_with_the_known_ones() -> None:
    with pytest.raises(DeviceSettings, match="led8"):
        customer_display("serial:/dev/ttyS0", "led9")
    with pytest.raises(DeviceSettings, match="syn6288"):
        voice_announcer("serial:/dev/ttyS0", "parrot")
