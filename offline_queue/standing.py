"""How the queue stands: what a person must see at a glance, and which limits one more item would pass."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from offline_queue import locks, place
from offline_queue.book import Book
from offline_queue.forwarder import LEASE
from offline_queue.items import OPEN_ROWS
from offline_queue.limits import Breach, Figures, Limits, breaches
from offline_queue.numbers import PER_SECOND
from offline_queue.ports import Anchor, Item
from offline_queue.vocabulary import Kind, State

_COPY_AGE = timedelta(hours=36)
"""A nightly copy that was missed once."""

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
    warnings: tuple[str, ...]
    forwarder: locks.Holder | None
    head: Anchor


def status(book: Book, limits: Limits) -> Status:
    """The queue as it stands now. Puts the reserve aside again when there is room."""
    rows = book.store.rows(
        f"SELECT state, count(*) AS count, min(created) AS oldest FROM item WHERE {OPEN_ROWS} GROUP BY state"
    )
    figures = _figures(book)
    offline = figures.offline_since
    return Status(
        open={State(row["state"]): row["count"] for row in rows},
        sum_open_fen=figures.sum_open_fen,
        oldest=min((datetime.fromisoformat(row["oldest"]) for row in rows), default=None),
        offline_since=offline,
        last_contact=figures.last_contact,
        until_hard_limit=(offline + limits.offline_hard - figures.now).total_seconds() if offline else None,
        soft_limit_passed=bool(offline and figures.now - offline > limits.offline_soft),
        not_ready=tuple(breaches(limits, Kind.REQUEST, figures)),
        warnings=tuple(_warnings(book, figures.now)),
        forwarder=locks.holder(book.folder / LEASE),
        head=book.journal.head(),
    )


def rehearse(book: Book) -> None:
    """Seal, open and commit as an outage would need it."""
    word = b"rehearsal"
    book.unseal(book.seal(word, word), word)
    with book.transaction():
        book.note("rehearsed", "queue", word)


def reached(book: Book, limits: Limits, item: Item, *, stored: bool = False) -> Iterator[Breach]:
    """The limits that this item would pass, or passes; ``stored`` says that it is counted already."""
    totals = book.journal.totals()
    if item.kind is Kind.ADVICE:  # only their number is limited: nothing else has to be looked up
        return breaches(limits, item.kind, Figures(now=item.created, items_open=totals.items - stored))
    return breaches(limits, item.kind, _figures(book, item, stored))


def _figures(book: Book, item: Item | None = None, stored: bool = False) -> Figures:
    """What the limits are held against for a request; a stored item is left out of the sums."""
    totals = book.journal.totals()
    row = book.store.rows("SELECT contact, offline FROM store")[0]
    amount = item.amount_fen if item else 0
    lane = item.lane if item else b""
    mine: int = book.store.rows(f"SELECT count(*) FROM item WHERE lane = ? AND {OPEN_ROWS}", (lane,))[0][0]
    return Figures(
        now=book.clock(),
        items_open=totals.items - stored,
        sum_open_fen=totals.fen - (amount if stored and item and item.kind is Kind.REQUEST else 0),
        lane_open=mine - stored,
        amount_fen=amount,
        offline_since=row["offline"] and datetime.fromisoformat(row["offline"]),
        last_contact=row["contact"] and datetime.fromisoformat(row["contact"]),
        free_disk=place.free_bytes(book.folder),
        clock_step=book.clock_step(),
    )


def _warnings(book: Book, now: datetime) -> Iterator[str]:
    yield from map(str, book.damage)
    if fault := book.anchor_fault:
        yield fault.code
    if not book.reserve.put_aside():
        yield "no_reserve"
    row = book.store.rows("SELECT copied, number FROM store")[0]
    if row["copied"] and now - datetime.fromisoformat(row["copied"]) > _COPY_AGE:
        yield "copy_too_old"
    if row["number"] // PER_SECOND - now.timestamp() > _AHEAD.total_seconds():
        yield "numbers_ahead"
