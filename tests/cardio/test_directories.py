"""The application directories: tables that cover what the documents list, and DF04 read from cards of both ages."""

from datetime import date, datetime
from itertools import chain

import pytest

from cardio import CardFault, pin
from cardio.applications import directories_1, directories_2
from cardio.applications.codecs import BEIJING, CODECS
from cardio.applications.environment import environment
from cardio.applications.layout import Directory, File, Item, Shape
from cardio.applications.medical import MedicalReading, Mode, Transaction, read_medical, select_directory
from cardio.applications.reader import read_bytes, read_records
from cardio.applications.social_security import select_environment
from cardio.faults import CardRefused
from cardio.reading import Odd
from cardio.session import open_session, state_of
from cardio.tlv import Tlv
from cardio.virtual.card import Image, VirtualCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort

TABLES = (*map(environment, (1, 2, 3)), *directories_1.DIRECTORIES, *directories_2.DIRECTORIES)
FILES = [pytest.param(d, f, id=f"{d.name} {f.number:04X} {n}") for n, d in enumerate(TABLES) for f in d.files]


def all_items(file: File) -> list[Item]:
    return list(chain.from_iterable((item, *item.parts) for item in file.items))


@pytest.mark.parametrize(("directory", "file"), FILES)
def test_every_item_has_a_codec_with_vectors_and_a_tag_of_its_own(directory: Directory, file: File) -> None:
    assert all(item.codec in CODECS and item.codec.vectors for item in all_items(file))
    assert all(field.codec in CODECS and field.codec.vectors for field in file.fields)
    assert len({item.tag for item in file.items}) == len(file.items)
    assert len({item.name for item in file.items}) == len(file.items)
    assert file.items or file.fields or (file.shape is Shape.BYTES and file.size)


@pytest.mark.parametrize(("directory", "file"), FILES)
def test_the_parts_of_a_template_fill_it(directory: Directory, file: File) -> None:
    for item in file.items:
        assert not item.parts or sum(part.length + 2 for part in item.parts) == item.length, f"{item.tag:02X}"


@pytest.mark.parametrize(
    ("file", "length"),
    [(0xDF02EF07, 0x55), (0xDF02EF16, 0x12), (0xDF04EF08, 0x1C), (0xDF04EF15, 0x03)],
)
def test_records_without_tags_are_as_long_as_the_documents_say(file: int, length: int) -> None:
    found = [f for d in directories_2.DIRECTORIES for f in d.files if d.number << 16 | f.number == file]
    assert [sum(field.length for field in f.fields) for f in found] == [length]


@pytest.mark.parametrize(("number", "version", "length"), [(0xEF05, 1, 0x40), (0xEF05, 2, 0x40), (0xEF06, 2, 0x5B)])
def test_whole_files_are_as_long_as_on_real_cards(number: int, version: int, length: int) -> None:
    file = environment(version).file(number)
    assert file is not None
    assert file.length == length


def medical(chip: VirtualCard, major: int, *, with_pin: bool = True, key: bool = True) -> MedicalReading:
    context = VirtualPort(chip).establish()
    with open_session(context, state_of(context, VirtualPort.READER)) as session:
        select_environment(session)
        select_directory(session, 0xDF04)
        if with_pin:
            pin.verify(session, bytearray(b"123456"))
        if key:
            chip.authenticated.add(0x84)
        return read_medical(session, major)


def test_a_2_0_card_opened_by_pin_and_key_shows_its_medical_data() -> None:
    reading = medical(card("zhang"), 2)
    assert (reading.insurance_type, reading.approved, reading.pooling_region) == ("310", (), "110100")
    assert (reading.person_class, reading.account_opened) == ("11", date(2018, 1, 1))
    assert (reading.designated, reading.mode) == (("400000001",), Mode.ONLINE)
    assert (reading.offline_allowed, reading.offline_fen, reading.offline_count) == (True, 6000, 2)
    assert (reading.balance_fen, reading.year_self_fen) == (None, None)
    assert reading.transactions == (
        Transaction(
            sequence=7,
            kind="2",
            terminal="110100000001",
            time=datetime(2024, 3, 15, 9, 30, 15, tzinfo=BEIJING),
            account_fen=12345,
            self_fen=6000,
            pooled_fen=100050,
        ),
    )
    assert (reading.warnings, reading.missing) == ((), ())


def test_tag_90_of_a_1_0_card_is_a_balance_and_no_flag() -> None:
    reading = medical(card("li"), 1)
    assert (reading.balance_fen, reading.year_self_fen, reading.year_pooled_fen) == (52000, 12345, 100050)
    assert (reading.offline_allowed, reading.offline_fen, reading.offline_count) == (None, None, None)


def test_tag_90_of_an_old_card_marked_ee_is_the_new_flag() -> None:
    chip = card("li")
    chip.files[0xDF04][0xEF06].records[:] = [
        bytes(Tlv.of(0x90, bytes.fromhex("31EEEEEE"))),
        bytes(Tlv.of(0x92, bytes.fromhex("00006000"))),
        bytes(Tlv.of(0x93, bytes.fromhex("3032EEEE"))),
    ]
    reading = medical(chip, 1)
    assert (reading.offline_allowed, reading.offline_fen, reading.offline_count) == (True, 6000, 2)
    assert (reading.balance_fen, reading.year_self_fen, reading.year_pooled_fen) == (None, None, None)
    assert {notice.code for notice in reading.warnings} == {Odd.WRITTEN_ANEW}


@pytest.mark.parametrize(
    ("with_pin", "key", "missing"),
    [
        (True, False, {"offline_allowed", "offline_fen", "offline_count"}),
        (False, True, {"offline_allowed", "offline_fen", "offline_count", "transactions"}),
    ],
)
def test_what_pin_or_key_alone_do_not_open_is_named(with_pin: bool, key: bool, missing: set[str]) -> None:
    reading = medical(card("zhang"), 2, with_pin=with_pin, key=key)
    assert {m.item for m in reading.missing} == missing
    assert reading.insurance_type == "310"


def test_an_account_only_card_logs_no_pooled_amounts() -> None:
    chip = card("zhang")
    chip.files[0xDF04][0xEF08].records[:] = [bytes.fromhex("0007321101000000012024031509301500003039")[:20]]
    (transaction,) = medical(chip, 2).transactions
    assert (transaction.account_fen, transaction.self_fen, transaction.pooled_fen) == (12345, None, None)


@pytest.mark.parametrize("major", [1, 2])
def test_a_card_without_df04_says_so(major: int) -> None:
    chip = card("zhang")
    chip.files = {0: chip.files[0]}
    with pytest.raises(CardRefused, match="6A82"):
        medical(chip, major, with_pin=False, key=False)


def open_directory(files: dict[int, Image], file: File) -> object:
    chip = card("zhang")
    chip.files = {**chip.files, 0xDF01: files}
    context = VirtualPort(chip).establish()
    with open_session(context, state_of(context, VirtualPort.READER)) as session:
        select_environment(session)
        select_directory(session, 0xDF01)
        return read_bytes(session, file) if file.shape is Shape.BYTES else read_records(session, file).values


def test_several_records_of_one_tag_become_a_list_of_their_parts() -> None:
    degrees = [
        bytes(Tlv.of(0x40, Tlv.of(0x57, b"40%d" % n) + Tlv.of(0x58, b"\1\2\3") + Tlv.of(0x59, bytes(40))))
        for n in range(3)
    ]
    file = directories_2.PUBLIC.file(0xEF15)
    assert file is not None
    values = open_directory({0xEF15: Image([bytes(Tlv.of(0x2A, b"\x21")), *degrees])}, file)
    assert values == {
        "education": "21",
        "degrees": [{"degree": f"40{n}", "subject": "010203", "school": None} for n in range(3)],
    }


def test_a_transparent_file_is_read_to_its_end() -> None:
    content = bytes(range(256)) + b"end"
    file = directories_2.PUBLIC.file(0xEF16)
    assert file is not None
    assert open_directory({0xEF16: Image([content], Shape.BYTES)}, file) == content


def test_a_file_that_is_not_there_is_refused_by_name() -> None:
    file = directories_2.PUBLIC.file(0xEF17)
    assert file is not None
    with pytest.raises(CardFault, match="reserve_17"):
        open_directory({}, file)
