"""A journal under another policy: who pays more, what it costs the funds, which bills change most."""

from bisect import bisect_left
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from terminal.adjudication.dimensions import AGE, facts_of
from terminal.adjudication.engine import Split, day_of
from terminal.adjudication.plan import Plan
from terminal.adjudication.tools.batch import one_by_one
from terminal.adjudication.tools.slips import Slip
from terminal.documents import Settlement
from terminal.money import Fen


class Change(msgspec.Struct, frozen=True):
    """One bill under both policies."""

    bill: str
    before: Fen
    after: Fen
    """What the patient pays."""
    why: str = ""
    """The parts of the split that changed, for the largest changes."""


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
    """The whole journal, its groups (the whole first), the bills without an answer, and the ten largest changes."""

    groups: tuple[Group, ...]
    unanswered: dict[str, str]
    """Why, by bill."""
    largest: tuple[Change, ...]


def simulate(old: Plan, new: Plan, slips: Sequence[Slip]) -> Simulation:
    """Runs the journal twice, each time carrying every person's accumulators from bill to bill."""
    (before, lost), (after_, lost_too) = _run(old, slips), _run(new, slips)
    groups: dict[str, Group] = {}
    totals = sorted(one.total for one in before.values())
    changes = []
    for slip in slips:
        one, two = before.get(slip.claim.bill), after_.get(slip.claim.bill)
        if one is None or two is None:
            continue
        change = Change(slip.claim.bill, _patient(one), _patient(two))
        changes.append(change)
        for name in (*_groups(old, slip), f"decile {_decile(one.total, totals)}"):
            _count(groups.setdefault(name, Group(name)), one, two, change)
    changes.sort(key=lambda c: (-abs(c.after - c.before), c.bill))
    largest = tuple(
        replace(change, why=_why(before[change.bill], after_[change.bill]))
        for change in changes[:10]
        if change.before != change.after
    )
    return Simulation(tuple(sorted(groups.values(), key=_order)), lost_too | lost, largest)


def _patient(one: Settlement) -> Fen:
    return Fen(one.account + one.family_account + one.cash)


def _decile(total: Fen, totals: Sequence[Fen]) -> int:
    """1 for the smallest tenth of the bills, 10 for the largest."""
    return bisect_left(totals, total) * 10 // len(totals) + 1


def _order(group: Group) -> tuple[bool, str, int]:
    kind, _, number = group.name.partition(" ")
    return group.name != "all", kind, int(number) if number.isdecimal() else 0


def _why(one: Settlement, two: Settlement) -> str:
    parts = [("起付线 deductible", one.deductible, two.deductible), ("政策范围内 in scope", one.in_scope, two.in_scope)]
    paid = {layer.label: layer.paid for layer in two.layers}
    parts += [(layer.label, layer.paid, paid.pop(layer.label, Fen())) for layer in one.layers]
    parts += [(label, Fen(), amount) for label, amount in paid.items()]
    return "; ".join(f"{name} {before} -> {after}" for name, before, after in parts if before != after)


def _run(plan: Plan, slips: Sequence[Slip]) -> tuple[dict[str, Settlement], dict[str, str]]:
    """Every bill as if its person were insured under the plan's own area and scheme; and why some have no split."""
    header = plan.pack.header
    moved = [
        replace(slip, claim=replace(slip.claim, insured=replace(slip.insured, area=header.area, scheme=header.scheme)))
        for slip in slips
    ]
    done, lost = {}, {}
    for slip, answer in zip(slips, one_by_one(plan, moved), strict=True):
        if isinstance(answer, Split):
            done[slip.claim.bill] = answer.settlement
        else:
            lost[slip.claim.bill] = f"{answer.findings[0].zh} {answer.findings[0].en}"
    return done, lost


def _groups(plan: Plan, slip: Slip) -> list[str]:
    claim, insured = slip.claim, slip.insured
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
