"""The local split of a bill: the person's facts, what earlier bills used up, and the pack of the day."""

from datetime import date

import msgspec

from terminal.adjudication import CannotSplit, PackFault, adjudicate
from terminal.adjudication.accumulators import Accumulator
from terminal.counter import journal, ledger
from terminal.counter.faults import NoPackFor
from terminal.counter.identify import Identified
from terminal.counter.journal import Given
from terminal.counter.till import Till
from terminal.documents import Claim, Finding, Settlement, Severity


def given(till: Till, claim: Claim, who: Identified) -> Given:
    """What a split of this bill rests on, besides the bill and the pack."""
    return _so_far(till, who, claim.visit.begin.date())


def split(till: Till, claim: Claim, facts: Given, *, explain: int = 0) -> Settlement:
    """Who pays what by the terminal's own packs. Raises NoPackFor, PackFault and CannotSplit."""
    plan = till.policies.plan(facts.insured)
    return adjudicate(plan, claim, facts.insured, facts.openings, explain=explain)


def local(till: Till, claim: Claim, facts: Given) -> Settlement | Finding:
    """The split as a cross-check; where there is none, the note that says why. The centre settles without it."""
    try:
        return split(till, claim, facts)
    except CannotSplit as fault:
        return msgspec.structs.replace(fault.findings[0], severity=Severity.NOTE)
    except (NoPackFor, PackFault) as fault:
        zh, en = fault.zh.format(**fault.data), fault.en.format(**fault.data)
        return Finding(fault.code, Severity.NOTE, claim.bill, zh, en)


def used(till: Till, who: Identified) -> list[tuple[Accumulator, int]]:
    """What the person has used up so far, our own later bills included; nothing where no pack names the totals."""
    try:
        known = till.policies.plan(who.insurance.insured).accumulators
    except NoPackFor:
        return []
    day = till.clock().date()
    openings = _so_far(till, who, day).openings
    totals = {row.accumulator: row.value for row in openings if row.period.startswith(str(day.year))}
    return [(accumulator, totals[name]) for name, accumulator in known.items() if name in totals]


def _so_far(till: Till, who: Identified, day: date) -> Given:
    """The person's figures before the next bill.

    While bills of the person are open, nobody knows which of them the centre's figures include: a call without an
    answer may have taken effect. Then the chain of our own splits counts, from what the oldest open bill rested on.
    Otherwise the centre's figures count, with the bills that it has accepted since it gave them.
    """
    lane, insured = who.person.number, who.insurance.insured
    opened = till.queue.items(lane=lane)
    base = journal.entry(till.queue, opened[0]).given if opened else None
    if base is not None:
        later = [journal.standing(till.queue, item) for item in opened]
        insured = msgspec.structs.replace(insured, account_balance=base.insured.account_balance)
        return Given(ledger.with_account(insured, later), ledger.openings(base.openings, later, day))
    after = (*opened, *till.queue.accepted_after(who.snapshot.journal_seq, lane))
    later = [journal.standing(till.queue, item) for item in after]
    return Given(ledger.with_account(insured, later), ledger.openings(who.person.openings, later, day))
