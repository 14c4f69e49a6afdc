"""Bills with what came of them: the input of fit and simulate, one JSON document a line or a table of lines."""

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import groupby

import msgspec

from terminal.documents import Claim, Settlement, decode, from_wire
from terminal.faults import BadDocument


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A claim that says whom it is for, and the settlement that the centre or a till gave it.

    ``claim.insured`` and ``claim.openings`` are those of that day; ``person`` groups the bills of one person.
    """

    claim: Claim
    settlement: Settlement | None = None
    person: str = ""


def read_slips(data: bytes, *, file: str = "-") -> Iterator[Slip]:
    """The slips of a file, in the order of settlement. Raises BadDocument naming the line."""
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        slip = decode(line, Slip, file=f"{file}:{number}")
        if slip.claim.insured is None:
            raise BadDocument(
                file=f"{file}:{number}", place="claim.insured", found="missing", expected="whom it is for"
            )
        yield slip


_PARTS: dict[str, tuple[str, ...]] = {
    "institution": ("institution", "institution_name", "place", "tier", "kind"),
    "visit": ("visit", "begin", "end", "referral", "disease", "admission_number"),
    "insured": ("area", "scheme", "employment", "born", "identities", "civil_servant", "account_balance", "suspended"),
    "line": (
        "sn", "name", "category", "class", "price", "quantity", "amount", "first_self_pay", "ceiling", "charged_at",
    ),
}  # fmt: skip
_NAMES = {"institution": "code", "institution_name": "name", "place": "area", "visit": "type", "class": "item_class"}
COLUMNS = ("person", "bill", *(column for part in _PARTS.values() for column in part))
"""The columns of a table of lines; an empty cell leaves its field out."""


def read_table(data: bytes, *, file: str = "-") -> Iterator[Slip]:
    """The slips of a CSV table with one row a line, the rows of a bill together. Raises BadDocument naming the row.

    Price and quantity may be left out: one unit at the amount. Several identities are separated by spaces.
    """
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    unknown = [name for name in reader.fieldnames or () if name not in COLUMNS]
    if unknown or not reader.fieldnames:
        raise BadDocument(file=file, place="row 1", found=", ".join(unknown), expected=", ".join(COLUMNS))
    for _, rows in groupby(enumerate(reader, 2), key=lambda numbered: numbered[1].get("bill")):
        numbered = list(rows)
        number, head = numbered[0]
        claim = {
            "bill": head.get("bill"),
            "terminal": "table",
            "operator": "table",
            "institution": {"code": "-", "name": "-", **_part(head, "institution")},
            "visit": _part(head, "visit"),
            "insured": _insured(head),
            "lines": [_line(row, sn) for sn, (_, row) in enumerate(numbered, 1)],
        }
        try:
            read = msgspec.convert(claim, Claim, dec_hook=from_wire, strict=False)
        except msgspec.ValidationError as error:
            found, _, expected = str(error).partition(": expected ")
            raise BadDocument(file=file, place=f"row {number}", found=found, expected=expected or "a claim") from error
        yield Slip(read, person=head.get("person") or "")


def _part(row: Mapping[str, str], part: str) -> dict[str, object]:
    return {_NAMES.get(name, name): row[name] for name in _PARTS[part] if row.get(name)}


def _insured(row: Mapping[str, str]) -> dict[str, object]:
    words = _part(row, "insured")
    return words | {"identities": str(words.get("identities", "")).split()}


def _line(row: Mapping[str, str], sn: int) -> dict[str, object]:
    return {"sn": sn, "name": f"line {sn}", "price": row.get("amount"), "quantity": "1", **_part(row, "line")}
