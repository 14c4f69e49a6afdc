"""What the funds leave: the person's own account, then the family's accounts, then cash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

from terminal.adjudication.bill import Bill
from terminal.adjudication.case import Case
from terminal.adjudication.findings import finding
from terminal.documents import Finding
from terminal.money import Fen

PARTS: tuple[str, ...] = ("deductible", "copay", "first_self_pay", "over_limit", "own_pay")
"""The parts of what a patient bears, in the order in which an account is used up on them."""


class PurseKind(StrEnum):
    """The purses of a personal account; years before are kept apart where a policy treats them differently."""

    CURRENT = "current"
    HISTORICAL = "historical"


KINDS: tuple[str, ...] = tuple(kind.value for kind in PurseKind)
CURRENT: str = PurseKind.CURRENT.value


class Purse(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money that may be used on a bill; ``holder`` names the relative whose account it is, empty for one's own."""

    balance: Fen
    kind: PurseKind = PurseKind.CURRENT
    holder: str = ""
    request: Fen | None = None
    """How much the relative asks to use; None for what the bill needs."""


class Pays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which parts a purse may pay; a pack states all five."""

    deductible: bool
    copay: bool
    first_self_pay: bool
    over_limit: bool
    own_pay: bool


class PurseRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One purse of the personal account; rules stand in the order of use."""

    kind: PurseKind
    pays: Pays
    ref: str


class FamilyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Conditions on a relative's account. The keys name figures of the pack; an empty one sets no condition."""

    pays: Pays
    ref: str
    most_grantors: int
    balance_above: str = ""
    request_least: str = ""
    left_least: str = ""


@dataclass(slots=True)
class Tendered:
    """What each side gives."""

    account: int = 0
    family: int = 0
    left: list[Purse] = field(default_factory=list)
    """The purses after the bill, own ones first."""
    findings: list[Finding] = field(default_factory=list)


class TenderRules:
    """The account rules of a pack, bound to one kind of bill."""

    def __init__(self, purses: Sequence[PurseRule], family: FamilyRule | None, case: Case) -> None:
        self.purses = [(rule.kind.value, _names(rule.pays)) for rule in purses]
        self.family = family
        self.family_parts = _names(family.pays) if family else ()
        self.conditions = {
            name: case.amount(key)[0]
            for name in ("balance_above", "request_least", "left_least")
            if family and (key := getattr(family, name))
        }

    def own(self, bill: Bill, parts: dict[str, int], balances: dict[str, int]) -> int:
        """Uses the own purses (by kind) up on the parts they may pay; works on columns too. Returns the money used."""
        least, paid = bill.arithmetic.least, 0
        for kind, names in self.purses:
            balance = balances.get(kind, 0)
            for name in names:
                taken = least(balance, parts[name])
                parts[name] = parts[name] - taken
                balance = balance - taken
                paid = paid + taken
            balances[kind] = balance
        return paid

    def relatives(self, parts: dict[str, int], purses: Sequence[Purse], tendered: Tendered) -> None:
        """Uses the relatives' purses in their order, each only under the conditions of the pack."""
        rule = self.family
        for number, purse in enumerate(purses):
            why: tuple[str, str] | None
            if rule is None:
                why = ("本政策没有共济账户", "the policy has no family account")
            elif number >= rule.most_grantors:
                why = (f"一次最多 {rule.most_grantors} 人", f"at most {rule.most_grantors} at a time")
            else:
                why = self._refusal(purse, parts)
            if why is not None:
                tendered.findings.append(_refused(purse, why))
                tendered.left.append(purse)
                continue
            left = purse.balance if purse.request is None else min(purse.balance, purse.request)
            given = 0
            for name in self.family_parts:
                taken = min(left - given, parts[name])
                parts[name] -= taken
                given += taken
            tendered.family += given
            tendered.left.append(msgspec.structs.replace(purse, balance=Fen(purse.balance - given)))

    def _refusal(self, purse: Purse, parts: dict[str, int]) -> tuple[str, str] | None:
        """A request that breaks a condition is refused as a whole."""
        wanted = sum(parts[name] for name in self.family_parts)
        asked = wanted if purse.request is None else purse.request
        limits = self.conditions
        if "balance_above" in limits and purse.balance <= limits["balance_above"]:
            return f"余额须高于 {Fen(limits['balance_above'])}", f"balance not above {Fen(limits['balance_above'])}"
        if "request_least" in limits and asked < limits["request_least"]:
            return f"申请须不少于 {Fen(limits['request_least'])}", f"request under {Fen(limits['request_least'])}"
        if "left_least" in limits and purse.balance - asked < limits["left_least"]:
            return f"使用后须留 {Fen(limits['left_least'])}", f"less than {Fen(limits['left_least'])} would be left"
        return None


def parts_of(bill: Bill) -> dict[str, int]:
    """What the patient bears after all layers, by part; the parts add up to it.

    A payment that does not lower the in-scope burden (a supplement on the whole remainder) lowers own pay first.
    """
    least, most, figures = bill.arithmetic.least, bill.arithmetic.most, bill.figures
    personal = figures["in_scope_personal"]
    deductible = least(figures["deductible"], personal)
    parts = {
        "deductible": deductible,
        "copay": personal - deductible,
        "first_self_pay": figures["first_self_pay"],
        "over_limit": figures["over_limit"],
        "own_pay": figures["own_pay"],
    }
    surplus = sum(parts.values()) - bill.remaining
    for name in reversed(PARTS):
        less = least(most(surplus, 0), parts[name])
        parts[name] = parts[name] - less
        surplus = surplus - less
    parts["copay"] = parts["copay"] + most(-surplus, 0)
    already = bill.account
    for name in PARTS:
        less = least(already, parts[name])
        parts[name] = parts[name] - less
        already = already - less
    return parts


def _names(pays: Pays) -> tuple[str, ...]:
    return tuple(name for name in PARTS if getattr(pays, name))


def _refused(purse: Purse, why: tuple[str, str]) -> Finding:
    zh = finding("family_refused", "family", holder=purse.holder, why=why[0]).zh
    return msgspec.structs.replace(finding("family_refused", "family", holder=purse.holder, why=why[1]), zh=zh)
