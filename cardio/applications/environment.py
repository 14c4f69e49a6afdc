"""The files directly under the social-security environment (SSSE): issuer, holder, fingerprint, photo.

人社信息函〔2012〕37号 §7 and §8.1; for 1.x «社会保障（个人）卡规范» part 6. What 3.0 protects: the reader specification
on 人社信息函〔2016〕38号, §10.2.
"""

from cardio.applications.codecs import DATE, DIGITS, HEX, TEXT, TEXT_PART
from cardio.applications.layout import Directory, File, Item, Opens, Shape

NAME = bytes.fromhex("7378312E73682EC9E7BBE1B1A3D5CF")
"""``sx1.sh.社会保障`` in GBK: the name SELECT finds the environment by (§5, table 1)."""
PROVIDER = "D156000005"
"""Registered application provider; follows the region in every identification code."""
KEY = 0x0A
"""Key reference of RKSSSE."""

ISSUER = File(
    0xEF05,
    "issuer",
    (
        Item(0x01, "identification_code", HEX, 0x10),
        Item(0x02, "card_class", TEXT, 0x01),
        Item(0x03, "version", TEXT, 0x04),
        Item(0x04, "initialising_body", HEX, 0x0C),
        Item(0x05, "issue_date", DATE, 0x04),
        Item(0x06, "valid_until", DATE, 0x04),
        Item(0x07, "card_number", TEXT, 0x09),
    ),
)

_NUMBER = Item(0x08, "social_security_number", TEXT, 0x12)
_NAME = Item(0x09, "name", TEXT_PART, 0x1E)
_NAME_EXTENSION = Item(0x4E, "name_extension", TEXT_PART, 0x14)
_PERSON = (
    Item(0x0A, "sex", TEXT, 0x01),
    Item(0x0B, "ethnic_group", DIGITS, 0x01),
    Item(0x0C, "birthplace", DIGITS, 0x03),
    Item(0x0D, "birth_date", DATE, 0x04),
)
_LONG_NAME = (_NUMBER, _NAME, _NAME_EXTENSION, *_PERSON)
HOLDERS = {
    1: File(0xEF06, "holder", (_NUMBER, _NAME, *_PERSON)),
    2: File(0xEF06, "holder", _LONG_NAME),
    3: File(0xEF06, "holder", _LONG_NAME, Opens.KEY, KEY),
}
"""EF06 by the first digit of the version."""


def environment(major: int) -> Directory:
    """The environment of a card of version ``major``.0."""
    opens = Opens.NOTHING if major == 1 else Opens.KEY
    fingerprint = File(0xEF07, "fingerprint", opens=opens, key=KEY, shape=Shape.BYTES, size=0x400)
    photo = File(0xEF08, "photo", opens=opens, key=KEY, shape=Shape.BYTES, size=0x1000)
    return Directory(0, "environment", (ISSUER, HOLDERS[major], fingerprint, *([photo] if major > 1 else [])))
