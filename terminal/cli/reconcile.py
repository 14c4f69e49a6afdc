"""``yibao reconcile DATE``: a day against the centre's books."""

from datetime import datetime
from pathlib import Path

import click

from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.faults import Exit


@click.command()
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@by
@with_card
@at_home
@as_json
def reconcile(day: datetime, by: str, with_card: bool, home: Path, as_json: bool) -> int:
    """与中心对一天的账：一致的记为已对账，能修复的修复。 Compares a day and mends what can be mended."""
    from terminal.counter.office.reconciling import reconcile as compare
    from terminal.counter.till import Till

    with Till(home) as till:
        found = compare(till, day.date(), acting(till, by, with_card))

    def text() -> str:
        lines = [f"{found.day}  {found.bills}  {found.total}  {found.fund}  {found.account}"]
        for name in ("accepted", "freed", "reversed", "doubtful"):
            lines += [f"  {name:10} {key}" for key in getattr(found, name)]
        lines += [
            f"  {each.repair:10} {each.bill or each.settlement_number}  "
            f"{each.ours.total if each.ours else '-'} / {each.theirs.total if each.theirs else '-'}  {each.memo}"
            for each in found.differences
        ]
        return "\n".join(lines)

    show(found, as_json, text)
    return Exit.NO if found.differences or found.doubtful else Exit.DONE
