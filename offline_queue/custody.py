"""Looking after the store over the years: verified copies, reconciled days, archives, erasure at the term's end."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path

import msgspec

from offline_queue import archives, breaks
from offline_queue.book import Book
from offline_queue.decisions import items_open
from offline_queue.faults import DayNotOver, StoreFailed
from offline_queue.journal import ARCHIVED, CARRIED
from offline_queue.place import PART, flush_file, flush_folder
from offline_queue.ports import Event, Item
from offline_queue.store import NAME, Store
from offline_queue.traces import Verification
from offline_queue.verify import Verifier
from offline_queue.vocabulary import OPEN, State


def back_up(book: Book, folder: Path, actor: str) -> Verification:
    """A copy of the store in an empty folder, read back and checked before it counts.

    Raises ``StoreFailed`` when the folder is taken or full, ``StoreBroken`` when the copy does not hold.
    """
    part = folder.with_name(f"{folder.name}{PART}")
    try:
        if folder.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(folder))
        part.mkdir(mode=0o700, parents=True)
        checked = _copy(book, part)
        part.rename(folder)
        flush_folder(folder.parent)
    except OSError as error:
        raise StoreFailed(cause=error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    with book.transaction():
        book.store.change("UPDATE store SET copied = ?", (book.clock().isoformat(),))
        book.note("copied", actor, upto=checked.head.seq)
    return checked


def _copy(book: Book, folder: Path) -> Verification:
    with contextlib.closing(Store(book.folder, book.store.connect)) as reader:  # nobody waits for it
        reader.copy(folder / NAME)
    with contextlib.closing(Store(folder)) as copy:
        checked = Verifier(copy, book.suite, book.id, book.keys).everything()
    if not checked.intact:
        breaks.tell(book, checked.traces)
        raise breaks.fault(checked.traces)
    flush_folder(folder)
    return checked


def put_back(copy: Path, folder: Path) -> None:
    """A copy in the place of a store that is gone, with the archives that were copied beside it.

    Opened with ``adopt`` it goes on; what was open in it is held, for it may have been sent after the copy. Raises
    ``StoreFailed``; then the folder has no store.
    """
    fresh = folder / f"{NAME}{PART}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        archives.mirror(copy.parent / archives.FOLDER, folder / archives.FOLDER)
        shutil.copyfile(copy / NAME, fresh)
        flush_file(fresh)
        fresh.replace(folder / NAME)
        flush_folder(folder)
    except OSError as error:
        raise StoreFailed(cause=error) from error


def reconcile(book: Book, keys: Iterable[str], day: date, actor: str) -> list[Item]:
    """The comparison of this day with the far end confirmed these closed items."""
    done = []
    with book.transaction():
        for key in keys:
            for item in book.items.where("key = ? AND closed NOT NULL AND reconciled = ''", (key,)):
                told: dict[str, object] = {"reconciled": day.isoformat()}
                done.append(book.items.save(item, told, "reconcile", book.clock(), actor, b"", book.epoch))
    return done


def unsettled(book: Book, day: date) -> list[Item]:
    """What keeps a day from being closed: its items on the wire, in doubt, or being reversed."""
    found = book.items.in_states([State.SENDING, State.IN_DOUBT, State.REVERSING])
    return [item for item in found if item.created.date() == day]


def archive(book: Book, before: date, name: str, actor: str) -> int:
    """Move the contents of items reconciled and closed before a day to an archive file, still sealed.

    The chain, every header and every digest stay; the file is flushed and read back before anything is taken out of
    the store, and its digest stands in the chain. Gives the number of items; without any there is no file. Raises
    ``StoreFailed`` when the file exists or cannot be written.
    """
    old = "reconciled != '' AND closed < ?"
    items = "SELECT id, sealed FROM item WHERE sealed NOT NULL AND " + old
    bodies = f"SELECT seq, body FROM event WHERE body NOT NULL AND item IN (SELECT id FROM item WHERE {old})"
    with book.transaction():
        kept = {
            "item": [tuple(row) for row in book.store.rows(items, (before.isoformat(),))],
            "event": [tuple(row) for row in book.store.rows(bodies, (before.isoformat(),))],
        }
        if not kept["item"]:
            return 0
        digest = book.archives.write(name, kept)
        for id, _ in kept["item"]:
            book.store.change("UPDATE item SET sealed = NULL WHERE id = ?", (id,))
        for seq, _ in kept["event"]:
            book.store.change("UPDATE event SET body = NULL WHERE seq = ?", (seq,))
        count = len(kept["item"])
        book.note(ARCHIVED, actor, before=before.isoformat(), items=count, file=name, digest=digest.hex())
    return count


def erase(book: Book, day: date, actor: str, stands: Callable[[Event], bool] = lambda note: True) -> None:
    """Destroy a day's data key: what was sealed with it is gone for good, the chain stays verifiable.

    The caller's own notes that still stand are sealed anew before, in the same step, and read as if nothing had been.
    Raises ``DayNotOver``, and ``ItemsOpen`` while an item sealed with it is open.
    """
    if day >= book.clock().date():
        raise DayNotOver(day=day)
    with book.transaction():
        rows = book.store.rows("SELECT id FROM data_key WHERE day = ? AND wrapped NOT NULL", (day.isoformat(),))
        for (id,) in rows:
            open_items = [item for item in book.items.in_states(OPEN) if item.sealed_with == id]
            if open_items:
                raise items_open(open_items, f"销毁 {day} 的密钥", f"erase {day}")
            carried = {
                note.seq: note.body for note in book.journal.notes_of(day.isoformat()) if note.body and stands(note)
            }
            if carried:
                book.note(CARRIED, actor, msgspec.msgpack.encode(carried), day=day.isoformat(), notes=len(carried))
            book.store.change(
                "UPDATE data_key SET wrapped = NULL, recovery = NULL, erased = ? WHERE id = ?",
                (book.clock().isoformat(), id),
            )
            book.note("erased", actor, key=id, day=day.isoformat())
    book.keys.forget()
    book.journal.forget()


def renew_key(book: Book, actor: str) -> int:
    """Wrap all data keys by a fresh key of the keystore, in one durable step; gives their number.

    Cut off anywhere the store opens, with the old key or the new one. What was wrapped by the old key, a copy made
    before, opens no more but by the site's recovery key. Raises ``KeysClosed``, ``StoreFailed``, ``StoreUncertain``.
    """
    with book.transaction():
        fresh, count = book.keys.renew()
        book.note("rekeyed", actor, keys=count)
    fresh.kept()
    return count
