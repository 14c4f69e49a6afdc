"""A shift's report as lines for the printer and as a workbook: a picture of what is stored, nothing is computed."""

from itertools import groupby

from terminal.counter.office.sheet import Cell, workbook
from terminal.counter.office.takings import Report, Row
from terminal.counter.slip import WIDTH
from terminal.counter.words import Language, word
from terminal.money import Fen
from terminal.width import centre, cut, pair

_BY_TENDER = ("sales", "refunds", "evened", "prepaid", "drawn")
_NAMED = {
    "bills": "state.",
    "paid": "",
    "paid_back": "",
    "receipts": "receipt.",
    **dict.fromkeys(_BY_TENDER, "tender."),
}
"""How the names of a section's rows are found among the words; other sections name their rows themselves."""


def printed(report: Report, language: Language, width: int = WIDTH) -> list[str]:
    """The report as lines of at most ``width`` cells."""
    rule = "-" * width
    lines = [
        centre(f"{word('shift', language)} {report.shift}", width),
        pair(f"{word('window', language)} {report.terminal}", f"{word('operator', language)} {report.operator}", width),
        *(f"{at:%Y-%m-%d %H:%M:%S}" for at in (report.opened_at, report.closed_at) if at),
    ]
    for section, rows in groupby(_sorted(report), key=lambda row: row.section):
        lines += [rule, word(f"section.{section}", language)]
        lines += [
            pair(cut(f"  {_name(row, language)}", width - 20), f"{row.count:>4} {row.amount!s:>13}", width)
            for row in rows
        ]
    lines.append(rule)
    lines += [pair(word(key, language), str(amount), width) for key, amount in _cash(report)]
    return [*lines, f"# {report.last} {report.anchor}"]


def sheet(report: Report, language: Language) -> bytes:
    """The report as an .xlsx file."""
    rows: list[list[Cell]] = [
        [word("shift", language), report.shift, None, None],
        [word("window", language), report.terminal, word("operator", language), report.operator],
        [f"{at:%Y-%m-%d %H:%M:%S}" for at in (report.opened_at, report.closed_at) if at],
    ]
    rows += [
        [word(f"section.{row.section}", language), _name(row, language), row.count, row.amount]
        for row in _sorted(report)
    ]
    rows += [[word(key, language), None, None, amount] for key, amount in _cash(report)]
    return workbook([(f"{word('shift', language)} {report.shift}", rows)])


def _sorted(report: Report) -> list[Row]:
    return sorted(report.rows, key=lambda row: row.section)


def _name(row: Row, language: Language) -> str:
    return word(_NAMED[row.section] + row.name, language) if row.section in _NAMED else row.name


def _cash(report: Report) -> list[tuple[str, Fen]]:
    figures = (
        ("cash.float", report.float),
        ("cash.expected", report.expected),
        ("cash.counted", report.counted),
        ("cash.over", report.over),
    )
    return [(key, amount) for key, amount in figures if amount is not None]
