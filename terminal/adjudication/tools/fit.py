"""Which rounding the centre uses: the conventions that reproduce settled slips to the fen."""

from collections.abc import Sequence
from itertools import product

import msgspec
from msgspec.structs import replace

from terminal.adjudication.engine import adjudicate
from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.pack import Pack
from terminal.adjudication.plan import Plan
from terminal.adjudication.rounding import LinePlace, Place, RoundingPoints
from terminal.adjudication.tools.slips import Slip
from terminal.documents import Settlement
from terminal.money import Rounding

_MODES = (Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN)


class Convention(msgspec.Struct, frozen=True):
    """One way to round: where and how for the first self-pay, where and how for payments."""

    first_self_pay_at: LinePlace
    first_self_pay: Rounding
    payment_at: Place
    payment: Rounding


class Fit(msgspec.Struct, frozen=True):
    """What is left of the conventions, and what tells them apart."""

    slips: int
    candidates: int
    survivors: tuple[Convention, ...]
    separating: str
    """A slip on which the survivors differ, or empty; where none survives, the first that nobody explains."""
    nearest: Convention | None
    """Where none survives: the convention that explains most slips."""
    residuals: dict[str, int]
    """Fen by bill that the nearest convention is off in the funds."""


def conventions() -> list[Convention]:
    """All declared conventions: 36."""
    return [Convention(*choice) for choice in product(LinePlace, _MODES, Place, _MODES)]


def fit(pack: Pack, slips: Sequence[Slip]) -> Fit:
    """Tries every convention on every slip. Slips the pack cannot answer are left out of the count."""
    plans = {one: Plan(_rounding(pack, one)) for one in conventions()}
    alive = list(plans)
    explained = dict.fromkeys(plans, 0)
    used, unexplained = 0, ""
    told: list[tuple[str, dict[Convention, tuple[int, ...] | None]]] = []
    for slip in slips:
        answers = {one: _funds(plan, slip) for one, plan in plans.items()}
        told.append((slip.claim.bill, answers))
        if slip.settlement is None or any(answer is None for answer in answers.values()):
            continue
        used += 1
        right = {one for one, answer in answers.items() if answer == _of(slip.settlement)}
        for one in right:
            explained[one] += 1
        if not right and not unexplained:
            unexplained = slip.claim.bill
        alive = [one for one in alive if one in right]
    separating = next((bill for bill, answers in told if len({answers[one] for one in alive}) > 1), "")
    if alive or not used:
        return Fit(used, len(plans), tuple(alive), separating, None, {})
    nearest = max(plans, key=lambda one: explained[one])
    return Fit(used, len(plans), (), unexplained, nearest, _residuals(plans[nearest], slips))


def _rounding(pack: Pack, one: Convention) -> Pack:
    points: RoundingPoints = replace(pack.header.rounding, **msgspec.structs.asdict(one))
    return replace(pack, header=replace(pack.header, rounding=points))


def _of(settlement: Settlement) -> tuple[int, ...]:
    return (settlement.first_self_pay, *(layer.paid for layer in settlement.layers))


def _funds(plan: Plan, slip: Slip) -> tuple[int, ...] | None:
    claim = slip.claim
    if claim.insured is None:
        return None
    try:
        return _of(adjudicate(plan, claim, claim.insured, claim.openings))
    except CannotSplit:
        return None


def _residuals(plan: Plan, slips: Sequence[Slip]) -> dict[str, int]:
    found = {}
    for slip in slips:
        mine = _funds(plan, slip)
        if mine is not None and slip.settlement is not None:
            off = sum(mine[1:]) - slip.settlement.funds
            if mine != _of(slip.settlement):
                found[slip.claim.bill] = off
    return found
