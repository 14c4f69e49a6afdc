"""A journal under another policy: who pays more, what it costs the funds, which bills change most."""

from collections.abc import Sequence

import msgspec

from terminal.adjudication.accumulators import after
from terminal.adjudication.dimensions import AGE, facts_of
from terminal.adjudication.engine import adjudicate, day_of
from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.plan import Plan
from terminal.adjudication.tools.slips import Slip
from terminal.documents import Insured, Opening, Settlement
from terminal.money import Fen


class Change(msgspec.Struct, frozen=True):
    """One bill under both policies."""

    bill: str
    before: Fen
    after: Fen
    """What the patient pays."""


class Group(msgspec.Struct):
    """The bills of one group, such as ``tier 3``."""

    name: str
    bills: int = 0
    changed: int = 0
    funds_before: Fen = msgspec.field(default_factory=Fen)
    funds_after: Fen = msgspec.field(default_factory=Fen)
    patients_more: Fen = msgspec.field(default_factory=Fen)
    patients_less: Fen = msgspec.field(default_factory=Fen)


class Simulation(msgspec.Struct, frozen=True):
    """The whole journal, its groups, the bills without an answer, and the ten largest changes."""

    groups: tuple[Group, ...]
    unanswered: tuple[str, ...]
    largest: tuple[Change, ...]


def simulate(old: Plan, new: Plan, slips: Sequence[Slip]) -> Simulation:
    """Runs the journal twice, each time carrying every person's accumulators from bill to bill."""
    before, after_ = _run(old, slips), _run(new, slips)
    groups: dict[str, Group] = {}
    changes = []
    for slip in slips:
        one, two = before.get(slip.claim.bill), after_.get(slip.claim.bill)
        if one is None or two is None:
            continue
        change = Change(slip.claim.bill, Fen(one.total - one.funds), Fen(two.total - two.funds))
        changes.append(change)
        for name in _groups(old, slip):
            _count(groups.setdefault(name, Group(name)), one, two, change)
    changes.sort(key=lambda c: (-abs(c.after - c.before), c.bill))
    lost = tuple(s.claim.bill for s in slips if s.claim.bill not in before or s.claim.bill not in after_)
    largest = tuple(change for change in changes[:10] if change.before != change.after)
    return Simulation(tuple(sorted(groups.values(), key=lambda g: g.name)), lost, largest)


def _run(plan: Plan, slips: Sequence[Slip]) -> dict[str, Settlement]:
    held: dict[str, tuple[Opening, ...]] = {}
    done: dict[str, Settlement] = {}
    for slip in slips:
        claim, person = slip.claim, slip.person or slip.claim.bill
        openings = held.get(person, claim.openings)
        insured = _for(plan, claim.insured)
        if insured is None:
            continue
        try:
            done[claim.bill] = adjudicate(plan, claim, insured, openings)
        except CannotSplit:
            continue
        held[person] = after(openings, done[claim.bill].postings, claim.visit.begin.date())
    return done


def _for(plan: Plan, insured: Insured | None) -> Insured | None:
    """The person as if insured under the plan's own area and scheme."""
    header = plan.pack.header
    return insured and msgspec.structs.replace(insured, area=header.area, scheme=header.scheme)


def _groups(plan: Plan, slip: Slip) -> list[str]:
    claim, insured = slip.claim, slip.claim.insured
    if insured is None:
        return []
    benefit = plan.pack.benefits.benefit[0]
    facts = facts_of(claim, insured, day_of(benefit, claim), {})
    names = ["all", f"tier {facts['tier']}", f"person {facts['employment']}", f"visit {facts['visit']}"]
    if isinstance(age := facts.get(AGE), int):
        names.append(f"age {age // 10}0-{age // 10}9")
    return names


def _count(group: Group, one: Settlement, two: Settlement, change: Change) -> None:
    group.bills += 1
    group.changed += change.before != change.after
    group.funds_before = Fen(group.funds_before + one.funds)
    group.funds_after = Fen(group.funds_after + two.funds)
    group.patients_more = Fen(group.patients_more + max(0, change.after - change.before))
    group.patients_less = Fen(group.patients_less + max(0, change.before - change.after))
