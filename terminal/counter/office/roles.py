"""Who may do what: roles, their rights, and which duties one person cannot hold together."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

import msgspec


class Role(StrEnum):
    """A written job duty."""

    CASHIER = "cashier"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    MANAGER = "manager"
    OFFICE = "office"
    FIELD = "field"


class Right(StrEnum):
    """One thing a person may do at the desk."""

    SETTLE = "settle"
    SHIFT = "shift"
    RECEIPTS = "receipts"
    OWED = "owed"
    REFUND_REQUEST = "refund_request"
    REFUND_REVIEW = "refund_review"
    REFUND_AUDIT = "refund_audit"
    RESOLVE = "resolve"
    EXPORT = "export"
    KEYS = "keys"
    REPORTS = "reports"
    RECONCILE = "reconcile"
    OPERATORS = "operators"
    FILINGS = "filings"


_TILL = {Right.SETTLE, Right.SHIFT, Right.RECEIPTS, Right.OWED, Right.REFUND_REQUEST}

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.CASHIER: frozenset(_TILL | {Right.RESOLVE}),
        Role.FIELD: frozenset(_TILL | {Right.EXPORT}),
        Role.REVIEWER: frozenset({Right.REFUND_REVIEW, Right.RESOLVE, Right.REPORTS}),
        Role.AUDITOR: frozenset({Right.REFUND_AUDIT, Right.EXPORT, Right.REPORTS}),
        Role.OFFICE: frozenset({Right.RESOLVE, Right.RECONCILE, Right.REPORTS, Right.FILINGS}),
        Role.MANAGER: frozenset({Right.OPERATORS, Right.KEYS, Right.EXPORT, Right.RESOLVE, Right.REPORTS}),
    }
)

INCOMPATIBLE: tuple[frozenset[Role], ...] = (
    frozenset({Role.CASHIER, Role.REVIEWER}),
    frozenset({Role.CASHIER, Role.AUDITOR}),
    frozenset({Role.CASHIER, Role.MANAGER}),
    frozenset({Role.FIELD, Role.REVIEWER}),
    frozenset({Role.FIELD, Role.AUDITOR}),
    frozenset({Role.REVIEWER, Role.AUDITOR}),
    frozenset({Role.AUDITOR, Role.MANAGER}),
)
"""Entry, cash, review and audit are different people (不相容岗位分离); who hands out roles neither pays nor audits."""


class Rules(msgspec.Struct, frozen=True):
    """How operators prove who they are."""

    least_length: int = 8
    tries: int = 5
    """Wrong tries in a row, then the operator is locked out."""
    locked_for: timedelta = timedelta(minutes=15)
    password_age: timedelta = timedelta(days=90)
    idle: timedelta = timedelta(minutes=5)
    """Without a key for so long the screen locks."""


RULES = Rules()


def clash(roles: Collection[Role]) -> frozenset[Role] | None:
    """Two of these roles that one person cannot hold, or None."""
    return next((pair for pair in INCOMPATIBLE if pair <= set(roles)), None)
