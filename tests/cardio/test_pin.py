"""The PIN: right, wrong, locked, changed; on keys of the reader or typed; never left behind anywhere."""

from collections.abc import Callable

import pytest

from cardio import CardFault, pin
from cardio.applications.social_security import select_environment
from cardio.pinpad import (
    Feature,
    Keypad,
    NoKeypad,
    change_on_keypad,
    feature_request,
    keypad_of,
    modify_structure,
    parse_features,
    verify_on_keypad,
    verify_structure,
)
from cardio.recorder import Recorder
from cardio.session import Card, open_session, state_of
from cardio.virtual.card import VirtualCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort

READER = VirtualPort.READER


def using(
    chip: VirtualCard, step: Callable[[Card], object], control: Callable[[int, bytes], bytes] | None = None
) -> object:
    port = VirtualPort(chip)
    port.slots[READER].control = control
    context = port.establish()
    with open_session(context, state_of(context, READER)) as session:
        select_environment(session)
        return step(session)


@pytest.mark.parametrize(
    ("digits", "block"), [(b"1234", "1234"), (b"12345", "12345F"), (b"123456", "123456"), (b"1" * 16, "11" * 8)]
)
def test_digits_are_packed_two_to_a_byte(digits: bytes, block: str) -> None:
    assert pin.packed(bytearray(digits)).hex().upper() == block


@pytest.mark.parametrize("digits", [b"", b"123", b"1" * 17, b"12345a", "１２３４".encode()])
def test_what_is_no_pin_is_never_sent(digits: bytes) -> None:
    chip = card("zhang")
    with pytest.raises(pin.PinLength):
        using(chip, lambda session: pin.verify(session, bytearray(digits)))
    assert not any(command[1] == 0x20 for command in chip.commands)


def test_the_right_pin_is_taken_and_the_next_program_does_not_inherit_it() -> None:
    chip = card("zhang")
    assert using(chip, lambda session: (pin.verify(session, bytearray(b"123456")), chip.pin_verified)) == (None, True)
    assert not chip.pin_verified


def test_wrong_pins_count_down_to_locked() -> None:
    chip = card("zhang")
    for left in (2, 1):
        with pytest.raises(pin.PinWrong) as wrong:
            using(chip, lambda session: pin.verify(session, bytearray(b"654321")))
        assert wrong.value.data == {"left": left}
        assert using(chip, pin.tries_left) == left
    for attempt in (b"654321", b"123456"):
        with pytest.raises(pin.PinLocked):
            using(chip, lambda session, attempt=attempt: pin.verify(session, bytearray(attempt)))
    assert using(chip, pin.tries_left) == 0


def test_a_changed_pin_replaces_the_old_one() -> None:
    chip = card("zhang")
    using(chip, lambda session: pin.change(session, bytearray(b"123456"), bytearray(b"77777")))
    using(chip, lambda session: pin.verify(session, bytearray(b"77777")))
    with pytest.raises(pin.PinWrong):
        using(chip, lambda session: pin.change(session, bytearray(b"123456"), bytearray(b"888888")))


def test_a_pin_is_in_no_recording_and_in_no_fault() -> None:
    chip, recorder = card("zhang"), Recorder()
    port = VirtualPort(chip)
    context = port.establish()
    with open_session(context, state_of(context, READER), recorder) as session:
        with pytest.raises(pin.PinWrong) as wrong:
            pin.verify(session, bytearray(b"918273"))
        with pytest.raises(pin.PinWrong):
            pin.change(session, bytearray(b"918273"), bytearray(b"645546"))
    shown = recorder.text() + str(wrong.value) + repr(wrong.value.data)
    assert "00200000 *" in shown
    assert "805E0100 *" in shown
    assert not any(secret in shown for secret in ("918273", "645546"))


def test_a_wiped_pin_is_zeros_however_the_block_ends() -> None:
    digits = bytearray(b"123456")
    with pytest.raises(ZeroDivisionError), pin.wiped(digits):
        raise ZeroDivisionError
    assert digits == bytes(6)


# The reader's own keys.

FEATURES = bytes.fromhex("0604" + "42330006" + "0704" + "42330007" + "1204" + "42330012")


class Keys:
    """A reader with a keypad (PC/SC part 10) that hands ``typed`` to the card, or answers by itself."""

    def __init__(self, chip: VirtualCard, typed: bytes = b"123456", answer: str = "") -> None:
        self.chip, self.typed, self.answer = chip, typed, bytes.fromhex(answer)
        self.features, self.properties, self.takes_lc = FEATURES, b"", True
        self.structures: list[bytes] = []

    def __call__(self, code: int, data: bytes) -> bytes:
        if code == feature_request():
            return self.features
        if code == 0x42330012:
            return self.properties
        self.structures.append(data)
        if self.answer:
            return self.answer
        if not self.takes_lc and data.endswith(bytes.fromhex("0020000000")):
            return bytes.fromhex("6B80")
        block = pin.packed(bytearray(self.typed))
        return self.chip.process(bytes((0x00, 0x20, 0x00, 0x00, len(block))) + block)


def on_keypad(keys: Keys) -> object:
    return using(keys.chip, lambda session: verify_on_keypad(session, READER), keys)


def test_the_verify_structure_is_built_byte_by_byte_as_part_10_says() -> None:
    structure = verify_structure(Keypad({Feature.VERIFY_DIRECT: 1}), bytes.fromhex("0020000000"))
    assert (
        structure.hex().upper() == "1E0F810000" + "1004" + "02FF" + "0408" + "00" + "000000" + "05000000" + "0020000000"
    )


def test_the_modify_structure_is_built_byte_by_byte_as_part_10_says() -> None:
    assert modify_structure(6).hex().upper() == (
        "1E0F810300"
        + "0004"
        + "0606"
        + "0302FF"
        + "0408"
        + "000102"
        + "000000"
        + "0C000000"
        + "805E010007000000FF000000"
    )


def test_a_pin_typed_on_the_reader_is_verified_by_the_card() -> None:
    keys = Keys(card("zhang"))
    on_keypad(keys)
    assert len(keys.structures) == 1
    assert not keys.chip.pin_verified  # reset behind us


def test_a_reader_that_refuses_the_structure_is_asked_without_lc() -> None:
    keys = Keys(card("zhang"))
    keys.takes_lc = False
    on_keypad(keys)
    asked = [structure[15:].hex().upper() for structure in keys.structures]
    assert asked == ["05000000" + "0020000000", "04000000" + "00200000"]


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("6400", pin.PinTimedOut),
        ("6401", pin.PinCancelled),
        ("6402", pin.PinsDiffer),
        ("6403", pin.PinLength),
        ("63C1", pin.PinWrong),
        ("63C0", pin.PinLocked),
        ("6983", pin.PinLocked),
        ("6B80", pin.PinRefused),
        ("90", pin.PinRefused),
        ("900000", pin.PinRefused),
    ],
)
def test_every_answer_of_a_keypad_has_its_meaning(answer: str, fault: type[CardFault]) -> None:
    with pytest.raises(fault):
        on_keypad(Keys(card("zhang"), answer=answer))


def test_a_reader_with_start_and_finish_is_asked_in_two_steps() -> None:
    keys = Keys(card("zhang"))
    keys.features = bytes.fromhex("0104" + "42330001" + "0204" + "42330002")
    on_keypad(keys)
    assert keys.structures[1] == b""


@pytest.mark.parametrize(
    ("features", "properties"),
    [
        ("", ""),
        ("06044233", ""),
        ("060542330006", ""),
        ("120442330012", ""),
        (FEATURES.hex(), "0B026B070C023130"),
        (FEATURES.hex(), "0B026B070C023266"),
    ],
)
def test_a_reader_without_keys_or_with_a_false_claim_has_no_keypad(features: str, properties: str) -> None:
    keys = Keys(card("zhang"))
    keys.features, keys.properties = bytes.fromhex(features), bytes.fromhex(properties)
    with pytest.raises(NoKeypad):
        on_keypad(keys)
    assert keys.structures == []


def test_a_keypad_takes_the_readers_own_limits() -> None:
    keys = Keys(card("zhang"))
    keys.properties = bytes.fromhex("060106" + "07010C")
    keypad = using(keys.chip, keypad_of, keys)
    assert isinstance(keypad, Keypad)
    assert (keypad.shortest, keypad.longest) == (6, 12)


def test_a_reader_that_fails_on_the_question_has_no_keypad() -> None:
    with pytest.raises(NoKeypad):
        using(card("zhang"), lambda session: verify_on_keypad(session, READER))


def test_a_change_on_the_keypad_is_one_command() -> None:
    keys = Keys(card("zhang"), answer="9000")
    using(keys.chip, lambda session: change_on_keypad(session, READER), keys)
    assert keys.structures == [modify_structure(6)]


def test_control_codes_differ_between_the_worlds() -> None:
    assert feature_request("win32") == 0x00313520
    assert feature_request("linux") == 0x42000D48
    assert parse_features(FEATURES)[Feature.VERIFY_DIRECT] == 0x42330006
