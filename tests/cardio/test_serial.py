"""ID-card readers, scanners and PIN pads on real pseudo-terminals."""

import pickle
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from cardio import CardFault
from cardio.faults import BadAnswer
from cardio.pin import PinCancelled, PinLength, PinTimedOut
from cardio.serial.identity import (
    BAUD,
    FIND,
    HEAD,
    NEWEST_ADDRESS,
    READ,
    SELECT,
    STATUS,
    IdentityCardFailed,
    IdentityKind,
    IdentityReader,
    IdentityReading,
    NoIdentityCard,
    decode_text,
    frame,
)
from cardio.serial.keys import enter_pin
from cardio.serial.line import DeviceSilent, LineLost, LineMissing, SerialLine
from cardio.serial.scanner import BadCode, CodeKind, Decoded, NoCode, parse_burst, scan
from cardio.virtual.pty import Device, IdentityReaderDevice, device, identity_reader, identity_text

ZHANG = identity_text(
    name="张三",
    sex="1",
    ethnic_group="01",
    birth_date=date(1981, 1, 1),
    address="北京市测试区测试路1号",
    number="111111198101011110",
    issuer="测试市公安局",
    valid_from=date(2016, 1, 1),
    valid_until=date(2036, 1, 1),
)


@pytest.mark.parametrize(
    ("payload", "published"),
    [
        (STATUS, "AAAAAA9669000311FFED"),
        (b"\x12\xff", "AAAAAA9669000312FFEE"),
        (FIND, "AAAAAA96690003200122"),
        (SELECT, "AAAAAA96690003200221"),
        (READ, "AAAAAA96690003300132"),
        (NEWEST_ADDRESS, "AAAAAA96690003300330"),
        (b"\x30\x10", "AAAAAA96690003301023"),
        (b"\x61\xff\x50", "AAAAAA9669000461FF50CA"),
        (b"\0\0\x90", "AAAAAA9669000400009094"),
        (b"\0\0\x9f\0\0\0\0", "AAAAAA9669000800009F0000000097"),
        (b"\0\0\x80", "AAAAAA9669000400008084"),
        (b"\0\0\x90" + bytes(8), "AAAAAA9669000C00009000000000000000009C"),
        (b"\0\0\x81", "AAAAAA9669000400008185"),
        (b"\0\0\x41", "AAAAAA9669000400004145"),
    ],
)
def test_frames_are_the_published_ones(payload: bytes, published: str) -> None:
    assert frame(payload).hex().upper() == published


def test_a_card_with_photo_is_1295_bytes() -> None:
    answer = IdentityReaderDevice(ZHANG)
    answer.answer(SELECT)
    read = answer.answer(READ)
    assert len(read) == 1295
    assert read.startswith(bytes.fromhex("AAAAAA966905080000900100 0400".replace(" ", "")))


@pytest.fixture
def reader() -> Iterator[tuple[IdentityReaderDevice, IdentityReader]]:
    behind = IdentityReaderDevice(ZHANG)
    with identity_reader(behind) as made:
        line = SerialLine(made.device, BAUD)
        yield behind, IdentityReader(line)
        line.close()


Reader = tuple[IdentityReaderDevice, IdentityReader]


def test_a_citizens_card_is_read(reader: Reader) -> None:
    assert reader[1].ready()
    reading = reader[1].read()
    assert (reading.kind, reading.name, reading.number) == (IdentityKind.CITIZEN, "张三", "111111198101011110")
    assert (reading.sex, reading.ethnic_group, reading.birth_date) == ("1", "01", date(1981, 1, 1))
    assert (reading.address, reading.issuer) == ("北京市测试区测试路1号", "测试市公安局")
    assert (reading.valid_from, reading.valid_until) == (date(2016, 1, 1), date(2036, 1, 1))
    assert (reading.number_fits, reading.long_term) == (True, False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            identity_text(name="李测试", number="111111195001010002", valid_until="长期"),
            {"kind": IdentityKind.CITIZEN, "name": "李测试", "valid_until": None, "long_term": True},
        ),
        (
            identity_text(
                "I",
                english_name="TEST, PERSON",
                name="测试",
                sex="2",
                number="AAA110070010100",
                nationality="AAA",
                birth_date=date(1970, 1, 1),
                valid_from=date(2020, 1, 1),
                valid_until=date(2030, 1, 1),
                issuer="1500",
            ),
            {
                "kind": IdentityKind.FOREIGNER,
                "english_name": "TEST, PERSON",
                "name": "测试",
                "number": "AAA110070010100",
                "nationality": "AAA",
                "birth_date": date(1970, 1, 1),
                "valid_until": date(2030, 1, 1),
                "number_fits": False,
            },
        ),
        (
            identity_text("J", name="测试", number="810000197001010007", pass_number="H00000001", issue_count="01"),
            {
                "kind": IdentityKind.HK_MACAU_TAIWAN,
                "name": "测试",
                "number": "810000197001010007",
                "pass_number": "H00000001",
                "issue_count": "01",
            },
        ),
    ],
)
def test_every_layout_of_the_text_block(text: bytes, expected: dict[str, object]) -> None:
    reading = decode_text(text)
    assert {name: getattr(reading, name) for name in expected} == expected


def test_a_card_of_an_unknown_kind_keeps_its_raw_block_and_nothing_else() -> None:
    block = bytearray(ZHANG)
    block[248:250] = "Y".encode("utf-16-le")
    assert decode_text(bytes(block)) == IdentityReading(kind=IdentityKind.OTHER, raw=block.hex().upper())


def test_no_card_is_waited_for_and_then_said(reader: Reader) -> None:
    behind, reading = reader
    behind.card = None
    with pytest.raises(NoIdentityCard):
        reading.read()
    threading.Timer(0.1, lambda: setattr(behind, "card", ZHANG)).start()
    assert reading.read(timeout=2).name == "张三"


def test_a_newer_address_is_read_where_there_is_one(reader: Reader) -> None:
    behind, reading = reader
    reading.read()
    assert reading.newest_address() is None
    behind.address = "九江市测试路2号"
    assert reading.newest_address() == "九江市测试路2号"


@pytest.mark.parametrize(
    ("bend", "fault"),
    [
        (lambda answer: answer[:-1] + bytes((answer[-1] ^ 1,)), BadAnswer),
        (lambda answer: HEAD + b"\xff\xff" + answer[7:], BadAnswer),
        (lambda answer: HEAD + b"\0\0" + answer[7:], BadAnswer),
        (lambda answer: frame(b"\x01\0\x9f"), BadAnswer),
        (lambda answer: frame(b"\0"), BadAnswer),
        (lambda answer: answer[:-3], DeviceSilent),
        (lambda answer: b"\xaa\x55" * 20, DeviceSilent),
        (lambda answer: b"", DeviceSilent),
        (lambda answer: frame(b"\0\0\x31") if len(answer) > 20 else answer, IdentityCardFailed),
        (lambda answer: frame(b"\0\0\x90") if len(answer) > 20 else answer, BadAnswer),
    ],
)
def test_a_lying_reader_gets_a_typed_fault(
    reader: Reader, bend: Callable[[bytes], bytes], fault: type[CardFault]
) -> None:
    reader[0].bend = bend
    with pytest.raises(fault):
        reader[1].read()


def test_noise_before_a_frame_is_skipped(reader: Reader) -> None:
    reader[0].bend = lambda answer: b"\xaa\xaa\x00\xaa" + answer
    assert reader[1].read().name == "张三"


def test_a_port_that_is_not_there_is_said_to_be() -> None:
    with pytest.raises(LineMissing) as missing:
        SerialLine("/dev/no-such-port", BAUD)
    assert missing.value.data["device"] == "/dev/no-such-port"


# Scanner.

E_CODE = "424" + "36695090840408960" + "99" + "33" + "0000"


@pytest.fixture
def desk() -> Iterator[tuple[Device, SerialLine]]:
    with device() as made:
        line = SerialLine(made.device, 9600)
        yield made, line
        line.close()


Desk = tuple[Device, SerialLine]


def later(made: Device, *bursts: bytes) -> None:
    def press() -> None:
        for burst in bursts:
            time.sleep(0.03)
            made.send(burst)

    threading.Thread(target=press, daemon=True).start()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (E_CODE, CodeKind.E_CREDENTIAL),
        ("111111198101011110", CodeKind.IDENTITY_NUMBER),
        (E_CODE[:-1], CodeKind.UNKNOWN),
        (E_CODE + "0", CodeKind.UNKNOWN),
        ("525" + E_CODE[3:], CodeKind.UNKNOWN),
        ("6901234567892", CodeKind.UNKNOWN),
        ("https://example.invalid/?a=b|c", CodeKind.UNKNOWN),
    ],
)
def test_codes_are_classified_and_none_is_rejected(desk: Desk, text: str, kind: CodeKind) -> None:
    later(desk[0], text[:5].encode(), text[5:].encode() + b"\r\n")
    code = scan(desk[1], 2)
    assert (code.kind, code.reveal()) == (kind, text)
    assert parse_burst(f"{text}\n").kind is kind


def test_a_code_shows_itself_to_nobody() -> None:
    code = parse_burst(E_CODE)
    shown = f"{code} {code!r} {[code]} {Decoded('张三', '111111198101011110', '01', 'token', '110100')}"
    assert E_CODE not in shown
    assert "111111198101011110" not in shown
    assert code.province == "33"
    with pytest.raises(TypeError, match="never stored"):
        pickle.dumps(code)


@pytest.mark.parametrize("burst", [b"\x01\x02\r", b"\xff\xfe\r", b"9" * 600, b"   \r"])
def test_what_is_no_code_is_refused_without_showing_it(desk: Desk, burst: bytes) -> None:
    later(desk[0], burst)
    with pytest.raises(BadCode) as bad:
        scan(desk[1], 2)
    assert set(bad.value.data) == {"length"}


def test_nothing_scanned_is_said_after_the_time(desk: Desk) -> None:
    with pytest.raises(NoCode):
        scan(desk[1], 0.05)


def test_an_unplugged_scanner_is_said_to_be(desk: Desk) -> None:
    threading.Timer(0.05, desk[0].unplug).start()
    with pytest.raises(LineLost):
        scan(desk[1], 5)


# PIN pad.


@pytest.mark.parametrize(
    ("keys", "digits"),
    [(b"123456\r", b"123456"), (b"12\x0834567\r", b"134567"), (b"1234567890123456789\r", b"1234567890123456")],
)
def test_a_pin_is_typed_on_the_pad(desk: Desk, keys: bytes, digits: bytes) -> None:
    later(desk[0], keys)
    assert enter_pin(desk[1], 2) == digits


@pytest.mark.parametrize(
    ("keys", "fault"), [(b"12\x1b", PinCancelled), (b"123\r", PinLength), (b"123", PinTimedOut), (b"", PinTimedOut)]
)
def test_a_pad_without_a_pin_says_why(desk: Desk, keys: bytes, fault: type[CardFault]) -> None:
    later(desk[0], keys)
    with pytest.raises(fault):
        enter_pin(desk[1], 0.2)
