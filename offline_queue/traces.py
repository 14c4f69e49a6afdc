"""What can be wrong with a store, by name, and what a verification found."""

from enum import StrEnum

from msgspec import Struct

from offline_queue.ports import Anchor


class Tampering(StrEnum):
    """What can be wrong with a store, by name."""

    EVENT_MISSING = "event_missing"
    EVENT_CHANGED = "event_changed"
    EVENT_FORGED = "event_forged"
    BODY_CHANGED = "body_changed"
    BODY_UNREADABLE = "body_unreadable"
    ITEM_MISSING = "item_missing"
    ITEM_INSERTED = "item_inserted"
    ITEM_CHANGED = "item_changed"
    TOTALS_WRONG = "totals_wrong"
    """The newest event counts other open items, or another sum, than there are."""
    CONTENT_MISSING = "content_missing"
    """A payload or body is gone that was neither archived after its reconciliation nor erased with its day."""
    ARCHIVE_MISSING = "archive_missing"
    ARCHIVE_CHANGED = "archive_changed"
    """An archive file does not hold what the chain says was moved to it."""
    KEY_DESTROYED = "key_destroyed"
    """A day's key is gone without an event that says so."""
    PAYLOAD_CHANGED = "payload_changed"
    PAYLOAD_UNREADABLE = "payload_unreadable"
    NUMBERS_REWOUND = "numbers_rewound"
    CUT_OFF = "cut_off"
    """An anchor written elsewhere lies behind the end: an old copy, or the end was cut off."""
    ANOTHER_HISTORY = "another_history"
    """The chain has another hash where an anchor was taken."""
    FILE_UNREADABLE = "file_unreadable"
    """SQLite cannot read on: a damaged page, or a disk that fails."""


class Trace(Struct, frozen=True):
    """One thing found wrong, and where."""

    what: Tampering
    seq: int = 0
    item: int = 0
    field: str = ""

    def __str__(self) -> str:
        place = [f"event {self.seq}"] * bool(self.seq) + [f"item {self.item}"] * bool(self.item)
        return " ".join([self.what.value, *place, *[self.field] * bool(self.field)])


class Verification(Struct, frozen=True):
    """What was checked and what was found. ``keys`` tells whether forgeries and seals could be checked as well."""

    events: int
    items: int
    head: Anchor
    keys: bool
    traces: tuple[Trace, ...]

    @property
    def intact(self) -> bool:
        """Nothing wrong."""
        return not self.traces
