"""How values lie on a card: every codec has vectors, and every vector decodes as it says."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardio.applications import codecs
from cardio.applications.codecs import CODECS, TEXT, Codec, card_number_fits, identity_number_fits
from cardio.atr import contactless_atr, historical_bytes, speaks_t0
from cardio.faults import BadAnswer
from cardio.reading import Odd
from cardio.tlv import Tlv, find, nested


def vectors() -> Iterator[Any]:
    for codec in CODECS:
        for raw, value, odd in codec.vectors:
            yield pytest.param(codec, bytes.fromhex(raw), value, odd, id=f"{codec.name} {raw}")


@pytest.mark.parametrize(("codec", "raw", "value", "odd"), vectors())
def test_vectors_decode(codec: Codec, raw: bytes, value: Any, odd: Odd | None) -> None:
    assert codec.decode(raw) == (value, odd)


@pytest.mark.parametrize(("codec", "raw", "value", "odd"), vectors())
def test_values_survive_the_way_to_the_card_and_back(codec: Codec, raw: bytes, value: Any, odd: Odd | None) -> None:
    if odd is None:
        assert codec.decode(codec.encode(value, len(raw))) == (value, None)


def test_every_codec_of_the_module_is_listed_and_has_a_vector() -> None:
    defined = {codec.name for codec in vars(codecs).values() if isinstance(codec, Codec)}
    assert {codec.name for codec in CODECS if codec.vectors} == defined


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)
@given(raw=st.binary(max_size=300))
def test_no_bytes_make_a_decoder_raise(codec: Codec, raw: bytes) -> None:
    value, odd = codec.decode(raw)
    assert odd is None or isinstance(odd, Odd)
    assert not isinstance(value, str) or (value.isprintable() and "|" not in value)


@given(st.text(st.characters(categories=["L", "N"]), max_size=20))
def test_any_name_fits_through_gb18030(name: str) -> None:
    raw = TEXT.encode(name, 100)
    assert TEXT.decode(raw)[0] == (name or None)


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("11010519491231002X", True),
        ("440524188001010014", True),
        ("111111198101011110", True),
        ("511022201610225130", False),
        ("510723198706271115", False),
        ("11010519491231002x", False),
        ("1101051949123100", False),
        ("１10105194912310021", False),
    ],
)
def test_the_check_character_of_a_social_security_number(number: str, fits: bool) -> None:
    assert identity_number_fits(number) is fits


@pytest.mark.parametrize(
    ("number", "fits"),
    [
        ("D2143569X", True),
        ("X00000019", True),
        ("HA1046924", True),
        ("B00000131", True),
        ("ET000077X", True),
        ("A12345674", True),
        ("A21472424", False),
        ("A2147242", False),
        ("a12345674", False),
    ],
)
def test_the_check_character_of_a_card_number(number: str, fits: bool) -> None:
    assert card_number_fits(number) is fits


HISTORICAL = "00814A444686605199000001AC"


@pytest.mark.parametrize(
    "reset",
    [
        f"3B6D0000{HISTORICAL}",
        f"3B8D8001{HISTORICAL}46",
        f"127880A002{HISTORICAL}00"[:36],
        HISTORICAL,
        f"3B7D940000{HISTORICAL}",
    ],
)
def test_the_historical_bytes_are_found_in_any_form_of_reset_information(reset: str) -> None:
    assert historical_bytes(bytes.fromhex(reset)).hex().upper() == HISTORICAL


def test_the_atr_of_a_contactless_card_is_made_up_as_readers_do() -> None:
    assert contactless_atr(bytes.fromhex(HISTORICAL)).hex().upper() == f"3B8D8001{HISTORICAL}46"


@pytest.mark.parametrize(
    ("atr", "t0"), [(f"3B6D0000{HISTORICAL}", True), (f"3B8D8001{HISTORICAL}46", False), ("3B8001", False)]
)
def test_t0_is_spoken_only_where_nothing_else_is_offered(atr: str, t0: bool) -> None:
    assert speaks_t0(bytes.fromhex(atr)) is t0


@given(st.binary(max_size=40))
def test_no_atr_does_harm(atr: bytes) -> None:
    try:
        assert len(historical_bytes(atr)) <= 40
    except BadAnswer as fault:
        assert fault.data["expected"]


@given(st.binary(max_size=300))
def test_records_are_pieces_of_what_was_parsed(data: bytes) -> None:
    records = list(Tlv.parse(data))
    assert data.startswith(b"".join(records))
    assert all(len(record) == record[1] + 2 for record in records)


def test_records_are_found_by_tag_and_templates_by_path() -> None:
    fci = bytes.fromhex("6F1C840F7378312E73682EC9E7BBE1B1A3D5CFA50988011E9F0C03860103")
    assert nested(fci, 0x6F, 0xA5, 0x9F0C, 0x86) == b"\x03"
    assert nested(fci, 0x6F, 0xA5, 0x88) == b"\x1e"
    assert nested(fci, 0x6F, 0x50) is None
    records = Tlv.parse(bytes.fromhex("0101AA0202BBCC0000"))
    assert find(records, 0x02) == b"\xbb\xcc"
