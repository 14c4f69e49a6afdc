"""How a caller's items come in, each in one durable step: to be sent later under the limits, or to be sent at once."""

from offline_queue import breaks
from offline_queue.book import Book
from offline_queue.entry import check_seen, enter, known_item
from offline_queue.faults import ForbiddenStep, KeyStored, LaneBusy, LimitReached, OnlineOnly, Overtaken, StoreBroken
from offline_queue.items import OPEN_ROWS
from offline_queue.limits import Breach, Limits, refusal
from offline_queue.outcomes import conclude
from offline_queue.ports import Item, NewItem, Outcome, Sending
from offline_queue.standing import reached
from offline_queue.vocabulary import Kind, OutcomeClass, State, Step


def record(book: Book, limits: Limits, news: list[NewItem], actor: str, seen: int | None = None) -> list[Item]:
    """Store items to be sent later: all of them or, when one is refused, none.

    At first as if none were known and nobody else wrote, which is usual and saves looking: the end shows whether it was
    so. Whoever repeats an item asks for no room.
    """
    for new in news:
        if new.kind is Kind.ONLINE_ONLY:
            raise OnlineOnly(key=new.key)
    if not news:
        return []
    together = len(news) == 1 or all(new.kind is Kind.ADVICE for new in news)
    try:
        with book.transaction():
            book.journal.trust()
            if together:
                return _add(book, limits, news, actor, seen)
            return [_add(book, limits, [new], actor, seen)[0] for new in news]
    except (KeyStored, Overtaken, LimitReached, StoreBroken):
        with book.transaction():
            return [known_item(book, new) or _add(book, limits, [new], actor, seen)[0] for new in news]


def begin(book: Book, new: NewItem, intent: bytes, actor: str, seen: int | None) -> Sending | Item:
    """Store an item that is sent at once, with what is about to be sent; one that is known already comes back."""
    number = book.numbers.next()
    owner = book.owner()
    with book.transaction():
        if known := known_item(book, new):
            return known
        if count := len(book.items.found(f"{OPEN_ROWS} AND lane = ?", (book.lane(new.lane),))):
            raise LaneBusy(key=new.key, count=count)
        _check(book, new, seen)
        (item,) = enter(book, [new], Step.BEGIN, actor, number=number, owner=owner, intent=intent)
    return Sending(item, number)


def finish(book: Book, limits: Limits, sending: Sending, outcome: Outcome, keep: bool, actor: str) -> Item:
    """Store how the call ended. Raises ``LimitReached`` where a limit keeps from forwarding it later."""
    item, breach = book.conclude(lambda: _finish(book, limits, sending, outcome, keep, actor))
    if breach:
        raise refusal(breach)
    return item


def _add(book: Book, limits: Limits, news: list[NewItem], actor: str, seen: int | None) -> list[Item]:
    """One, or several advices, of which only the number is limited."""
    _check(book, news[0], seen)
    for breach in reached(book, limits, news[0], len(news) - 1):
        raise refusal(breach)
    return enter(book, news, Step.RECORD, actor)


def _check(book: Book, new: NewItem, seen: int | None) -> None:
    if seen is not None:
        check_seen(book, new, seen)
    if new.kind is not Kind.ADVICE and (found := breaks.standing(book)):
        raise breaks.fault(found)


def _finish(
    book: Book, limits: Limits, sending: Sending, outcome: Outcome, keep: bool, actor: str
) -> tuple[Item, Breach | None]:
    item = book.items.by_id(sending.item.id)
    if item.number != sending.number or item.state is not State.SENDING:
        raise ForbiddenStep(key=item.key, state=item.state.value, step="finish")
    if outcome.result not in (OutcomeClass.NOT_SENT, OutcomeClass.BUSY):
        return conclude(book, item, outcome, actor), None
    wanted = keep and item.kind is not Kind.ONLINE_ONLY
    breach = next(iter(reached(book, limits, item)), None) if wanted else None
    if wanted and not breach:
        return conclude(book, item, outcome, actor), None
    book.contact(outcome.result is OutcomeClass.BUSY)
    reason = breach.limit.value if breach else outcome.code or outcome.result.value
    return book.move(item.id, Step.REFUSE, actor=actor, body=outcome.answer, reason=reason), breach
