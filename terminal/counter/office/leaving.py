"""Leaving: the operator's sign-out at the centre, and the end of a terminal; neither strands an open bill."""

from collections.abc import Callable
from pathlib import Path

from config.places import store_folder
from offline_queue import custody
from terminal.counter.office import shifts
from terminal.counter.office.copies import STAYS, Copy, check_alone
from terminal.counter.office.faults import ShiftIsOpen
from terminal.counter.office.operators import Session
from terminal.counter.office.roles import Right
from terminal.counter.till import Till


def sign_out(till: Till, by: Session) -> None:
    """Ends the operator's day at the centre (签退). Raises ItemsOpen, NotAllowed, the centre's faults."""
    by.require(Right.SHIFT)
    till.queue.require_empty("签退", "sign out")
    till.sign_out()


def retire(home: Path, folder: Path, who: Callable[[Till], Session]) -> Copy:
    """Ends this terminal: a last checked copy in ``folder``, the final anchor, then the store is set aside.

    Whatever opens the home next makes a new store, for this terminal (its numbers go on) or another. Raises ItemsOpen,
    ShiftIsOpen, NotAllowed, StoreInUse, StoreFailed, StoreBroken, KeysClosed; then the terminal is as it was.
    """
    with Till(home) as till:
        by = who(till)
        by.require(Right.EXPORT)
        till.queue.require_empty("停用", "retire")
        if (running := shifts.current(till)) is not None:
            raise ShiftIsOpen(shift=running.document.number, operator=running.actor)
        checked = custody.back_up(till.queue.book, folder, by.number)
        final = till.queue.retire(by.number)
    store = store_folder(home)
    check_alone(store)
    aside = store / f"retired-{final.seq}-{final.short}"
    aside.mkdir(mode=0o700)
    for file in sorted(store.iterdir()):
        if not file.name.startswith(STAYS):
            file.replace(aside / file.name)
    return Copy(str(aside), checked.events, checked.items, final.seq, final.short)
