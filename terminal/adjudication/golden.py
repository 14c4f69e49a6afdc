"""Golden cases: the bills a pack carries with the answers that are right to the fen, and how to ask them."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, NamedTuple

import msgspec

from terminal.adjudication.accumulators import period_of
from terminal.adjudication.engine import Split, day_of, split
from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.mistakes import nearest
from terminal.adjudication.pack import Crossing, GoldenCase
from terminal.adjudication.plan import Plan
from terminal.adjudication.tender import Purse
from terminal.clock import BEIJING
from terminal.documents import Claim, Institution, Insured, Line, Opening, Source, Step, Visit, from_wire
from terminal.money import Fen

BLANK = "blank"
BY_HAND = "what a person works out by hand from the printed policy, and that person's name"


class Wrong(NamedTuple):
    """A figure of a golden case that the pack answers differently."""

    case: str
    figure: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.case}: {self.figure}: expected {self.expected}, found {self.found}"


class Question(NamedTuple):
    """A golden case as the engine's arguments."""

    claim: Claim
    insured: Insured
    openings: tuple[Opening, ...]
    purses: tuple[Purse, ...]


def question(plan: Plan, case: GoldenCase) -> Question:
    """A golden case as a bill. Unsaid facts are the pack's own area and scheme, a tier-3 hospital, one day.

    Raises ValueError for words that are none of a bill's.
    """
    header = plan.pack.header
    day = datetime.combine(case.day, time(9), BEIJING)
    place = {"code": "H00000000001", "name": "golden", "area": header.area, "tier": "3", **case.place}
    stay = {"begin": day.isoformat(), **case.stay, "type": str(case.visit)}
    person = {"area": header.area, "scheme": str(header.scheme), "employment": "active", **case.person}
    claim = Claim(
        bill=case.id,
        institution=msgspec.convert(place, Institution, dec_hook=from_wire),
        terminal="golden",
        operator="golden",
        visit=msgspec.convert(stay, Visit),
        lines=tuple(_line(number, line) for number, line in enumerate(case.lines, 1)),
        account_use=case.account != "",
    )
    insured = msgspec.convert({**person, "account_balance": case.account or "0.00"}, Insured, dec_hook=from_wire)
    purses = (Purse(balance=insured.account_balance),) if "purses" not in case.person else ()
    family = msgspec.convert(list(case.family), tuple[Purse, ...], dec_hook=from_wire)
    return Question(claim, insured, _openings(plan, case, claim), (*purses, *family))


def _line(number: int, line: Mapping[str, Any]) -> Line:
    amount = line.get("amount", "0.00")
    words = {"sn": number, "name": f"item {number}", "price": amount, "quantity": "1", **line, "amount": amount}
    if "class" in words:
        words["item_class"] = words.pop("class")
    return msgspec.convert(words, Line, dec_hook=from_wire)


def _openings(plan: Plan, case: GoldenCase, claim: Claim) -> tuple[Opening, ...]:
    """Openings into the periods of the bill itself; of a stay that is cut by date, those of its first part."""
    benefit = next((b for b in plan.pack.benefits.benefit if claim.visit.type in b.visits), None)
    whole = benefit is not None and benefit.crossing is Crossing.WHOLE and not benefit.cycle_days
    day = day_of(benefit, claim) if benefit is not None and whole else case.day
    made = []
    for name, value in case.openings.items():
        if name not in plan.accumulators:
            raise ValueError(f"openings: {name!r}, expected {nearest(name, tuple(plan.accumulators))}")
        period = period_of(plan.accumulators[name], claim, day, ())
        number = value if isinstance(value, int) else int(msgspec.convert(value, Fen, dec_hook=from_wire))
        made.append(Opening(name, period, number, day, Source.CENTRE))
    return tuple(made)


def answer(plan: Plan, case: GoldenCase) -> dict[str, Any]:
    """Every figure a golden case can expect: totals, ``paid.<layer>``, ``posts.<accumulator>``, ``stop``, ``note``."""
    asked = question(plan, case)
    try:
        done = split(plan, asked.claim, asked.insured, asked.openings, known=case.known, purses=asked.purses)
    except CannotSplit as refused:
        return {"stop": [found.code for found in refused.findings]}
    return figures_of(done)


def working(plan: Plan, case: GoldenCase) -> tuple[Step, ...]:
    """How the engine comes to its answer, step by step; nothing where it gives none."""
    try:
        asked = question(plan, case)
        done = split(plan, asked.claim, asked.insured, asked.openings, explain=3, known=case.known, purses=asked.purses)
    except (CannotSplit, ValueError):
        return ()
    return done.settlement.steps


def _told(figure: Any) -> str:
    return ", ".join(figure) or "none" if isinstance(figure, list) else str(figure)


def figures_of(done: Split) -> dict[str, Any]:
    """The figures of a split by name, amounts as text."""
    result = done.settlement
    named = {name: str(Fen(amount)) for name, amount in done.figures.items() if name != "ordinary"}
    for name in ("total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible", "account"):
        named[name] = str(getattr(result, name))
    named |= {f"posts.{p.accumulator}": str(p.delta) for p in result.postings}
    return named | {
        "benefit": done.benefit,
        "family_account": str(result.family_account),
        "cash": str(result.cash),
        "hospital": str(result.hospital),
        "funds": str(result.funds),
        "account_left": str(result.account_balance),
        "stop": [],
        "note": [found.code for found in result.findings],
    }


def unfinished(case: GoldenCase) -> list[str]:
    """What a person still has to put into a proposed case: its blank figures, and who worked them out."""
    blank = [figure for figure, expected in case.expect.items() if expected == ""]
    return [*blank, "confirmed_by"] if case.confirmed_by is not None and not case.confirmed_by.strip() else blank


def check_case(plan: Plan, case: GoldenCase) -> list[Wrong]:
    """What a pack answers differently from a golden case; empty when all is right. What is blank is not told."""
    try:
        found = answer(plan, case)
    except ValueError as error:
        return [Wrong(case.id, "case", "words of a bill", str(error))]
    refused = f"no split: {', '.join(dict.fromkeys(found['stop']))}" if found["stop"] else ""
    blank = unfinished(case)
    wrong = [Wrong(case.id, figure, BY_HAND, BLANK) for figure in blank]
    for figure, expected in case.expect.items():
        if figure in blank:
            continue
        got = found.get(figure, refused)
        if not got and figure.startswith("posts."):
            got = "0"
        elif got == "":
            got = f"no such figure, but {nearest(figure, tuple(found))}"
        if figure.startswith("posts.") and "." in str(expected) and got.lstrip("-").isdigit():
            got = str(Fen(int(got)))
        if got != expected and not (isinstance(expected, list) and sorted(expected) == sorted(got)):
            wrong.append(Wrong(case.id, figure, _told(expected), _told(got)))
    return wrong
