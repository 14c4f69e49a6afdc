"""The local split of a bill: the person's facts, what earlier bills used up, and the pack of the day."""

from collections.abc import Iterator

from terminal.adjudication import adjudicate
from terminal.counter import journal, ledger
from terminal.counter.identify import Identified
from terminal.counter.till import Till
from terminal.documents import Claim, Settlement


def split(till: Till, claim: Claim, who: Identified, *, explain: int = 0) -> Settlement:
    """Who pays what by the terminal's own packs. Raises the faults of adjudication when no split can be given."""
    day = claim.visit.begin.date()
    later = tuple(_bills_after(till, who))
    insured = ledger.with_account(who.insurance.insured, later)
    plan = till.policies.plan(insured)
    opening = ledger.openings(who.person.openings, later, day)
    return adjudicate(plan, claim, insured, opening, explain=explain)


def _bills_after(till: Till, who: Identified) -> Iterator[Settlement]:
    """This person's bills that the centre's figures do not include: open ones, and those accepted since."""
    lane = who.person.number
    for item in (*till.queue.items(lane=lane), *till.queue.accepted_after(who.snapshot.journal_seq, lane)):
        yield journal.standing(till.queue, item)
