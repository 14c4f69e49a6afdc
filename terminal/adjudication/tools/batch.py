"""A whole journal under one policy: what each bill comes to, as a table.

Persons never meet, so each goes the way that carries all of their bills: on columns (the extra ``batch``), or one bill
at a time. The table is the same either way, and without the extra everybody goes one bill at a time.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from terminal.adjudication.accumulators import after
from terminal.adjudication.engine import Split, day_of, split
from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.plan import Plan
from terminal.adjudication.tools.slips import Slip
from terminal.adjudication.tools.tables import rows_of
from terminal.documents import Opening
from terminal.faults import BadDocument
from terminal.money import Fen, MoneyText, parse_yuan

if TYPE_CHECKING:
    from terminal.adjudication.columns import Result

_AMOUNTS = ("total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible")
_WORDS = {"person", "bill", "reason"}
_TENDER = ("account", "family_account", "cash", "hospital")


class Batch(msgspec.Struct, frozen=True):
    """What became of a journal, beside its table."""

    bills: int
    answered: int
    in_columns: int
    one_by_one: dict[str, int]
    """Bills that went one at a time, by the reason."""
    funds: Fen
    patients: Fen
    """What all patients bear together."""


def batch(plan: Plan, slips: Sequence[Slip]) -> tuple[Batch, dict[str, list[Any]]]:
    """Splits a journal in the order of settlement, each person's accumulators carried from bill to bill.

    The table has a row a bill, in the order of the journal: amounts, what each layer pays, and the reason where there
    is no split. Raises NotConserved.
    """
    apart = _apart(plan, slips)
    together = [number for number, slip in enumerate(slips) if person_of(slip) not in apart]
    table = _empty(plan, slips)
    if together:
        from terminal.adjudication.journal import NotInColumns

        try:
            result = _columns(plan, [slips[number] for number in together])
        except NotInColumns as why:
            apart |= {person_of(slips[number]): str(why) for number in together}
        else:
            _fill(table, together, result)
            # whoever has a bill without an answer, or that does not add up, hears it from the one-bill engine
            apart |= {person_of(slips[together[bill]]): "" for bill in _doubtful(result)}
    alone = [number for number, slip in enumerate(slips) if person_of(slip) in apart]
    for number, answer in zip(alone, one_by_one(plan, [slips[number] for number in alone]), strict=True):
        _put(table, number, answer)
    reasons = Counter(apart[person_of(slips[number])] for number in alone)
    reasons.pop("", None)
    funds = sum(sum(filter(None, column)) for name, column in table.items() if name.startswith("paid."))
    patients = sum(sum(filter(None, table[name])) for name in ("account", "family_account", "cash"))
    answered = sum(total is not None for total in table["total"])
    told = Batch(len(slips), answered, len(slips) - reasons.total(), dict(reasons), Fen(funds), Fen(patients))
    return told, table


def one_by_one(plan: Plan, slips: Sequence[Slip], *, own_openings: bool = False) -> Iterator[Split | CannotSplit]:
    """Each bill's split, or why there is none, with every person's accumulators carried from bill to bill.

    ``own_openings``: a bill's own go before what is carried; otherwise they count for the person's first bill only.
    """
    held: dict[str, tuple[Opening, ...]] = {}
    for slip in slips:
        claim, person = slip.claim, person_of(slip)
        openings = claim.openings if own_openings and claim.openings else held.get(person, claim.openings)
        try:
            done = split(plan, claim, slip.insured, openings, purses=slip.purses)
        except CannotSplit as refused:
            yield refused
            continue
        held[person] = after(openings, done.settlement.postings, claim.visit.begin.date())
        yield done


def person_of(slip: Slip) -> str:
    """Whose accumulators a bill reads: a bill that names nobody stands for itself."""
    return slip.person or f"bill {slip.claim.bill}"


def _apart(plan: Plan, slips: Sequence[Slip]) -> dict[str, str]:
    """Persons whose bills go one at a time, with the reason."""
    try:
        from terminal.adjudication.journal import EARLIER, benefit_of, unfit
    except ModuleNotFoundError as error:
        return {person_of(slip): f"{error.name} is not installed" for slip in slips}
    last: dict[str, date] = {}
    apart: dict[str, str] = {}
    for slip in slips:
        claim, person = slip.claim, person_of(slip)
        if slip.purses is not None:
            apart.setdefault(person, "several purses, or relatives' accounts")
        elif why := unfit(plan, claim, slip.insured):
            apart.setdefault(person, why)
        elif last.get(person, date.min) > (day := day_of(benefit_of(plan, claim)[0], claim)):
            apart.setdefault(person, EARLIER)
        else:
            last[person] = day
    return apart


def _columns(plan: Plan, slips: Sequence[Slip]) -> "Result":
    from terminal.adjudication.columns import run
    from terminal.adjudication.journal import journal_of

    return run(plan, journal_of(plan, [(person_of(slip), slip.claim, slip.insured) for slip in slips]))


def _doubtful(result: "Result") -> list[int]:
    bad = result.bad.copy()
    for name, column in result.figures.items():
        if name != "hospital":
            bad |= column < 0
    return [number for number, doubtful in enumerate(bad.tolist()) if doubtful]


def result_columns(plan: Plan) -> tuple[str, ...]:
    """The columns of a table of results."""
    layers = dict.fromkeys(f"paid.{layer.id}" for benefit in plan.pack.benefits.benefit for layer in benefit.layer)
    return ("person", "bill", *_AMOUNTS, *layers, *_TENDER, "reason")


def read_settled(plan: Plan, data: bytes, *, file: str) -> dict[str, dict[str, Fen]]:
    """What the centre came to, from a table with some of the columns of results, one row a bill. Raises BadDocument."""
    settled: dict[str, dict[str, Fen]] = {}
    for number, row in enumerate(rows_of(data, result_columns(plan), file=file), 2):
        amounts = settled[row.get("bill", "")] = {}
        for name, text in row.items():
            try:
                if name not in _WORDS and text:
                    amounts[name] = parse_yuan(text)
            except MoneyText as error:
                place = f"row {number}, {name}"
                raise BadDocument(file=file, place=place, found=repr(text), expected="an amount in yuan") from error
    return settled


def _empty(plan: Plan, slips: Sequence[Slip]) -> dict[str, list[Any]]:
    table: dict[str, list[Any]] = {name: [None] * len(slips) for name in result_columns(plan)}
    table["person"] = [slip.person for slip in slips]
    table["bill"] = [slip.claim.bill for slip in slips]
    table["reason"] = [""] * len(slips)
    return table


def _fill(table: dict[str, list[Any]], bills: Sequence[int], result: "Result") -> None:
    for name, column in table.items():
        if name in _WORDS:
            continue
        figures = result.figures[name].tolist() if name in result.figures else [0] * len(bills)
        for number, amount in zip(bills, figures, strict=True):
            column[number] = Fen(amount)


def _put(table: dict[str, list[Any]], number: int, answer: Split | CannotSplit) -> None:
    if isinstance(answer, CannotSplit):
        table["reason"][number] = f"{answer.findings[0].zh} {answer.findings[0].en}"
        for name in table.keys() - _WORDS:
            table[name][number] = None
        return
    for name, column in table.items():
        if name not in _WORDS:
            column[number] = amount_of(answer, name)


def amount_of(answer: Split, column: str) -> Fen:
    """One amount of a split, by the name of its column."""
    if column.startswith("paid."):
        return Fen(answer.figures.get(column, 0))
    amount: Fen = getattr(answer.settlement, column)
    return amount
