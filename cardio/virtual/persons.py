"""Synthetic persons and their cards. The numbers are visibly made up; the cards are what those persons would carry."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from cardio.applications import directories_1, directories_2
from cardio.applications.environment import NAME, environment
from cardio.applications.layout import File, Shape
from cardio.atr import contactless_atr
from cardio.reading import Algorithm
from cardio.tlv import Tlv
from cardio.virtual.card import Image, VirtualCard
from cardio.virtual.quirks import Quirk


@dataclass(frozen=True)
class Person:
    """One synthetic person and what is printed on the card."""

    name: str
    number: str
    card_number: str
    code: str
    sex: str = "1"
    version: str = "2.0"
    insurance: str = "31000000"
    person_class: str = "11"
    issue_date: date = date(2018, 1, 1)
    valid_until: date = date(2038, 1, 1)
    historical: str = ""
    """Historical bytes in hexadecimal; made up from the identification code unless given."""

    @property
    def region(self) -> str:
        return self.code[:6]

    @property
    def birth_date(self) -> date:
        return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))

    @property
    def historical_bytes(self) -> bytes:
        """Chip and maker, then region and serial as the identification code has them (part 2 §8)."""
        return bytes.fromhex(self.historical or "0081544C928684" + self.region[:4] + self.code[16:24])


PERSONS = {
    "zhang": Person("张三", "111111198101011110", "X00000019", "110100D156000005000000A1FFFFFFFF"),
    "li": Person(
        "李测试",
        "111111195001010002",
        "A0000002X",
        "110100D156000005000000A2FFFFFFFF",
        version="1.0",
        person_class="21",
    ),
    "wang": Person(
        "王样例", "111111197001010001", "A00000038", "360400D156000005000000A3FFFFFFFF", insurance="39000000"
    ),
    "zhao": Person("赵演示", "111111198505050001", "A00000046", "360400D156000005000000A4FFFFFFFF"),
    "chen": Person("陈暂停", "111111196006060003", "A00000054", "110100D156000005000000A5FFFFFFFF"),
}


def card(
    who: str,
    version: str | None = None,
    *,
    quirks: Collection[Quirk] = (),
    contactless: bool = False,
    torn_at: int | None = None,
) -> VirtualCard:
    """The card of a synthetic person by name ("zhang", "li", "wang", "zhao", "chen"), in another version if wanted."""
    return card_of(PERSONS[who], version, quirks=quirks, contactless=contactless, torn_at=torn_at)


def card_of(
    person: Person,
    version: str | None = None,
    *,
    quirks: Collection[Quirk] = (),
    contactless: bool = False,
    torn_at: int | None = None,
) -> VirtualCard:
    """The card that this person would carry; ``torn_at``: pulled out during this exchange (from 0)."""
    version = version or person.version
    algorithm = Algorithm.SM4 if version[0] == "3" else Algorithm.DES
    historical = person.historical_bytes
    atr = contactless_atr(historical) if contactless else bytes.fromhex("3B6D0000") + historical
    return VirtualCard(
        {0: _environment(person, version, frozenset(quirks)), 0xDF04: _medical(person, version, frozenset(quirks))},
        b"\0" if Quirk.MUTE in quirks else atr,
        algorithm=algorithm,
        fci=_fci(algorithm if version[0] != "1" else None),
        region=person.region,
        quirks=quirks,
        torn_at=torn_at,
    )


def _fci(algorithm: Algorithm | None) -> bytes:
    name = b"\x84" + bytes((len(NAME),)) + NAME
    inner = bytes.fromhex("88011E" + (f"9F0C038601{algorithm}" if algorithm else ""))
    body = name + b"\xa5" + bytes((len(inner),)) + inner
    return b"\x6f" + bytes((len(body),)) + body


def _environment(person: Person, version: str, quirks: frozenset[Quirk]) -> dict[int, Image]:
    name = person.name.encode("gb18030")
    values: dict[str, Any] = {
        "identification_code": person.code,
        "card_class": "3",
        "version": version,
        "initialising_body": f"9156000002{person.region}{person.region}01",
        "issue_date": person.issue_date,
        "valid_until": person.valid_until,
        "card_number": person.card_number,
        "social_security_number": person.number,
        "name": name[:30],
        "name_extension": name[30:],
        "sex": person.sex,
        "ethnic_group": "01",
        "birthplace": person.region,
        "birth_date": person.birth_date,
    }
    return {file.number: image(file, values, quirks) for file in environment(int(version[0])).files}


def _medical(person: Person, version: str, quirks: frozenset[Quirk]) -> dict[int, Image]:
    values = {
        "insurance": person.insurance,
        "pooling_region": person.region,
        "person_class": person.person_class[: 1 if version[0] == "1" else 2],
        "account_opened": person.issue_date,
        "designated_1": "400000001",
        "mode": "1",
        "offline_allowed": "1",
        "offline_fen": 6000,
        "offline_count": 2,
        "balance_fen": 52000,
        "year_self_fen": 12345,
        "year_pooled_fen": 100050,
    }
    tables = directories_1.MEDICAL if version[0] == "1" else directories_2.MEDICAL
    images = {file.number: image(file, values, quirks) for file in tables.files}
    log = directories_2.MEDICAL.file(0xEF08)
    if log is not None:
        images[log.number] = Image([bytes.fromhex(TRANSACTION)], Shape.CYCLIC, log.opens)
    return images


TRANSACTION = "000732110100000001202403150930150000303900001770000186D2"
"""No. 7, a purchase of 2024-03-15 09:30:15: account 123.45, own part 60.00, pooled 1000.50."""


def image(file: File, values: dict[str, Any], quirks: frozenset[Quirk]) -> Image:
    """A file of these values, laid out as its description says and then bent as the quirks want."""
    if file.shape is Shape.BYTES:
        return Image([b"\x00" * file.size], file.shape, file.opens, file.key)
    records = []
    for item in file.items:
        value = item.codec.encode(values.get(item.name), item.length)
        if Quirk.ASCII_DATES in quirks and item.name in ("issue_date", "valid_until"):
            value = f"{values[item.name].year}".encode()
        if Quirk.SPACE_PADDING in quirks and item.codec.name.startswith("text"):
            value = value.rstrip(b"\x00").ljust(item.length, b"\x20")
        if not (Quirk.NO_4E in quirks and item.name == "name_extension"):
            records.append(bytes(Tlv.of(item.tag, value)))
    return Image(records, file.shape, file.opens, file.key)
