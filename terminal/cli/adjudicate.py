"""``yibao adjudicate``: the split of a bill by the terminal's own packs, and why. Reads no store, asks no centre."""

import sys
from pathlib import Path

import click
import msgspec

from config.places import kept_packs, policies_folder
from terminal.cli.claims import read, stream
from terminal.cli.funnel import fault_document, speaks
from terminal.cli.options import as_json, at_home, in_language, show
from terminal.counter.policies import Policies
from terminal.counter.slip import WIDTH, split_picture
from terminal.counter.words import Language, word
from terminal.documents import Claim, Insured, Settlement, decode, encode
from terminal.faults import BadDocument, Exit, Fault
from terminal.telling import Speaking

QUESTIONS = ("why-not-more", "what-next", "process")


@click.command()
@click.argument("claim")
@click.option("--pack", help="政策包编号 pack id; otherwise by insured area and scheme")
@click.option("--explain", type=click.IntRange(0, 3), default=0, help="0 金额 1 各层 2 各行 3 每一步")
@click.option(
    "--ask", type=click.Choice(list(QUESTIONS)), help="为何不多付、下一步、结算过程 a question about the split"
)
@click.option("--if", "changes", multiple=True, metavar="PLACE=VALUE", help="假如，如 institution.tier=1 what if")
@in_language
@as_json
@at_home
def adjudicate(
    claim: str,
    pack: str | None,
    explain: int,
    ask: str | None,
    changes: tuple[str, ...],
    language: Language,
    as_json: bool,
    home: Path,
) -> int:
    """分割一张账单；``-`` 逐行读入，逐行输出。 Splits a bill; ``-`` reads one per line."""
    policies = Policies(policies_folder(home), kept=kept_packs(home))
    if ask or changes:
        if claim == "-" or (ask and changes):
            raise click.UsageError("一次只能问一张账单的一个问题。 One question about one bill at a time.")
        document, lines = _answer(policies, read(claim), pack, ask, changes, language)
        show(document, as_json, lambda: "\n".join(lines))
        return Exit.DONE
    if claim != "-":
        result = _split(policies, read(claim), pack, explain)
        show(result, as_json, lambda: "\n".join(_lines(result, language)))
        return Exit.DONE
    worst = Exit.DONE
    for place, line in stream():
        try:
            answer = encode(_split(policies, decode(line, Claim, file=place), pack, explain))
        except Fault as fault:
            worst = max(worst, fault.exit)
            answer = encode(_told(fault))
        sys.stdout.buffer.write(answer + b"\n")
        sys.stdout.buffer.flush()
    return worst


def _split(policies: Policies, claim: Claim, pack: str | None, explain: int) -> Settlement:
    from terminal.adjudication import adjudicate as split

    insured = _insured(claim)
    plan = policies.named(pack) if pack else policies.plan(insured)
    return split(plan, claim, insured, claim.openings, explain=explain)


def _insured(claim: Claim) -> Insured:
    if claim.insured is None:
        raise BadDocument(file=claim.bill, place="insured", found="is missing", expected="the person's insurance")
    return claim.insured


def _answer(
    policies: Policies, claim: Claim, pack: str | None, ask: str | None, changes: tuple[str, ...], language: Language
) -> tuple[object, list[str]]:
    """The answer to a question as a document, and as lines."""
    from terminal.adjudication.questions import process, what_if, what_next, why_not_more

    chinese = language is Language.ZH
    insured = _insured(claim)
    plan = policies.named(pack) if pack else policies.plan(insured)
    if ask == "process":
        text = process(plan, claim, insured, claim.openings, chinese=chinese)
        return {"process": text}, [text]
    if ask == "why-not-more":
        reasons = why_not_more(plan, claim, insured, claim.openings)
        return [one._asdict() for one in reasons], [
            f"{one.amount!s:>12} {one.zh if chinese else one.en}" for one in reasons
        ]
    if ask == "what-next":
        ahead = what_next(plan, claim, insured, claim.openings)
        return [one._asdict() for one in ahead], [one.zh if chinese else one.en for one in ahead]
    other = changed(claim, changes)
    theirs = _insured(other)
    other_plan = policies.named(pack) if pack else policies.plan(theirs)
    found = what_if(
        plan, claim, insured, claim.openings, other_claim=other, other_insured=theirs, other_openings=other.openings,
        other_plan=other_plan,
    )  # fmt: skip
    document = {"patient_pays_more": found.patient_pays_more, "zh": found.zh, "en": found.en, **found._asdict()}
    told = [*_lines(found.is_now, language), *_lines(found.would_be, language), found.zh if chinese else found.en]
    return document, told


def changed(claim: Claim, changes: tuple[str, ...]) -> Claim:
    """The claim with the values at some places exchanged, such as ``institution.tier=1``. Raises BadDocument."""
    document = msgspec.json.decode(encode(claim))
    for change in changes:
        place, sign, value = change.partition("=")
        at = document
        *path, last = place.split(".")
        try:
            for step in path:
                at = at[int(step)] if isinstance(at, list) else at[step]
            at[int(last) if isinstance(at, list) else last] = {"true": True, "false": False}.get(value, value)
        except (LookupError, TypeError, ValueError) as error:
            raise BadDocument(
                file="--if", place=change, found="no such place", expected="institution.tier=1"
            ) from error
        if not sign:
            raise BadDocument(file="--if", place=place, found="no value", expected="institution.tier=1")
    return decode(encode(document), Claim, file="--if")


def _told(fault: Fault) -> dict[str, object]:
    assert speaks(fault)  # noqa: S101 - every Fault does
    said: Speaking = fault
    return fault_document(said)


def _lines(result: Settlement, language: Language) -> list[str]:
    lines = [f"{result.bill}  {word('total', language)} {result.total}", *split_picture(result, language, WIDTH)]
    lines += [f"! {finding.zh if language is Language.ZH else finding.en}" for finding in result.findings]
    lines += [f"  {step.zh if language is Language.ZH else step.en}" for step in result.steps]
    return lines
