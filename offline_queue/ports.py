"""What goes in and out of the queue, and what it asks of others: the far end, the keystore, the clocks."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from msgspec import Struct

from offline_queue.vocabulary import Finding, Kind, OnceFreed, OutcomeClass, State

Clock = Callable[[], datetime]
"""Returns an aware datetime in Beijing time."""


class Moment(Struct, frozen=True, gc=False):
    """A reading of a clock that nobody can set: seconds since the boot that ``boot`` names."""

    boot: str
    seconds: float


SteadyClock = Callable[[], Moment]


class Identity(Struct, frozen=True):
    """Which terminal this is; both parts stand in every message number."""

    institution: str
    """12 characters."""
    terminal: str
    """2 characters, unique in the institution."""

    def __post_init__(self) -> None:
        for name, value, length in (("institution", self.institution, 12), ("terminal", self.terminal, 2)):
            if len(value) != length or not value.isascii() or not value.isalnum():
                raise ValueError(f"{name} {value!r}: expected {length} letters or digits")


class NewItem(Struct, frozen=True, kw_only=True, gc=False):
    """What a caller hands in."""

    key: str
    """The caller's own number for it (a bill number): the same key twice is one item."""
    lane: str
    """Whose it is: items of one lane keep their order. Stored only as a keyed hash."""
    kind: Kind
    payload: bytes
    """Sealed at once, never looked at."""
    asked: bytes = b""
    """What a repeat must repeat to be one, where the payload holds more than that; empty: the payload."""
    amount_fen: int = 0
    """Money that is provisional while the item is open; counted by the limits."""
    reverses: str = ""
    """Of a reversal: the key of the item it takes back."""
    once_freed: OnceFreed = OnceFreed.SEND_AGAIN


class Item(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One stored item, without its payload. What no event has set holds its default."""

    id: int
    key: str
    digest: bytes
    """Keyed digest of the payload."""
    lane: bytes
    kind: Kind
    state: State
    reason: str = ""
    """Why it stands where it stands: a code of the far end's or of the queue's, or the note of a decision."""
    amount_fen: int = 0
    reverses: str = ""
    once_freed: OnceFreed = OnceFreed.SEND_AGAIN
    number: str = ""
    """Message number of the last call that may have had an effect; empty before the first."""
    attempts: int = 0
    """Calls of which at least one byte left."""
    tries: int = 0
    """Fruitless tries since the last change of state."""
    due: datetime | None = None
    """Not before this time; nothing means at once."""
    doubtful_at: datetime | None = None
    doubtful_since: Moment | None = None
    """When the call was known to be over without a usable answer: the horizon counts from here."""
    owner: str = ""
    """Who is sending it; the hold of a dead owner is void."""
    created: datetime
    closed: datetime | None = None
    reconciled: str = ""
    """Day (ISO) whose comparison with the far end confirmed it."""
    freed: int = 0
    """Its own ``id`` once it was refused or reversed: it had no effect, and its key may be used again."""
    sealed_with: int
    """Data key of the payload."""
    last: int = 0
    """Its newest event; each names the one before it."""


class Intent(Struct, frozen=True):
    """What was committed before the first byte of the call in question left."""

    number: str
    data: bytes
    """As given to ``begin`` or by ``Prepared``."""
    at: datetime


class Doubt(Struct, frozen=True):
    """A call as it stood when a question about it was about to be asked; made by ``Queue.doubt``."""

    key: str
    number: str
    ripe: bool
    """Its horizon had passed, on the clock that nobody can set: then "absent" is proof."""


class Sending(Struct, frozen=True, gc=False):
    """The permission to send: its intent is durable. Hand it back to ``finish`` with the outcome."""

    item: Item
    number: str


class Outcome(Struct, frozen=True, gc=False):
    """How a call ended. ``answer`` is the far end's reply as it came, kept sealed as evidence."""

    result: OutcomeClass
    code: str = ""
    answer: bytes = b""


class Prepared(Struct, frozen=True):
    """Ready to be sent. ``intent`` is committed first and given back to ``enquire`` and ``reverse``."""

    intent: bytes


class Hold(Struct, frozen=True):
    """A person must look before it is sent (a trial that differs, say)."""

    reason: str
    evidence: bytes = b""


class Refuse(Struct, frozen=True):
    """The far end says, before anything had an effect, that this will never be accepted."""

    code: str
    evidence: bytes = b""


class NotReached(Struct, frozen=True):
    """No usable answer to a harmless step: nothing happened, try later."""

    reason: str = "not_reached"


class Enquiry(Struct, frozen=True):
    """What the far end says about an earlier call."""

    finding: Finding
    evidence: bytes = b""
    code: str = ""
    call: Intent | None = None
    """Of who passed the item on: the call that was made in the end, by which the far end knows it."""


class Capabilities(Struct, frozen=True):
    """What is known for certain of a far end; the defaults assume nothing."""

    can_enquire: bool = False
    idempotent: bool = False
    """A repeat under the *same* number is proven to have one effect."""
    relays: bool = False
    """It passes items on: only it can take them back, and that it answers does not say that the far end is there."""
    settle_horizon: timedelta = timedelta(seconds=600)
    """A call may still take effect this long after its last byte."""


class OutcomeTable(Struct, frozen=True):
    """A far end's codes, as data: which code is which outcome. An unknown code is nobody's guess."""

    version: str
    codes: Mapping[str, OutcomeClass]

    def classify(self, code: str) -> OutcomeClass:
        """The class of a well-formed answer's code."""
        return self.codes.get(code, OutcomeClass.UNRECOGNISED)


class FarEnd(Protocol):
    """Where items go. Calls of different lanes may come from several threads at once; none may raise for the wire."""

    @property
    def capabilities(self) -> Capabilities: ...

    def prepare(self, item: Item, payload: bytes) -> Prepared | Hold | Refuse | NotReached:
        """Harmless, repeatable steps only: sign-on, eligibility, trial.

        May be asked when the lane's item before it has its final answer and that is not stored yet, and asked again.
        """
        ...

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        """The one call with an effect, under ``intent.number``; never repeated by the implementation."""
        ...

    def enquire(self, item: Item, payload: bytes, intent: Intent) -> Enquiry:
        """Ask what became of the call. Harmless."""
        ...

    def reverse(self, item: Item, payload: bytes, intent: Intent, number: str, repeat: bool) -> Outcome:
        """Take the call back under the fresh ``number``; ``repeat`` marks every try after the first."""
        ...

    def probe(self) -> bool:
        """One harmless question: does the far end answer?"""
        ...


@runtime_checkable
class Forked(Protocol):
    """A far end with two ways to go: whoever took a call answers for it."""

    def about(self, intent: Intent) -> FarEnd: ...


class Keystore(Protocol):
    """Named secrets outside the store. Raises ``KeysClosed`` when it cannot be asked."""

    def get(self, name: str) -> bytes | None: ...

    def put(self, name: str, secret: bytes) -> None: ...


class Anchor(Struct, frozen=True, gc=False):
    """The chain's end at some moment, to be written down where the store's holder cannot change it."""

    seq: int
    hash: bytes

    @property
    def short(self) -> str:
        """Eight characters for a slip or a day report."""
        return self.hash[-4:].hex()


class Event(Struct, frozen=True):
    """One link of the chain, opened."""

    seq: int
    item: int
    """Zero for events of the store itself."""
    kind: str
    at: datetime
    actor: str
    changes: dict[str, object]
    """Clear columns of the item that this event set."""
    body: bytes | None
    """Intent, answer or evidence; None when its key was erased or it was archived."""
