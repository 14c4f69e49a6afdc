"""What the centre's lists say about items; each row holds from its first day, in one insured region."""

from datetime import date

import msgspec

from terminal.documents.vocabulary import ItemClass
from terminal.money import Price, Rate


class CatalogueItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item of the insurance's list. ``initials`` and ``wubi`` are the list's own mnemonic codes."""

    code: str
    name: str
    area: str
    begin: date
    end: date | None = None
    item_class: ItemClass | None = None
    category: str = ""
    list_type: str = ""
    initials: str = ""
    wubi: str = ""
    barcode: str = ""
    unit: str = ""
    specification: str = ""
    memo: str = ""
    valid: bool = True


class PriceCeiling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The highest price the insurance takes. ``kind`` tells levels of institutions apart."""

    code: str
    area: str
    kind: str
    begin: date
    ceiling: Price
    end: date | None = None
    valid: bool = True


class FirstSelfPay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The share a person pays before the insurance counts, by kind of person and kind of use."""

    code: str
    area: str
    person_kind: str
    use_kind: str
    begin: date
    rate: Rate
    end: date | None = None
    valid: bool = True


class HouseItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the house's own items and the national code it maps to."""

    house_code: str
    code: str
    institution: str
    begin: date
    name: str = ""
    end: date | None = None
    valid: bool = True


CatalogueRow = CatalogueItem | PriceCeiling | FirstSelfPay | HouseItem
