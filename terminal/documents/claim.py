"""``claim/1``: the bill as a hospital or pharmacy program hands it over."""

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec

from terminal.clock import BEIJING
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


class Institution(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the patient is treated. ``area`` is the six-digit region of the place of care."""

    code: str
    name: str
    area: str
    tier: Tier
    kind: InstitutionKind = InstitutionKind.HOSPITAL


class Credential(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the patient showed. A card carries its recognition code; a manual number its reason and reviewer."""

    kind: CredentialKind
    number: str
    name: str = ""
    identification_code: str = ""
    region: str = ""
    reason: str = ""
    reviewer: str = ""


class Visit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The visit the bill belongs to; instants carry +08:00."""

    type: VisitType
    begin: Instant
    end: Instant | None = None
    referral: Referral = Referral.LOCAL
    disease: str = ""
    disease_name: str = ""
    admission_number: str = ""
    admissions_before: int | None = None
    """Stays of this person already settled in the period; None lets the accumulator speak."""

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "begin", self.begin.astimezone(BEIJING))
        if self.end is not None:
            msgspec.structs.force_setattr(self, "end", self.end.astimezone(BEIJING))


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One item of the bill. ``amount`` is what the hospital charges; price times quantity is checked against it."""

    sn: int
    name: str
    price: Price
    quantity: Quantity
    amount: Fen
    code: str = ""
    house_code: str = ""
    category: str = ""
    item_class: ItemClass | None = None
    first_self_pay: Rate | None = None
    ceiling: Price | None = None
    charged_at: Instant | None = None
    prescription: str = ""
    trace_codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.charged_at is not None:
            msgspec.structs.force_setattr(self, "charged_at", self.charged_at.astimezone(BEIJING))


class Insured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The facts of a person that a policy asks for. ``area`` is the six-digit insured region."""

    area: str
    scheme: Scheme
    employment: Employment
    born: date | None = None
    identities: tuple[str, ...] = ()
    civil_servant: bool = False
    account_balance: Fen = msgspec.field(default_factory=Fen)
    suspended: str = ""
    """Why benefits are suspended, in the centre's words; empty when they are not."""


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an accumulator held before this bill. ``amount`` is fen for money, a plain count otherwise."""

    accumulator: str
    period: str
    value: int
    as_of: date
    source: Source


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A bill to be split and settled. ``bill`` is the caller's number and the idempotency key."""

    bill: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    institution: Institution
    terminal: str
    operator: str
    visit: Visit
    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
    schema: Literal["claim/1"] = "claim/1"
    credential: Credential | None = None
    account_use: bool = True
    insured: Insured | None = None
    openings: tuple[Opening, ...] = ()
