"""Each number of a pack changed by one unit: what a golden case must notice for the number to be tested."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from msgspec.structs import replace

from terminal.adjudication.mistakes import Mistake, line_of
from terminal.adjudication.pack import Pack
from terminal.adjudication.stages import Floor, Package, Ratio, Segment
from terminal.adjudication.values import Band, Row, Unit, figure_text
from terminal.money import Fen, Rounding


class Nudge(NamedTuple):
    """A pack with one number changed, and what to say where no case notices; ``row`` is None for a rounding point."""

    pack: Pack
    row: Row | None
    mistake: Mistake


def nudges(pack: Pack) -> Iterator[Nudge]:
    """Every number once: amounts by a fen, rates by a point, band limits by a yuan, rounding points the other way."""
    for number, row in enumerate(pack.rows):
        for what, changed in _changes(row):
            rows = (*pack.rows[:number], changed, *pack.rows[number + 1 :])
            told = Mistake(row.file, row.line, row.key, _unnoticed(what, changed), "a golden case that notices")
            yield Nudge(replace(pack, rows=rows), row, told)
    rounding = pack.header.rounding
    for point in ("payment", "first_self_pay", "carve_out"):
        if not _uses(pack, point):
            continue
        other = Rounding.DOWN if getattr(rounding, point) is not Rounding.DOWN else Rounding.UP
        header = replace(pack.header, rounding=replace(rounding, **{point: other}))
        line = line_of(pack.files.get("pack.toml", b"").decode(), "rounding", point)
        found = f"{other} goes unnoticed"
        told = Mistake("pack.toml", line, f"rounding.{point}", found, "a golden case with half a fen")
        yield Nudge(replace(pack, header=header), None, told)


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


def _changes(row: Row) -> Iterator[tuple[str, Row]]:
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
