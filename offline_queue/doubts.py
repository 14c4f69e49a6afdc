"""A call whose end nobody knows: ask, take back, wait; never simply repeat.

Something that is not there yet may still arrive: "absent" and "nothing to reverse" prove nothing until the far end's
horizon has passed since the call was over, counted on a clock that nobody can set, when the question was asked.
A reversal that succeeds proves at once that the call has no effect any more.
"""

from datetime import timedelta

from offline_queue import steady
from offline_queue.book import Book
from offline_queue.errands import Errand, Sender, describe
from offline_queue.outcomes import ANSWERED
from offline_queue.ports import Enquiry, FarEnd, Intent, Item, Outcome
from offline_queue.vocabulary import Finding, OnceFreed, OnDoubt, OutcomeClass, State, Step


def solve(sender: Sender, item: Item, payload: bytes) -> Errand:
    """The next thing to do about an item in doubt or being reversed."""
    if item.state is State.REVERSING:
        return _reverse(sender, item, payload)
    intent = sender.book.intent(item)
    far = sender.far_of(intent)
    can = far.capabilities
    if can.idempotent and item.once_freed is OnceFreed.SEND_AGAIN:
        return Errand(item, lambda result, number: free(sender, item))
    if item.tries >= sender.policy.tries:
        return Errand(item, lambda result, number: sender.hold(item, "tries"))
    wanted = sender.policy.on_doubt is OnDoubt.REVERSE or item.once_freed is OnceFreed.STOP
    if not can.relays and wanted and (not can.can_enquire or age(sender.book, item) >= sender.policy.reverse_after):
        return _reverse(sender, item, payload)
    if can.can_enquire:
        return _enquire(sender, far, item, payload, intent)
    return Errand(item, lambda result, number: sender.hold(item, "no_enquiry"))


def free(sender: Sender, item: Item, evidence: bytes = b"") -> None:
    """It is certain that the call has no effect: to be sent again, or closed, as was asked when it was recorded."""
    step = Step.FREE if item.once_freed is OnceFreed.SEND_AGAIN else Step.REVERSED
    sender.move(item, step, evidence, reason="freed", doubtful_at=None, doubtful_since=None)


def _enquire(sender: Sender, far: FarEnd, item: Item, payload: bytes, intent: Intent) -> Errand:
    asked_at_age = age(sender.book, item)

    def then(result: object, number: str) -> None:
        if not isinstance(result, Enquiry):
            result = Enquiry(Finding.UNKNOWN, describe(result), "far_end_fault")
        reached = result.finding is not Finding.NOT_REACHED
        sender.reached(reached, far)
        if result.call:
            sender.move(item, Step.RELAY, result.call.data, number=result.call.number, reason="relayed")
        if result.finding is Finding.FOUND_EQUAL:
            sender.move(item, Step.FIND, result.evidence, reason=result.code)
        elif result.finding is Finding.REFUSED:
            sender.move(item, Step.REFUSE, result.evidence, reason=result.code)
        elif result.finding is Finding.FOUND_DIFFERENT:
            sender.hold(item, result.code or "found_different", result.evidence)
        elif result.finding is Finding.ABSENT and asked_at_age >= far.capabilities.settle_horizon:
            free(sender, item, result.evidence)
        else:
            most = sender.policy.tries - (result.finding is Finding.PENDING)  # being told to wait is no vain try
            sender.move(
                item,
                Step.ASK,
                result.evidence,
                reason=result.code or result.finding.value,
                due=sender.later(item.tries + 1),
                tries=min(item.tries + reached, most),
            )

    return Errand(item, then, lambda: far.enquire(item, payload, intent))


def _reverse(sender: Sender, item: Item, payload: bytes) -> Errand:
    """First the intent to reverse, durable; then the call."""
    repeat = item.state is State.REVERSING
    if repeat and item.tries >= sender.policy.tries:
        return Errand(item, lambda result, number: sender.hold(item, "tries"))
    intent = sender.book.intent(item)
    far = sender.far_of(intent)

    def then(result: object, number: str) -> Errand:
        step = Step.REPEAT if repeat else Step.REVERSE
        tries = item.tries if repeat else 0
        claimed = sender.move(item, step, number.encode(), owner=sender.owner, tries=tries)
        asked_at_age = age(sender.book, item)
        return Errand(
            claimed,
            lambda result, _: _reversed(sender, far, claimed, result, asked_at_age),
            lambda: far.reverse(claimed, payload, intent, number, repeat),
        )

    return Errand(item, then)


def _reversed(sender: Sender, far: FarEnd, item: Item, result: object, asked_at_age: timedelta) -> None:
    if not isinstance(result, Outcome):
        result = Outcome(OutcomeClass.IN_DOUBT, "far_end_fault", describe(result))
    sender.reached(result.result in ANSWERED, far)
    horizon = far.capabilities.settle_horizon
    reason = result.code or result.result.value
    match result.result:
        case OutcomeClass.ACCEPTED | OutcomeClass.DUPLICATE:
            free(sender, item, result.answer)
        case OutcomeClass.NOTHING if asked_at_age >= horizon:
            free(sender, item, result.answer)
        case OutcomeClass.NOTHING:
            due = sender.book.clock() + horizon - asked_at_age
            sender.move(item, Step.NOTHING, result.answer, reason=reason, due=due)
        case OutcomeClass.REFUSED | OutcomeClass.UNRECOGNISED:
            sender.hold(item, reason, result.answer)
        case _:  # its own end is unknown, or it did not go out: the reversal is repeated, nothing else changes
            tries = item.tries + (result.result is not OutcomeClass.NOT_SENT)
            due = sender.later(item.tries + 1)
            sender.move(item, Step.REPEAT, result.answer, reason=reason, due=due, tries=tries)


def age(book: Book, item: Item) -> timedelta:
    """How long ago an item's call was known to be over, on the clock that nobody can set."""
    since = item.doubtful_since
    if since is None or item.doubtful_at is None:
        return timedelta(0)
    return steady.elapsed(item.doubtful_at, since, book.clock(), book.steady())
