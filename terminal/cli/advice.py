"""``yibao advice``: what the checks say about a bill, and what was answered."""

import json
from pathlib import Path

import click

from terminal.cli.claims import read
from terminal.cli.options import as_json, at_home, show
from terminal.documents import encode
from terminal.faults import Exit


@click.group()
def advice() -> None:
    """提示性检查：说明理由，不拦截，记录答复。 Checks that advise: they stop nobody."""


@advice.command()
@click.argument("claim")
@at_home
@as_json
def check(claim: str, home: Path, as_json: bool) -> int:
    """检查一张账单；有提示时退出码为 1。 Checks a bill; exit code 1 when there are hints."""
    from terminal.counter.faults import NoCredential
    from terminal.counter.identify import identify
    from terminal.counter.office.advice import Advisor
    from terminal.counter.till import Till

    asked = read(claim)
    if asked.credential is None:
        raise NoCredential(bill=asked.bill)
    with Till(home) as till:
        hints = Advisor(till).hints(asked, identify(till, asked.credential).person)
    show(
        json.loads(encode(hints)),
        as_json,
        lambda: "\n".join(f"{hint.line:>3} {hint.zh}\n    {hint.en}" for hint in hints),
    )
    return Exit.NO if hints else Exit.DONE


@advice.command()
@click.argument("bill")
@click.argument("check")
@click.argument("said")
@click.option("--line", type=int, default=0, help="行号 line of the bill")
@at_home
@as_json
def answer(bill: str, check: str, said: str, line: int, home: Path, as_json: bool) -> None:
    """记录对提示的答复。 Keeps what was answered to a hint."""
    from terminal.counter.office import advice as checks
    from terminal.counter.till import Till

    try:
        which = checks.Check(check)
    except ValueError as error:
        raise click.BadParameter(", ".join(checks.Check), param_hint="CHECK") from error
    with Till(home) as till:
        given = checks.answer(till, bill, which, said, line=line)
    show(given, as_json, lambda: f"{given.bill} {given.check} {given.answer}")
