"""Parked bills: baskets put aside, kept as documents until they settle, are dropped, or their shift is closed.

A parked bill is a claim that nobody has settled; it holds no insured money. It outlives the desk, a kill and the next
cashier. Card money that lies on one keeps it beyond the shift.
"""

from typing import Any, ClassVar

from offline_queue.vocabulary import WITHOUT_EFFECT, State
from terminal.counter import journal
from terminal.counter.office import card_money
from terminal.counter.office.faults import DraftHoldsMoney, UnknownDraft
from terminal.counter.office.register import Document, Note, Tally, Write, tally, writing
from terminal.counter.till import Till
from terminal.documents import Claim
from terminal.money import Fen


class Parked(Document, frozen=True):
    """A basket as it stood when it was put aside."""

    KIND: ClassVar[str] = "draft"
    claim: Claim


class Ended(Document, frozen=True):
    """A parked bill is none any more: emptied, dropped, renumbered, or its shift was closed."""

    KIND: ClassVar[str] = "draft.end"
    bill: str
    reason: str


class _Aside(Tally):
    """What was parked and not ended."""

    KINDS = (Parked, Ended)

    def __init__(self) -> None:
        self.parked: dict[str, Note[Parked]] = {}

    def take(self, note: Note[Any]) -> None:
        """A basket is put aside, in the place of the one before, or is none any more."""
        match note.document:
            case Parked(claim):
                self.parked[claim.bill] = note
            case Ended(bill):
                self.parked.pop(bill, None)


def drafts(till: Till) -> dict[str, Note[Parked]]:
    """What is parked, oldest first, by bill number; a bill that was settled meanwhile is none."""
    parked, found = tally(till, _Aside).parked, {}
    for bill, note in list(parked.items()):
        item = journal.find(till.queue, bill)
        if item is None or item.state in WITHOUT_EFFECT:
            found[bill] = note
        elif item.state is State.ACCEPTED:
            del parked[bill]  # for good: an accepted number is never free again
    return found


def find(till: Till, bill: str) -> Claim:
    """One parked bill. Raises UnknownDraft."""
    try:
        return drafts(till)[bill].document.claim
    except KeyError as error:
        raise UnknownDraft(bill=bill) from error


def park(till: Till, claim: Claim, actor: str) -> None:
    """Keeps a basket, durable when this returns; the same number again replaces it."""
    with writing(till) as write:
        write(Parked(claim), actor)


def drop(till: Till, bill: str, actor: str, reason: str = "dropped") -> None:
    """Gives a parked bill up. Raises UnknownDraft, DraftHoldsMoney."""
    with writing(till) as write:
        find(till, bill)
        if amount := on_card(till, bill):
            raise DraftHoldsMoney(bill=bill, amount=amount)
        write(Ended(bill, reason), actor)


def corrected(till: Till, refused: str, claim: Claim, actor: str) -> None:
    """A refused bill has a new number: its card money goes with it, and so does its basket."""
    with writing(till) as write:
        card_money.carry(till, write, refused, claim.bill, actor)
        if refused in drafts(till):
            write(Parked(claim), actor)
            write(Ended(refused, claim.bill), actor)


def end_shift(till: Till, write: Write, actor: str) -> list[Claim]:
    """Ends what is parked without card money on it, with the shift; returns what was ended."""
    ended = [note.document.claim for bill, note in drafts(till).items() if not on_card(till, bill)]
    for claim in ended:
        write(Ended(claim.bill, "shift"), actor)
    return ended


def on_card(till: Till, bill: str) -> Fen:
    """What lies on cards for a bill, or may lie there."""
    doubt = card_money.open_charge(till)
    unknown = doubt.amount if doubt and doubt.bill == bill else 0
    return Fen(sum(each.amount for each in card_money.held(till, bill)) + unknown)
