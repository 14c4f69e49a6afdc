"""The closed words of the queue, and the one table of its transitions.

National payment rules know the request, which may be refused, and the advice, a statement of fact that is repeated
until accepted (ISO 8583, messages 0200 and 0220); the classes here follow them.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What an item is, and therefore what may be done with it offline."""

    ADVICE = "advice"
    """Already final here; repeated until accepted."""
    REQUEST = "request"
    """Provisional: may be refused or come back different; under all limits."""
    REVERSAL = "reversal"
    """Takes an accepted item back; goes before the later items of its lane."""
    ONLINE_ONLY = "online_only"
    """Never recorded offline."""


class State(StrEnum):
    """Where an item stands. The queue's own words; the bill's states are mapped to them by the counter."""

    RECORDED = "recorded"
    SENDING = "sending"
    IN_DOUBT = "in_doubt"
    REVERSING = "reversing"
    HELD = "held"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    REVERSED = "reversed"
    CLOSED_BY_HAND = "closed_by_hand"


OPEN = (State.RECORDED, State.SENDING, State.IN_DOUBT, State.REVERSING, State.HELD)
"""Somebody still has to do something: counted by the limits, never purged, in the way of a sign-out."""

BLOCKING = (State.SENDING, State.IN_DOUBT, State.REVERSING, State.HELD)
"""Nothing else of the same lane is sent while one of its items stands here."""

WITHOUT_EFFECT = (State.REFUSED, State.REVERSED)
"""Closed, and certain to have no effect at the far end: the key may be used again."""


EXPORTED = "exported"
"""Reason of an item that was carried to another terminal: what becomes of it is decided there."""

RESTORED = "restored"
"""Kind of the event by which a store goes on from an older copy, and reason of the items that were open in it."""


class Step(StrEnum):
    """What moves an item from one state to the next; also the kind of the event that proves it."""

    RECORD = "record"
    BEGIN = "begin"
    CLAIM = "claim"
    POSTPONE = "postpone"
    NOT_SENT = "not_sent"
    BUSY = "busy"
    ACCEPT = "accept"
    REFUSE = "refuse"
    DOUBT = "doubt"
    ASK = "ask"
    RELAY = "relay"
    FIND = "find"
    FREE = "free"
    REVERSE = "reverse"
    REPEAT = "repeat"
    NOTHING = "nothing"
    REVERSED = "reversed"
    HOLD = "hold"
    DECIDE_SEND = "decide_send"
    DECIDE_REVERSE = "decide_reverse"
    DECIDE_ACCEPT = "decide_accept"
    DECIDE_CLOSE = "decide_close"


CALLS = (Step.BEGIN, Step.CLAIM, Step.RELAY)
"""Steps that give an item the number and the intent of a call: our own, or one that was made for us."""


TRANSITIONS: Mapping[tuple[State | None, Step], State] = MappingProxyType(
    {
        (None, Step.RECORD): State.RECORDED,
        (None, Step.BEGIN): State.SENDING,
        # before the wire
        (State.RECORDED, Step.CLAIM): State.SENDING,
        (State.RECORDED, Step.POSTPONE): State.RECORDED,
        (State.RECORDED, Step.REFUSE): State.REFUSED,
        (State.RECORDED, Step.HOLD): State.HELD,
        (State.RECORDED, Step.DECIDE_CLOSE): State.CLOSED_BY_HAND,
        # on the wire
        (State.SENDING, Step.NOT_SENT): State.RECORDED,
        (State.SENDING, Step.BUSY): State.RECORDED,
        (State.SENDING, Step.ACCEPT): State.ACCEPTED,
        (State.SENDING, Step.REFUSE): State.REFUSED,
        (State.SENDING, Step.DOUBT): State.IN_DOUBT,
        (State.SENDING, Step.HOLD): State.HELD,
        # nobody knows yet
        (State.IN_DOUBT, Step.ASK): State.IN_DOUBT,
        (State.IN_DOUBT, Step.RELAY): State.IN_DOUBT,
        (State.IN_DOUBT, Step.FIND): State.ACCEPTED,
        (State.IN_DOUBT, Step.REFUSE): State.REFUSED,
        (State.IN_DOUBT, Step.FREE): State.RECORDED,
        (State.IN_DOUBT, Step.REVERSED): State.REVERSED,
        (State.IN_DOUBT, Step.REVERSE): State.REVERSING,
        (State.IN_DOUBT, Step.HOLD): State.HELD,
        (State.IN_DOUBT, Step.DECIDE_REVERSE): State.REVERSING,
        # being taken back
        (State.REVERSING, Step.REPEAT): State.REVERSING,
        (State.REVERSING, Step.NOTHING): State.IN_DOUBT,
        (State.REVERSING, Step.FREE): State.RECORDED,
        (State.REVERSING, Step.REVERSED): State.REVERSED,
        (State.REVERSING, Step.HOLD): State.HELD,
        # before a person
        (State.HELD, Step.DECIDE_SEND): State.RECORDED,
        (State.HELD, Step.DECIDE_REVERSE): State.REVERSING,
        (State.HELD, Step.DECIDE_ACCEPT): State.ACCEPTED,
        (State.HELD, Step.DECIDE_CLOSE): State.CLOSED_BY_HAND,
        # accepted on the word of persons: the far end's answer, found later
        (State.ACCEPTED, Step.FIND): State.ACCEPTED,
    }
)
"""The only ways through the states; whatever is missing here cannot happen."""


class Decision(StrEnum):
    """What a person may decide; the value names the step it takes."""

    SEND = Step.DECIDE_SEND.value
    REVERSE = Step.DECIDE_REVERSE.value
    ACCEPT = Step.DECIDE_ACCEPT.value
    CLOSE = Step.DECIDE_CLOSE.value


class OutcomeClass(StrEnum):
    """How one call to the far end ended, as far as money is concerned."""

    NOT_SENT = "not_sent"
    """Proven: not one byte left."""
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    """Accepted earlier under the same number: counts as accepted."""
    REFUSED = "refused"
    """A well-formed, final no to this very message."""
    BUSY = "busy"
    """A well-formed "not now": nothing happened, try again."""
    PENDING = "pending"
    """A well-formed "I have it, durably; ask me what became of it": whoever passes items on says so."""
    NOTHING = "nothing"
    """Only of a reversal: the far end knows nothing to take back."""
    UNRECOGNISED = "unrecognised"
    """A well-formed answer with a code nobody has classified: a person looks at it."""
    IN_DOUBT = "in_doubt"
    """Everything else after the first byte."""


class Finding(StrEnum):
    """What an enquiry about an earlier call brought."""

    FOUND_EQUAL = "found_equal"
    FOUND_DIFFERENT = "found_different"
    REFUSED = "refused"
    """The call arrived and was refused for good: it has no effect."""
    PENDING = "pending"
    """The far end has it and will know: it is asked again as long as that takes."""
    ABSENT = "absent"
    """The far end says, with authority, that it has no effect of that call; believed only after the horizon."""
    UNKNOWN = "unknown"
    """Answered, and still nobody knows; or there is no such enquiry."""
    NOT_REACHED = "not_reached"


class OnceFreed(StrEnum):
    """What becomes of an item in doubt once it is certain that its call had no effect."""

    SEND_AGAIN = "send_again"
    STOP = "stop"


class OnDoubt(StrEnum):
    """Site policy when enquiries do not settle a doubt in time."""

    WAIT = "wait"
    REVERSE = "reverse"


class Suite(StrEnum):
    """The algorithms of one store."""

    INTERNATIONAL = "aes-256-gcm/sha-256/hmac-sha-256"
    NATIONAL = "sm4-gcm/sm3/hmac-sm3"
