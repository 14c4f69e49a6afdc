"""Bills with what came of them, one JSON document a line: the input of fit and simulate."""

from collections.abc import Iterator

import msgspec

from terminal.documents import Claim, Settlement, decode
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
