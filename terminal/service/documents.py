"""What the service's calls take and give, besides the terminal's own documents."""

from datetime import datetime

import msgspec

from offline_queue.standing import Status
from terminal.counter.office.refunds import Paper
from terminal.documents import BillState, Insured, Settlement, TenderKind
from terminal.telling import Told


class Health(msgspec.Struct, frozen=True):
    """Whether the service can do its work."""

    ok: bool
    version: str
    offline_since: datetime | None
    waiting: int


class Readers(msgspec.Struct, frozen=True):
    """What is attached."""

    readers: tuple[str, ...]


class ReadCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which reader, and how many seconds to wait for a card."""

    reader: str = ""
    timeout: float = 0.0


class Line38(msgspec.Struct, frozen=True):
    """The standard's line of eleven fields, each ended by a bar (人社信息函〔2016〕38号)."""

    line: str


class Eligibility(msgspec.Struct, frozen=True):
    """Who the patient is to the centre, and how fresh that is."""

    person: str
    name: str
    insured: Insured
    online: bool
    age_seconds: int


class Standing(msgspec.Struct, frozen=True):
    """Where a bill stands; its figures once there are any, or why it was refused."""

    bill: str
    state: BillState
    settlement: Settlement | None = None
    fault: Told | None = None


class Row(msgspec.Struct, frozen=True):
    """One bill of a list."""

    bill: str
    state: BillState
    created: datetime
    reason: str


class QueueStatus(msgspec.Struct, frozen=True):
    """What waits, since when, and whether the desk could go on without the line."""

    open: dict[str, int]
    sum_open_fen: int
    oldest: datetime | None
    offline_since: datetime | None
    ready: bool
    not_ready: tuple[str, ...]
    copied: datetime | None
    """When the newest checked copy of the store was made."""
    warnings: tuple[str, ...]

    @classmethod
    def of(cls, status: Status) -> "QueueStatus":
        """What the queue says of itself, for a program."""
        return cls(
            {str(state): count for state, count in status.open.items()},
            status.sum_open_fen,
            status.oldest,
            status.offline_since,
            not status.not_ready,
            tuple(f"{breach.limit}: {breach.found} / {breach.allowed}" for breach in status.not_ready),
            status.copied,
            status.warnings,
        )


class Forwarded(msgspec.Struct, frozen=True):
    """How many items are left after forwarding."""

    left: int


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An empty object."""


class RefundRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A refund asked for by the client's operator, who proves to be there with the password; two others approve it."""

    bill: str
    reason: str
    password: str
    papers: tuple[Paper, ...] = ()
    keep: tuple[int, ...] = ()
    to: TenderKind | None = None
