"""Why a bill came out as it did: the local split again from what the journal keeps, this time with every step."""

from offline_queue.ports import Item
from terminal.counter import journal
from terminal.counter.faults import NothingToExplain
from terminal.counter.split import split
from terminal.counter.till import Till
from terminal.documents import Settlement


def why(till: Till, item: Item, *, explain: int = 3) -> Settlement:
    """The local split of a bill with its steps. Raises NothingToExplain where none was made or its pack is gone."""
    entry = journal.entry(till.queue, item)
    if entry.given is None or not entry.told.pack:
        raise NothingToExplain(bill=item.key, pack="-")
    again = split(till, entry.claim, entry.given, explain=explain)
    if again.pack_digest != entry.told.pack_digest:
        raise NothingToExplain(bill=item.key, pack=f"{entry.told.pack} {entry.told.pack_digest[:12]}")
    return again
