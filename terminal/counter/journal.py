"""Bills as the journal keeps them, and how a bill's state follows from its item's."""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from offline_queue.faults import UnknownKey
from offline_queue.ports import Item
from offline_queue.queue import Queue
from offline_queue.vocabulary import CALLS, State, Step
from terminal.centre import Intent
from terminal.documents import BillState, Claim, Insurance, Insured, Opening, Person, Settlement, decode

BILL_STATES: Mapping[State, BillState] = MappingProxyType(
    {
        State.RECORDED: BillState.PROVISIONAL,
        State.SENDING: BillState.SETTLING,
        State.IN_DOUBT: BillState.IN_DOUBT,
        State.REVERSING: BillState.IN_DOUBT,
        State.HELD: BillState.EXCEPTION,
        State.ACCEPTED: BillState.SETTLED,
        State.REFUSED: BillState.REFUSED,
        State.REVERSED: BillState.REVERSED,
        State.CLOSED_BY_HAND: BillState.REVERSED,
    }
)
"""The one place where the queue's words become the bill's."""

ACCEPTING = (Step.ACCEPT, Step.FIND)
"""Steps whose evidence is the centre's answer; a decision's evidence is what the two persons agreed to."""


class Original(msgspec.Struct, frozen=True):
    """What a red-ink entry takes back: the call that settled it, and the settlement as it stood."""

    intent: Intent
    standing: Settlement


class Given(msgspec.Struct, frozen=True):
    """What a local split rests on besides bill and pack: with it every explanation is derived again, never stored."""

    insured: Insured
    openings: tuple[Opening, ...]


class Entry(msgspec.Struct, frozen=True):
    """What was asked, for whom, and the split the patient was told; red ink tells the exact negation."""

    claim: Claim
    person: Person
    chosen: int
    """Which of the person's insurances pays."""
    told: Settlement
    takes_back: Original | None = None
    given: Given | None = None

    @property
    def insurance(self) -> Insurance:
        """The insurance that pays."""
        return self.person.insurances[self.chosen]


class Answered(msgspec.Struct, frozen=True):
    """A complete good answer of the centre: the settlement in our words, and the reply as it came."""

    settlement: Settlement
    raw: bytes


def state_of(item: Item) -> BillState:
    """Where a bill stands."""
    if item.state is State.ACCEPTED and (item.reverses or item.reconciled):
        return BillState.REVERSED if item.reverses else BillState.RECONCILED
    return BILL_STATES[item.state]


def taken_back(queue: Queue, item: Item) -> bool:
    """Whether the centre has taken a red-ink entry that points to this bill."""
    return any(back.state is State.ACCEPTED for back in queue.reversals(item.key))


def find(queue: Queue, bill: str) -> Item | None:
    """The item of a bill, or None when this terminal does not know it."""
    try:
        return queue.item(bill)
    except UnknownKey:
        return None


def bills(queue: Queue, lane: str | None = None) -> list[tuple[Item, BillState]]:
    """Every bill, or one person's, with its state, oldest first; red ink is told by the bill it takes back."""
    items = queue.items(tuple(State), lane)
    gone = {item.reverses for item in items if item.state is State.ACCEPTED}
    return [(item, BillState.REVERSED if item.key in gone else state_of(item)) for item in items if not item.reverses]


def readable(queue: Queue) -> list[tuple[Item, BillState]]:
    """The bills whose contents were not erased at the end of their term."""
    gone = queue.erased()
    return [(item, state) for item, state in bills(queue) if item.sealed_with not in gone]


def entry(queue: Queue, item: Item) -> Entry:
    """What the journal keeps of a bill."""
    return decode(queue.payload(item), Entry, file=item.key)


def answered(queue: Queue, item: Item) -> Answered | None:
    """The centre's good answer about an item it has, with the reply as it came."""
    answers = [event.body for event in queue.answers(item) if event.kind in ACCEPTING and event.body]
    return decode(answers[-1], Answered, file=item.key) if answers and item.state is State.ACCEPTED else None


def by_hand(queue: Queue, item: Item) -> bool:
    """Whether two persons accepted an item whose answer of the centre is still missing."""
    steps = {event.kind for event in queue.events(item=item)} if item.state is State.ACCEPTED else set()
    return Step.DECIDE_ACCEPT in steps and steps.isdisjoint(ACCEPTING)


def last_call(queue: Queue, item: Item) -> bytes:
    """What the item's last call is known by; empty when none ever left."""
    calls = [event.body for event in queue.events(item=item) if event.kind in CALLS]
    return (calls[-1] if calls else None) or b""


def standing(queue: Queue, item: Item) -> Settlement:
    """A bill's figures as they stand now: the centre's once it has settled, else what the patient was told."""
    state = BillState.REVERSED if taken_back(queue, item) else state_of(item)
    if (answer := answered(queue, item)) is not None:
        return msgspec.structs.replace(answer.settlement, state=state)
    return msgspec.structs.replace(entry(queue, item).told, state=state, message_number=item.number)
