"""A break: what was found wrong is told in the chain, the file is copied aside, and requests are refused from then on.

Advices go on: the event that names the break begins a new segment of the chain, whose links hold again. The break
stands, in every process and over every restart, until a check of everything finds the store whole.
"""

import contextlib
from datetime import datetime
from pathlib import Path

import msgspec

from offline_queue import place
from offline_queue.book import Book
from offline_queue.faults import QueueFault, StoreBroken
from offline_queue.store import NAME, Store
from offline_queue.traces import Trace, Verification

BROKEN, VERIFIED = "broken", "verified"
"""Kinds of the events that tell of a break, and of a check of everything that found none."""
ASIDE = "broken-"
"""Beginning of the names of the folders in which a broken store is kept as it was found."""
_ACTOR = "queue"
_TOLD = 20
"""Findings that an event names."""
_COPIES = 3
_ROOM = 1 << 28
"""Bytes that a copy set aside leaves to the store."""
_STANDING = "break"


class _Told(msgspec.Struct):
    traces: tuple[Trace, ...] = ()


def standing(book: Book) -> tuple[Trace, ...]:
    """What is known to be wrong with the store; empty: nothing."""
    if book.damage:
        return book.damage
    with book.store.alone():
        known = book.journal.known()
        if _STANDING not in known:
            known[_STANDING] = _standing(book)
        found: tuple[Trace, ...] = known[_STANDING]
        return found


def _standing(book: Book) -> tuple[Trace, ...]:
    of_kind = "SELECT seq, changes FROM event WHERE item = 0 AND kind = ? AND seq > ? ORDER BY seq DESC LIMIT 1"
    told = book.store.rows(of_kind, (BROKEN, 0))
    if not told or book.store.rows(of_kind, (VERIFIED, told[0]["seq"])):
        return ()
    return msgspec.json.decode(told[0]["changes"], type=_Told).traces


def fault(found: tuple[Trace, ...]) -> StoreBroken:
    """The fault that tells a person of it."""
    return StoreBroken(finding=found[0])


def tell(book: Book, found: tuple[Trace, ...]) -> None:
    """Make a break known, once. A store that cannot take the event is broken for this process all the same."""
    book.damage = ()
    if set(found[:_TOLD]) <= set(standing(book)):
        return
    try:
        aside = _set_aside(book)
        with book.transaction():
            book.note(BROKEN, _ACTOR, traces=found[:_TOLD], count=len(found), aside=aside)
            book.journal.known()[_STANDING] = found[:_TOLD]
        book.remember()
    except QueueFault:
        book.damage = found


def tell_result(book: Book, checked: Verification) -> None:
    """Make the result of a check of everything known: it begins a break, or ends one."""
    if not checked.intact:
        tell(book, checked.traces)
        return
    with book.transaction():
        book.note(VERIFIED, _ACTOR, events=checked.events, items=checked.items, upto=checked.head.seq)
        book.journal.known()[_STANDING] = ()
    book.damage = ()


def _set_aside(book: Book) -> str:
    """Keep the file as it was found; gives the folder's name, empty where there is no room or it cannot be read."""
    try:
        size = sum(file.stat().st_size for file in book.folder.glob(f"{NAME}*"))
        kept = len(list(book.folder.glob(f"{ASIDE}*")))
        if kept >= _COPIES or place.free_bytes(book.folder) < size + _ROOM:
            return ""
        folder = _fresh(book.folder, book.clock())
        with contextlib.closing(Store(book.folder)) as found:
            found.copy_pages(folder / NAME)
    except (QueueFault, OSError):
        return ""
    return folder.name


def _fresh(store: Path, now: datetime) -> Path:
    folder = store / f"{ASIDE}{now:%Y%m%dT%H%M%S}"
    folder.mkdir(mode=0o700)
    return folder
