"""``yibao reason``: why a card did not settle, what to say and do, and how often cards settle."""

import json
from datetime import datetime
from pathlib import Path

import click

from terminal.cli.bounds import Day
from terminal.cli.options import as_json, at_home, in_language, show
from terminal.counter.words import Language
from terminal.documents import Employment, encode
from terminal.money import format_rate

_DAY = Day()


@click.group()
def reason() -> None:
    """原因卡。 Reason cards, and the share of visits that settled by card."""


@reason.command("show")
@click.argument("cause", required=False)
@in_language
@as_json
def show_cards(cause: str | None, language: Language, as_json: bool) -> None:
    """原因卡：对病人的话、办理步骤、手工报销材料。 What to tell the patient, what to do, papers for a claim by hand."""
    from terminal.counter.office.faults import UnknownCause
    from terminal.counter.office.reasons import cards

    known = cards()
    if cause and cause not in known:
        raise UnknownCause(cause=cause, known=", ".join(known))
    wanted = {name: card for name, card in known.items() if cause in (None, name)}
    place = 0 if language is Language.ZH else 1

    def text() -> str:
        return "\n\n".join(
            f"[{name}] {card.title[place]}\n{card.patient[place]}\n-> {card.step[place]}\n"
            + "\n".join(f"   [ ] {paper[place]}" for paper in card.papers)
            for name, card in wanted.items()
        )

    show(json.loads(encode(wanted)), as_json, text)


@reason.command()
@click.argument("cause")
@click.option("--group", type=click.Choice([each.value for each in Employment]), default=Employment.OTHER.value)
@click.option("--bill", default="", help="单号 bill number")
@at_home
@as_json
def record(cause: str, group: str, bill: str, home: Path, as_json: bool) -> None:
    """登记一次未刷卡。 Counts a visit that did not settle by card."""
    from terminal.counter.office.reasons import record as count
    from terminal.counter.till import Till

    with Till(home) as till:
        done = count(till, cause, group, bill)
    show(done, as_json, lambda: f"{done.cause} {done.group}")


@reason.command()
@click.option("--from", "first", type=_DAY, required=True, help="起 first day")
@click.option("--to", "last", type=_DAY, required=True, help="止 last day")
@at_home
@as_json
def rate(first: datetime, last: datetime, home: Path, as_json: bool) -> None:
    """刷卡率，按人员类别。 The share of visits that settled by card, by group of persons."""
    from terminal.counter.office.reasons import rates
    from terminal.counter.till import Till

    with Till(home) as till:
        found = rates(till, first.date(), last.date())

    def text() -> str:
        return "\n".join(
            f"{each.group:10} {each.settled:>6} {format_rate(each.rate):>10}  "
            + " ".join(f"{cause}:{count}" for cause, count in each.causes.items())
            for each in found
        )

    show(json.loads(encode(found)), as_json, text)
