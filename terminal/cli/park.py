"""``yibao park``: bills put aside, which outlive the desk and end with the shift."""

from pathlib import Path

import click

from terminal.cli.claims import read
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.money import Fen


@click.group()
def park() -> None:
    """挂单：存、列、看、作废。 Parked bills: put, list, show, drop."""


@park.command("list")
@at_home
@as_json
def list_drafts(home: Path, as_json: bool) -> None:
    """列出挂单。 What is parked, oldest first."""
    from terminal.counter.office.drafts import drafts, on_card
    from terminal.counter.till import Till

    with Till(home) as till:
        rows = [
            {
                "bill": bill,
                "since": note.at.isoformat(),
                "operator": note.actor,
                "lines": len(note.document.claim.lines),
                "total": str(Fen(sum(line.amount for line in note.document.claim.lines))),
                "on_card": str(on_card(till, bill)),
            }
            for bill, note in drafts(till).items()
        ]
    show(rows, as_json, lambda: "\n".join("  ".join(map(str, row.values())) for row in rows))


@park.command()
@click.argument("claim")
@by
@with_card
@at_home
@as_json
def put(claim: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """存一张账单（不结算）。 Puts a claim aside; nothing is settled."""
    from terminal.counter.office import drafts
    from terminal.counter.till import Till

    asked = read(claim)
    with Till(home) as till:
        drafts.park(till, asked, acting(till, by, with_card).number)
    show(asked, as_json, lambda: asked.bill)


@park.command("show")
@click.argument("bill")
@at_home
def show_draft(bill: str, home: Path) -> None:
    """一张挂单，即 claim/1，可直接 yibao settle。 One parked bill as claim/1, ready for yibao settle."""
    from terminal.counter.office.drafts import find
    from terminal.counter.till import Till

    with Till(home) as till:
        show(find(till, bill), True, str)


@park.command()
@click.argument("bill")
@by
@with_card
@at_home
@as_json
def drop(bill: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """作废；有银行卡金额的不能作废。 Gives one up, unless card money lies on it."""
    from terminal.counter.office import drafts
    from terminal.counter.till import Till

    with Till(home) as till:
        drafts.drop(till, bill, acting(till, by, with_card).number)
    show({"bill": bill, "dropped": True}, as_json, lambda: bill)
