"""``claim/1``: the bill as a hospital or pharmacy program hands it over."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from terminal.clock import BEIJING
from terminal.documents.refusal import WrongField
from terminal.documents.vocabulary import (
    CredentialKind,
    Employment,
    InstitutionKind,
    ItemClass,
    Referral,
    Scheme,
    Source,
    Tier,
    VisitType,
)
from terminal.money import Fen, Price, Quantity, Rate

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""An instant with its offset; documents keep it in Beijing time, whose day is the policy day."""

_STEERS = "\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069"
_PLAIN = f"^[^{_STEERS}]*$(?!\\n)"
Text = Annotated[str, msgspec.Meta(pattern=_PLAIN)]
"""Words that come to stand on slips and screens: nothing in them steers a printer, a screen or the reading order."""

LineText = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": _PLAIN})]
"""Text of a line, looked at together with the line's other texts: a bill may have thousands of them."""

_steering = re.compile(f"[{_STEERS}]").search

YEARS = range(1900, 2200)
"""In which days and instants of a bill lie; outside them calendars and databases stop counting."""


def _dated(document: msgspec.Struct, *fields: str) -> None:
    for field in fields:
        value: date | None = getattr(document, field)
        if value is None:
            continue
        if value.year not in YEARS:
            raise WrongField(field, f"a year from {YEARS[0]} to {YEARS[-1]}")
        if isinstance(value, datetime):
            msgspec.structs.force_setattr(document, field, value.astimezone(BEIJING))


class Institution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the patient is treated. ``area`` is the six-digit region of the place of care."""

    code: Text
    name: Text
    area: Text
    tier: Tier
    kind: InstitutionKind = InstitutionKind.HOSPITAL


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the patient showed. A card carries its recognition code; a manual number its reason and reviewer."""

    kind: CredentialKind
    number: Text
    name: Text = ""
    identification_code: Text = ""
    region: Text = ""
    reason: Text = ""
    reviewer: Text = ""


class Visit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The visit the bill belongs to; instants carry +08:00."""

    type: VisitType
    begin: Instant
    end: Instant | None = None
    referral: Referral = Referral.LOCAL
    disease: Text = ""
    disease_name: Text = ""
    admission_number: Text = ""
    admissions_before: int | None = None
    """Stays of this person already settled in the period; None lets the accumulator speak."""

    def __post_init__(self) -> None:
        _dated(self, "begin", "end")
        if self.end is not None and self.end < self.begin:
            raise WrongField("end", "an instant not before begin")


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One item of the bill. ``amount`` is what the hospital charges; price times quantity is checked against it."""

    sn: Annotated[int, msgspec.Meta(ge=1, le=999_999_999)]
    name: LineText
    price: Price
    quantity: Quantity
    amount: Fen
    code: LineText = ""
    house_code: LineText = ""
    category: LineText = ""
    item_class: ItemClass | None = None
    first_self_pay: Rate | None = None
    ceiling: Price | None = None
    charged_at: Instant | None = None
    prescription: LineText = ""
    trace_codes: tuple[Text, ...] = ()

    def __post_init__(self) -> None:
        if _steering(f"{self.name}{self.code}{self.house_code}{self.category}{self.prescription}"):
            texts = ("name", "code", "house_code", "category", "prescription")
            wrong = next(name for name in texts if _steering(getattr(self, name)))
            raise WrongField(wrong, "text without control characters")
        if self.charged_at is not None:
            _dated(self, "charged_at")
        if self.first_self_pay is not None and self.first_self_pay.numerator > self.first_self_pay.denominator:
            raise WrongField("first_self_pay", "a rate between 0% and 100%")


class Insured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The facts of a person that a policy asks for. ``area`` is the six-digit insured region."""

    area: Text
    scheme: Scheme
    employment: Employment
    born: date | None = None
    identities: tuple[Text, ...] = ()
    civil_servant: bool = False
    account_balance: Fen = msgspec.field(default_factory=Fen)
    suspended: Text = ""
    """Why benefits are suspended, in the centre's words; empty when they are not."""

    def __post_init__(self) -> None:
        _dated(self, "born")


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an accumulator held before this bill. ``amount`` is fen for money, a plain count otherwise."""

    accumulator: Text
    period: Text
    value: int
    as_of: date
    source: Source

    def __post_init__(self) -> None:
        _dated(self, "as_of")


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bill to be split and settled. ``bill`` is the caller's number and the idempotency key."""

    bill: Annotated[Text, msgspec.Meta(min_length=1, max_length=64)]
    institution: Institution
    terminal: Text
    operator: Text
    visit: Visit
    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
    schema: Literal["claim/1"] = "claim/1"
    credential: Credential | None = None
    account_use: bool = True
    insured: Insured | None = None
    openings: tuple[Opening, ...] = ()
