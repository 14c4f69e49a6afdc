"""Accumulators and account of a person as the next bill finds them: the centre's figure plus our own later bills."""

from collections.abc import Iterable
from datetime import date

import msgspec

from terminal.documents import Insured, Opening, Settlement, Source
from terminal.money import Fen


def openings(known: Iterable[Opening], later: Iterable[Settlement], day: date) -> tuple[Opening, ...]:
    """The centre's openings with the postings of bills it cannot know of yet folded in.

    ``later`` are this person's bills that are open, or were accepted after the centre gave its figures.
    """
    values: dict[tuple[str, str], int] = {}
    sources: dict[tuple[str, str], tuple[date, Source]] = {}
    for opening in known:
        key = (opening.accumulator, opening.period)
        values[key] = values.get(key, 0) + opening.value
        sources[key] = (opening.as_of, opening.source)
    for settlement in later:
        for posting in settlement.postings:
            key = (posting.accumulator, posting.period)
            values[key] = values.get(key, 0) + posting.delta
            sources[key] = (day, Source.JOURNAL)
    return tuple(Opening(name, period, value, *sources[name, period]) for (name, period), value in values.items())


def with_account(insured: Insured, later: Iterable[Settlement]) -> Insured:
    """The person's facts with the account lowered by what our own later bills took from it."""
    spent = sum(settlement.account for settlement in later)
    return msgspec.structs.replace(insured, account_balance=Fen(max(0, insured.account_balance - spent)))
