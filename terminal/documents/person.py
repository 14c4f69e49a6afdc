"""``person/1``: what is known of a patient; sealed wherever it rests."""

from datetime import date, datetime
from typing import Literal

import msgspec

from terminal.documents.claim import Insured, Opening
from terminal.documents.vocabulary import Source


class Insurance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One insurance of a person. ``codes`` keeps the centre's own words for messages that must repeat them."""

    insured: Insured
    valid: bool
    employer: str = ""
    codes: dict[str, str] = {}


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A filing or identity with its period, such as an approved chronic disease or a low-income identity."""

    kind: str
    name: str
    begin: date
    end: date | None = None


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A snapshot of a person: every insurance, balances, filings; ``number`` is the centre's person number."""

    number: str
    name: str
    id_number: str
    insurances: tuple[Insurance, ...]
    taken_at: datetime
    source: Source
    schema: Literal["person/1"] = "person/1"
    born: date | None = None
    sex: str = ""
    marks: tuple[Mark, ...] = ()
    openings: tuple[Opening, ...] = ()
