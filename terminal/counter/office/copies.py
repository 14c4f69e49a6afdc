"""Copies of the store: made while the desk works, checked before they count, and put back in place of a lost one."""

import contextlib
import sqlite3
from pathlib import Path

import msgspec

from config.places import store_folder
from offline_queue import custody
from offline_queue.faults import ItemsOpen, QueueFault, StoreGone
from offline_queue.store import NAME
from terminal.counter.office.faults import NoCopy, StoreInUse, StoreStands
from terminal.counter.office.operators import Session
from terminal.counter.office.roles import Right
from terminal.counter.till import Till

STAYS = ("keys", "retired-", "aside-", "broken-")
"""What a store leaves behind: the keys open what was stored before, and what was set aside stays where it is."""
_FILES = (NAME, f"{NAME}-wal", f"{NAME}-shm")


class Copy(msgspec.Struct, frozen=True):
    """A copy or a store that was put back: how much it holds, and the chain's end."""

    folder: str
    events: int
    items: int
    last: int
    anchor: str


def back_up(till: Till, folder: Path, by: Session) -> Copy:
    """A checked copy in a new folder; the keys are not in it. Raises NotAllowed, StoreFailed, StoreBroken."""
    by.require(Right.EXPORT)
    checked = custody.back_up(till.queue.book, folder, by.number)
    return Copy(str(folder), checked.events, checked.items, checked.head.seq, checked.head.short)


def restore(home: Path, folder: Path, actor: str) -> Copy:
    """Puts a copy in place of this home's store, which is set aside, never deleted; needs the keys of the home.

    Message numbers go on above all that were ever given out. What was served after the copy is not in it: reconcile
    those days; what was open in it is held for two persons. Raises NoCopy, StoreInUse, ItemsOpen, and the faults of
    opening; then the old store is back.
    """
    if not (folder / NAME).is_file():
        raise NoCopy(folder=folder)
    store = store_folder(home)
    store.mkdir(parents=True, exist_ok=True)
    check_alone(store)
    _check_empty(home, store)
    aside = _aside(store)
    _move(store, aside)
    try:
        custody.put_back(folder, store)
        with Till(home, adopt=actor) as till:
            found = till.queue.verify()
    except BaseException:
        for name in _FILES:
            (store / name).unlink(missing_ok=True)
        _move(aside, store)
        aside.rmdir()
        raise
    return Copy(str(aside), found.events, found.items, found.head.seq, found.head.short)


def start_over(home: Path, actor: str) -> Copy:
    """Makes a new store where the last one is lost for good; what lay beside that one is set aside.

    Message numbers go on above all that the keystore remembers. What the lost store held is open nowhere: reconcile.
    Raises StoreStands, and the faults of opening.
    """
    store = store_folder(home)
    try:
        with Till(home):
            raise StoreStands(folder=store)
    except StoreGone:
        aside = _aside(store)
    for file in sorted(store.iterdir()):
        if not file.name.startswith(STAYS):
            file.replace(aside / file.name)
    with Till(home, anew=actor) as till:
        found = till.queue.verify()
    return Copy(str(aside), found.events, found.items, found.head.seq, found.head.short)


def _aside(store: Path) -> Path:
    folder = store / f"aside-{max((int(old.name[6:]) for old in store.glob('aside-*')), default=0) + 1}"
    folder.mkdir(mode=0o700)
    return folder


def check_alone(store: Path) -> None:
    """Leaving the write-ahead log succeeds only while no other connection is open; a broken store keeps nobody out."""
    with contextlib.closing(sqlite3.connect(store / NAME, timeout=0)) as old:
        try:
            old.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            raise StoreInUse(folder=store) from error
        except sqlite3.DatabaseError:
            return


def _check_empty(home: Path, store: Path) -> None:
    """What is open would be open nowhere afterwards. A store that does not open keeps nobody from its copy."""
    if not (store / NAME).is_file():
        return
    try:
        with Till(home) as till:
            till.queue.require_empty("恢复", "restore")
    except ItemsOpen:
        raise
    except QueueFault:
        return


def _move(source: Path, target: Path) -> None:
    for name in _FILES:
        if (source / name).exists():
            (source / name).replace(target / name)
