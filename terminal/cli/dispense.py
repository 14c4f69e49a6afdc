"""``yibao dispense``: what a pharmacy writes down of a medicine it hands out."""

import json
from datetime import datetime
from pathlib import Path

import click
import msgspec

from terminal.cli.bounds import Day
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.documents import encode


@click.command()
@click.argument("bill")
@click.argument("line", type=int, default=0)
@click.option("--lot", default="", help="批号 the maker's lot")
@click.option("--expires", type=Day(), help="有效期至 the last day")
@click.option("--prescription", default="", help="处方号 prescription")
@click.option("--checked-by", default="", help="审核药师工号 the pharmacist who checked it")
@by
@with_card
@at_home
@as_json
def dispense(
    bill: str,
    line: int,
    lot: str,
    expires: datetime | None,
    prescription: str,
    checked_by: str,
    by: str,
    with_card: bool,
    home: Path,
    as_json: bool,
) -> None:
    """登记批号、有效期和处方审核；不带行号则列出。 Lot, expiry and check of a line; without a line what is known."""
    from terminal.counter.office.dispensing import Dispensed, dispensed, record
    from terminal.counter.till import Till

    with Till(home) as till:
        if line and lot and expires:
            given = Dispensed(bill, line, lot, expires.date(), prescription, checked_by)
            record(till, given, acting(till, by, with_card).number)
        known = list(dispensed(till, bill).values())
    rows = [" ".join(map(str, msgspec.structs.astuple(each)[1:])) for each in known]
    show(json.loads(encode(known)), as_json, lambda: "\n".join(rows))
