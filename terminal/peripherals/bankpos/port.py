"""What the desk asks of a bank POS, and the four ways it can end."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from terminal.faults import Fault
from terminal.peripherals.bankpos.messages import Answer, Request
from terminal.peripherals.peripheral import Peripheral


class Result(StrEnum):
    """Where the money is. Only ``in_doubt`` needs more work, and never the same request once more."""

    APPROVED = "approved"
    """Charged (or taken back), with the amount that was asked for."""
    DECLINED = "declined"
    """The POS answered no; nothing was charged."""
    NOT_SENT = "not_sent"
    """Proved that the POS did nothing with the request; it may be repeated."""
    IN_DOUBT = "in_doubt"
    """It may have been charged: ask with ``inquire``, and let a person look at the POS if that says no more."""


@dataclass(frozen=True)
class Outcome:
    """How a request ended, what the POS said and why the rest is unknown."""

    result: Result
    answer: Answer | None = None
    fault: Fault | None = None


class BankPos(Peripheral, Protocol):
    """The port. Neither method raises a DeviceFault once the request is well formed."""

    def perform(self, request: Request) -> Outcome:
        """Hands the request over once and waits. The caller has stored the request before."""

    def inquire(self, request: Request) -> Outcome:
        """What became of a request in doubt; charges nothing and may be repeated."""
