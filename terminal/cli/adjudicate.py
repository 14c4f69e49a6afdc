"""``yibao adjudicate``: the split of a bill by the terminal's own packs, and why. Reads no store, asks no centre."""

import sys
from pathlib import Path

import click

from config.places import policies_folder
from terminal.cli.claims import read, stream
from terminal.cli.funnel import Speaking, fault_document, speaks
from terminal.cli.options import as_json, at_home, in_language, show
from terminal.counter.policies import Policies
from terminal.counter.slip import WIDTH, split_picture
from terminal.counter.words import Language, word
from terminal.documents import Claim, Settlement, decode, encode
from terminal.faults import BadDocument, Exit, Fault


@click.command()
@click.argument("claim")
@click.option("--pack", help="政策包编号 pack id; otherwise by insured area and scheme")
@click.option("--explain", type=click.IntRange(0, 3), default=0, help="0 金额 1 各层 2 各行 3 每一步")
@in_language
@as_json
@at_home
def adjudicate(claim: str, pack: str | None, explain: int, language: Language, as_json: bool, home: Path) -> int:
    """分割一张账单；``-`` 逐行读入，逐行输出。 Splits a bill; ``-`` reads one per line."""
    policies = Policies(policies_folder(home))
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

    if claim.insured is None:
        raise BadDocument(file=claim.bill, place="insured", found="is missing", expected="the person's insurance")
    plan = policies.named(pack) if pack else policies.plan(claim.insured)
    return split(plan, claim, claim.insured, claim.openings, explain=explain)


def _told(fault: Fault) -> dict[str, object]:
    assert speaks(fault)  # noqa: S101 - every Fault does
    said: Speaking = fault
    return fault_document(said)


def _lines(result: Settlement, language: Language) -> list[str]:
    lines = [f"{result.bill}  {word('total', language)} {result.total}", *split_picture(result, language, WIDTH)]
    lines += [f"! {finding.zh if language is Language.ZH else finding.en}" for finding in result.findings]
    lines += [f"  {step.zh if language is Language.ZH else step.en}" for step in result.steps]
    return lines
