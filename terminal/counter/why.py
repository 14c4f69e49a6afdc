"""Why a bill came out as it did, and whom it would touch if it were taken back: from what the journal keeps."""

from offline_queue.faults import KeyErased
from offline_queue.ports import Item
from terminal.adjudication import Affected, CannotSplit, PackFault, affected
from terminal.adjudication import Entry as Adjudicated
from terminal.counter import journal
from terminal.counter.faults import NoPackFor, NothingToExplain
from terminal.counter.split import split
from terminal.counter.till import Till
from terminal.counter.words import Language, word
from terminal.documents import BillState, Settlement


def why(till: Till, item: Item, *, explain: int = 3) -> Settlement:
    """The local split of a bill with its steps. Raises NothingToExplain where none was made or its pack is gone."""
    entry = journal.entry(till.queue, item)
    if entry.given is None or not entry.told.pack:
        raise NothingToExplain(bill=item.key, pack="-")
    again = split(till, entry.claim, entry.given, explain=explain)
    if again.pack_digest != entry.told.pack_digest:
        raise NothingToExplain(bill=item.key, pack=f"{entry.told.pack} {entry.told.pack_digest[:12]}")
    return again


def touched(till: Till, item: Item) -> list[Affected]:
    """The person's later bills that would split otherwise without this one; they are told, never changed.

    Raises NothingToExplain where this bill, or one of those, has no local split or its pack is gone.
    """
    entry = journal.entry(till.queue, item)
    later = []
    for other, state in journal.bills(till.queue, entry.person.number):
        if other.id <= item.id or state in (BillState.REVERSED, BillState.REFUSED):
            continue
        kept = journal.entry(till.queue, other)
        why(till, other, explain=0)
        if kept.given is not None:
            later.append(Adjudicated(kept.claim, kept.given.insured, kept.given.openings, kept.told))
    again = why(till, item, explain=0)
    assert entry.given is not None  # noqa: S101 - or `why` would have raised
    return affected(till.policies.plan(entry.given.insured), again, later)


def consequences(till: Till, item: Item) -> list[Affected] | None:
    """As ``touched``, for whoever decides whether a bill is taken back; None where it cannot be told."""
    try:
        return touched(till, item)
    except (NothingToExplain, NoPackFor, PackFault, CannotSplit, KeyErased):
        return None


def consequence_lines(found: list[Affected] | None, language: Language) -> list[str]:
    """The later bills that a refund touches, to be read before it is decided."""
    if not found:
        return [word("touched.untold" if found is None else "touched.none", language)]
    rows = [f"  {each.bill}  {word('funds', language)} {each.funds} -> {each.funds_now}" for each in found]
    return [word("touched", language), *rows]
