"""The fixed-width messages of the bank POS, byte for byte."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.money import Fen
from terminal.peripherals.bankpos import frame
from terminal.peripherals.bankpos.messages import (
    ANSWER_SIZE,
    REQUEST_SIZE,
    Answer,
    Deal,
    Original,
    Request,
    decode_answer,
    decode_request,
    encode_answer,
    encode_request,
)
from terminal.peripherals.faults import DeviceFault, DeviceGarbled, DeviceSettings

SALE = b"T01     0001    00000000001230" + b" " * 26 + b"417"
VOID = b"T01     0001    01000000001230" + b" " * 20 + b"000007418"
REFUND = b"T01     0001    0200000000123020260105000000000007      419"

ANSWER = (
    b"000102622202******0019    000007000000001230"
    + "交易成功".encode("gbk").ljust(40)
    + b"898110000000001100000010000010105093000000000000007      0105417"
)


@pytest.mark.parametrize(
    ("request_", "wire"),
    [
        (Request(Deal.SALE, Fen(1230), "417", "T01", "0001"), SALE),
        (Request(Deal.VOID, Fen(1230), "418", "T01", "0001", Original(voucher="000007")), VOID),
        (
            Request(Deal.REFUND, Fen(1230), "419", "T01", "0001", Original(day="20260105", reference="000000000007")),
            REFUND,
        ),
    ],
)
def test_a_request_has_exactly_these_bytes(request_: Request, wire: bytes) -> None:
    assert len(wire) == REQUEST_SIZE == 59
    assert encode_request(request_) == wire
    assert decode_request(wire) == request_


def test_an_answer_is_read_field_by_field() -> None:
    assert len(ANSWER) == ANSWER_SIZE == 148
    assert decode_answer(ANSWER) == Answer(
        code="00",
        bank="0102",
        card="622202******0019",
        voucher="000007",
        amount=Fen(1230),
        text="交易成功",
        merchant="898110000000001",
        terminal="10000001",
        batch="000001",
        day="0105",
        time="093000",
        reference="000000000007",
        authorisation="",
        clearing_day="0105",
        nonce="417",
    )


FIELD = st.text(st.sampled_from("0123456789ABC中文"), max_size=2)


@given(st.builds(Answer, code=st.sampled_from(["00", "51", "A7"]), text=FIELD, nonce=st.just("001"), bank=FIELD))
def test_an_answer_survives_the_wire(answer: Answer) -> None:
    assert decode_answer(encode_answer(answer)) == answer


def test_a_card_number_sent_in_full_is_masked_before_anybody_sees_it() -> None:
    answer = decode_answer(encode_answer(Answer(code="00", card="6222020000000000019")))
    assert answer.card == "622202*********0019"


@pytest.mark.parametrize(
    ("wire", "found"),
    [
        (b"", "0 bytes instead of 148"),
        (ANSWER[:-1], "147 bytes instead of 148"),
        (b"??" + ANSWER[2:], "answer code"),
        (ANSWER[:32] + b"000000012.30" + ANSWER[44:], "amount"),
        (ANSWER[:32] + b"-00000000100" + ANSWER[44:], "amount"),
    ],
)
def test_an_answer_that_is_none_is_refused_by_the_name_of_its_field(wire: bytes, found: str) -> None:
    with pytest.raises(DeviceGarbled) as caught:
        decode_answer(wire)
    assert caught.value.data["found"] == found


@given(st.binary(min_size=ANSWER_SIZE, max_size=ANSWER_SIZE))
def test_no_bytes_of_an_answer_raise_anything_but_a_device_fault(wire: bytes) -> None:
    try:
        decode_answer(wire)
    except DeviceFault as fault:
        assert fault.code == "device_garbled"


def test_a_field_that_is_too_wide_is_refused_not_cut() -> None:
    with pytest.raises(DeviceSettings, match="operator"):
        encode_request(Request(Deal.SALE, Fen(1), "001", operator="王样例收银员"))
    with pytest.raises(DeviceSettings, match="amount"):
        encode_request(Request(Deal.SALE, Fen(10**12), "001"))
    with pytest.raises(DeviceSettings, match="amount"):
        encode_request(Request(Deal.SALE, Fen(-1), "001"))


def test_a_frame_has_exactly_these_bytes() -> None:
    assert frame.wrap(b"AB") == bytes.fromhex("02 4142 03 00")


@given(st.binary(min_size=1, max_size=60), st.data())
def test_a_frame_with_one_wrong_byte_is_noticed(message: bytes, data: st.DataObject) -> None:
    wire = bytearray(frame.wrap(message))
    assert frame.unwrap(bytes(wire)) == message
    place = data.draw(st.integers(0, len(wire) - 1))
    wire[place] ^= data.draw(st.integers(1, 255))
    assert frame.unwrap(bytes(wire)) is None
