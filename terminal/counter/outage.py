"""Two ways through an outage, as the site chose: the local split's own part now, or all now and the rest back later."""

from terminal.adjudication import CannotSplit, PackFault
from terminal.counter.faults import NoPackFor
from terminal.counter.journal import Given
from terminal.counter.split import split
from terminal.counter.till import Till
from terminal.documents import BillState, Claim, LineSplit, Settlement, Source
from terminal.money import Fen

_WRONG_BILL = frozenset({"no_lines", "duplicate_line", "negative_amount", "too_large", "card_of_another"})
"""Findings about the bill itself, which no centre would settle; others are gaps in what this terminal knows."""


def takes_full_payment(till: Till) -> bool:
    """Whether the site has the patient pay the whole bill while the centre cannot be reached."""
    return till.offline.on_outage == "full_payment"


def without_centre(till: Till, claim: Claim, facts: Given) -> Settlement:
    """What a patient pays without the line. Raises CannotSplit, and where a split is needed NoPackFor and PackFault."""
    if not takes_full_payment(till):
        return split(till, claim, facts)
    try:
        known = split(till, claim, facts)
    except (NoPackFor, PackFault):
        return _in_full(claim, None)
    except CannotSplit as fault:
        if any(found.code in _WRONG_BILL for found in fault.findings):
            raise
        return _in_full(claim, None)
    return _in_full(claim, known)


def _in_full(claim: Claim, known: Settlement | None) -> Settlement:
    """Everything the patient's own pay. The local split, where there is one, only tells what the bill will use up:
    no later split may use one deductible again."""
    zero, total = Fen(0), Fen(sum(line.amount for line in claim.lines))
    return Settlement(
        bill=claim.bill,
        state=BillState.PROVISIONAL,
        source=Source.LOCAL,
        total=total,
        own_pay=total,
        over_limit=zero,
        first_self_pay=zero,
        in_scope=zero,
        deductible=zero,
        layers=(),
        account=zero,
        cash=total,
        lines=tuple(LineSplit(line.sn, line.amount, line.amount, zero, zero, zero) for line in claim.lines),
        postings=known.postings if known else (),
        pack=known.pack if known else "",
        pack_digest=known.pack_digest if known else "",
        fully_paid=True,
    )
