"""How the queue stands: what a person must see at a glance, and which limits one more item would pass."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from offline_queue import breaks, bundle, locks, place
from offline_queue.book import Book
from offline_queue.faults import BundleUnfinished, StoreBroken
from offline_queue.forwarder import LEASE
from offline_queue.items import OPEN_ROWS
from offline_queue.limits import Breach, Figures, Limit, Limits, breaches
from offline_queue.numbers import PER_SECOND
from offline_queue.ports import Anchor, Item, NewItem
from offline_queue.signed import why_closed
from offline_queue.traces import Trace
from offline_queue.vocabulary import Kind, State

_COPY_AGE = timedelta(hours=36)
"""A nightly copy that was missed once."""

COPY_FAILED = "copy_failed"
"""Kind of the event that tells of it."""

_INTACT = "完好 intact"
_AHEAD = timedelta(hours=2)
"""Message numbers never fall: a clock that once stood in the future leaves them there."""


class Status(Struct, frozen=True):
    """Everything a person must be able to see at a glance."""

    open: dict[State, int]
    sum_open_fen: int
    """Of the requests that are open."""
    oldest: datetime | None
    offline_since: datetime | None
    last_contact: datetime | None
    until_hard_limit: float | None
    """Seconds until requests are refused for being offline too long; None while online."""
    soft_limit_passed: bool
    not_ready: tuple[Breach, ...]
    """Why one more request could not be stored offline now; empty: ready."""
    copied: datetime | None
    """When the newest checked copy was made."""
    copy_age: float | None
    """Seconds since then; before the first copy, since there has been something to copy."""
    warnings: tuple[str, ...]
    forwarder: locks.Holder | None
    head: Anchor


class Copied(Struct, frozen=True):
    """What is known of copies."""

    at: datetime | None
    since: datetime | None
    """From when on what is stored exists only once: the newest copy, before the first the first event."""
    failed: datetime | None
    """When making one failed, unless one was made afterwards."""


def copied(book: Book) -> Copied:
    """When the newest checked copy was made, and whether making another has failed since."""
    (at,) = book.store.rows("SELECT copied FROM store")[0]
    first = book.store.rows("SELECT at FROM event ORDER BY seq LIMIT 1")
    tries = book.store.rows(
        "SELECT kind, at FROM event WHERE item = 0 AND kind IN ('copied', ?) ORDER BY seq DESC LIMIT 1", (COPY_FAILED,)
    )
    made = datetime.fromisoformat(at) if at else None
    begun = datetime.fromisoformat(first[0]["at"]) if first else None
    failed = datetime.fromisoformat(tries[0]["at"]) if tries and tries[0]["kind"] == COPY_FAILED else None
    return Copied(made, made or begun, failed)


def status(book: Book, limits: Limits) -> Status:
    """The queue as it stands now. Puts the reserve aside again when there is room."""
    rows = book.store.rows(f"SELECT state, count(*) AS count, min(created) AS oldest FROM {OPEN_ROWS} GROUP BY state")
    figures = _figures(book, limits)
    copies, broken = copied(book), breaks.standing(book)
    age = (figures.now - copies.since).total_seconds() if copies.since else None
    offline = figures.offline_since
    return Status(
        open={State(row["state"]): row["count"] for row in rows},
        sum_open_fen=figures.sum_open_fen,
        oldest=min((datetime.fromisoformat(row["oldest"]) for row in rows), default=None),
        offline_since=offline,
        last_contact=figures.last_contact,
        until_hard_limit=(offline + limits.offline_hard - figures.now).total_seconds() if offline else None,
        soft_limit_passed=bool(offline and figures.now - offline > limits.offline_soft),
        not_ready=(*_broken(broken), *breaches(limits, Kind.REQUEST, figures)),
        copied=copies.at,
        copy_age=age,
        warnings=tuple(_warnings(book, figures.now, copies, age, broken)),
        forwarder=locks.holder(book.folder / LEASE),
        head=book.journal.head(),
    )


def rehearse(book: Book) -> None:
    """Seal, open and commit as an outage would need it."""
    word = b"rehearsal"
    book.unseal(book.seal(word, word), word)
    with book.transaction():
        book.note("rehearsed", "queue", word)


def reached(book: Book, limits: Limits, asked: NewItem | Item, more: int = 0) -> Iterable[Breach]:
    """The limits that this item would pass, and as many ``more`` advices; a stored one is left out of what is open.

    Asked inside a transaction.
    """
    kind = asked.kind
    if kind is not Kind.ADVICE:
        return breaches(limits, kind, _figures(book, limits, asked))
    items = book.journal.newest().items - isinstance(asked, Item) + more
    if items < limits.most(kind):  # only their number is limited: nothing else has to be looked up
        return ()
    return breaches(limits, kind, Figures(now=book.now(), items_open=items))


def _figures(book: Book, limits: Limits, asked: NewItem | Item | None = None) -> Figures:
    """What the limits are held against for a request; a stored item is left out of the sums."""
    totals = book.journal.end()
    row = book.store.rows("SELECT contact, offline FROM store")[0]
    stored = isinstance(asked, Item)
    amount = asked.amount_fen if asked else 0
    lane = asked.lane if isinstance(asked, Item) else book.lane(asked.lane) if asked else b""
    mine: int = book.store.rows(f"SELECT count(*) FROM {OPEN_ROWS} AND lane = ?", (lane,))[0][0]
    return Figures(
        now=book.clock(),
        items_open=totals.items - stored,
        sum_open_fen=totals.fen - (amount if stored and asked and asked.kind is Kind.REQUEST else 0),
        lane_open=mine - stored,
        amount_fen=amount,
        offline_since=row["offline"] and datetime.fromisoformat(row["offline"]),
        last_contact=row["contact"] and datetime.fromisoformat(row["contact"]),
        free_disk=place.free_bytes(book.folder),
        clock_step=book.clock_step(),
        closed=why_closed(book, limits),
    )


def _broken(found: tuple[Trace, ...]) -> Iterator[Breach]:
    if found:
        yield Breach(Limit.STORE, str(found[0]), _INTACT)


def _warnings(book: Book, now: datetime, copies: Copied, age: float | None, broken: tuple[Trace, ...]) -> Iterator[str]:
    if broken:
        yield StoreBroken.code
    yield from map(str, broken)
    if fault := book.memory.fault:
        yield fault.code
    if not book.reserve.put_aside():
        yield "no_reserve"
    if age is not None and not -_AHEAD.total_seconds() <= age <= _COPY_AGE.total_seconds():
        yield "copy_too_old"
    if copies.failed:
        yield COPY_FAILED
    if bundle.unfinished(book):
        yield BundleUnfinished.code
    if book.store.rows("SELECT number FROM store")[0][0] // PER_SECOND - now.timestamp() > _AHEAD.total_seconds():
        yield "numbers_ahead"
