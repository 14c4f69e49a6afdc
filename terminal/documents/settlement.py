"""``settlement/1``: who pays what on one bill; slips, JSON, exports and screens read only this."""

from datetime import datetime
from typing import Literal

import msgspec

from terminal.documents.vocabulary import BillState, Fund, Severity, Source, TenderKind
from terminal.money import Fen


class Layer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fund paying on its base."""

    fund: Fund
    base: Fen
    paid: Fen
    label: str = ""


class LineSplit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """How one line of the bill divides: own pay + over limit + first self-pay + in scope = amount."""

    sn: int
    amount: Fen
    own_pay: Fen
    over_limit: Fen
    first_self_pay: Fen
    in_scope: Fen


class Posting(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A change of one accumulator; fen for money, a count otherwise. A reversal posts the exact negation."""

    accumulator: str
    period: str
    delta: int


class Finding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Something a person should know about the bill; a ``stop`` means there is no split."""

    code: str
    severity: Severity
    place: str
    zh: str
    en: str


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One step of the explanation. ``exact`` is the rational number of fen before rounding, as ``"n/d"``."""

    stage: str
    scope: str
    amount: Fen
    zh: str
    en: str
    exact: str = ""
    rounding: str = ""
    parameter: str = ""
    source: str = ""


class Tender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money taken or given; tenders of a bill add up to its cash."""

    kind: TenderKind
    amount: Fen
    reference: str = ""


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure on which the local split and the centre disagree, with the cause when it is known."""

    figure: str
    local: Fen
    centre: Fen
    cause: str = ""


class Settlement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The split of one bill.

    ``total = sum(layers.paid) + account + family_account + cash + hospital`` always holds, and
    ``total = own_pay + over_limit + first_self_pay + in_scope``. ``hospital`` is signed.
    """

    bill: str
    state: BillState
    source: Source
    total: Fen
    own_pay: Fen
    over_limit: Fen
    first_self_pay: Fen
    in_scope: Fen
    deductible: Fen
    layers: tuple[Layer, ...]
    account: Fen
    cash: Fen
    schema: Literal["settlement/1"] = "settlement/1"
    family_account: Fen = msgspec.field(default_factory=Fen)
    hospital: Fen = msgspec.field(default_factory=Fen)
    account_balance: Fen | None = None
    """The personal account after this bill, where it is known."""
    lines: tuple[LineSplit, ...] = ()
    postings: tuple[Posting, ...] = ()
    findings: tuple[Finding, ...] = ()
    steps: tuple[Step, ...] = ()
    pack: str = ""
    pack_digest: str = ""
    person: str = ""
    """The person's name as a slip may show it."""
    settled_at: datetime | None = None
    settlement_number: str = ""
    visit_number: str = ""
    message_number: str = ""
    differences: tuple[Difference, ...] = ()
    tenders: tuple[Tender, ...] = ()
    fully_paid: bool = False
    """The patient paid the whole bill because the centre could not be reached. Until the centre has settled it, all of
    it is the patient's own pay; afterwards the figures are the centre's and what was paid too much is owed back."""

    @property
    def funds(self) -> Fen:
        """What all funds pay together."""
        return Fen(sum(layer.paid for layer in self.layers))

    def balanced(self) -> bool:
        """Whether both identities of a bill hold to the fen."""
        return (
            self.total == self.funds + self.account + self.family_account + self.cash + self.hospital
            and self.total == self.own_pay + self.over_limit + self.first_self_pay + self.in_scope
        )
