"""The keypad of a reader (PC/SC part 10): the PIN goes from the keys to the card and never reaches this machine.

Structures are built by pure functions; numbers in them are little-endian, control codes in the feature list
big-endian. Worlds differ in how a control code is made, and readers in what they claim.
"""

import struct
import sys
from dataclasses import dataclass
from enum import IntEnum

from cardio.apdu import Answer
from cardio.faults import CardFault
from cardio.pin import LONGEST, SHORTEST, judge
from cardio.port import Leave
from cardio.session import Card
from cardio.status import SW


class Feature(IntEnum):
    """Tags of the feature list (part 10 §2.2)."""

    VERIFY_START = 0x01
    VERIFY_FINISH = 0x02
    VERIFY_DIRECT = 0x06
    MODIFY_DIRECT = 0x07
    TLV_PROPERTIES = 0x12


FALSE_CLAIMS = frozenset({(0x076B, 0x3031), (0x076B, 0x6632)})
"""Readers (vendor, product) that claim a keypad and have none: OMNIKEY 3x21 and 6121."""
VENDOR, PRODUCT, SHORTEST_PIN, LONGEST_PIN = 0x0B, 0x0C, 0x06, 0x07
"""Tags of the TLV properties (part 10 §2.6.14)."""
SECONDS_FIRST_KEY, SECONDS_BETWEEN = 30, 15
BCD_LEFT = 0x81
"""Format: units of bytes, PIN left-aligned, two digits to a byte."""
CHINESE = 0x0804
REFUSED_STRUCTURE = SW(0x6B80)


class NoKeypad(CardFault):
    """The reader has no keypad that can be used."""

    code = "no_keypad"
    exit = 1
    zh = "读卡器 {reader} 没有可用的密码键盘。"
    en = "The reader {reader} has no usable keypad."
    next_zh = "请使用外接密码键盘，或在电脑上输入密码。"
    next_en = "Use a separate PIN pad, or enter the PIN on the computer."


@dataclass(frozen=True, slots=True)
class Keypad:
    """What a reader's keypad can do: control codes by feature, and limits of its own."""

    features: dict[Feature, int]
    shortest: int = SHORTEST
    longest: int = LONGEST


def feature_request(platform: str = sys.platform) -> int:
    """The control code that asks for the feature list: Windows and pcsc-lite make it differently."""
    return 0x31 << 16 | 3400 << 2 if platform == "win32" else 0x42000000 + 3400


def parse_features(data: bytes) -> dict[Feature, int]:
    """The feature list: entries of tag, length 4, control code. A list that does not divide by six is none."""
    if len(data) % 6:
        return {}
    entries = (struct.unpack_from(">BBI", data, at) for at in range(0, len(data), 6))
    known = set(Feature)
    return {Feature(tag): code for tag, length, code in entries if length == 4 and tag in known}


def parse_properties(data: bytes) -> dict[int, int]:
    """The TLV properties: tag, length, little-endian number."""
    properties, at = {}, 0
    while at + 2 <= len(data):
        properties[data[at]] = int.from_bytes(data[at + 2 : at + 2 + data[at + 1]], "little")
        at += 2 + data[at + 1]
    return properties


def keypad_of(card: Card) -> Keypad | None:
    """The keypad of the reader this card is in; None when it has none, does not say, or claims falsely."""
    try:
        features = parse_features(card.control(feature_request(), b""))
    except CardFault:
        return None  # many readers fail on the question itself; that means "no features"
    if Feature.VERIFY_DIRECT not in features and not {Feature.VERIFY_START, Feature.VERIFY_FINISH} <= set(features):
        return None
    properties: dict[int, int] = {}
    if Feature.TLV_PROPERTIES in features:
        try:
            properties = parse_properties(card.control(features[Feature.TLV_PROPERTIES], b""))
        except CardFault:
            properties = {}  # the limits are a courtesy, the keypad works without
    if (properties.get(VENDOR), properties.get(PRODUCT)) in FALSE_CLAIMS:
        return None
    shortest = max(SHORTEST, properties.get(SHORTEST_PIN) or SHORTEST)
    return Keypad(features, shortest, min(LONGEST, properties.get(LONGEST_PIN) or LONGEST))


def verify_structure(keypad: Keypad, command: bytes) -> bytes:
    """PIN_VERIFY_STRUCTURE (part 10 §2.5.2) for ``command``, the VERIFY command as the keypad shall complete it."""
    return (
        struct.pack(
            "<BBBBBHBBHB3sI",
            SECONDS_FIRST_KEY,
            SECONDS_BETWEEN,
            BCD_LEFT,
            0x00,  # the block is as long as the digits
            0x00,  # no length inside the block
            keypad.shortest << 8 | keypad.longest,
            0x02,  # ends when "enter" is pressed
            0xFF,  # the reader shows what it would show by itself
            CHINESE,
            0x00,
            bytes(3),
            len(command),
        )
        + command
    )


def modify_structure(digits: int) -> bytes:
    """PIN_MODIFY_STRUCTURE (part 10 §2.5.3) for a change of ``digits`` digits.

    The command's data are old ‖ FF ‖ new, and a keypad cannot move the FF: both PINs have the same, fixed length.
    """
    block = (digits + 1) // 2
    command = bytes((0x80, 0x5E, 0x01, 0x00, 2 * block + 1)) + bytes(block) + b"\xff" + bytes(block)
    return (
        struct.pack(
            "<BBBBBBBHBBBHBBB3sI",
            SECONDS_FIRST_KEY,
            SECONDS_BETWEEN,
            BCD_LEFT,
            block,
            0x00,
            0x00,
            block + 1,
            digits << 8 | digits,
            0x03,  # asks for the old PIN, and for the new one twice
            0x02,
            0xFF,
            CHINESE,
            0x00,
            0x01,
            0x02,
            bytes(3),
            len(command),
        )
        + command
    )


def verify_on_keypad(card: Card, reader: str) -> None:
    """VERIFY with the PIN typed on the reader. Raises NoKeypad and the faults of ``cardio.pin.verify``."""
    keypad = keypad_of(card)
    if keypad is None:
        raise NoKeypad(reader=reader)
    card.leave = Leave.RESET
    for command in (bytes.fromhex("0020000000"), bytes.fromhex("00200000")):
        answer = _run(card, keypad, verify_structure(keypad, command))
        if answer.sw != REFUSED_STRUCTURE:  # whether the template holds Lc is the reader's taste
            break
    judge(answer)


def change_on_keypad(card: Card, reader: str, digits: int = 6) -> None:
    """CHANGE PIN on the reader's keys. Raises NoKeypad and the faults of ``cardio.pin.change``."""
    keypad = keypad_of(card)
    if keypad is None or Feature.MODIFY_DIRECT not in keypad.features:
        raise NoKeypad(reader=reader)
    card.leave = Leave.RESET
    judge(_answer(card.control(keypad.features[Feature.MODIFY_DIRECT], modify_structure(digits))))


def _run(card: Card, keypad: Keypad, structure: bytes) -> Answer:
    if Feature.VERIFY_DIRECT in keypad.features:
        return _answer(card.control(keypad.features[Feature.VERIFY_DIRECT], structure))
    card.control(keypad.features[Feature.VERIFY_START], structure)
    return _answer(card.control(keypad.features[Feature.VERIFY_FINISH], b""))


def _answer(data: bytes) -> Answer:
    """Exactly two bytes, or the reader did something else than it should."""
    return Answer(b"", SW(int.from_bytes(data, "big")) if len(data) == 2 else SW.NO_DATA)
