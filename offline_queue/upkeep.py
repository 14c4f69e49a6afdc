"""What a store needs every night: a checked copy, old contents out of the way, keys past their term destroyed.

Whoever runs for long calls ``care`` at an idle moment; it does nothing until the hour has struck. Nothing leaves the
store before a copy of that night has been read back.
"""

import re
import shutil
from collections.abc import Collection
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from offline_queue import archives, custody, locks, place
from offline_queue.archives import FOLDER
from offline_queue.book import Book
from offline_queue.faults import ItemsOpen, QueueFault, StoreFailed
from offline_queue.journal import OF_ITEM
from offline_queue.limits import Limits
from offline_queue.ports import Event
from offline_queue.standing import COPY_FAILED, copied
from offline_queue.store import NAME
from offline_queue.vocabulary import State

ACTOR = "upkeep"
_AGAIN = timedelta(hours=1)
"""Between two tries of a copy that fails."""
_ROOM = 64 << 20
"""Bytes that a copy leaves to the store, beside its own size."""
_CLOCK_STEP = Limits().clock_step
_NAMED = re.compile(r"\d{8}T\d{6}")


class Rules(Struct, frozen=True):
    """A site's rules for looking after the store."""

    copies: Path
    """Best on another disk."""
    hour: int = 2
    """Beijing time, from which on the night's work is done."""
    kept: int = 7
    """Copies that are kept; a copy holds the keys of days that were erased after it."""
    archive_after: timedelta | None = timedelta(days=35)
    """After the closing of a reconciled item; nothing: never."""
    erase_after: timedelta | None = None
    """The legal term of the contents; nothing: they are kept for ever."""


class Kept(Struct, frozen=True):
    """A day whose term is over, and how many items need what was sealed on it."""

    day: str
    items: int


class Done(Struct, frozen=True):
    """What one night's work did."""

    copy: str = ""
    failed: str = ""
    """Why there is no copy, and then nothing else was done; or why the rest was not."""
    archived: int = 0
    erased: tuple[str, ...] = ()
    """Days."""


def due(book: Book, rules: Rules) -> bool:
    """Whether the hour has struck since the last copy, and no try failed within the hour."""
    now = book.clock()
    struck = now.replace(hour=rules.hour, minute=0, second=0, microsecond=0)
    struck -= timedelta(days=struck > now)
    found = copied(book)
    if found.since is None or struck <= found.since <= now:  # a time to come was written by a clock that was wrong
        return False
    return found.failed is None or not timedelta(0) <= now - found.failed < _AGAIN


class Standing(Protocol):
    """What of the contents past their term is still needed; the caller knows, the store does not."""

    def needed(self) -> Collection[str]:
        """Of items: the days on which they were sealed, or anything of them, stay."""
        ...

    def stands(self, note: Event, day: date) -> bool:
        """Whether one of the caller's own notes goes forward when this day is erased."""
        ...


class Everything:
    """Every note stands, and no item but the unfinished ones is needed."""

    def needed(self) -> Collection[str]:
        return ()

    def stands(self, note: Event, day: date) -> bool:
        return True


def care(book: Book, rules: Rules, *, now: bool = False, standing: Standing | None = None) -> Done | None:
    """The night's work, if it is due or asked for ``now``; nothing while another process does it."""
    if not (now or due(book, rules)):
        return None
    hold = locks.take(book.folder / "upkeep.lock", book.clock())
    if isinstance(hold, locks.Holder):
        return None
    try:
        return _care(book, rules, standing or Everything())
    finally:
        hold.release()


def _care(book: Book, rules: Rules, standing: Standing) -> Done:
    try:
        copy = str(_copy(book, rules))
    except QueueFault as fault:
        with suppress(QueueFault), book.transaction():  # a disk that takes nothing shows in the copy's age
            book.note(COPY_FAILED, ACTOR, cause=fault.code)
        return Done(failed=str(fault))
    try:
        return Done(copy=copy, archived=_archive(book, rules), erased=tuple(_erase(book, rules, standing)))
    except QueueFault as fault:
        return Done(copy=copy, failed=str(fault))


def _copy(book: Book, rules: Rules) -> Path:
    folder = rules.copies / f"{book.clock():%Y%m%dT%H%M%S}"
    try:
        rules.copies.mkdir(mode=0o700, parents=True, exist_ok=True)
        size = sum(file.stat().st_size for file in book.folder.glob(f"{NAME}*"))
    except OSError as error:
        raise StoreFailed(cause=error) from error
    if (free := place.free_bytes(rules.copies)) < size + _ROOM:
        raise StoreFailed(cause=f"{free >> 20} MB free for a copy of {size >> 20} MB")
    try:
        for cut_off in rules.copies.glob(f"*{place.PART}"):
            shutil.rmtree(cut_off, ignore_errors=True)
        archives.mirror(book.archives.folder, rules.copies / FOLDER, book.journal.archived())
    except OSError as error:
        raise StoreFailed(cause=error) from error
    custody.back_up(book, folder, ACTOR)
    made = sorted(old for old in rules.copies.iterdir() if _NAMED.fullmatch(old.name) and (old / NAME).is_file())
    for old in made[: -max(1, rules.kept)]:
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def _archive(book: Book, rules: Rules) -> int:
    """Once a month; by then each content that leaves has been in several copies.

    The chain's end makes the file's name one that no other has, also where a store goes on from an older copy.
    """
    now = book.clock()
    month = f"{now:%Y-%m}"
    if rules.archive_after is None or any(name.startswith(month) for name in book.journal.archived()):
        return 0
    name = f"{month}-{book.journal.head().short}.db"
    return custody.archive(book, (now - rules.archive_after).date(), name, ACTOR)


def _erase(book: Book, rules: Rules, standing: Standing) -> list[str]:
    if book.clock_step() > _CLOCK_STEP:
        return []  # a clock that is wrong would end terms early, and what is erased does not come back
    erased = []
    for day, needed in _past_term(book, rules, standing):
        if not needed:
            over = date.fromisoformat(day)
            with suppress(ItemsOpen):  # taken up meanwhile
                custody.erase(book, over, ACTOR, partial(standing.stands, day=over))
                erased.append(day)
    return erased


def kept(book: Book, rules: Rules, standing: Standing | None = None) -> tuple[Kept, ...]:
    """Days whose term is over and that stay, and why."""
    days = _past_term(book, rules, standing or Everything())
    return tuple(Kept(day, len(needed)) for day, needed in days if needed)


def _past_term(book: Book, rules: Rules, standing: Standing) -> list[tuple[str, set[int]]]:
    """Days that are not erased and whose term is over, each with the items that need it, oldest first."""
    if rules.erase_after is None:
        return []
    last = (book.clock() - rules.erase_after).date()
    over = "SELECT id, day FROM data_key WHERE day GLOB '[0-9]*' AND day < ? AND wrapped NOT NULL ORDER BY day"
    if not (keys := {row["id"]: row["day"] for row in book.store.rows(over, (last.isoformat(),))}):
        return []
    unfinished = f"SELECT * FROM item WHERE closed IS NULL OR (state = '{State.ACCEPTED.value}' AND reconciled = '')"
    needed = {row["id"]: row["sealed_with"] for row in book.store.rows(unfinished)}
    for key in standing.needed():
        for row in book.store.rows("SELECT id, sealed_with FROM item WHERE key = ? OR reverses = ?", (key, key)):
            needed[row["id"]] = row["sealed_with"]
    days: dict[str, set[int]] = {day: set() for day in keys.values()}
    bodies = f"{OF_ITEM} WHERE body_digest != ?"
    for id, sealed_with in needed.items():
        told = {row["at"][:10] for row in book.store.rows(bodies, (id, book.suite.digest(b"")))}
        for day in (keys.get(sealed_with, ""), *told):
            if day in days:
                days[day].add(id)
    return list(days.items())
