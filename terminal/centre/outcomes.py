"""How an exchange about money can end. Each end is a value, because each has its own next step."""

from datetime import date, datetime

import msgspec

from terminal.documents import Settlement


class Trial(msgspec.Struct, frozen=True):
    """The centre's own trial. ``handle`` is what settling or giving up needs; keep it as it is."""

    settlement: Settlement
    handle: bytes


class Intent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message about money that is about to leave: stored before its first byte, enough to reverse it after a crash.

    ``transaction`` is the number really sent (2207A where the twin is live), ``area`` the person's insured region.
    """

    message_number: str
    transaction: str
    person_number: str
    area: str
    at: datetime
    visit_number: str = ""
    own_number: str = ""
    insurance_type: str = ""

    def encode(self) -> bytes:
        """As JSON bytes for the journal."""
        return msgspec.json.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "Intent":
        """From the journal's bytes."""
        return msgspec.json.decode(data, type=cls)


class Entitled(msgspec.Struct, frozen=True):
    """Whether a person may use one fund on a visit; ``fund`` is the centre's code, ``reason`` its words when not."""

    fund: str
    allowed: bool
    begin: date | None
    end: date | None
    reason: str


class Settled(msgspec.Struct, frozen=True):
    """A complete good answer with a settlement number; ``raw`` is the answer as it came."""

    settlement: Settlement
    raw: bytes


class Refused(msgspec.Struct, frozen=True):
    """A complete answer that says no: nothing happened at the centre."""

    code: str
    text: str
    raw: bytes = b""


class NotSent(msgspec.Struct, frozen=True):
    """No byte left: nothing happened at the centre."""

    reason: str


class InDoubt(msgspec.Struct, frozen=True):
    """Something left and no complete, sound answer came: the centre may have acted, or may still act."""

    reason: str
    raw: bytes = b""


class Reversed(msgspec.Struct, frozen=True):
    """The centre took the message back; the bill is free at once."""

    raw: bytes = b""


class AlreadyReversed(msgspec.Struct, frozen=True):
    """The message arrived and no longer stands: a refund or an earlier reversal was there first."""

    text: str


class NothingToReverse(msgspec.Struct, frozen=True):
    """The centre knows no such message. This proves nothing until the profile's settle horizon has passed."""

    text: str


SettleOutcome = Settled | Refused | NotSent | InDoubt
ReverseOutcome = Reversed | AlreadyReversed | NothingToReverse | Refused | NotSent | InDoubt
