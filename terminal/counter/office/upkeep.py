"""The night's work on the store by the site's settings: a checked copy, the archive, keys past their term."""

from datetime import timedelta
from pathlib import Path

from config.places import copies_folder
from offline_queue import upkeep
from offline_queue.upkeep import Done, Kept, Rules
from terminal.counter.office.standing import Standing
from terminal.counter.till import Till


def look_after(till: Till, *, now: bool = False) -> Done | None:
    """Does what is due, or all of it ``now``; nothing when nothing is due or another process is at it.

    A failure is told, and stands as an alarm in the queue's status until a copy succeeds; it is not raised.
    """
    done = upkeep.care(till.queue.book, rules(till), now=now, standing=Standing(till))
    if done is not None and done.erased:
        till.tallies.clear()  # erased is erased in memory too
    return done


def kept(till: Till) -> tuple[Kept, ...]:
    """Days past their legal term whose contents stay, because bills of them are still needed."""
    return upkeep.kept(till.queue.book, rules(till), Standing(till))


def rules(till: Till) -> Rules:
    """The site's rules."""
    told = till.settings.upkeep
    return Rules(
        copies=Path(told.copies).expanduser() if told.copies else copies_folder(till.home),
        hour=told.hour,
        kept=told.copies_kept,
        archive_after=timedelta(days=told.archive_days) if told.archive_days else None,
        erase_after=timedelta(days=told.erase_days) if told.erase_days else None,
    )
