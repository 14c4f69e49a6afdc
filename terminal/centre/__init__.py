"""The insurance centre: the national interface behind doors in the terminal's own words."""

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

__all__ = [
    "AlreadyReversed", "Attendance", "BadMessage", "BreaksText", "Centre", "CentreAnswerBroken", "CentreRefused",
    "CentreSilent", "CentreUnreachable", "Endpoint", "InDoubt", "Intent", "NotSent", "NothingToReverse", "Operator",
    "Refused", "ReverseOutcome", "Reversed", "SettleOutcome", "Settled", "Trial",
]  # fmt: skip
