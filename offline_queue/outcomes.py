"""What a call's outcome does to its item; the same for an online sale and for the forwarder."""

from collections.abc import Callable
from datetime import timedelta

from offline_queue.book import Book
from offline_queue.ports import Item, Outcome
from offline_queue.vocabulary import OutcomeClass, Step

STEPS = {
    OutcomeClass.NOT_SENT: Step.NOT_SENT,
    OutcomeClass.BUSY: Step.BUSY,
    OutcomeClass.ACCEPTED: Step.ACCEPT,
    OutcomeClass.DUPLICATE: Step.ACCEPT,
    OutcomeClass.REFUSED: Step.REFUSE,
    OutcomeClass.IN_DOUBT: Step.DOUBT,
    OutcomeClass.PENDING: Step.DOUBT,
    OutcomeClass.UNRECOGNISED: Step.HOLD,
    OutcomeClass.NOTHING: Step.HOLD,  # no answer to a call with an effect: somebody must look
}

ANSWERED = frozenset(OutcomeClass) - {OutcomeClass.NOT_SENT, OutcomeClass.IN_DOUBT}
"""The far end is there: it gave a well-formed answer."""

CLOSING = frozenset(result for result, step in STEPS.items() if step in (Step.ACCEPT, Step.REFUSE))
"""Nothing more is to be done about the item: its lane goes on."""

FIRST_ENQUIRY = timedelta(seconds=5)


def conclude(
    book: Book,
    item: Item,
    outcome: Outcome,
    actor: str,
    delay: Callable[[], timedelta] = timedelta,
    *,
    relayed: bool = False,
) -> Item:
    """Store how the call of a ``SENDING`` item ended, inside a transaction. ``delay`` is for the next try, if any.

    ``relayed``: it went to somebody who passes it on.
    """
    step = STEPS[outcome.result]
    now = book.now()
    changes: dict[str, object] = {"reason": outcome.code or outcome.result.value}
    if step is not Step.NOT_SENT:
        changes["attempts"] = item.attempts + 1
    if step in (Step.DOUBT, Step.HOLD):
        changes |= {"doubtful_at": now, "doubtful_since": book.steady()}
    if step is Step.DOUBT:
        changes["due"] = now + FIRST_ENQUIRY
    elif step in (Step.NOT_SENT, Step.BUSY):
        changes |= {"due": now + delay(), "tries": item.tries + 1}
    if not relayed and (outcome.result in ANSWERED or step is Step.NOT_SENT):
        book.contact(outcome.result in ANSWERED)
    return book.move(item.id, step, actor=actor, body=outcome.answer, **changes)
