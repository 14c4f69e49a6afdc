"""The insurance centre: the national interface behind doors in the terminal's own words."""

from terminal.centre.checking import Checked, check
from terminal.centre.claims import Attendance
from terminal.centre.client import Centre
from terminal.centre.exchange import Endpoint, Operator
from terminal.centre.faults import (
    BadMessage,
    BreaksText,
    CentreAnswerBroken,
    CentreRefused,
    CentreSilent,
    CentreUnreachable,
)
from terminal.centre.outcomes import (
    AlreadyReversed,
    Entitled,
    InDoubt,
    Intent,
    NothingToReverse,
    NotSent,
    Refused,
    Reversed,
    ReverseOutcome,
    Settled,
    SettleOutcome,
    Trial,
)
from terminal.centre.reconciliation import Reconciled, Repair, StatementDifference, statement_row
from terminal.centre.statement import Group, ResultRow, StatementRow

__all__ = [
    "AlreadyReversed", "Attendance", "BadMessage", "BreaksText", "Centre", "CentreAnswerBroken", "CentreRefused",
    "CentreSilent", "CentreUnreachable", "Checked", "Endpoint", "Entitled", "Group", "InDoubt", "Intent", "NotSent",
    "NothingToReverse", "Operator", "Reconciled", "Refused", "Repair", "ResultRow", "ReverseOutcome", "Reversed",
    "SettleOutcome", "Settled", "StatementDifference", "StatementRow", "Trial", "check", "statement_row",
]  # fmt: skip
