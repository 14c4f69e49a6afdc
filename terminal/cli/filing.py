"""``yibao filing``: what is on file for a patient, and the forms collected for the office."""

import json
from datetime import datetime
from pathlib import Path

import click
from click import Choice

from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.cli.settle import credential_from
from terminal.documents import encode

KINDS = ("chronic", "referral", "living_elsewhere", "working_elsewhere", "emergency_elsewhere")
PAPERS = ("form", "id_document", "diagnosis", "referral_letter", "residence", "work", "emergency_record")
credential = click.option(
    "--credential",
    metavar="card|id|@FILE",
    required=True,
    help="读卡、身份证，或文件中的凭证 the card in its reader, the ID card, or a file",
)


@click.group()
def filing() -> None:
    """备案：慢特病、转诊、异地。 Filings: chronic diseases, referral, care elsewhere."""


@filing.command()
@credential
@at_home
@as_json
def ask(credential: str, home: Path, as_json: bool) -> None:
    """查询中心已有的备案。 What the centre has on file for a patient."""
    from terminal.counter.identify import identify
    from terminal.counter.office import filings
    from terminal.counter.till import Till

    with Till(home) as till:
        marks = filings.at_centre(till, identify(till, credential_from(credential, till.settings)))
    text = "\n".join(f"{mark.kind} {mark.name} {mark.begin} {mark.end or ''}" for mark in marks)
    show(json.loads(encode(marks)), as_json, lambda: text)


@filing.command("list")
@at_home
@as_json
def list_(home: Path, as_json: bool) -> None:
    """本机受理的备案表。 The forms collected here, as they stand."""
    from terminal.counter.office import filings
    from terminal.counter.till import Till

    with Till(home) as till:
        kept = list(filings.filings(till).values())
    rows = [f"{each.filed.number} {each.filed.name} {each.filed.kind} {each.filed.about} {each.state}" for each in kept]
    show(json.loads(encode(kept)), as_json, lambda: "\n".join(rows))


@filing.command()
@click.argument("kind", type=Choice(KINDS))
@click.argument("code")
@click.argument("about")
@click.option("--paper", "papers", multiple=True, type=Choice(PAPERS), help="已交材料 papers handed in")
@click.option("--from", "begin", type=click.DateTime(["%Y-%m-%d"]), help="起 first day, today without it")
@click.option("--until", "end", type=click.DateTime(["%Y-%m-%d"]), help="止 last day")
@credential
@by
@with_card
@at_home
@as_json
def collect(
    kind: str,
    code: str,
    about: str,
    papers: tuple[str, ...],
    begin: datetime | None,
    end: datetime | None,
    credential: str,
    by: str,
    with_card: bool,
    home: Path,
    as_json: bool,
) -> None:
    """受理一张备案表。 Takes a form with its papers."""
    from terminal.counter.identify import identify
    from terminal.counter.office import filings
    from terminal.counter.till import Till

    with Till(home) as till:
        taken = filings.collect(
            till,
            identify(till, credential_from(credential, till.settings)),
            filings.FilingKind(kind),
            code,
            about,
            tuple(filings.FilingPaper(paper) for paper in papers),
            acting(till, by, with_card),
            begin=begin.date() if begin else None,
            end=end.date() if end else None,
        )
    show(json.loads(encode(taken)), as_json, lambda: f"{taken.filed.number} {taken.state}")


def _moves(name: str, to: str, text: str) -> None:
    @filing.command(name, help=text)
    @click.argument("number")
    @click.option("--reason", default="", help="原因 why")
    @by
    @with_card
    @at_home
    @as_json
    def move(number: str, reason: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
        from terminal.counter.office import filings
        from terminal.counter.till import Till

        with Till(home) as till:
            done = filings.move(till, number, filings.FilingState(to), acting(till, by, with_card), reason)
        show(json.loads(encode(done)), as_json, lambda: f"{number} {done.state}")


_moves("approve", "approved", "医保办同意。 The office agrees; the filing counts here at once.")
_moves("reject", "rejected", "医保办拒绝。 The office does not agree.")
_moves("withdraw", "withdrawn", "撤回。 The patient takes it back.")
