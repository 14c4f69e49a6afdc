"""Files of the application directories, version 2.0: 人社信息函〔2012〕37号 §8.2-§8.8, access conditions §9.

3.0 publishes no tables of its own and is read by these. Items whose meaning no public text gives are called by their
tag.
"""

from cardio.applications.codecs import BINARY, COUNT, DATE, DIGITS, FEN_DECIMAL, HEX, MOMENT, TEXT, Codec
from cardio.applications.layout import Directory, Field, File, Item, Opens, Shape

PIN_OR_KEY = Opens.PIN_OR_KEY


def unnamed(tag: int, codec: Codec, length: int) -> Item:
    return Item(tag, f"item_{tag:02X}", codec, length)


def records(
    number: int, name: str, key: int | None, *items: Item, opens: Opens = PIN_OR_KEY, fields: tuple[Field, ...] = ()
) -> File:
    return File(number, name, items, opens, key, Shape.CYCLIC if fields else Shape.RECORDS, fields)


RK1DF01 = 0x88
PUBLIC = Directory(
    0xDF01,
    "public",
    (
        records(
            0xEF05,
            "household",
            RK1DF01,
            Item(0x20, "household_type", TEXT, 0x02),
            Item(0x21, "household_address", TEXT, 0x50),
            Item(0x0E, "household_region", DIGITS, 0x03),
        ),
        records(
            0xEF06,
            "residence",
            RK1DF01,
            Item(0x23, "address", TEXT, 0x50),
            Item(0x24, "address_region", DIGITS, 0x03),
            Item(0x28, "telephone", TEXT, 0x0F),
            Item(0x2C, "contact", TEXT, 0x32),
            Item(0x2D, "contact_telephone", TEXT, 0x0F),
        ),
        records(0xEF07, "work", RK1DF01, Item(0x29, "employment_status", TEXT, 0x01)),
        records(0xEF08, "family", RK1DF01, Item(0x2B, "marital_status", TEXT, 0x01)),
        records(
            0xEF09,
            "employer",
            RK1DF01,
            Item(0x2E, "employer", TEXT, 0x46),
            Item(0x30, "employer_code", TEXT, 0x09),
            Item(0x32, "person_identity", TEXT, 0x02),
        ),
        records(
            0xEF0A,
            "nationality",
            RK1DF01,
            Item(0x37, "nationality", TEXT, 0x03),
            Item(0x38, "political_status", TEXT, 0x02),
            Item(0x39, "party_joined", DATE, 0x04),
        ),
        records(
            0xEF15,
            "education",
            RK1DF01,
            Item(0x2A, "education", DIGITS, 0x01),
            Item(
                0x40,
                "degrees",
                HEX,
                0x34,
                3,
                (
                    Item(0x57, "degree", TEXT, 0x03),
                    Item(0x58, "subject", DIGITS, 0x03),
                    Item(0x59, "school", TEXT, 0x28),
                ),
            ),
        ),
        *(
            File(0xEF00 | number, f"reserve_{number:02X}", shape=Shape.BYTES, size=0x128)
            for number in range(0x16, 0x1B)
        ),
    ),
)

RK1DF02 = 0x88
EMPLOYMENT = Directory(
    0xDF02,
    "employment",
    (
        records(
            0xEF05,
            "qualification",
            RK1DF02,
            unnamed(0x42, TEXT, 0x03),
            unnamed(0x41, TEXT, 0x03),
            Item(
                0x43,
                "item_43",
                HEX,
                0x6C,
                2,
                (
                    unnamed(0x5A, TEXT, 0x07),
                    unnamed(0x5B, TEXT, 0x01),
                    unnamed(0x5C, TEXT, 0x46),
                    unnamed(0x5D, DATE, 0x04),
                    unnamed(0x5E, TEXT, 0x10),
                ),
            ),
            Item(
                0x44,
                "item_44",
                HEX,
                0x65,
                2,
                (
                    unnamed(0x33, TEXT, 0x03),
                    unnamed(0x34, TEXT, 0x46),
                    unnamed(0x35, DATE, 0x04),
                    unnamed(0x36, TEXT, 0x10),
                ),
            ),
        ),
        records(
            0xEF06,
            "registration",
            RK1DF02,
            Item(0x4C, "employment_registered", DATE, 0x04),
            unnamed(0x4B, TEXT, 0x05),
            unnamed(0x4D, DIGITS, 0x03),
            unnamed(0x60, DATE, 0x04),
            unnamed(0x4F, TEXT, 0x06),
            unnamed(0x50, DIGITS, 0x03),
            unnamed(0x3A, TEXT, 0x07),
        ),
        records(
            0xEF07,
            "history",
            RK1DF02,
            fields=(
                Field("occupation", TEXT, 0x07),
                Field("begin", DATE, 0x04),
                Field("end", DATE, 0x04),
                Field("employer", TEXT, 0x46),
            ),
        ),
        records(
            0xEF09,
            "certificate",
            RK1DF02,
            Item(0x55, "certificate_number", TEXT, 0x10),
            Item(0x56, "certificate_issuer", TEXT, 0x46),
            Item(0x96, "certificate_issued", DATE, 0x04),
            Item(0x97, "certificate_region", DIGITS, 0x03),
        ),
        records(
            0xEF15,
            "support",
            RK1DF02,
            Item(
                0x99,
                "item_99",
                HEX,
                0x10,
                4,
                (unnamed(0x10, TEXT, 0x03), unnamed(0x11, DATE, 0x04), unnamed(0x12, DIGITS, 0x03)),
            ),
            unnamed(0x0F, DATE, 0x04),
            unnamed(0x1F, DIGITS, 0x03),
        ),
        records(
            0xEF16,
            "support_history",
            RK1DF02,
            fields=(
                Field("kind", TEXT, 0x03),
                Field("decided", DATE, 0x04),
                Field("begin", DATE, 0x04),
                Field("end", DATE, 0x04),
                Field("region", DIGITS, 0x03),
            ),
        ),
    ),
)

RK1DF03, RK2DF03 = 0x84, 0x85
INSURANCE = Directory(
    0xDF03,
    "insurance",
    (
        records(
            0xEF05,
            "unemployment",
            RK2DF03,
            Item(0x61, "unemployment_region", DIGITS, 0x03),
            unnamed(0x60, DATE, 0x04),
            unnamed(0x98, DATE, 0x04),
            unnamed(0x62, DATE, 0x04),
            *(Item(tag, f"months_{tag:02X}", COUNT, 0x03) for tag in (0x63, 0x64, 0x65, 0x66)),
        ),
        records(
            0xEF06,
            "disability",
            RK1DF03,
            unnamed(0x45, TEXT, 0x14),
            unnamed(0x46, TEXT, 0x02),
            unnamed(0x47, TEXT, 0x02),
            unnamed(0x48, TEXT, 0x01),
            unnamed(0x49, TEXT, 0x01),
            unnamed(0x67, DATE, 0x04),
            unnamed(0x6B, TEXT, 0x3C),
            Item(
                0x4A,
                "item_4A",
                HEX,
                0x61,
                3,
                (
                    unnamed(0x13, TEXT, 0x02),
                    unnamed(0x14, TEXT, 0x01),
                    unnamed(0x15, TEXT, 0x14),
                    unnamed(0x16, DATE, 0x04),
                    unnamed(0x17, TEXT, 0x3C),
                ),
            ),
        ),
        records(
            0xEF07,
            "pension",
            RK1DF03,
            Item(0x70, "pension_type", TEXT, 0x03),
            Item(0x71, "pension_region", DIGITS, 0x03),
            *(unnamed(tag, DATE, 0x04) for tag in (0x6E, 0x6C, 0x6F, 0x73)),
        ),
        records(
            0xEF15,
            "work_injury",
            RK1DF03,
            Item(0x7A, "work_injury_region", DIGITS, 0x03),
            unnamed(0x7B, DATE, 0x04),
            unnamed(0x7C, DATE, 0x04),
        ),
        records(
            0xEF16,
            "maternity",
            RK1DF03,
            Item(0x51, "maternity_region", DIGITS, 0x03),
            unnamed(0x5F, TEXT, 0x01),
        ),
        records(
            0xEF17,
            "injury_finding",
            RK1DF03,
            unnamed(0x3B, TEXT, 0x14),
            unnamed(0x3C, TEXT, 0x46),
            Item(0x3D, "injury_conclusion", TEXT, 0x01),
            unnamed(0x3E, DATE, 0x04),
            unnamed(0x3F, TEXT, 0x3C),
        ),
        records(
            0xEF18,
            "benefits",
            RK1DF03,
            unnamed(0x74, TEXT, 0x03),
            unnamed(0x75, DIGITS, 0x03),
            unnamed(0x76, DIGITS, 0x01),
            unnamed(0x77, DATE, 0x04),
            unnamed(0x78, DATE, 0x04),
        ),
        records(
            0xEF19,
            "insurance_proofs",
            RK1DF03,
            Item(
                0x79,
                "proofs",
                HEX,
                0x27,
                4,
                (
                    Item(0x18, "insurance_type", TEXT, 0x03),
                    Item(0x19, "region", DIGITS, 0x03),
                    Item(0x1A, "begin", DATE, 0x04),
                    Item(0x1B, "end", DATE, 0x04),
                    Item(0x1C, "paid_fen", FEN_DECIMAL, 0x04),
                    Item(0x1D, "months", COUNT, 0x03),
                    Item(0x1E, "issued", DATE, 0x04),
                ),
            ),
        ),
    ),
)

RK1DF04 = 0x84
MEDICAL = Directory(
    0xDF04,
    "medical",
    (
        records(
            0xEF05,
            "basics",
            RK1DF04,
            Item(0x81, "insurance", TEXT, 0x08),
            Item(0x84, "pooling_region", DIGITS, 0x03),
            Item(0x87, "health_record", TEXT, 0x11),
            Item(0x8C, "person_class", DIGITS, 0x01),
            Item(0x80, "account_opened", DATE, 0x04),
            Item(0x8B, "account_number", TEXT, 0x1D),
            Item(0x8A, "certificate", TEXT, 0x0F),
            *(Item(tag, f"designated_{n}", TEXT, 0x09) for n, tag in enumerate((0x83, 0x86, 0x89), 1)),
            *(Item(tag, f"work_injury_{n}", TEXT, 0x09) for n, tag in enumerate((0x7D, 0x7E, 0x7F), 1)),
            *(Item(tag, f"maternity_{n}", TEXT, 0x09) for n, tag in enumerate((0x8D, 0x8E), 1)),
            Item(0x8F, "mode", TEXT, 0x01),
        ),
        records(
            0xEF06,
            "offline",
            RK1DF04,
            Item(0x90, "offline_allowed", TEXT, 0x01),
            Item(0x92, "offline_fen", FEN_DECIMAL, 0x04),
            Item(0x93, "offline_count", COUNT, 0x02),
            opens=Opens.PIN_AND_KEY,
        ),
        records(
            0xEF08,
            "transactions",
            None,
            opens=Opens.PIN,
            fields=(
                Field("sequence", BINARY, 2),
                Field("kind", TEXT, 1),
                Field("terminal", DIGITS, 6),
                Field("time", MOMENT, 7),
                Field("account_fen", BINARY, 4),
                Field("self_fen", BINARY, 4),
                Field("pooled_fen", BINARY, 4),
            ),
        ),
        records(
            0xEF15,
            "special_settlements",
            None,
            opens=Opens.PIN,
            fields=(Field("sequence", BINARY, 2), Field("kind", TEXT, 1)),
        ),
    ),
)

HEALTH = Directory(
    0xDF05,
    "health",
    (
        records(
            0xEF05,
            "health",
            None,
            Item(0xA0, "health_status", TEXT, 0x01),
            Item(0xA1, "disability_kind", TEXT, 0x01),
            Item(0xB9, "disability_grade", TEXT, 0x01),
            Item(0xA2, "blood_group", TEXT, 0x04),
            Item(0xA9, "rhesus", DIGITS, 0x01),
            Item(0xA3, "forbidden_drugs", HEX, 0x18, 5, (unnamed(0xA5, TEXT, 0x10), unnamed(0xA6, TEXT, 0x04))),
            Item(0xA4, "serious_illnesses", HEX, 0x17, 5, (unnamed(0xA7, TEXT, 0x10), unnamed(0xA8, TEXT, 0x03))),
            Item(0xBA, "allergen", TEXT, 0x14),
            Item(0xBB, "allergic_reaction", TEXT, 0x64),
            unnamed(0xAA, TEXT, 0x14),
            unnamed(0xAB, DATE, 0x04),
            *(unnamed(tag, TEXT, 0x01) for tag in range(0xAC, 0xB8)),
            unnamed(0xBC, TEXT, 0x01),
            unnamed(0xB8, TEXT, 0x28),
            opens=Opens.NOTHING,
        ),
    ),
)
"""Optional (appendix B); free to read, written by the health authority."""

PERSONNEL = Directory(
    0xDF07,
    "personnel",
    (
        records(
            0xEF05,
            "post",
            None,
            unnamed(0xF0, TEXT, 0x02),
            unnamed(0xF1, TEXT, 0x01),
            unnamed(0xF2, DATE, 0x04),
            unnamed(0xF3, TEXT, 0x03),
            unnamed(0xF4, DATE, 0x04),
            opens=Opens.KEY,
        ),
        records(
            0xEF06,
            "title",
            None,
            unnamed(0xF5, TEXT, 0x03),
            unnamed(0xF6, DATE, 0x04),
            unnamed(0xF7, TEXT, 0x46),
            opens=Opens.KEY,
        ),
        records(0xEF07, "service", None, unnamed(0xF8, DATE, 0x04), unnamed(0xF9, TEXT, 0x01), opens=Opens.KEY),
    ),
)

DIRECTORIES = (PUBLIC, EMPLOYMENT, INSURANCE, MEDICAL, HEALTH, PERSONNEL)
