"""Bills of the past: replayed bit for bit, what a reversal changes for later ones, and bills that become one."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from terminal.adjudication.accumulators import reverse
from terminal.adjudication.engine import adjudicate
from terminal.adjudication.plan import Plan
from terminal.documents import Claim, Insured, Opening, Settlement, VisitType
from terminal.money import Fen


class Entry(msgspec.Struct, frozen=True):
    """A bill as it was adjudicated: all that the split depended on, and what came out."""

    claim: Claim
    insured: Insured
    openings: tuple[Opening, ...]
    settlement: Settlement
    known: date | None = None


class Replay(msgspec.Struct, frozen=True):
    """A bill once more. ``same_pack`` is False when the pack has changed since."""

    settlement: Settlement
    same_pack: bool
    differences: tuple[str, ...]
    """Names of the fields of the settlement that came out differently."""


def replay(plan: Plan, entry: Entry, *, known: date | None = None) -> Replay:
    """Runs an entry again: as it was (by default with the law as then known), or as ``known`` on another day.

    Raises CannotSplit where today's pack no longer answers.
    """
    again = adjudicate(plan, entry.claim, entry.insured, entry.openings, known=known or entry.known)
    fields = ("total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible", "layers", "account", "cash",
              "family_account", "hospital", "lines", "postings")  # fmt: skip
    differing = tuple(name for name in fields if getattr(again, name) != getattr(entry.settlement, name))
    return Replay(again, again.pack_digest == entry.settlement.pack_digest, differing)


class Affected(msgspec.Struct, frozen=True):
    """A later bill that read what a reversed bill had used up, and would now split otherwise."""

    bill: str
    funds: Fen
    funds_now: Fen


def affected(plan: Plan, reversed_bill: Settlement, later: Sequence[Entry]) -> list[Affected]:
    """The later bills that would now be split otherwise; they are told, never silently split again.

    ``later`` are the person's bills since, in order. Each is tried with the openings it had, less what the reversed
    bill had posted into the same periods. Raises CannotSplit.
    """
    taken_back = {(p.accumulator, p.period): p.delta for p in reverse(reversed_bill)}
    found = []
    for entry in later:
        openings = tuple(
            replace(opening, value=opening.value + taken_back.get((opening.accumulator, opening.period), 0))
            for opening in entry.openings
        )
        if openings == entry.openings:
            continue
        now = adjudicate(plan, entry.claim, entry.insured, openings, known=entry.known)
        if now.layers != entry.settlement.layers or now.deductible != entry.settlement.deductible:
            found.append(Affected(entry.claim.bill, entry.settlement.funds, now.funds))
    return found


def join_observation(plan: Plan, observation: Claim, stay: Claim) -> Claim | None:
    """One claim for an emergency observation and the admission that followed it in time; None where it does not.

    The lines of the observation come first, and the stay begins with it, so that one deductible and the inpatient
    ratio apply to all. An observation that is not followed by an admission stays an outpatient bill.
    """
    days = plan.pack.header.observation_days
    if (
        days is None
        or observation.visit.type is not VisitType.OBSERVATION
        or stay.visit.type is not VisitType.INPATIENT
    ):
        return None
    ended = observation.visit.end or observation.visit.begin
    if not timedelta(0) <= stay.visit.begin.date() - ended.date() <= timedelta(days=days):
        return None
    lines = [*sorted(observation.lines, key=lambda one: one.sn), *sorted(stay.lines, key=lambda one: one.sn)]
    numbered = tuple(replace(line, sn=number) for number, line in enumerate(lines, 1))
    return replace(stay, visit=replace(stay.visit, begin=observation.visit.begin), lines=numbered)
