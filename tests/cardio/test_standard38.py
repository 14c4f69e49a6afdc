"""The standard's face: its lines byte for byte, its functions by name, its return codes."""

import time
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cardio import CardFault, pin
from cardio import faults as card_faults
from cardio.applications.authentication import AuthenticationFailed
from cardio.atr import historical_bytes
from cardio.hsm import KeyServiceRefused
from cardio.pinpad import NoKeypad, feature_request
from cardio.psam import NoPsam, PsamLacksKey, levels
from cardio.reading import Algorithm
from cardio.recorder import ReplayedCard, load
from cardio.standard38 import Standard38, return_code
from cardio.standard38.codes import BadParameter, NoHsmNeeded, OtherCard
from cardio.status import SW
from cardio.virtual.card import Image, VirtualCard
from cardio.virtual.cipher import authentication, diversified, master_key
from cardio.virtual.hsm import answer
from cardio.virtual.persons import Person, card, card_of
from cardio.virtual.port import VirtualPort
from cardio.virtual.psam import VirtualPsam

from .traces import TRACE_A, TRACE_A_PIN, TRACE_A_STEP1, TRACE_A_STEP2

READER = VirtualPort.READER

LINES = [
    "639900|111111198101011110|X00000019|639900D15600000500BF7C7A48FB4966|张三|00814E43238697159900BF7C7A|1.00|20101001|"
    "20201001|410100813475|终端设备号|",
    "440300|111111198101011110|X00000019|440300D1560000050050640776EF3192|张三|0096544CA08684440300506407|2.00|20160919|"
    "20260919|440300907950|00041186201603000534440300907950|",
    "440300|111111198101011110|X00000019|440300D156000005006CFEED8AA783F6|张三|0081544C9286844403006CFEED|2.00|20180416|"
    "20280416|000000000000|00010601202211000461|",
    "320200|111111198101011110|X00000019|320200D156000005AD932A48BDC3B9E9|张三|0081544C9786843202AD932A48|3.00|20221116|"
    "20321116|320200909173|00010100202111010884|",
]
"""The official sample and real lines with the sample's person; the third device put a bar of its own behind."""


def day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def at_desk(chip: VirtualCard | ReplayedCard, psam: VirtualPsam | None = None, device: str = "") -> Standard38:
    port = VirtualPort(chip)
    if psam is not None:
        port.plug("SAM")
        port.insert(psam, "SAM")
    return Standard38("Virtual", psam="SAM" if psam else None, device=device, port=port)


@pytest.mark.parametrize("line", LINES)
def test_published_lines_come_out_of_such_cards_byte_for_byte(line: str) -> None:
    _, number, card_number, code, name, historical, version, issued, valid, terminal, device, _ = line.split("|")
    chip = card_of(
        Person(
            name,
            number,
            card_number,
            code,
            "1",
            version[:3],
            issue_date=day(issued),
            valid_until=day(valid),
            historical=historical,
        )
    )
    psam = None if terminal == "000000000000" else VirtualPsam(terminal)
    assert at_desk(chip, psam, device).iReadCardBas(1) == (0, line)


def test_the_published_pieces_of_a_fifth_line() -> None:
    code, historical = "320900D156000005AB8B9EC6D673A500", "0081544C9786843209AB8B9EC6"
    person = Person("张三", "111111198101011110", "X00000019", code)
    assert person.historical_bytes[7:].hex().upper() == historical[14:]
    fields = at_desk(card_of(replace(person, historical=historical))).iReadCardBas(1)[1].split("|")
    assert (fields[0], fields[3], fields[5]) == ("320900", code, historical)


def test_without_a_device_number_the_line_ends_in_two_bars() -> None:
    code, line = at_desk(card("zhang")).iReadCardBas(1)
    assert (code, line[-15:]) == (0, "|000000000000||")
    assert len(line.split("|")) == 12


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("0110330300D15600000599110145FFFFFFFF", "330300D15600000599110145FFFFFFFF"),
        ("0110330182D156000005001D9DEADF188001", "330182D156000005001D9DEADF188001"),
        ("0110330110D15600000500767D5942182ABC", "330110D15600000500767D5942182ABC"),
        ("0110542100D156000005E7C186659CA5D4B2", "542100D156000005E7C186659CA5D4B2"),
        ("0110320900D156000005AB8B9EC6D673A500", "320900D156000005AB8B9EC6D673A500"),
    ],
)
def test_published_identification_codes_are_hexadecimal_and_begin_with_their_region(record: str, code: str) -> None:
    chip = card("zhang")
    chip.files[0][0xEF05].records[0] = bytes.fromhex(record)
    fields = at_desk(chip).iReadCardBas(1)[1].split("|")
    assert (fields[0], fields[3]) == (code[:6], code)


def test_a_3_0_card_without_psam_sends_the_caller_to_the_key_service() -> None:
    desk = at_desk(card("zhang", "3.0"))
    assert desk.iReadCardBas(1)[0] == -2201
    code, line = desk.iReadCardBas_HSM_Step1(1)
    assert code == 0
    code, line = desk.iReadCardBas_HSM_Step2(answer(line))
    assert (code, line.split("|")[1]) == (0, "111111198101011110")
    assert desk.iReadCardBas_HSM_Step2("x")[0] == -2204


def test_trace_a_in_two_steps() -> None:
    desk = at_desk(ReplayedCard(*load(TRACE_A)))
    assert desk.iReadCardBas_HSM_Step1(1) == (0, TRACE_A_STEP1)
    code, line = desk.iReadCardBas_HSM_Step2(TRACE_A_STEP2)
    assert code == 0
    assert line == (
        "519900|511022201610225130|HA1046924|519900D15600000510000B26FFFFFFFF|白哲宇|00814A444686605199000001AC|3.00|||"
        "000000000000||"
    )


def test_a_reading_that_waits_for_its_key_is_given_up_for_another() -> None:
    desk = at_desk(card("zhang"))
    code, line = desk.iReadCardBas_HSM_Step1(1)
    assert (code, desk.iReadCardBas(1)[0]) == (0, 0)
    assert desk.iReadCardBas_HSM_Step2(answer(line))[0] == -2204


def waits_no_more(port: VirtualPort, desk: Standard38, line: str, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while port.slots[READER].owner is not None and time.monotonic() < deadline:
        time.sleep(0.01)
    return port.slots[READER].owner is None and desk.iReadCardBas_HSM_Step2(answer(line))[0] == -2204


def test_a_caller_who_never_comes_back_does_not_keep_the_card_from_others() -> None:
    port = VirtualPort(card("zhang"))
    desk = Standard38("Virtual", port=port, patience=0.2)
    line = desk.iReadCardBas_HSM_Step1(1)[1]
    assert port.slots[READER].owner is not None
    assert waits_no_more(port, desk, line, 5)


def test_a_card_that_waits_for_its_key_is_touched_meanwhile() -> None:
    port = VirtualPort(card("zhang"))
    desk = Standard38("Virtual", port=port)
    line = desk.iReadCardBas_HSM_Step1(1)[1]
    port.fail("alive", card_faults.CardReset())
    assert waits_no_more(port, desk, line, 10)


def test_step_1_of_a_2_0_card_asks_for_the_internal_half_only() -> None:
    desk = at_desk(card("zhang"))
    code, line = desk.iReadCardBas_HSM_Step1(1)
    assert (code, line.split("|")[6:]) == (0, ["", "", ""])
    assert desk.iReadCardBas_HSM_Step2(answer(line))[0] == 0


def test_a_wrong_key_ends_the_two_steps() -> None:
    desk = at_desk(card("zhang", "3.0"))
    desk.iReadCardBas_HSM_Step1(1)
    assert desk.iReadCardBas_HSM_Step2(TRACE_A_STEP2)[0] == -21


def test_the_psam_that_lacks_the_key_is_minus_2203() -> None:
    assert at_desk(card("zhang", "3.0"), VirtualPsam(keys=frozenset())).iReadCardBas(1)[0] == -2203


A_INFO = "519900D15600000510000B26FFFFFFFF|HA1046924|"


def test_trace_a_gives_the_card_a_new_pin_in_three_steps() -> None:
    desk = at_desk(ReplayedCard(*load(TRACE_A_PIN)))
    assert desk.iReloadPIN_HSM_Step1(1, A_INFO) == (0, "03|0090|E4A30F837E2CAFEC|1B0D7286F2DC77AF|")
    asked = desk.iReloadPIN_HSM_Step2("50C45431554CBADC1B0D7286F2DC77AF", bytearray(b"123456"))
    assert asked == (0, "03|0173|2AFD6A015D2D9BAC|8424000114|123456|")
    assert desk.iReloadPIN_HSM_Step3("84240001142BC19C17AE974CD2427039C301CFF79FFD937AA7") == (0, "")


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        (["reset", ("50C45431554CBADC0000000000000000",)], -14),
        (["reset", ("nonsense",)], -14),
        (["unblock", ("50C45431554CBADC1B0D7286F2DC77AF",), "842400010400000000"], -14),
        (["unblock", ("50C45431554CBADC1B0D7286F2DC77AF",), "8424000004000000"], -14),
        (["unblock", ("50C45431554CBADC1B0D7286F2DC77AF",), "842400000400000000"], -27270),
    ],
)
def test_a_key_service_that_answers_for_something_else_changes_nothing(steps: list[Any], code: int) -> None:
    desk = at_desk(ReplayedCard(*load(TRACE_A_PIN)))
    kind, (key,), *rest = steps
    if kind == "reset":
        desk.iReloadPIN_HSM_Step1(1, A_INFO)
        result = desk.iReloadPIN_HSM_Step2(key, bytearray(b"123456"))
    else:
        assert desk.iUnblockPIN_HSM_Step1(1, A_INFO)[0] == 0
        assert desk.iUnblockPIN_HSM_Step2(key) == (0, "03|0173|2AFD6A015D2D9BAC|8424000004||")
        result = desk.iUnblockPIN_HSM_Step3(*rest)
    assert result[0] == code
    assert desk.iReloadPIN_HSM_Step3("00")[0] == -2204


def test_a_file_is_opened_by_a_key_service_in_two_steps() -> None:
    chip = card("zhang")
    desk = at_desk(chip)
    code, line = desk.iReadCard_HSM_Step1(1, INFO, "DF04EF05|84|8C|$")
    algorithm, address, factor, raw, _ = line.split("|")
    assert (code, algorithm, address) == (0, "01", "0182")
    keys = diversified(Algorithm(algorithm), master_key(0x2D), levels("110100", historical_bytes(chip.atr)))
    made = authentication(Algorithm(algorithm), keys, bytes.fromhex(factor), bytes.fromhex(raw))
    assert desk.iReadCard_HSM_Step2(f"{made.hex()}{raw}") == (0, "DF04EF05|110100|11|$")


@pytest.mark.parametrize("address", ["SSSEEF05|07|$", "DF04EF05|84|$DF04EF06|90|$", "DF04EF08|$", "nonsense"])
def test_a_key_service_opens_one_file_that_has_a_key(address: str) -> None:
    assert at_desk(card("zhang")).iReadCard_HSM_Step1(1, INFO, address)[0] == -14


def test_fingerprint_and_photo_are_read_with_the_environments_key() -> None:
    chip = card("zhang")
    chip.files[0][0xEF08].records[:] = [b"JPEG" * 200]
    desk = at_desk(chip, VirtualPsam(algorithm=chip.algorithm))
    assert desk.iReadCard(1, 2, INFO, "SSSEEF08|$") == (0, f"SSSEEF08|{(b'JPEG' * 200).hex().upper()}|$")
    assert at_desk(chip).iReadCard(1, 2, INFO, "SSSEEF08|$")[0] == -2201


INFO = "110100D156000005000000A1FFFFFFFF|X00000019|"


def with_keypad(chip: VirtualCard, psam: VirtualPsam | None = None) -> Standard38:
    port = VirtualPort(chip)

    def keys(code: int, data: bytes) -> bytes:
        if code == feature_request():
            return bytes.fromhex("060442330006070442330007")
        return chip.process(bytes.fromhex("0020000003123456"))

    port.slots[READER].control = keys
    if psam is not None:
        port.plug("SAM")
        port.insert(psam, "SAM")
    return Standard38("Virtual", psam="SAM" if psam else None, port=port)


@pytest.mark.parametrize(
    ("auth", "address", "printed"),
    [
        (1, "SSSEEF06|08|09|$", "SSSEEF06|111111198101011110|张三|$"),
        (1, "SSSEEF05|05|06|07|$", "SSSEEF05|20180101|20380101|X00000019|$"),
        (1, "DF04EF05|81|84|8C|8F|$", "DF04EF05|31000000|110100|11|1|$"),
        (2, "DF04EF05|84|$", "DF04EF05|110100|$"),
        (1, "DF04EF06|90|92|93|$", "DF04EF06|1|6000|2|$"),
        (1, "DF04EF08|$", "DF04EF08|7^2^110100000001^20240315093015^12345^6000^100050^|$"),
        (1, "SSSEEF06|08|$DF04EF05|87|84|$", "SSSEEF06|111111198101011110|$DF04EF05||110100|$"),
        (2, "DF01EF15|2A|40:2|40:3|$", "DF01EF15|21|402^||$"),
    ],
)
def test_items_are_read_by_address_and_the_answer_mirrors_it(auth: int, address: str, printed: str) -> None:
    chip = card("zhang")
    degrees = [bytes.fromhex(f"4005570334303{n}") for n in (1, 2)]
    chip.files = {**chip.files, 0xDF01: {0xEF15: Image([bytes.fromhex("2A0121"), *degrees])}}
    desk = with_keypad(chip, VirtualPsam(algorithm=chip.algorithm))
    assert desk.iReadCard(1, auth, INFO, address) == (0, printed)


@pytest.mark.parametrize(
    ("version", "record", "printed"),
    [
        ("1.0", "370400052000", "52000"),
        ("1.0", "370443484EEE", "CHN"),
        ("2.0", "370343484E", "CHN"),
    ],
)
def test_a_reused_tag_means_what_version_and_ee_mark_say(version: str, record: str, printed: str) -> None:
    chip = card("zhang", version)
    chip.files = {**chip.files, 0xDF01: {0xEF0A: Image([bytes.fromhex(record)])}}
    assert with_keypad(chip).iReadCard(1, 1, INFO, "DF01EF0A|37|$") == (0, f"DF01EF0A|{printed}|$")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((9, 1, INFO, "SSSEEF06|08|$"), -14),
        ((1, 3, INFO, "SSSEEF06|08|$"), -14),
        ((1, 1, "", "SSSEEF06|08|$"), -14),
        ((1, 1, "360400D156000005000000A3FFFFFFFF|A00000038|", "SSSEEF06|08|$"), -22),
        ((1, 1, "110100D156000005000000A1FFFFFFFF|A00000038|", "SSSEEF06|08|$"), -22),
        ((1, 1, INFO, "SSSEEF06|08|"), -14),
        ((1, 1, INFO, "SSSEEF99|08|$"), -14),
        ((1, 1, INFO, "SSSEEF06|ZZ|$"), -14),
        ((1, 1, INFO, "SSSEEF06|FF|$"), -14),
        ((1, 1, INFO, "DF07EF05|F0|$"), -27266),
        ((1, 2, INFO, "DF04EF05|84|$"), -2201),
        ((1, 1, INFO, "DF01EF05|20|$"), -27266),
    ],
)
def test_what_cannot_be_read_has_its_code(arguments: tuple[int, int, str, str], code: int) -> None:
    got, text = with_keypad(card("zhang")).iReadCard(*arguments)
    assert got == code
    assert text.endswith(("。", "）。"))


def test_pin_functions_use_the_readers_keys() -> None:
    chip = card("zhang")
    assert with_keypad(chip).iVerifyPIN(1) == (0, "")
    assert with_keypad(chip).iChangePIN(1) == (0, "")
    chip.pin = "777777"
    code, text = with_keypad(chip).iVerifyPIN(1)
    assert (code, "2" in text) == (-51, True)
    assert at_desk(chip).iVerifyPIN(1)[0] == -13


def test_debit_records_are_numbered_dated_and_in_yuan() -> None:
    assert with_keypad(card("zhang")).iReadDebitRecord(1) == (0, "7^110100000001^20240315093015^60.00^1000.50^|")


@pytest.mark.parametrize(
    ("function", "arguments", "code"),
    [
        ("iReloadPIN", (1, INFO), -2201),
        ("iUnblockPIN", (1, INFO), -2201),
        ("iWriteCard", (1, INFO, "SSSEEF06|09|$", "SSSEEF06|X|$"), -13),
        ("iWriteCard_HSM_Step1", (1, INFO, "SSSEEF06|09|$"), -13),
        ("iWriteCard_HSM_Step2", ("00",), -13),
        ("iDoDebit", (1, INFO, "10.00|10.00|20240315093015|"), -13),
        ("iDoDebit_HSM_Step1", (1, INFO, "10.00|10.00|20240315093015|"), -13),
        ("iDoDebit_HSM_Step2", ("00",), -13),
    ],
)
def test_what_is_not_offered_says_so_and_touches_no_card(
    function: str, arguments: tuple[object, ...], code: int
) -> None:
    chip = card("zhang")
    got, text = getattr(at_desk(chip), function)(*arguments)
    assert (got, bool(text), chip.commands) == (code, True, [])


@pytest.mark.parametrize(("kind", "code"), [(1, -2), (2, 0), (3, 0), (4, 0)])
def test_the_kind_of_reader_chooses_where_to_look(kind: int, code: int) -> None:
    port = VirtualPort()
    port.plug("Field 00")
    port.insert(card("zhang", contactless=True), "Field 00")
    assert Standard38("Virtual", "Field", port=port).iReadCardBas(kind)[0] == code


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (card_faults.NotSocialSecurityCard(found="-"), -1),
        (card_faults.NoCard(reader="-"), -2),
        (card_faults.CardMute(reader="-"), -4),
        (card_faults.LibraryMissing(library="-"), -5),
        (card_faults.ServiceDown(function="-", hresult="-"), -11),
        (card_faults.NoReader(wanted="-", found="-"), -12),
        (NoKeypad(reader="-"), -13),
        (BadParameter(name="-", found="-"), -14),
        (KeyServiceRefused(status=200, text="-"), -21),
        (AuthenticationFailed(side="card", found="-"), -21),
        (OtherCard(), -22),
        (card_faults.BadAnswer(found="-", expected="-"), -23),
        (pin.PinCancelled(), -31),
        (pin.PinTimedOut(), -32),
        (pin.PinLength(shortest=4, longest=16), -33),
        (pin.PinsDiffer(), -34),
        (pin.PinWrong(left=1), -51),
        (pin.PinLocked(), -52),
        (NoPsam(reader="-", found="-"), -2201),
        (PsamLacksKey(sw="6A80 wrong_data"), -2202),
        (PsamLacksKey(sw="6A88 key_not_found"), -2203),
        (NoHsmNeeded(), -2204),
        *[
            (AuthenticationFailed(side="terminal", found="-", sw=sw), -sw)
            for sw in (0x63C0, 0x63C1, 0x63C2, 0x6983, 0x6A88)
        ],
        *[
            (card_faults.CardRefused(what="-", sw=str(SW(sw))), -sw)
            for sw in (0x6700, 0x6901, 0x6981, 0x6982, 0x6983, 0x6984, 0x6985, 0x6988, 0x6A80, 0x6A81, 0x6A82, 0x6A83)
        ],
    ],
)
def test_return_codes(fault: CardFault, code: int) -> None:
    assert return_code(fault) == code


def test_the_printed_status_codes_are_minus_the_status_word() -> None:
    printed = {0x6700: -26368, 0x6A82: -27266, 0x6A88: -27272, 0x9302: -37634, 0x9406: -37894, 0x63C0: -25536}
    for sw, code in printed.items():
        assert return_code(card_faults.CardRefused(what="-", sw=str(SW(sw)))) == code
