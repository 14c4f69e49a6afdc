"""Which rounding the centre uses: the conventions that reproduce settled slips to the fen."""

from collections.abc import Mapping, Sequence
from itertools import product

import msgspec
from msgspec.structs import replace

from terminal.adjudication.engine import Split
from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.pack import Pack
from terminal.adjudication.plan import Plan
from terminal.adjudication.rounding import LinePlace, Place, RoundingPoints
from terminal.adjudication.tools.batch import amount_of, one_by_one
from terminal.adjudication.tools.slips import Slip
from terminal.documents import Settlement
from terminal.money import Fen, Rounding

Settled = Mapping[str, Mapping[str, Fen]]
"""What the centre came to: amounts by the name of their column in a table of results, by bill."""
Right = Mapping[str, Settlement] | Settled
_MODES = (Rounding.HALF_UP, Rounding.HALF_EVEN, Rounding.DOWN)


class Convention(msgspec.Struct, frozen=True):
    """One way to round: where and how for the first self-pay, where and how for payments."""

    first_self_pay_at: LinePlace
    first_self_pay: Rounding
    payment_at: Place
    payment: Rounding

    def __str__(self) -> str:
        return ", ".join(f"{name} = {getattr(self, name)}" for name in self.__struct_fields__)


Answers = Mapping[Convention, Sequence[Split | CannotSplit]]
"""What each convention makes of the slips, in their order."""


class Fit(msgspec.Struct, frozen=True):
    """What is left of the conventions, and what tells them apart."""

    slips: int
    candidates: int
    survivors: tuple[Convention, ...]
    separating: str
    """A slip on which the survivors differ, or empty; where none survives, the first that nobody explains."""
    nearest: Convention | None
    """Where none survives: the convention that explains most slips; None too where no slip could be used."""
    residuals: dict[str, int]
    """Fen by bill that the nearest convention is off in the funds."""


def conventions() -> list[Convention]:
    """All declared conventions: 36."""
    return [Convention(*choice) for choice in product(LinePlace, _MODES, Place, _MODES)]


def fit(pack: Pack, slips: Sequence[Slip], settled: Settled | None = None) -> Fit:
    """Tries every convention on every slip, each person's accumulators carried where a bill has no openings of its own.

    ``settled`` gives what the centre came to, by bill and figure, in place of the settlements of the slips. Slips that
    nobody settled or the pack cannot answer are left out of the count.
    """
    right: Right = settled if settled is not None else {s.claim.bill: s.settlement for s in slips if s.settlement}
    running = {one: one_by_one(Plan(_rounding(pack, one)), slips, own_openings=True) for one in conventions()}
    answers: dict[Convention, list[Split | CannotSplit]] = {one: [] for one in running}
    alive, used = list(running), 0
    for slip in slips:
        for one in alive:
            answers[one].append(next(running[one]))
        given, mine = right.get(slip.claim.bill), [answers[one][-1] for one in alive]
        if given is None or any(isinstance(answer, CannotSplit) for answer in mine):
            continue
        used += 1
        alive = [one for one, answer in zip(alive, mine, strict=True) if not _off(answer, given)]
        if not alive:
            for one, rest in running.items():
                answers[one].extend(rest)
            return _unfit(answers, slips, right)
    return Fit(used, len(running), tuple(alive) if used else (), _separating(answers, alive, slips), None, {})


def _unfit(answers: Answers, slips: Sequence[Slip], right: Right) -> Fit:
    """What is left to say where no convention explains every slip: which explains most, and how far it is off."""
    explained = dict.fromkeys(answers, 0)
    used, unexplained = 0, ""
    for number, slip in enumerate(slips):
        given, mine = right.get(slip.claim.bill), {one: each[number] for one, each in answers.items()}
        if given is None or any(isinstance(answer, CannotSplit) for answer in mine.values()):
            continue
        used += 1
        fitting = [one for one, answer in mine.items() if not _off(answer, given)]
        for one in fitting:
            explained[one] += 1
        unexplained = unexplained or ("" if fitting else slip.claim.bill)
    nearest = max(answers, key=lambda one: explained[one])
    residuals = {
        slip.claim.bill: _residual(answer, given)
        for slip, answer in zip(slips, answers[nearest], strict=True)
        if isinstance(answer, Split) and (given := right.get(slip.claim.bill)) and _off(answer, given)
    }
    return Fit(used, len(answers), (), unexplained, nearest, residuals)


def _rounding(pack: Pack, one: Convention) -> Pack:
    points: RoundingPoints = replace(pack.header.rounding, **msgspec.structs.asdict(one))
    return replace(pack, header=replace(pack.header, rounding=points))


def _separating(
    answers: Mapping[Convention, list[Split | CannotSplit]], alive: list[Convention], slips: Sequence[Slip]
) -> str:
    """The first bill on which the conventions that are left differ."""
    for number, slip in enumerate(slips):
        each = [answers[one][number] for one in alive]
        if len({_of(answer.settlement) for answer in each if isinstance(answer, Split)}) > 1:
            return slip.claim.bill
    return ""


def _of(settlement: Settlement) -> tuple[int, ...]:
    return (settlement.first_self_pay, *(layer.paid for layer in settlement.layers))


def _off(answer: Split | CannotSplit, given: Settlement | Mapping[str, Fen]) -> bool:
    if isinstance(answer, CannotSplit):
        return True
    if isinstance(given, Settlement):
        return _of(answer.settlement) != _of(given)
    return any(amount_of(answer, name) != amount for name, amount in given.items())


def _residual(answer: Split, given: Settlement | Mapping[str, Fen]) -> int:
    """By how many fen the funds are off."""
    if isinstance(given, Settlement):
        return answer.settlement.funds - given.funds
    return sum(amount_of(answer, name) - amount for name, amount in given.items() if name.startswith("paid."))
