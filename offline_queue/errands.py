"""What is done with one item at a time: a call to the far end, and what its result means for the item.

An errand's ``call`` runs outside any transaction and in any thread; its ``then`` runs inside the next commit and may
give the errand that follows, which starts only when that commit is durable.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct

from offline_queue.book import Book
from offline_queue.outcomes import ANSWERED, CLOSING, STEPS, conclude
from offline_queue.patience import Breaker, delay
from offline_queue.ports import FarEnd, Forked, Hold, Intent, Item, NotReached, Outcome, Prepared, Refuse
from offline_queue.vocabulary import OnDoubt, OutcomeClass, Step

ACTOR = "forwarder"


class Policy(Struct, frozen=True):
    """A site's rules for sending."""

    width: int = 16
    """Lanes in flight; many far ends allow fewer."""
    on_doubt: OnDoubt = OnDoubt.REVERSE
    reverse_after: timedelta = timedelta(minutes=10)
    """How long enquiries may go on before a doubtful call is taken back; without enquiries it is at once."""
    tries: int = 50
    """Fruitless tries of one thing, each of them answered; then a person looks at it."""


class Errand(Struct, eq=False):
    """One thing to do. Without ``call`` only the next commit is waited for."""

    item: Item
    then: "Then"
    """Takes the result (an exception, if the call raised one) and a fresh message number."""
    call: Callable[[], object] | None = None
    result: object = None
    following: "Errand | None" = None
    """Harmless steps of the lane's next item, taken at once when the call's outcome closes this one."""

    def run(self) -> "Errand | None":
        """Make the call. An exception must not stop the other lanes: it is the result, stored with the item."""
        if self.call:
            try:
                self.result = self.call()
            except Exception as error:  # noqa: BLE001
                self.result = error
        return self.goes_on

    @property
    def goes_on(self) -> "Errand | None":
        """What was begun at once when the call had ended."""
        return self.following if isinstance(self.result, Outcome) and self.result.result in CLOSING else None


Then = Callable[[object, str], Errand | None]


@dataclass
class Sender:
    """What every errand needs."""

    book: Book
    owner: str
    """What this run claims is its own; nobody else's items are touched."""
    far: FarEnd
    policy: Policy
    breaker: Breaker
    chance: random.Random
    steps: Counter[Step] = field(default_factory=Counter)

    def move(self, item: Item, step: Step, body: bytes = b"", **changes: object) -> Item:
        """One step of the table, inside the commit."""
        after = self.book.move(item.id, step, actor=ACTOR, body=body, **changes)
        self.steps[step] += 1
        return after

    def hold(self, item: Item, reason: str, body: bytes = b"") -> None:
        """Put it before a person."""
        self.move(item, Step.HOLD, body, reason=reason)

    def later(self, tries: int) -> datetime:
        """When to try again."""
        return self.book.now() + delay(tries, self.chance)

    def reached(self, usable: bool, far: FarEnd | None = None) -> None:
        """A call brought a usable answer, or none."""
        self.breaker.tell(usable)
        if not (far or self.far).capabilities.relays:
            self.book.contact(usable)

    def far_of(self, intent: Intent) -> FarEnd:
        """Who answers for a call."""
        return self.far.about(intent) if isinstance(self.far, Forked) else self.far


def prepare(sender: Sender, item: Item, payload: bytes) -> Errand:
    """Harmless steps first; what is ready is claimed, with its intent, before it goes out."""

    def then(result: object, number: str) -> Errand | None:
        if isinstance(result, NotReached):
            sender.reached(False)
            sender.move(item, Step.POSTPONE, reason=result.reason, due=sender.later(item.tries))
            return None
        sender.reached(True)
        match result:
            case Prepared(data):
                if sender.far.capabilities.idempotent and item.number:
                    number = item.number
                claimed = sender.move(item, Step.CLAIM, data, number=number, owner=sender.owner, reason="")
                return send(sender, claimed, payload, Intent(number, data, sender.book.now()))
            case Hold(reason, evidence):
                sender.hold(item, reason, evidence)
            case Refuse(code, evidence):
                sender.move(item, Step.REFUSE, evidence, reason=code)
            case _:
                sender.hold(item, "far_end_fault", describe(result))
        return None

    return Errand(item, then, lambda: sender.far.prepare(item, payload))


def send(sender: Sender, item: Item, payload: bytes, intent: Intent) -> Errand:
    """The one call with an effect; its intent is durable."""

    def then(result: object, number: str) -> None:
        if not isinstance(result, Outcome):
            result = Outcome(OutcomeClass.IN_DOUBT, "far_end_fault", describe(result))
        sender.breaker.tell(result.result in ANSWERED)
        later = partial(delay, item.attempts, sender.chance)
        conclude(sender.book, item, result, ACTOR, later, relayed=sender.far.capabilities.relays)
        sender.steps[STEPS[result.result]] += 1

    return Errand(item, then, lambda: sender.far.send(item, payload, intent))


def describe(result: object) -> bytes:
    """An unexpected result, by type only: its text might say more than a record may."""
    return type(result).__qualname__.encode()
