"""The insurance centre: the national interface behind doors in the terminal's own words."""

from terminal.centre.checking import Checked, check
from terminal.centre.claims import Attendance
from terminal.centre.client import Centre
from terminal.centre.credentials import CodeReader, Office
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
from terminal.centre.stock import Article, Changed, Counted, Delivered, Sold, StockRecord, Withdrawn

__all__ = [
    "AlreadyReversed", "Article", "Attendance", "BadMessage", "BreaksText", "Centre", "CentreAnswerBroken",
    "CentreRefused", "CentreSilent", "CentreUnreachable", "Changed", "Checked", "CodeReader", "Counted", "Delivered",
    "Endpoint", "Entitled", "Group", "InDoubt", "Intent", "NotSent", "NothingToReverse", "Office", "Operator",
    "Reconciled", "Refused", "Repair", "ResultRow", "ReverseOutcome", "Reversed", "SettleOutcome", "Settled", "Sold",
    "StatementDifference", "StatementRow", "StockRecord", "Trial", "Withdrawn", "check", "statement_row",
]  # fmt: skip
