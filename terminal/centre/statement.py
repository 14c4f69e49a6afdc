"""The files of the day's comparison: ours for 3202, the centre's result, and the rows both are made of."""

import io
import zipfile
from collections.abc import Iterable
from typing import NamedTuple

from config.profiles import Reconciliation
from terminal.centre.wire import number
from terminal.money import Fen

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a statement once unpacked; a day has thousands of rows of a hundred bytes."""


class TornFile(ValueError):
    """A statement file that is cut, packed wrongly or has rows of another shape; says where."""


class Group(NamedTuple):
    """What 3201 compares at once: insurance type, clearing type and clearing office, in the centre's codes."""

    insurance: str
    clearing: str
    office: str


class StatementRow(NamedTuple):
    """One settlement or cancellation of ours as the centre answered it; amounts of a cancellation are negative.

    ``refunded`` is set on the negative row and on the settlement it cancels.
    """

    group: Group
    settlement_number: str
    visit_number: str
    person_number: str
    message_number: str
    total: Fen
    fund: Fen
    account: Fen
    cash: Fen
    refunded: bool
    area: str = ""
    """The person's insured region: people of one region clear at one office."""


class ResultRow(NamedTuple):
    """One row of the centre's result file; the three amounts are the centre's."""

    person_number: str
    visit_number: str
    settlement_number: str
    message_number: str
    result: str
    refunded: bool
    memo: str
    total: Fen
    fund: Fen
    account: Fen


def pack(rows: Iterable[StatementRow], name: str, form: Reconciliation) -> bytes:
    """The file of 3202: a ZIP holding one text of seven columns between tabs, no header."""
    lines = (
        "\t".join(
            value or form.empty
            for value in (
                row.settlement_number,
                row.visit_number,
                row.person_number,
                str(row.total),
                str(row.fund),
                str(row.account),
                "1" if row.refunded else "0",
            )
        )
        + form.line_end
        for row in rows
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, "".join(lines).encode())
    return file.getvalue()


def unpack(data: bytes) -> bytes:
    """The one text inside a ZIP, or the data itself where the centre did not pack it. Raises TornFile."""
    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inner = archive.infolist()
            if len(inner) != 1 or inner[0].file_size > LARGEST_FILE:
                raise TornFile(f"{len(inner)} files, or more than {LARGEST_FILE} bytes")
            with archive.open(inner[0]) as text:
                unpacked = text.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise TornFile(f"not a sound ZIP: {error}") from error
    if len(unpacked) > LARGEST_FILE:
        raise TornFile(f"more than {LARGEST_FILE} bytes")
    return unpacked


def results(data: bytes) -> tuple[ResultRow, ...]:
    """The rows of a result file, packed or not; "null" and nothing are the same. Raises TornFile."""
    try:
        text = unpack(data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TornFile(f"not UTF-8: {error}") from error
    return tuple(_result(place, line) for place, line in enumerate(text.splitlines(), 1) if line.strip())


def _result(place: int, line: str) -> ResultRow:
    columns = ["" if column == "null" else column for column in line.split("\t")]
    if len(columns) not in (10, 11):
        raise TornFile(f"row {place} has {len(columns)} columns, not 10")
    amounts = [number(column or "0", 2) for column in columns[7:10]]
    if None in amounts:
        raise TornFile(f"row {place} has an amount that is no amount")
    person, visit, settlement, message, result, flag, memo = columns[:7]
    total, fund, account = (Fen(amount or 0) for amount in amounts)
    return ResultRow(person, visit, settlement, message, result, flag == "1", memo, total, fund, account)
