"""What a policy pack says, as typed values; every key a pack may write is a field here or in a stage."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from terminal.adjudication.accumulators import Accumulator
from terminal.adjudication.lines import LineStage
from terminal.adjudication.rounding import RoundingPoints
from terminal.adjudication.stages import LayerStage
from terminal.adjudication.tender import FamilyRule, PurseRule
from terminal.adjudication.values import Band, Derive, Row, Unit, Words
from terminal.documents import Fund, Scheme, VisitType
from terminal.money import Rate


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A document that figures come from; ``ref`` elsewhere is its id, with ``#`` and a place inside it."""

    id: str
    title: str
    issuer: str
    effective: date
    number: str = ""
    issued: date | None = None
    repealed: date | None = None
    url: str = ""
    note: str = ""


class UnknownClass(StrEnum):
    """What happens to a line without a catalogue class."""

    STOP = "stop"
    OWN_PAY = "own_pay"


class Suspension(StrEnum):
    """What a bill of a person without benefits is."""

    CASH = "cash"
    """In scope as usual, but nothing is paid; claimed from the agency later."""
    OWN_PAY = "own_pay"
    """Own pay altogether; nothing can be claimed later."""


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``pack.toml``: whose policy this is, where it comes from, how it rounds and counts."""

    format: str
    id: str
    area: str
    scheme: Scheme
    title_zh: str
    title_en: str
    version: str
    review_by: date
    unknown_class: UnknownClass
    suspension: Suspension
    source: tuple[Source, ...]
    rounding: RoundingPoints
    notes: tuple[str, ...] = ()
    dimensions: dict[str, Words] = {}
    accumulator: tuple[Accumulator, ...] = ()
    purse: tuple[PurseRule, ...] = ()
    family: FamilyRule | None = None
    observation_days: int | None = None
    """An emergency observation that ended within so many days before an admission belongs to the stay."""
    waived: dict[str, str] = {}
    """Checks this pack does not pass, by name, each with the reason."""


class DateBasis(StrEnum):
    """Which day decides the law that applies and the period that counts."""

    BEGIN = "begin"
    END = "end"


class Crossing(StrEnum):
    """What happens to a stay that crosses the end of a year."""

    WHOLE = "whole"
    """It belongs to one year altogether, the one of the date basis."""
    SPLIT = "split"
    """Each year takes the charges of its own days; admission count, deductible and bands run on."""


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One fund paying on its base. ``plus`` adds weighted shares of other amounts to the base."""

    id: str
    fund: Fund
    zh: str
    en: str
    base: str
    reduces: bool
    """Whether the payment lowers the in-scope burden that later layers see."""
    stages: tuple[LayerStage, ...]
    plus: dict[str, Rate] = {}
    when: dict[str, Words] = {}


class Benefit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The layers of a kind of visit, in order. ``blocked_by`` names openings that must be zero."""

    id: str
    zh: str
    en: str
    visits: tuple[VisitType, ...]
    date_basis: DateBasis
    layer: tuple[Layer, ...] = ()
    when: dict[str, Words] = {}
    crossing: Crossing = Crossing.WHOLE
    cycle_days: int = 0
    """Long stays are settled in periods of so many days; 0 for none."""
    blocked_by: tuple[str, ...] = ()


class Benefits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``benefits.toml``: the rules for lines, then what each kind of visit is paid."""

    benefit: tuple[Benefit, ...]
    line: tuple[LineStage, ...] = ()


class ValueEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One figure of ``values.toml``: exactly one of ``is``, ``bands``, ``derive`` and ``unstated`` is given."""

    key: str
    unit: Unit
    begins: date = msgspec.field(name="from")
    known: date
    ref: str
    until: date | None = None
    when: dict[str, Words] = {}
    text: str | int | None = msgspec.field(name="is", default=None)
    bands: tuple[Band, ...] = ()
    derive: Derive | None = None
    unstated: str = ""


class Provenance(StrEnum):
    """How good the evidence of a golden case is."""

    OFFICIAL_EXAMPLE = "official_example"
    SETTLED_SLIP = "settled_slip"
    HAND_CALCULATED = "hand_calculated"
    REGRESSION = "regression"


class GoldenCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A bill with the split that is right to the fen. ``expect`` names figures of the result; see the guide."""

    id: str
    provenance: Provenance
    ref: str
    day: date
    visit: VisitType
    expect: dict[str, Any]
    lines: tuple[dict[str, Any], ...]
    person: dict[str, Any] = {}
    place: dict[str, Any] = {}
    stay: dict[str, Any] = {}
    openings: dict[str, str | int] = {}
    account: str = "0.00"
    family: tuple[dict[str, Any], ...] = ()
    known: date | None = None
    note: str = ""
    confirmed_by: str | None = None
    """Who worked a proposed bill out by hand; empty as long as nobody has."""


class GoldenCases(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """``cases.toml``: what the pack must answer."""

    case: tuple[GoldenCase, ...] = ()


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A pack that has been read without mistakes. ``digest`` covers the bytes of all its files."""

    header: Header
    benefits: Benefits
    rows: tuple[Row, ...]
    cases: tuple[GoldenCase, ...]
    digest: str
    files: Mapping[str, bytes] = {}

    @property
    def id(self) -> str:
        """The pack's name, such as ``beijing-employee``."""
        return self.header.id
