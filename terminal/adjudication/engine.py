"""One bill through its policy: admit, bind, split the lines, run the layers, tender, post, check.

Pure: everything the split depends on is an argument. The same call with a recorder explains, so an explanation
cannot disagree with the amounts.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from terminal.adjudication.accumulators import after, opening_of, period_of
from terminal.adjudication.bound import Bound, BoundLayer, Reckoned
from terminal.adjudication.crossing import sections, together
from terminal.adjudication.dimensions import facts_of, in_area
from terminal.adjudication.explain import Outlook, outlooks, steps_of
from terminal.adjudication.faults import CannotSplit, NotConserved
from terminal.adjudication.findings import assumed_zero, finding
from terminal.adjudication.lines import all_own_pay, line_splits, not_multiplying
from terminal.adjudication.pack import Benefit, DateBasis, Suspension
from terminal.adjudication.plan import Plan
from terminal.adjudication.rounding import ROUND
from terminal.adjudication.tender import CURRENT, KINDS, Purse, Tendered
from terminal.documents import (
    BillState,
    Claim,
    Finding,
    Insured,
    Layer,
    Opening,
    Posting,
    Settlement,
    Severity,
    Source,
)
from terminal.money import Fen

LARGEST = 10**13
"""The largest total in fen that the engine reckons with; exact products stay far inside int64 up to it."""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """A settlement with what it leaves behind: the purses after the bill and every named figure."""

    settlement: Settlement
    purses: tuple[Purse, ...]
    figures: Mapping[str, int]
    benefit: str
    outlook: tuple[Outlook, ...] = ()
    """What is left of each limit, where the split was explained."""


def adjudicate(
    plan: Plan,
    claim: Claim,
    insured: Insured,
    openings: Sequence[Opening] = (),
    *,
    explain: int = 0,
    known: date | None = None,
    purses: Sequence[Purse] | None = None,
    card_holder: str = "",
) -> Settlement:
    """Who pays what on a bill, as a trial ``settlement/1``.

    ``openings`` are the accumulators before the bill; ``explain`` 1 tells each layer, 2 each line, 3 each step.
    ``known`` splits as the law was known on that day. ``purses`` replaces the account balance of ``insured`` where
    there are several purses or relatives' accounts. ``card_holder`` names the person whose card was shown in place
    of the patient's own; such a card gives no pooled benefits, and there is no split. Raises CannotSplit when the
    policy gives no answer, and NotConserved when the parts do not add up.
    """
    return split(
        plan, claim, insured, openings, explain=explain, known=known, purses=purses, card_holder=card_holder
    ).settlement


def split(
    plan: Plan,
    claim: Claim,
    insured: Insured,
    openings: Sequence[Opening] = (),
    *,
    explain: int = 0,
    known: date | None = None,
    purses: Sequence[Purse] | None = None,
    card_holder: str = "",
) -> Split:
    """As adjudicate, with the purses after the bill and all figures."""
    if purses is None:
        purses = (Purse(balance=insured.account_balance),)
    shown = [finding("card_of_another", "credential", holder=card_holder)] if card_holder else []
    _stop_if_needed(claim, [*shown, *_admit(plan, claim, insured)])
    benefit = _benefit(plan, claim, insured, openings, known)
    parts: list[Split] = []
    stays = 0
    for number, section in enumerate(sections(benefit, claim)):
        if parts:
            openings = after(openings, parts[-1].settlement.postings, section.visit.begin.date())
            purses = parts[-1].purses
            section = replace(section, visit=replace(section.visit, admissions_before=stays))
        day = day_of(benefit, section)
        ordinals = _ordinals(plan, section, day, openings)
        stays = ordinals.get(ADMISSIONS, 1) - 1
        facts = facts_of(section, insured, day, plan.pack.header.dimensions) | ordinals
        bound = plan.bind(benefit, facts, day, known)
        parts.append(_one(plan, bound, section, insured, openings, purses, explain, day, counts=number == 0))
    if len(parts) == 1:
        return parts[0]
    return Split(
        settlement=together([part.settlement for part in parts]),
        purses=parts[-1].purses,
        figures={name: sum(part.figures.get(name, 0) for part in parts) for name in parts[-1].figures},
        benefit=benefit.id,
        outlook=parts[-1].outlook,
    )


def _one(
    plan: Plan,
    bound: Bound,
    claim: Claim,
    insured: Insured,
    openings: Sequence[Opening],
    purses: Sequence[Purse],
    explain: int,
    day: date,
    *,
    counts: bool,
) -> Split:
    """One section of a bill, whose law and period are settled; ``counts`` says whether it counts as a bill."""
    benefit, findings = bound.benefit, []
    if insured.suspended:
        findings.append(finding("benefits_suspended", reason=insured.suspended))
    opening, periods, unknown = _openings(plan, bound, claim, day, openings)
    if not insured.suspended:
        findings += [finding("benefit_blocked", reason=_named(plan, n)) for n in benefit.blocked_by if opening[n]]
        findings += [*bound.missing, *unknown]
    days = days_of(claim)
    parts = bound.lines.split(sorted(claim.lines, key=attrgetter("sn")), days, opening, detail=True)
    if insured.suspended and plan.pack.header.suspension is Suspension.OWN_PAY:
        parts = all_own_pay(parts)
    findings += [*not_multiplying(claim.lines, ROUND[plan.points.line_amount]), *parts.findings]
    if parts.total > LARGEST:
        findings.append(finding("too_large", amount=Fen(parts.total)))
    _stop_if_needed(claim, findings)
    own: dict[str, int] = dict.fromkeys(KINDS, 0)
    own.update([(str(purse.kind), purse.balance) for purse in purses if not purse.holder])
    may_pay = claim.account_use and not insured.suspended
    sums = parts.figures()
    if insured.suspended:
        reckoned = _nothing_paid(bound, sums)
    else:
        usable = own if may_pay else dict.fromkeys(own, 0)
        reckon = bound.explained if explain else bound.reckoned
        reckoned = reckon(sums, opening, {"days": days, "bills": int(counts)}, usable[CURRENT], usable)
    figures = reckoned.figures
    tendered = _tender(bound, reckoned, purses, may_pay=may_pay)
    cash = Fen(reckoned.remaining - tendered.account - tendered.family)
    layers = () if insured.suspended else bound.layers
    deltas = zip(bound.posts, reckoned.posted, strict=True)
    result = Settlement(
        bill=claim.bill,
        state=BillState.TRIAL,
        source=Source.LOCAL,
        total=Fen(parts.total),
        own_pay=Fen(parts.own_pay),
        over_limit=Fen(parts.over_limit),
        first_self_pay=Fen(parts.first_self_pay),
        in_scope=Fen(figures["in_scope"]),
        deductible=Fen(figures["deductible"]),
        layers=tuple([_layer(layer, figures) for layer in layers]),
        account=Fen(tendered.account),
        family_account=Fen(tendered.family),
        cash=cash,
        hospital=Fen(0 if reckoned.quota is None else parts.total - reckoned.quota),
        account_balance=Fen(sum(purse.balance for purse in tendered.left if not purse.holder)),
        lines=line_splits(parts),
        postings=tuple([Posting(one.id, periods[one.id], delta) for one, delta in deltas if delta]),
        findings=(*findings, *tendered.findings),
        steps=steps_of(explain, bound, plan.points, claim, parts, reckoned, tendered) if explain else (),
        pack=plan.pack.id,
        pack_digest=plan.pack.digest,
    )
    _check(result, reckoned)
    return Split(
        settlement=result,
        purses=tuple(tendered.left),
        figures=figures,
        benefit=benefit.id,
        outlook=outlooks(reckoned),
    )


def day_of(benefit: Benefit, claim: Claim) -> date:
    """The day whose law applies."""
    visit = claim.visit
    return (visit.begin if benefit.date_basis is DateBasis.BEGIN else visit.end or visit.begin).date()


def days_of(claim: Claim) -> int:
    """Days of a visit: the day of admission counts, the day of discharge does not; at least one."""
    visit = claim.visit
    return max(1, (visit.end.date() - visit.begin.date()).days) if visit.end else 1


def _admit(plan: Plan, claim: Claim, insured: Insured) -> list[Finding]:
    header = plan.pack.header
    found: list[Finding] = []
    if insured.scheme is not header.scheme or not in_area(insured.area, header.area):
        found.append(finding("wrong_pack", area=insured.area, scheme=insured.scheme, pack=header.id))
    if not claim.lines:
        found.append(finding("no_lines"))
    numbers = {line.sn for line in claim.lines}
    if len(numbers) < len(claim.lines):
        for line in claim.lines:
            if line.sn not in numbers:
                found.append(finding("duplicate_line", f"line {line.sn}", sn=line.sn))
            numbers.discard(line.sn)
    for line in claim.lines:
        if line.amount < 0 or line.price < 0 or line.quantity < 0:
            found.append(finding("negative_amount", f"line {line.sn}", sn=line.sn))
    return found


def _benefit(plan: Plan, claim: Claim, insured: Insured, openings: Sequence[Opening], known: date | None) -> Benefit:
    """The one benefit for this bill. Raises CannotSplit when there is none, or none yet."""
    for benefit in plan.pack.benefits.benefit:
        if claim.visit.type not in benefit.visits:
            continue
        day = day_of(benefit, claim)
        if benefit.when:
            facts = facts_of(claim, insured, day, plan.pack.header.dimensions) | _ordinals(plan, claim, day, openings)
            case = plan.case(facts, day, known)
            if not case.applies(benefit.when):
                _stop_if_needed(claim, case.missing)
                continue
        if day < plan.first_day:
            _stop_if_needed(
                claim, [finding("no_policy_on_date", "visit", pack=plan.pack.id, day=day, first=plan.first_day)]
            )
        return benefit
    visit = claim.visit.type
    raise CannotSplit(bill=claim.bill, findings=[finding("no_benefit", "visit", pack=plan.pack.id, visit=visit)])


ADMISSIONS = "admissions"
"""The count accumulator that a bill's own ``admissions_before`` goes before."""


def _ordinals(plan: Plan, claim: Claim, day: date, openings: Sequence[Opening]) -> dict[str, int]:
    """The ordinal of this bill in each count that the policy distinguishes: 1 for the first."""
    ordinals = {}
    for name in plan.counts:
        accumulator = plan.accumulators[name]
        held = opening_of(accumulator, period_of(accumulator, claim, day, openings), openings) or 0
        if name == ADMISSIONS and claim.visit.admissions_before is not None:
            held = claim.visit.admissions_before
        ordinals[name] = held + 1
    return ordinals


def _openings(
    plan: Plan, bound: Bound, claim: Claim, day: date, openings: Sequence[Opening]
) -> tuple[dict[str, int], dict[str, str], list[Finding]]:
    findings: list[Finding] = []
    held: dict[str, int] = {}
    periods: dict[str, str] = {}
    for accumulator in {a.id: a for a in (*bound.reads, *bound.posts)}.values():
        period = periods[accumulator.id] = period_of(accumulator, claim, day, openings)
        value = opening_of(accumulator, period, openings)
        if value is None and accumulator in bound.reads:
            findings.append(assumed_zero(accumulator.id, accumulator.zh, accumulator.en, period))
        held[accumulator.id] = value or 0
    return held, periods, findings


def _named(plan: Plan, accumulator: str) -> str:
    found = plan.accumulators[accumulator]
    return f"{found.zh} {found.en}"


def _nothing_paid(bound: Bound, sums: dict[str, int]) -> Reckoned:
    """A bill of a person whose benefits are suspended: everything is the patient's, nothing is posted."""
    figures = {**sums, "in_scope_personal": sums["in_scope"], "deductible": 0}
    return Reckoned(figures, sums["total"], None, 0, {}, {}, (0,) * len(bound.posts))


def _tender(bound: Bound, reckoned: Reckoned, purses: Sequence[Purse], *, may_pay: bool) -> Tendered:
    tendered = Tendered(account=reckoned.account)
    relatives = [purse for purse in purses if purse.holder]
    for purse in purses:
        if not purse.holder:
            left = reckoned.left[str(purse.kind)] if may_pay else purse.balance
            tendered.left.append(purse if left == purse.balance else replace(purse, balance=Fen(left)))
    if may_pay and relatives:
        bound.tender.relatives(reckoned.burden, relatives, tendered)
    else:
        tendered.left += relatives
    return tendered


def _layer(bound: BoundLayer, figures: Mapping[str, int]) -> Layer:
    layer, (base, paid, *_) = bound.layer, bound.names
    return Layer(layer.fund, Fen(figures[base]), Fen(figures[paid]), layer.zh)


def _stop_if_needed(claim: Claim, findings: Sequence[Finding]) -> None:
    stops = [found for found in findings if found.severity is Severity.STOP]
    if stops:
        raise CannotSplit(bill=claim.bill, findings=list(dict.fromkeys(stops)))


def _check(result: Settlement, reckoned: Reckoned) -> None:
    """Conservation is no finding: a split that does not add up must not leave the engine."""
    paid = result.funds + result.account + result.family_account + result.cash + result.hospital
    lines = sum([line.own_pay + line.over_limit + line.first_self_pay + line.in_scope for line in result.lines])
    smallest = min(
        result.own_pay, result.over_limit, result.first_self_pay, result.in_scope, result.account,
        result.family_account, result.cash, reckoned.figures["in_scope_personal"],
        *[layer.paid for layer in result.layers],
    )  # fmt: skip
    for figure, found, expected in (("total", paid, result.total), ("lines", lines, result.total)):
        if found != expected:
            raise NotConserved(bill=result.bill, figure=figure, found=Fen(found), expected=expected)
    if smallest < 0 and reckoned.quota is None:
        raise NotConserved(bill=result.bill, figure="smallest part", found=Fen(smallest), expected="0.00")
