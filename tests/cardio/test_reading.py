"""Reading a card: every version, every known deviation, few exchanges, and no data of another card."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardio import CardFault, CardReading, Why, diagnose, read_card
from cardio.faults import (
    AccessDenied,
    CardBusy,
    CardMute,
    CardRemoved,
    CardReset,
    LibraryMissing,
    NoCard,
    NoReader,
    NotSocialSecurityCard,
    ServiceDown,
    TransmitFailed,
    VersionMismatch,
)
from cardio.reading import Odd
from cardio.virtual.card import VirtualCard
from cardio.virtual.hsm import key_service
from cardio.virtual.operator import VirtualOperatorCard
from cardio.virtual.persons import PERSONS, card
from cardio.virtual.port import VirtualContext, VirtualPort
from cardio.virtual.psam import VirtualPsam
from cardio.virtual.quirks import Quirk

READER = VirtualPort.READER


def read(chip: VirtualCard) -> CardReading:
    return read_card(port=VirtualPort(chip))


@pytest.mark.parametrize("who", PERSONS)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
@pytest.mark.parametrize("contactless", [False, True])
def test_every_person_is_read_from_every_free_version(who: str, version: str, contactless: bool) -> None:
    person, reading = PERSONS[who], read(card(who, version, contactless=contactless))
    assert (reading.name, reading.social_security_number) == (person.name, person.number)
    assert (reading.card_number, reading.identification_code) == (person.card_number, person.code)
    assert (reading.birth_date, reading.version) == (person.birth_date, f"{version}0")
    assert (reading.warnings, reading.missing) == ((), ())


@pytest.mark.parametrize(
    ("quirk", "odd", "missing"),
    [
        (Quirk.SPACE_PADDING, set(), set()),
        (Quirk.ASCII_DATES, {Odd.DATE}, set()),
        (Quirk.SSSE_MISSING, set(), set()),
        (Quirk.MF_FIRST, set(), set()),
        (Quirk.ALWAYS_6C, set(), set()),
        (Quirk.LE_IGNORED, set(), set()),
        (Quirk.NO_4E, set(), set()),
        (Quirk.NO_WHOLE_FILE, set(), set()),
        (Quirk.NO_SHORT_ID, set(), set()),
        (Quirk.OLD_SELECT, set(), set()),
        (Quirk.HIDDEN_CARD_NUMBER, set(), {"card_number"}),
    ],
)
def test_a_card_with_a_quirk_is_read_all_the_same(quirk: Quirk, odd: set[Odd], missing: set[str]) -> None:
    reading = read(card("zhang", quirks=[quirk]))
    assert (reading.name, reading.social_security_number) == ("张三", "111111198101011110")
    assert {notice.code for notice in reading.warnings} == odd
    assert {m.item for m in reading.missing} == missing


@given(st.sets(st.sampled_from(sorted(set(Quirk) - {Quirk.HIDDEN_CARD_NUMBER, Quirk.MUTE}, key=lambda q: q.name))))
def test_any_quirks_together_leave_the_person_readable(quirks: set[Quirk]) -> None:
    reading = read(card("wang", quirks=quirks))
    assert (reading.name, reading.card_number) == ("王样例", "A00000038")


def test_every_quirk_that_leaves_a_card_readable_is_in_the_table_above() -> None:
    (parameters,) = (m for m in test_a_card_with_a_quirk_is_read_all_the_same.pytestmark)  # type: ignore[attr-defined]
    assert {row[0] for row in parameters.args[1]} == set(Quirk) - {Quirk.MUTE}


@pytest.mark.parametrize("who", ["li", "zhang"])
def test_identity_takes_one_select_and_one_read_of_each_file(who: str) -> None:
    chip = card(who)
    read(chip)
    assert [command[1] for command in chip.commands] == [0xA4, 0xC0, 0xB2, 0xB2]
    assert [command[3] & 0b111 for command in chip.commands[2:]] == [0b101, 0b101]


def test_a_contactless_card_needs_no_exchange_for_61() -> None:
    chip = card("zhang", contactless=True)
    read(chip)
    assert [command[1] for command in chip.commands] == [0xA4, 0xB2, 0xB2]


def test_the_identification_code_before_the_name_and_the_check_character_only_warn() -> None:
    chip = card("zhang")
    chip.files[0][0xEF05].records[0] = bytes.fromhex("0110110100D156000004000000A1FFFFFFFF")
    chip.files[0][0xEF06].records[0] = b"\x08\x12" + b"511022201610225130"
    codes = {notice.code for notice in read(chip).warnings}
    assert codes == {Odd.CODE, Odd.NUMBER_CHECK}


def test_a_name_that_straddles_both_records_is_whole() -> None:
    chip = card("zhang")
    name = ("阿" * 16 + "·阿卜").encode("gb18030")
    chip.files[0][0xEF06].records[1] = b"\x09\x1e" + name[:30]
    chip.files[0][0xEF06].records[2] = b"\x4e\x14" + name[30:].ljust(20, b"\0")
    odd_cut = ("A" + "阿" * 17).encode("gb18030")
    assert read(chip).name == "阿" * 16 + "·阿卜"
    chip.files[0][0xEF06].records[1] = b"\x09\x1e" + odd_cut[:30]
    chip.files[0][0xEF06].records[2] = b"\x4e\x14" + odd_cut[30:].ljust(20, b"\0")
    reading = read(chip)
    assert (reading.name, reading.warnings) == ("A" + "阿" * 17, ())


@pytest.mark.parametrize(
    ("version", "printed", "odd"),
    [
        (b"1.0\0", "1.00", set()),
        (b"1.00", "1.00", set()),
        (b"2.0\0", "2.00", set()),
        (b"2.01", "2.01", set()),
        (b"\0\0\0\0", "1.00", set()),
        (b"9.9\0", "3.00", {Odd.VERSION}),
        (b"\xff\xff\xff\xff", "1.00", set()),
    ],
)
def test_the_version_is_told_by_its_first_three_characters(version: bytes, printed: str, odd: set[Odd]) -> None:
    chip = card("zhang")
    chip.files[0][0xEF05].records[2] = b"\x03\x04" + version
    reading = read(chip)
    assert reading.version == printed
    assert {notice.code for notice in reading.warnings} == odd


def test_an_expired_card_is_read_with_a_warning() -> None:
    chip = card("zhang")
    chip.files[0][0xEF05].records[5] = bytes.fromhex("060420200101")
    reading = read(chip)
    assert reading.valid_until == date(2020, 1, 1)
    assert [notice.code for notice in reading.warnings] == [Odd.EXPIRED]


@pytest.mark.parametrize(
    ("code", "algorithm"),
    [("110100D156000005000000A1FFFFFFFF", "02"), ("360400D156000005000000A1FFFFFFFF", "01")],
)
def test_a_card_that_does_not_name_its_cipher_has_its_regions(code: str, algorithm: str) -> None:
    chip = card("zhang", "1.0")
    chip.files[0][0xEF05].records[0] = bytes.fromhex(f"0110{code}")
    assert read(chip).algorithm == algorithm


def test_a_bank_card_is_no_social_security_card() -> None:
    chip = card("zhang")
    chip.files = {0: {}}
    with pytest.raises(NotSocialSecurityCard):
        read(chip)


def test_a_card_found_without_its_name_must_show_the_provider() -> None:
    chip = card("zhang", quirks=[Quirk.SSSE_MISSING])
    chip.files[0][0xEF05].records[0] = bytes.fromhex("0110110100D156000004000000A1FFFFFFFF")
    with pytest.raises(NotSocialSecurityCard):
        read(chip)


def test_what_the_card_refuses_is_missing_with_its_status_word() -> None:
    chip = card("zhang")
    del chip.files[0][0xEF06]  # type: ignore[attr-defined]
    reading = read(chip)
    assert {m.item for m in reading.missing} >= {"name", "social_security_number"}
    assert {(m.why, m.sw) for m in reading.missing} == {(Why.ABSENT, "6A82")}


# The card, the reader, the service going wrong.


@pytest.mark.parametrize("version", ["1.0", "2.0", "3.0"])
@pytest.mark.parametrize("contactless", [False, True])
def test_a_card_pulled_at_any_exchange_gives_a_typed_fault_and_no_data(version: str, contactless: bool) -> None:
    with key_service() as url:

        def read_torn(index: int | None) -> VirtualCard:
            chip = card("zhang", version, contactless=contactless, torn_at=index)
            read_card(port=VirtualPort(chip), hsm=url)
            return chip

        whole = len(read_torn(None).commands)
        assert whole >= (3 if version < "3" else 9)
        for index in range(whole):
            with pytest.raises(TransmitFailed):
                read_torn(index)


def test_a_swap_between_two_exchanges_ends_the_reading() -> None:
    port, first = VirtualPort(), card("zhang")
    other = card("wang")
    exchanges = []

    def trace(apdu: object, answer: object) -> None:
        exchanges.append(apdu)
        if len(exchanges) == 3:
            port.swap(other)

    port.insert(first)
    with pytest.raises(CardRemoved):
        read_card(port=port, trace=trace)
    assert other.commands == []


@pytest.mark.parametrize("others", [[], ["Virtual Reader 01"]])
def test_a_swap_just_after_connecting_ends_the_reading(others: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    port, other, connect = VirtualPort(card("zhang")), card("wang"), VirtualContext.connect
    for reader in others:
        port.plug(reader)

    def connect_and_swap(context: VirtualContext, reader: str) -> object:
        handle = connect(context, reader)
        port.swap(other)
        return handle

    monkeypatch.setattr(VirtualContext, "connect", connect_and_swap)
    with pytest.raises(CardRemoved):
        read_card(port=port)
    assert other.commands == []


def test_a_swap_between_the_finding_of_a_card_and_its_holding_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    port, other, connect, second = VirtualPort(), card("wang"), VirtualContext.connect, "Virtual Reader 01"
    port.plug(second)
    port.insert(card("zhang"), second)

    def swap_and_connect(context: VirtualContext, reader: str) -> object:
        if reader == second:
            port.swap(other, second)
        return connect(context, reader)

    monkeypatch.setattr(VirtualContext, "connect", swap_and_connect)
    with pytest.raises(CardRemoved):
        read_card(port=port)
    assert other.commands == []


@pytest.mark.parametrize("index", range(1, 4))
def test_a_reset_by_another_program_is_repaired_from_the_start(index: int) -> None:
    port, chip = VirtualPort(), card("zhang")
    exchanges = []

    def trace(apdu: object, answer: object) -> None:
        exchanges.append(apdu)
        if len(exchanges) == index:
            port.reset()

    port.insert(chip)
    reading = read_card(port=port, trace=trace)
    assert (reading.name, reading.missing) == ("张三", ())
    assert len(chip.commands) == index + 4


def test_a_reset_just_before_the_session_is_repaired() -> None:
    port = VirtualPort(card("zhang"))
    port.fail("begin", CardReset())
    assert read_card(port=port).name == "张三"


def test_a_second_reset_ends_the_reading() -> None:
    port = VirtualPort(card("zhang"))
    with pytest.raises(CardReset):
        read_card(port=port, trace=lambda apdu, answer: port.reset())


def test_a_reset_that_hides_a_swap_is_a_removal() -> None:
    port = VirtualPort(card("zhang"))
    port.fail("transmit", CardReset(), after=1)
    exchanges = []

    def trace(apdu: object, answer: object) -> None:
        exchanges.append(apdu)
        if len(exchanges) == 1:
            port.swap(card("wang"))

    with pytest.raises(CardRemoved):
        read_card(port=port, trace=trace)


def fault(kind: type[CardFault]) -> CardFault:
    return kind(function="f", hresult="80100000", reader=READER, library="pyscard", wanted="-", found="-")


@pytest.mark.parametrize("function", ["establish", "readers", "wait", "connect", "begin", "transmit", "answer"])
@pytest.mark.parametrize("kind", [ServiceDown, AccessDenied, CardRemoved, TransmitFailed])
def test_a_fault_of_any_function_comes_out_as_itself(function: str, kind: type[CardFault]) -> None:
    port = VirtualPort(card("zhang"))
    port.fail(function, fault(kind))
    with pytest.raises(kind):
        read_card(port=port)


@pytest.mark.parametrize("function", ["end", "alive"])
def test_a_fault_at_the_end_does_not_spoil_what_was_read(function: str) -> None:
    port = VirtualPort(card("zhang"))
    port.fail(function, fault(CardRemoved))
    assert read_card(port=port).name == "张三"


def test_no_reader_and_no_card_are_told_apart() -> None:
    port = VirtualPort()
    with pytest.raises(NoCard):
        read_card(port=port)
    with pytest.raises(NoReader) as missing:
        read_card("ACME", port=port)
    assert missing.value.data == {"wanted": "ACME", "found": READER}
    port.unplug(READER)
    with pytest.raises(NoReader):
        read_card(port=port, timeout=0.05)


def test_a_mute_card_is_said_to_be() -> None:
    port = VirtualPort()
    port.insert(card("zhang", quirks=[Quirk.MUTE]))
    with pytest.raises(CardMute):
        read_card(port=port)


def without(port: VirtualPort) -> None:
    port.unplug(READER)


def mute(port: VirtualPort) -> None:
    port.remove()
    port.insert(card("zhang", quirks=[Quirk.MUTE]))


def bank(port: VirtualPort) -> None:
    chip = card("zhang")
    chip.files = {0: {}}
    port.swap(chip)


def failing(function: str, kind: type[CardFault]) -> Callable[[VirtualPort], None]:
    return lambda port: port.fail(function, fault(kind))


@pytest.mark.parametrize(
    ("breaks", "codes"),
    [
        (lambda port: None, ["service_ok", "card_ok"]),
        (failing("establish", LibraryMissing), ["library_missing"]),
        (failing("establish", ServiceDown), ["service_down"]),
        (failing("establish", AccessDenied), ["access_denied"]),
        (failing("establish", VersionMismatch), ["version_mismatch"]),
        (failing("readers", ServiceDown), ["service_down"]),
        (without, ["service_ok", "no_reader"]),
        (lambda port: port.remove(), ["service_ok", "no_card"]),
        (mute, ["service_ok", "card_mute"]),
        (failing("connect", CardBusy), ["service_ok", "card_busy"]),
        (bank, ["service_ok", "not_social_security_card"]),
    ],
)
def test_the_doctor_tells_every_trouble_apart_and_says_what_to_do(
    breaks: Callable[[VirtualPort], None], codes: list[str]
) -> None:
    port = VirtualPort(card("zhang"))
    breaks(port)
    findings = diagnose(port)
    assert [finding.code for finding in findings] == codes
    assert all(finding.zh and finding.en for finding in findings)
    assert all(finding.ok or (finding.next_zh and finding.next_en) for finding in findings)
    assert not any("111111198101011110" in f"{finding}" for finding in findings)


def test_the_doctor_knows_a_psam_and_an_operators_card_where_they_belong() -> None:
    port = VirtualPort(card("zhang"))
    for reader, chip in (("SAM 01", VirtualPsam()), ("Operator 02", VirtualOperatorCard("OP-9"))):
        port.plug(reader)
        port.insert(chip, reader)
    assert [f.code for f in diagnose(port)][1:] == ["card_ok", *["not_social_security_card"] * 2]
    assert [f.code for f in diagnose(port, psam="sam", operators="operator")] == [
        "service_ok",
        "card_ok",
        "psam_ok",
        "operator_card_ok",
    ]
    port.swap(card("zhang"), "SAM 01")
    port.swap(card("zhang"), "Operator 02")
    assert [f.code for f in diagnose(port, psam="sam", operators="operator")][2:] == ["no_psam", "card_ok"]
