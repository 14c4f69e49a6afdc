"""Whether a pack can be trusted: reviewed in time, right on its golden cases, steady, and tested in every number."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from terminal.adjudication.golden import check_case
from terminal.adjudication.mistakes import Mistake, line_of
from terminal.adjudication.pack import Pack
from terminal.adjudication.plan import Plan
from terminal.adjudication.stages import Floor, Package, Ratio, Segment
from terminal.adjudication.tools.steady import unsteady
from terminal.adjudication.values import Band, Row, Unit, figure_text
from terminal.money import Fen, Rounding

CHECKS = ("review_by", "golden", "untested", "steady")
"""Names of the checks, as ``waived`` in ``pack.toml`` may excuse one of with a reason."""


def check_pack(pack: Pack, today: date, *, every_fen: bool = False) -> list[Mistake]:
    """Everything that is wrong with a pack that reads without mistakes; waived checks are left out.

    ``every_fen`` tries the growth of bills on every fen, which takes numpy and up to a minute.
    """
    plan = Plan(pack)
    header = pack.header
    found: list[Mistake] = []
    if "review_by" not in header.waived and header.review_by < today:
        line = _line(pack, "pack.toml", "", "review_by")
        found.append(
            Mistake("pack.toml", line, "review_by", f"{header.review_by} has passed", "a review, then a new date")
        )
    wrong = [(number, one) for number, case in enumerate(pack.cases) for one in check_case(plan, case)]
    if "golden" not in header.waived:
        found += [
            Mistake(
                "cases.toml", _line(pack, "cases.toml", f"case[{number}]"), f"{w.case}, {w.figure}", w.found, w.expected
            )
            for number, w in wrong
        ]
    if "untested" not in header.waived and not wrong:
        found += untested(pack)
    if "steady" not in header.waived:
        found += unsteady(plan, every_fen=every_fen)
    return found


def _line(pack: Pack, file: str, path: str, word: str = "") -> int:
    return line_of(pack.files.get(file, b"").decode(), path, word)


def untested(pack: Pack) -> Iterator[Mistake]:
    """Numbers that no golden case would miss: each is nudged by one unit, and some case must fail."""
    for number, row in enumerate(pack.rows):
        for what, nudged in _nudges(row):
            rows = (*pack.rows[:number], nudged, *pack.rows[number + 1 :])
            if not _noticed(replace(pack, rows=rows)):
                yield Mistake(row.file, row.line, row.key, _unnoticed(what, nudged), "a golden case that notices")
    rounding = pack.header.rounding
    for point in ("payment", "first_self_pay", "carve_out"):
        if not _uses(pack, point):
            continue
        other = Rounding.DOWN if getattr(rounding, point) is not Rounding.DOWN else Rounding.UP
        header = replace(pack.header, rounding=replace(rounding, **{point: other}))
        if not _noticed(replace(pack, header=header)):
            line = _line(pack, "pack.toml", "rounding", point)
            yield Mistake(
                "pack.toml", line, f"rounding.{point}", f"{other} goes unnoticed", "a golden case with half a fen"
            )


def _uses(pack: Pack, point: str) -> bool:
    """Whether a rounding point has anything to round in this pack."""
    stages = [stage for b in pack.benefits.benefit for layer in b.layer for stage in layer.stages]
    kinds = {str(stage.__struct_config__.tag) for stage in stages}
    stated = {row.key for row in pack.rows if not row.unstated}
    if point == "first_self_pay":
        return any(getattr(rule, "rate", "") in stated for rule in pack.benefits.line)
    if point == "payment":
        broken = {row.key for row in pack.rows if any(r.denominator > 1 for r in _rates(row))}
        paying = [stage for stage in stages if isinstance(stage, Ratio | Segment | Package | Floor)]
        return any(getattr(stage, name, "") in broken for stage in paying for name in ("rate", "bands"))
    return point in kinds


def _rates(row: Row) -> list[Fraction]:
    return [rate for rate in (row.rate, *(band.rate for band in row.bands)) if rate is not None]


def _unnoticed(what: str, row: Row) -> str:
    if row.bands or row.derive or row.figure is None:
        return f"another {what} goes unnoticed"
    return f"{what} goes unnoticed as {figure_text(row.unit, row.figure)}"


def _nudges(row: Row) -> Iterator[tuple[str, Row]]:
    if row.unstated:
        stated: dict[Unit, dict[str, Any]] = {
            Unit.YUAN: {"amount": Fen(0)}, Unit.RATE: {"rate": Fraction(0)}, Unit.COUNT: {"count": 1},
            Unit.BANDS: {"bands": (Band(rate=Fraction(0)),)},
        }  # fmt: skip
        yield "unstated", replace(row, unstated="", **stated[row.unit])
    elif row.derive is not None:
        for name in ("times", "personal_times"):
            if (share := getattr(row.derive, name)) is not None:
                yield name, replace(row, derive=replace(row.derive, **{name: _rate(share)}))
    elif row.unit is Unit.YUAN:
        yield "amount", replace(row, amount=Fen((row.amount or 0) + 1))
    elif row.unit is Unit.COUNT:
        yield "count", replace(row, count=(row.count or 0) + 1)
    elif row.unit is Unit.RATE:
        yield "rate", replace(row, rate=_rate(row.rate or Fraction(0)))
    for number, band in enumerate(row.bands):
        changes = [("rate", {"rate": _rate(band.rate)})]
        changes += [("up_to", {"up_to": Fen(band.up_to + 100)})] if band.up_to is not None else []  # type: ignore[dict-item]
        for name, change in changes:
            bands = (*row.bands[:number], replace(band, **change), *row.bands[number + 1 :])
            yield f"band {number + 1} {name}", replace(row, bands=bands)


def _rate(rate: Fraction) -> Fraction:
    """One percent point more, or less at the top."""
    return rate + Fraction(1, 100) if rate < 1 else rate - Fraction(1, 100)


def _noticed(pack: Pack) -> bool:
    plan = Plan(pack)
    return any(check_case(plan, case) for case in pack.cases)
