"""The local split of a bill: the person's facts, what earlier bills used up, and the pack of the day."""

from collections.abc import Iterator

from terminal.adjudication import adjudicate
from terminal.adjudication.accumulators import Accumulator
from terminal.counter import journal, ledger
from terminal.counter.faults import NoPackFor
from terminal.counter.identify import Identified
from terminal.counter.journal import Given
from terminal.counter.till import Till
from terminal.documents import Claim, Settlement


def given(till: Till, claim: Claim, who: Identified) -> Given:
    """What a split of this bill rests on, besides the bill and the pack."""
    later = tuple(_bills_after(till, who))
    insured = ledger.with_account(who.insurance.insured, later)
    return Given(insured, ledger.openings(who.person.openings, later, claim.visit.begin.date()))


def split(till: Till, claim: Claim, facts: Given, *, explain: int = 0) -> Settlement:
    """Who pays what by the terminal's own packs. Raises NoPackFor, PackFault and CannotSplit."""
    plan = till.policies.plan(facts.insured)
    return adjudicate(plan, claim, facts.insured, facts.openings, explain=explain)


def used(till: Till, who: Identified) -> list[tuple[Accumulator, int]]:
    """What the person has used up so far, our own later bills included; nothing where no pack names the totals."""
    try:
        known = till.policies.plan(who.insurance.insured).accumulators
    except NoPackFor:
        return []
    day = till.clock().date()
    openings = ledger.openings(who.person.openings, _bills_after(till, who), day)
    totals = {row.accumulator: row.value for row in openings if row.period.startswith(str(day.year))}
    return [(accumulator, totals[name]) for name, accumulator in known.items() if name in totals]


def _bills_after(till: Till, who: Identified) -> Iterator[Settlement]:
    """This person's bills that the centre's figures do not include: open ones, and those accepted since."""
    lane = who.person.number
    for item in (*till.queue.items(lane=lane), *till.queue.accepted_after(who.snapshot.journal_seq, lane)):
        yield journal.standing(till.queue, item)
