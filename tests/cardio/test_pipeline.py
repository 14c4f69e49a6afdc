"""Encoding by case, chaining, 61xx and 6Cxx: each stage alone, with a function as the card."""

from collections.abc import Callable

import pytest

from cardio.apdu import Answer, Apdu
from cardio.faults import BadAnswer
from cardio.pipeline import ROUNDS, chained, completed, encoded, pipeline
from cardio.status import SW

LONG = bytes(range(256)) + b"\x00\x01"


@pytest.mark.parametrize(
    ("data", "le", "t0", "t1"),
    [
        ("", None, "00A4040000", "00A40400"),
        ("", 5, "00A4040005", "00A4040005"),
        ("", 256, "00A4040000", "00A4040000"),
        ("0102", None, "00A40400020102", "00A40400020102"),
        ("0102", 5, "00A40400020102", "00A4040002010205"),
        ("0102", 256, "00A40400020102", "00A4040002010200"),
    ],
)
def test_the_four_short_cases(data: str, le: int | None, t0: str, t1: str) -> None:
    apdu = Apdu(0x00, 0xA4, 0x04, 0x00, bytes.fromhex(data), le)
    assert apdu.encode(t0=True).hex().upper() == t0
    assert apdu.encode(t0=False).hex().upper() == t1


@pytest.mark.parametrize(
    ("data", "le", "extended"),
    [
        (b"", 257, "00B00000000101"),
        (b"", 65536, "00B00000000000"),
        (LONG, None, f"00B00000000102{LONG.hex().upper()}"),
        (LONG, 256, f"00B00000000102{LONG.hex().upper()}0100"),
        (b"\x07", 65536, "00B00000000001070000"),
    ],
)
def test_the_extended_cases(data: bytes, le: int | None, extended: str) -> None:
    apdu = Apdu(0x00, 0xB0, 0x00, 0x00, data, le)
    assert apdu.encode(t0=False, extended=True).hex().upper() == extended
    with pytest.raises(ValueError, match="extended form"):
        apdu.encode(t0=True, extended=True)


@pytest.mark.parametrize("wrong", [{"cla": 256}, {"p1": -1}, {"le": 0}, {"le": 65537}, {"data": bytes(65536)}])
def test_a_command_that_cannot_be_is_refused_when_it_is_built(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="out of range"):
        Apdu(**{"cla": 0, "ins": 0, "p1": 0, "p2": 0, **wrong})  # type: ignore[arg-type]


def test_a_secret_command_shows_its_header_only() -> None:
    shown = repr(Apdu(0x00, 0x20, 0x00, 0x00, bytes.fromhex("123456"), secret=True))
    assert "00200000" in shown
    assert "123456" not in shown


def card_of(script: dict[str, str]) -> tuple[Callable[[bytes], bytes], list[str]]:
    heard: list[str] = []

    def transmit(command: bytes) -> bytes:
        heard.append(command.hex().upper())
        return bytes.fromhex(script[heard[-1]])

    return transmit, heard


READ = Apdu(0x00, 0xB2, 0x01, 0x04, le=256)


@pytest.mark.parametrize(
    ("script", "data"),
    [
        ({"00B2010400": "01029000"}, "0102"),
        ({"00B2010400": "6C02", "00B2010402": "01029000"}, "0102"),
        ({"00B2010400": "6102", "00C0000002": "01029000"}, "0102"),
        ({"00B2010400": "016101", "00C0000001": "029000"}, "0102"),
        ({"00B2010400": "6103", "00C0000003": "6C02", "00C0000002": "01029000"}, "0102"),
        ({"00B2010400": "6C02", "00B2010402": "6102", "00C0000002": "01029000"}, "0102"),
        ({"00B2010400": "6C00"}, ""),
    ],
)
def test_61_and_6c_are_followed_to_the_whole_answer(script: dict[str, str], data: str) -> None:
    transmit, heard = card_of(script)
    answer = pipeline(transmit, t0=True)(READ)
    assert answer.data.hex() == data
    assert set(heard) == set(script)


def test_61_00_and_6c_00_mean_256_bytes() -> None:
    assert (SW(0x6100).more, SW(0x6C00).exact) == (256, 256)
    assert (SW(0x61FF).more, SW(0x6C40).exact, SW.OK.more, SW.OK.exact) == (255, 0x40, None, None)


def test_6c_on_a_command_with_data_repeats_the_data() -> None:
    transmit, heard = card_of({"0088000002ABCD08": "6C04", "0088000002ABCD04": "010203049000"})
    apdu = Apdu(0x00, 0x88, 0x00, 0x00, b"\xab\xcd", le=8)
    assert pipeline(transmit, t0=False)(apdu).data.hex() == "01020304"
    assert len(heard) == 2


@pytest.mark.parametrize(("cla", "fetch"), [(0x00, 0x00), (0x01, 0x01), (0x80, 0x00), (0xB0, 0x00)])
def test_get_response_stays_on_the_channel_and_as_secret_as_its_command(cla: int, fetch: int) -> None:
    sent: list[Apdu] = []

    def stage(apdu: Apdu) -> Answer:
        sent.append(apdu)
        return Answer(b"", SW(0x6104)) if len(sent) == 1 else Answer(b"data", SW.OK)

    completed(stage)(Apdu(cla, 0x88, 0x00, 0x00, b"\x01", secret=True))
    assert (sent[1].cla, sent[1].ins, sent[1].le, sent[1].secret) == (fetch, 0xC0, 4, True)


def test_a_card_that_always_has_more_comes_to_an_end() -> None:
    asked = []

    def endless(command: bytes) -> bytes:
        asked.append(command)
        return b"\x01\x61\x01"

    with pytest.raises(BadAnswer, match="61xx"):
        pipeline(endless, t0=True)(READ)
    assert len(asked) == ROUNDS + 1


def test_a_card_that_always_wants_another_length_is_asked_twice() -> None:
    transmit, heard = card_of({"00B2010400": "6C05", "00B2010405": "6C06"})
    assert pipeline(transmit, t0=True)(READ).sw == 0x6C06
    assert len(heard) == 2


def test_data_over_255_bytes_goes_in_chained_parts() -> None:
    sent: list[Apdu] = []

    def stage(apdu: Apdu) -> Answer:
        sent.append(apdu)
        return Answer(b"", SW.OK)

    chained(stage)(Apdu(0x00, 0xDC, 0x01, 0x04, bytes(600)))
    assert [(apdu.cla, len(apdu.data)) for apdu in sent] == [(0x10, 255), (0x10, 255), (0x00, 90)]


def test_a_refused_part_ends_the_chain() -> None:
    sent: list[Apdu] = []

    def stage(apdu: Apdu) -> Answer:
        sent.append(apdu)
        return Answer(b"", SW.NO_SPACE)

    assert chained(stage)(Apdu(0x00, 0xDC, 0x01, 0x04, bytes(600))).sw is SW.NO_SPACE
    assert len(sent) == 1


@pytest.mark.parametrize("answer", [b"", b"\x90", bytes(257) + b"\x90\x00"])
def test_an_answer_of_a_length_that_cannot_be_is_a_bad_answer(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        encoded(lambda command: answer, t0=True)(READ)


@pytest.mark.parametrize(
    ("value", "name", "tries"),
    [
        (0x9000, "9000 ok", None),
        (0x6A82, "6A82 file_not_found", None),
        (0x63C2, "63C2", 2),
        (0x63C0, "63C0", 0),
        (0x6983, "6983 method_locked", 0),
        (0x1234, "1234", None),
    ],
)
def test_every_status_word_has_a_name_and_maybe_tries(value: int, name: str, tries: int | None) -> None:
    assert str(SW(value)) == name
    assert SW(value).tries_left == tries
    assert SW(value) == value
