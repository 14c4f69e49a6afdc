"""``yibao events``: what happened, in the journal's order, for a hospital's program that asks later."""

import sys
from pathlib import Path

import click

from terminal.cli.bounds import SEQUENCE
from terminal.cli.options import at_home
from terminal.documents import encode


@click.command()
@click.option("--after", type=SEQUENCE, default=0, metavar="SEQ", help="从此序号之后 what came after this number")
@at_home
def events(after: int, home: Path) -> None:
    """账单的每次变化，逐行 JSON。 Every change of a bill, one JSON document per line."""
    from terminal.counter import journal
    from terminal.counter.till import Till

    with Till(home) as till:
        changes = [event for event in till.queue.events(after=after) if event.item]
        items = {item.id: item for item in till.queue.items_by_id({event.item for event in changes})}
        for event in changes:
            if item := items.get(event.item):
                row = {"seq": event.seq, "at": event.at, "kind": event.kind, "bill": item.key}
                sys.stdout.buffer.write(encode({**row, "state": journal.state_of(item)}) + b"\n")
