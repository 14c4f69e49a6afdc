"""Stays that a policy cuts by date: at the end of a year, or every so many days. One bill, several sections.

Each section is a bill of its own to the rules: its own days, period and law date, opening with what the section
before it posted. The admission counts once, in the first section.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from msgspec.structs import replace

from terminal.adjudication.faults import CannotSplit
from terminal.adjudication.findings import fact_missing
from terminal.adjudication.pack import Benefit, Crossing
from terminal.clock import BEIJING
from terminal.documents import Claim, Layer, Line, Posting, Settlement
from terminal.money import Fen


def sections(benefit: Benefit, claim: Claim) -> list[Claim]:
    """The claim cut as the benefit says; the claim alone where nothing is to be cut. Raises CannotSplit."""
    begin, end = claim.visit.begin.date(), (claim.visit.end or claim.visit.begin).date()
    cuts = _cuts(benefit, begin, end)
    if not cuts:
        return [claim]
    starts = [begin, *cuts]
    lines: list[list[Line]] = [[] for _ in starts]
    for line in claim.lines:
        if line.charged_at is None:
            raise CannotSplit(bill=claim.bill, findings=[fact_missing(f"charged_at (line {line.sn})")])
        lines[max(0, sum(start <= line.charged_at.date() for start in starts) - 1)].append(line)
    made = []
    for number, start in enumerate(starts):
        visit = claim.visit
        if number:
            visit = replace(visit, begin=datetime.combine(start, time(), BEIJING))
        if number < len(cuts):
            visit = replace(visit, end=datetime.combine(cuts[number], time(), BEIJING) - timedelta(seconds=1))
        made.append(replace(claim, visit=visit, lines=tuple(lines[number])))
    return [section for section in made if section.lines]


def _cuts(benefit: Benefit, begin: date, end: date) -> list[date]:
    """The first days of all sections but the first."""
    cuts = set()
    if benefit.crossing is Crossing.SPLIT:
        cuts |= {date(year, 1, 1) for year in range(begin.year + 1, end.year + 1)}
    if benefit.cycle_days:
        step = timedelta(days=benefit.cycle_days)
        day = begin + step
        while day < end:
            cuts.add(day)
            day += step
    return sorted(cuts)


def together(parts: Sequence[Settlement]) -> Settlement:
    """The sections of one bill as one settlement: sums, layers by place, postings by accumulator and period."""
    first, last = parts[0], parts[-1]
    sums = {
        name: Fen(sum(getattr(part, name) for part in parts))
        for name in (
            "total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible", "account", "cash",
            "family_account", "hospital",
        )
    }  # fmt: skip
    layers: dict[tuple[str, str], Layer] = {}
    deltas: dict[tuple[str, str], int] = {}
    for part in parts:
        for layer in part.layers:
            before = layers.get((layer.fund, layer.label))
            base, paid = (before.base, before.paid) if before else (0, 0)
            layers[layer.fund, layer.label] = replace(layer, base=Fen(base + layer.base), paid=Fen(paid + layer.paid))
        for posting in part.postings:
            place = (posting.accumulator, posting.period)
            deltas[place] = deltas.get(place, 0) + posting.delta
    return replace(
        first,
        **sums,
        layers=tuple(layers.values()),
        lines=tuple(sorted((line for part in parts for line in part.lines), key=lambda line: line.sn)),
        postings=tuple(Posting(*place, delta) for place, delta in deltas.items() if delta),
        findings=tuple(dict.fromkeys(found for part in parts for found in part.findings)),
        steps=tuple(step for part in parts for step in part.steps),
        account_balance=last.account_balance,
    )
