"""Files of the application directories as 1.0 and 1.x cards have them, where they differ from 2.0.

«社会保障（个人）卡规范» part 6; which tags 2.0 gave another meaning: 人社信息函〔2012〕37号 appendix C.
"""

from cardio.applications.codecs import DATE, DIGITS, FEN_DECIMAL, TEXT
from cardio.applications.directories_2 import RK1DF04, records, unnamed
from cardio.applications.layout import Directory, Item, Opens

REUSED = frozenset({0x32, 0x37, 0x38, 0x4B, 0x4D, 0x4F, 0x50, 0x55, 0x61, 0x71, 0x81, 0x84, 0x87, 0x90, 0x93, 0x97})
"""Tags that mean one thing on a 1.x card and another on a 2.0 card."""
FOLLOWS = {0x39: 0x38, 0x56: 0x55, 0x96: 0x55, 0x6F: 0x71, 0x70: 0x71, 0x92: 0x90}
"""Tags that carry no mark of their own: they mean what the tag beside them means."""

PUBLIC = Directory(
    0xDF01,
    "public",
    (
        records(
            0xEF05,
            "household",
            None,
            Item(0x20, "household_type", TEXT, 0x01),
            Item(0x21, "household_address", TEXT, 0x3E),
            unnamed(0x22, TEXT, 0x12),
            opens=Opens.PIN,
        ),
        records(
            0xEF06,
            "residence",
            None,
            unnamed(0x25, TEXT, 0x3E),
            unnamed(0x26, TEXT, 0x12),
            unnamed(0x27, DIGITS, 0x03),
            Item(0x28, "telephone", TEXT, 0x0F),
            opens=Opens.PIN,
        ),
        records(
            0xEF09,
            "employer",
            None,
            Item(0x2E, "employer", TEXT, 0x3E),
            unnamed(0x2F, TEXT, 0x08),
            Item(0x30, "employer_code", TEXT, 0x09),
            unnamed(0x31, TEXT, 0x01),
            unnamed(0x32, TEXT, 0x03),
            opens=Opens.PIN,
        ),
        records(
            0xEF0A,
            "wages",
            None,
            *(unnamed(tag, FEN_DECIMAL, 0x04) for tag in (0x37, 0x38, 0x39)),
            opens=Opens.PIN,
        ),
    ),
)

MEDICAL = Directory(
    0xDF04,
    "medical",
    (
        records(
            0xEF05,
            "basics",
            None,
            Item(0x80, "account_opened", DATE, 0x04),
            Item(0x81, "designated_name_1", TEXT, 0x46),
            unnamed(0x82, TEXT, 0x08),
            Item(0x83, "designated_1", TEXT, 0x09),
            Item(0x84, "designated_name_2", TEXT, 0x46),
            unnamed(0x85, TEXT, 0x08),
            Item(0x86, "designated_2", TEXT, 0x09),
            Item(0x87, "designated_name_3", TEXT, 0x46),
            unnamed(0x88, TEXT, 0x08),
            Item(0x89, "designated_3", TEXT, 0x09),
            Item(0x8A, "certificate", TEXT, 0x0F),
            Item(0x8B, "account_number", TEXT, 0x0A),
            Item(0x8C, "person_class", TEXT, 0x01),
            Item(0x8F, "mode", TEXT, 0x01),
            opens=Opens.PIN,
        ),
        records(
            0xEF06,
            "account",
            RK1DF04,
            Item(0x90, "balance_fen", FEN_DECIMAL, 0x04),
            Item(0x92, "year_self_fen", FEN_DECIMAL, 0x04),
            Item(0x93, "year_pooled_fen", FEN_DECIMAL, 0x04),
            opens=Opens.PIN_AND_KEY,
        ),
    ),
)

DIRECTORIES = (PUBLIC, MEDICAL)
