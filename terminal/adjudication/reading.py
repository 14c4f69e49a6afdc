"""From the bytes of a pack's files to a pack: strictly, and with every mistake at once for its author."""

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any, get_args, get_type_hints

import msgspec

from terminal.adjudication.consistency import inconsistencies
from terminal.adjudication.faults import PackFault
from terminal.adjudication.kept import digest_of
from terminal.adjudication.mistakes import Mistake, Mistakes, headings
from terminal.adjudication.pack import Benefits, GoldenCases, Header, Pack, ValueEntry
from terminal.adjudication.values import Row, Unit, parse_figure
from terminal.documents import from_wire
from terminal.money import MoneyText

HEADER, BENEFITS, VALUES, CASES = "pack.toml", "benefits.toml", "values.toml", "cases.toml"
TABLE = re.compile(r"tables/([a-z0-9_.]+)\.csv")


class _ValueFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: tuple[ValueEntry, ...] = ()


def load_pack(files: Mapping[str, bytes]) -> Pack:
    """Reads and checks a pack from its files by name. Raises PackFault naming file, line, key and nearest word."""
    mistakes = Mistakes()
    header = _toml(files, HEADER, Header, mistakes)
    benefits = _toml(files, BENEFITS, Benefits, mistakes)
    entries = _toml(files, VALUES, _ValueFile, mistakes)
    cases = _toml(files, CASES, GoldenCases, mistakes) if CASES in files else GoldenCases()
    rows = [*_rows(entries, files, mistakes)] if entries is not None else []
    for name in sorted(files):
        if found := TABLE.fullmatch(name):
            rows.extend(_table(found[1], name, files[name], mistakes))
        elif name not in (HEADER, BENEFITS, VALUES, CASES):
            mistakes.add(name, 0, "file", "not a file of a pack", f"{HEADER}, {BENEFITS}, {VALUES}, {CASES} or tables/")
    pack = None
    if header is not None and benefits is not None and cases is not None:
        pack = Pack(
            header=header, benefits=benefits, rows=tuple(rows), cases=cases.case, digest=digest_of(files), files=files
        )
        if not mistakes.found:
            mistakes.found.extend(inconsistencies(pack))
    if mistakes.found or pack is None:
        raise fault(header.id if header is not None else "?", mistakes.found)
    return pack


def fault(pack: str, mistakes: list[Mistake]) -> PackFault:
    """The mistakes of a pack as one error that tells the first and carries all."""
    first = mistakes[0]
    return PackFault(
        pack=pack, file=first.file, line=first.line, key=first.key, found=first.found, expected=first.expected,
        zh=first.zh, en=first.en, count=len(mistakes), mistakes=tuple(mistakes),
    )  # fmt: skip


class _BinaryFloat(ValueError):
    pass


def _refuse_float(text: str) -> object:
    raise _BinaryFloat(text)


def _toml(files: Mapping[str, bytes], name: str, kind: Any, mistakes: Mistakes) -> Any:
    if name not in files:
        mistakes.add(name, 0, "file", "missing", f"every pack has {HEADER}, {BENEFITS} and {VALUES}")
        return None
    try:
        text = files[name].decode()
        tree = tomllib.loads(text, parse_float=_refuse_float)
    except UnicodeDecodeError as error:
        mistakes.add(name, files[name][: error.start].count(b"\n") + 1, "text", "bytes that are not UTF-8", "UTF-8")
        return None
    except _BinaryFloat as error:
        literal = str(error)
        line = next((n for n, row in enumerate(text.split("\n"), 1) if literal in row.split("#")[0]), 0)
        mistakes.add(name, line, literal, "a binary float", f'text such as "{literal}" or an exact rate')
        return None
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+)", str(error))
        mistakes.add(
            name, int(place[1]) if place else 0, "syntax", f"no TOML: {str(error).split(' (at')[0]}", "TOML 1.0"
        )
        return None
    return _convert(_lists(tree), kind, name, text, mistakes)


def _lists(tree: Any) -> Any:
    """A single word where a list of words is meant is a list of one."""
    if isinstance(tree, dict):
        plural = {"when", "dimensions"}
        return {
            key: {k: [v] if isinstance(v, str) else v for k, v in value.items()}
            if key in plural and isinstance(value, dict)
            else _lists(value)
            for key, value in tree.items()
        }
    return [_lists(item) for item in tree] if isinstance(tree, list) else tree


def _convert(tree: dict[str, Any], kind: Any, name: str, text: str, mistakes: Mistakes) -> Any:
    """Converts a file table by table, so that one bad table does not hide the mistakes of the others."""
    before = len(mistakes.found)
    hints = get_type_hints(kind)
    rest = dict(tree)
    for key, hint in hints.items():
        item = next((a for a in get_args(hint) if a is not Ellipsis), None)
        if not isinstance(tree.get(key), list) or item in (None, str):
            continue
        for number, entry in enumerate(tree[key]):
            _try(entry, item, f"{key}[{number}]", name, text, mistakes)
        rest[key] = []
    _try(rest, kind, "", name, text, mistakes)
    if len(mistakes.found) > before:
        return None
    return _strictly(tree, kind)


def _strictly(tree: Any, kind: Any) -> Any:
    """A date must be a date of the format, not text that looks like one."""
    return msgspec.convert(tree, kind, dec_hook=from_wire, builtin_types=(date,))


def _try(tree: Any, kind: Any, place: str, name: str, text: str, mistakes: Mistakes) -> None:
    try:
        _strictly(tree, kind)
    except msgspec.ValidationError as error:
        mistakes.from_conversion(name, text, place, str(error))


def _rows(entries: _ValueFile, files: Mapping[str, bytes], mistakes: Mistakes) -> list[Row]:
    lines = headings(files[VALUES].decode())
    rows = []
    for number, entry in enumerate(entries.value):
        line = lines.get(("value", f"[{number}]"), 1)
        given = [entry.text is not None, bool(entry.bands), entry.derive is not None, bool(entry.unstated)]
        if sum(given) != 1:
            mistakes.add(VALUES, line, entry.key, f"{sum(given)} figures", "one of is, bands, derive, unstated")
            continue
        figures = _figure(entry.unit, entry.text, VALUES, line, entry.key, mistakes) if given[0] else {}
        rows.append(
            Row(
                key=entry.key, unit=entry.unit, begins=entry.begins, ends=entry.until, known=entry.known,
                ref=entry.ref, when=entry.when, bands=entry.bands, derive=entry.derive, unstated=entry.unstated,
                file=VALUES, line=line, **figures,
            )
        )  # fmt: skip
    return rows


def _figure(unit: Unit, value: Any, file: str, line: int, key: str, mistakes: Mistakes) -> dict[str, Any]:
    field = {Unit.YUAN: "amount", Unit.RATE: "rate", Unit.COUNT: "count"}.get(unit)
    if field is None:
        mistakes.add(file, line, key, f"one figure for the unit {unit}", "bands = [...]")
        return {}
    if unit is not Unit.COUNT and not isinstance(value, str):
        mistakes.add(file, line, key, f"the number {value}", 'text such as "1300.00" or "85%"')
        return {}
    try:
        return {field: parse_figure(unit, str(value))}
    except ValueError as error:
        shape = {Unit.YUAN: '"1300.00"', Unit.RATE: '"85%" or "2/37"', Unit.COUNT: "a whole number"}[unit]
        found = str(error).split(":")[0] if isinstance(error, MoneyText) else repr(value)
        mistakes.add(file, line, key, found, shape)
        return {}


_HEADING = "dimensions, from, until, known, ref and one of yuan, rate, count"
_FIXED = ("from", "until", "known", "ref")


def _table(key: str, name: str, data: bytes, mistakes: Mistakes) -> list[Row]:
    """A table: one row per figure; the heading names dimensions, ``from``, ``until``, ``known``, ``ref``, the unit.

    An empty cell or ``*`` of a dimension means any; several words are separated by spaces; the unit's column may
    say ``unstated: reason``.
    """
    rows: list[Row] = []
    try:
        reader = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        mistakes.add(name, line, "text", "bytes that are not UTF-8", "UTF-8 (office programs: save as CSV UTF-8)")
        return rows
    heading = next(reader, [])
    units = [word for word in heading if word in (Unit.YUAN, Unit.RATE, Unit.COUNT)]
    absent = [word for word in ("from", "known", "ref") if word not in heading]
    if len(units) != 1 or absent or len(set(heading)) != len(heading):
        mistakes.add(name, 1, key, ",".join(heading), _HEADING)
        return rows
    unit = Unit(units[0])
    for cells in reader:
        if not any(cells):
            continue
        line = reader.line_num
        if len(cells) != len(heading):
            mistakes.add(name, line, key, f"{len(cells)} cells", f"{len(heading)} cells, as in the heading")
            continue
        row = dict(zip(heading, (cell.strip() for cell in cells), strict=True))
        days = {word: _date(row.get(word, ""), name, line, word, mistakes) for word in ("from", "until", "known")}
        text = row[unit]
        unstated = text.removeprefix("unstated:").strip() if text.startswith("unstated:") else ""
        figures = {} if unstated else _figure(unit, text, name, line, key, mistakes)
        begins, known = days["from"], days["known"]
        if begins is None or known is None:
            mistakes.add(name, line, "from" if begins is None else "known", "no date", "a date such as 2026-01-01")
            continue
        when = {
            word: tuple(cell.split())
            for word, cell in row.items()
            if word not in _FIXED and word != unit and cell not in ("", "*")
        }
        rows.append(
            Row(
                key=key, unit=unit, begins=begins, ends=days["until"], known=known, ref=row["ref"], when=when,
                unstated=unstated, file=name, line=line, **figures,
            )
        )  # fmt: skip
    return rows


def _date(text: str, name: str, line: int, key: str, mistakes: Mistakes) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        mistakes.add(name, line, key, repr(text), "a date such as 2026-01-01")
        return None
