"""Bills with what came of them: the input of fit, simulate and batch, one JSON document a line or a table of lines."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

import msgspec

from terminal.adjudication.tender import Purse
from terminal.adjudication.tools.tables import rows_of
from terminal.documents import Claim, Insured, Settlement, decode, from_wire
from terminal.documents.refusal import explain
from terminal.faults import BadDocument


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A claim that says whom it is for, and the settlement that the centre or a till gave it.

    ``claim.insured`` and ``claim.openings`` are those of that day; ``person`` groups the bills of one person.
    ``purses`` replaces the account balance where there are several purses or relatives' accounts.
    """

    claim: Claim
    settlement: Settlement | None = None
    person: str = ""
    purses: tuple[Purse, ...] | None = None

    @property
    def insured(self) -> Insured:
        """Whom the claim is for. Raises BadDocument where it does not say."""
        if self.claim.insured is None:
            raise BadDocument(file=self.claim.bill, place="insured", found="missing", expected="whom it is for")
        return self.claim.insured


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
COLUMNS = ("person", "bill", "account_use", *(column for part in _PARTS.values() for column in part))
"""The columns of a table of lines; an empty cell leaves its field out."""
_MISSING = re.compile(r"missing required field `(\w+)`")
_YES = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False, "是": True, "否": False}


def read_table(data: bytes, *, file: str = "-.csv") -> Iterator[Slip]:
    """The slips of a table with one row a line, the rows of a bill together. Raises BadDocument naming row and column.

    Price and quantity may be left out: one unit at the amount. Several identities are separated by spaces.
    """
    seen: set[str] = set()
    numbered = enumerate(rows_of(data, COLUMNS, file=file), 2)
    for bill, group in groupby(numbered, key=lambda one: one[1].get("bill", "")):
        rows = list(group)
        number, head = rows[0]
        if not bill or bill in seen:
            found = f"bill {bill} again" if bill else "no bill number"
            raise BadDocument(file=file, place=f"row {number}", found=found, expected="all rows of a bill together")
        seen.add(bill)
        claim = {
            "bill": bill,
            "terminal": "table",
            "operator": "table",
            "institution": {"code": "-", "name": "-", **_part(head, "institution")},
            "visit": _part(head, "visit"),
            "insured": _insured(head),
            "lines": [_line(row, sn) for sn, (_, row) in enumerate(rows, 1)],
            "account_use": _truth(head.get("account_use") or "true"),
        }
        try:
            read = msgspec.convert(claim, Claim, dec_hook=from_wire)
        except msgspec.ValidationError as error:
            place, found, expected = explain(error, msgspec.json.encode(claim), Claim)
            if missing := _MISSING.search(found):
                place, found, expected = f"{place}.{missing[1]}", "nothing", "a value"
            at = f"row {number + _index(place)}, {_column(place)}"
            raise BadDocument(file=file, place=at, found=found, expected=expected) from error
        yield Slip(read, person=head.get("person") or "")


def _part(row: Mapping[str, str], part: str) -> dict[str, object]:
    return {_NAMES.get(name, name): row[name] for name in _PARTS[part] if row.get(name)}


def _insured(row: Mapping[str, str]) -> dict[str, object]:
    words = _part(row, "insured")
    if "civil_servant" in words:
        words["civil_servant"] = _truth(row["civil_servant"])
    return words | {"identities": str(words.get("identities", "")).split()}


def _truth(word: str) -> object:
    return _YES.get(word.lower(), word)


def _line(row: Mapping[str, str], sn: int) -> dict[str, object]:
    words = {"sn": sn, "name": f"line {sn}", "price": row.get("amount"), "quantity": "1", **_part(row, "line")}
    number = str(words["sn"])
    return words | {"sn": int(number) if number.isdecimal() else number}


def _index(place: str) -> int:
    """Which of a bill's rows a place of the claim came from."""
    found = re.match(r"lines\[(\d+)\]", place)
    return int(found[1]) if found else 0


def _column(place: str) -> str:
    """The column that a place of the claim came from."""
    part, _, name = re.sub(r"\[\d+\]", "", place).rpartition(".")
    return next((c for c in _PARTS.get(part.removesuffix("s"), ()) if _NAMES.get(c, c) == name), place)
