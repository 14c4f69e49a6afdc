"""The resident ID card over a serial reader: find, select, read; three layouts of the text block.

Frames as the SAM module of the Ministry of Public Security speaks them (GA/T 450; 115200 baud, 8N1): head ``AA AA AA
96 69``, two bytes of length counting everything after themselves, command or three status bytes, data, and the XOR of
everything from the length on.
"""

import functools
import operator
import time
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from cardio.applications.codecs import BEIJING, identity_number_fits
from cardio.faults import BadAnswer, CardFault
from cardio.serial.line import DeviceSilent, Line

BAUD = 115200
HEAD = bytes.fromhex("AAAAAA9669")
LONGEST = 0x0A00
"""Most bytes any answer has; a length beyond that is noise."""
ANSWER_TIME, READ_TIME = 1.0, 3.0
OK, FOUND = 0x90, 0x9F
STATUS, FIND, SELECT, READ, NEWEST_ADDRESS = b"\x11\xff", b"\x20\x01", b"\x20\x02", b"\x30\x01", b"\x30\x03"


class NoIdentityCard(CardFault):
    """No card lies on the reader, or the same one was not lifted since it was read."""

    code = "no_identity_card"
    zh = "没有检测到身份证。"
    en = "There is no ID card on the reader."
    next_zh = "请把身份证平放在读卡区；若已放置，请拿起后重新放下。"
    next_en = "Lay the ID card on the reader; if it lies there, lift it and lay it down again."


class IdentityCardFailed(CardFault):
    """The reader's module refused; ``status`` is its status byte."""

    code = "identity_card_failed"
    zh = "身份证读取失败（状态 {status}，{meaning}）。"
    en = "The ID card could not be read (status {status}, {meaning_en})."
    next_zh = "请拿起身份证重新放置；反复失败请更换凭证。"
    next_en = "Lift the card and lay it down again; if it keeps failing use another credential."


MEANINGS = {
    0x10: ("校验和错误", "checksum wrong"),
    0x11: ("长度错误", "length wrong"),
    0x21: ("命令未知", "unknown command"),
    0x24: ("未执行", "not executed"),
    0x31: ("认证失败", "authentication failed"),
    0x40: ("卡类型不符", "wrong type of card"),
    0x41: ("读取失败", "read failed"),
    0x60: ("自检失败", "self-check failed"),
    0x66: ("未授权", "no authorisation"),
    0x80: ("无卡", "no card"),
    0x81: ("选卡失败", "selection failed"),
    0x91: ("无此内容", "no such content"),
}


class IdentityKind(StrEnum):
    """Whose card it is, by the character at byte 248 of the text block."""

    CITIZEN = "citizen"
    FOREIGNER = "foreigner"
    HK_MACAU_TAIWAN = "hk_macau_taiwan"
    OTHER = "other"
    """A letter this program does not know: nothing is decoded, the raw block is kept."""


class IdentityReading(msgspec.Struct, frozen=True, kw_only=True):
    """What an ID card says. ``raw`` is the text block in hexadecimal, kept for kinds that are not decoded."""

    kind: IdentityKind
    name: str = ""
    number: str = ""
    number_fits: bool = False
    sex: str = ""
    """"1" male, "2" female."""
    ethnic_group: str = ""
    """Two digits of GB/T 3304; empty on foreigners' and permit cards."""
    birth_date: date | None = None
    address: str = ""
    issuer: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    """None also for a card valid for ever (``long_term``)."""
    long_term: bool = False
    english_name: str = ""
    nationality: str = ""
    pass_number: str = ""
    issue_count: str = ""
    raw: str = ""


Slices = dict[str, tuple[int, int]]
_COMMON: Slices = {
    "name": (0, 30),
    "sex": (30, 2),
    "birth_date": (36, 16),
    "address": (52, 70),
    "number": (122, 36),
    "issuer": (158, 30),
    "valid_from": (188, 16),
    "valid_until": (204, 16),
}
LAYOUTS: dict[str, tuple[IdentityKind, Slices]] = {
    "": (IdentityKind.CITIZEN, _COMMON | {"ethnic_group": (32, 4)}),
    "J": (IdentityKind.HK_MACAU_TAIWAN, _COMMON | {"pass_number": (220, 18), "issue_count": (238, 4)}),
    "I": (
        IdentityKind.FOREIGNER,
        {
            "english_name": (0, 120),
            "sex": (120, 2),
            "number": (122, 30),
            "nationality": (152, 6),
            "name": (158, 30),
            "valid_from": (188, 16),
            "valid_until": (204, 16),
            "birth_date": (220, 16),
            "issuer": (240, 8),
        },
    ),
}
"""Kind and (offset, length in bytes) of each field, by the letter at ``KIND_AT``; GA/T 490 and its later additions."""
TEXT_LENGTH, KIND_AT = 256, 248
DATES = ("birth_date", "valid_from", "valid_until")
FOR_EVER = "长期"


def decode_text(block: bytes) -> IdentityReading:
    """Decode the text block of 256 bytes (UTF-16LE, blank-padded). Raises BadAnswer for any other length."""
    if len(block) != TEXT_LENGTH:
        raise BadAnswer(found=f"{len(block)} bytes of text", expected=str(TEXT_LENGTH))
    layout = LAYOUTS.get(_text(block, KIND_AT, 2))
    if layout is None:
        return IdentityReading(kind=IdentityKind.OTHER, raw=block.hex().upper())
    kind, slices = layout
    texts = {name: _text(block, *where) for name, where in slices.items()}
    fields: dict[str, Any] = texts | {name: _date(texts[name]) for name in DATES}
    return IdentityReading(
        kind=kind,
        **fields,
        number_fits=identity_number_fits(texts["number"]),
        long_term=texts["valid_until"] == FOR_EVER,
        raw=block.hex().upper(),
    )


def _text(block: bytes, at: int, length: int) -> str:
    text = block[at : at + length].decode("utf-16-le", "replace").rstrip(" \0")
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _date(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=BEIJING).date()
    except ValueError:
        return None


def frame(payload: bytes) -> bytes:
    """Head, length, payload, check byte."""
    counted = (len(payload) + 1).to_bytes(2, "big") + payload
    return HEAD + counted + bytes((functools.reduce(operator.xor, counted),))


class IdentityReader:
    """One reader on one line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def ready(self) -> bool:
        """Whether the module in the reader works."""
        return self._ask(STATUS)[0] == OK

    def read(self, timeout: float = 0.0) -> IdentityReading:
        """The card on the reader, waiting up to ``timeout`` seconds for one.

        Raises NoIdentityCard, IdentityCardFailed, DeviceSilent, LineLost, BadAnswer.
        """
        deadline = time.monotonic() + timeout
        while self._ask(FIND)[0] != FOUND:
            if time.monotonic() >= deadline:
                raise NoIdentityCard()
            time.sleep(0.2)
        self._must(SELECT, ANSWER_TIME)
        data = self._must(READ, READ_TIME)
        if len(data) < 4:
            raise BadAnswer(found=f"{len(data)} bytes", expected="text and photo with their lengths")
        length = int.from_bytes(data[:2], "big")
        return decode_text(data[4 : 4 + length])

    def newest_address(self) -> str | None:
        """The address added after issue, if any; only right after ``read``."""
        status, data = self._ask(NEWEST_ADDRESS)
        return _text(data, 0, len(data)) or None if status == OK else None

    def _must(self, command: bytes, timeout: float) -> bytes:
        status, data = self._ask(command, timeout)
        if status != OK:
            zh, en = MEANINGS.get(status, ("未知", "unknown"))
            raise IdentityCardFailed(status=f"{status:02X}", meaning=zh, meaning_en=en)
        return data

    def _ask(self, command: bytes, timeout: float = ANSWER_TIME) -> tuple[int, bytes]:
        self._line.drop()
        self._line.write(frame(command))
        payload = self._receive(time.monotonic() + timeout)
        if len(payload) < 3 or payload[:2] != b"\0\0":
            raise BadAnswer(found=payload[:3].hex().upper(), expected="0000 and a status byte")
        return payload[2], payload[3:]

    def _receive(self, deadline: float) -> bytes:
        seen = b""
        while not seen.endswith(HEAD):
            seen = (seen + self._exactly(1, deadline))[-len(HEAD) :]
        counted = self._exactly(2, deadline)
        length = int.from_bytes(counted, "big")
        if not 1 <= length <= LONGEST:
            raise BadAnswer(found=f"length {length}", expected=f"1 to {LONGEST}")
        rest = self._exactly(length, deadline)
        if functools.reduce(operator.xor, counted + rest) != 0:
            raise BadAnswer(found="a wrong check byte", expected="the XOR of the frame")
        return rest[:-1]

    def _exactly(self, count: int, deadline: float) -> bytes:
        data = self._line.read(count, max(0.001, deadline - time.monotonic()))
        if len(data) < count:
            raise DeviceSilent(device=self._line.device)
        return data
