"""Whether a pack can be trusted: reviewed in time, right on its golden cases, steady, and tested in every number."""

from collections.abc import Iterator
from datetime import date

from terminal.adjudication.golden import BLANK, BY_HAND, check_case, unfinished
from terminal.adjudication.mistakes import Mistake, line_of
from terminal.adjudication.pack import Pack
from terminal.adjudication.plan import Plan
from terminal.adjudication.tools.nudges import nudges
from terminal.adjudication.tools.steady import unsteady

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
    if "golden" not in header.waived:
        found += _golden(plan)
    if "untested" not in header.waived and not any(check_case(plan, case) for case in pack.cases):
        found += untested(pack)
    if "steady" not in header.waived:
        found += unsteady(plan, every_fen=every_fen)
    return found


def _golden(plan: Plan) -> Iterator[Mistake]:
    """Cases that are still to be worked out, and figures that the pack answers differently."""
    for number, case in enumerate(plan.pack.cases):
        line = _line(plan.pack, "cases.toml", f"case[{number}]")
        if blank := unfinished(case):
            yield Mistake("cases.toml", line, case.id, f"{BLANK}: {', '.join(blank)}", BY_HAND)
        for wrong in check_case(plan, case):
            if wrong.found != BLANK:
                yield Mistake("cases.toml", line, f"{case.id}, {wrong.figure}", wrong.found, wrong.expected)


def _line(pack: Pack, file: str, path: str, word: str = "") -> int:
    return line_of(pack.files.get(file, b"").decode(), path, word)


def untested(pack: Pack) -> Iterator[Mistake]:
    """Numbers that no golden case would miss: each is nudged by one unit, and some case must fail."""
    for nudge in nudges(pack):
        plan = Plan(nudge.pack)
        if not any(check_case(plan, case) for case in pack.cases):
            yield nudge.mistake
