"""``yibao bill``: what became of a bill."""

from pathlib import Path

import click

from terminal.cli.options import as_json, at_home, in_language, show
from terminal.counter.words import Language, word
from terminal.faults import Exit


@click.group()
def bill() -> None:
    """账单。 Bills of this terminal."""


@bill.command("show")
@click.argument("number")
@in_language
@at_home
@as_json
def show_bill(number: str, language: Language, home: Path, as_json: bool) -> int:
    """一张账单现在的样子。 A bill as it stands, as its slip."""
    from terminal.counter import journal
    from terminal.counter.faults import UnknownBill
    from terminal.counter.slip import slip
    from terminal.counter.till import Till

    with Till(home) as till:
        item = journal.find(till.queue, number)
        if item is None:
            raise UnknownBill(bill=number)
        result = journal.standing(till.queue, item)
        claim = journal.entry(till.queue, item).claim
    show(result, as_json, lambda: "\n".join(slip(result, claim, language)))
    return Exit.DONE


@bill.command("list")
@in_language
@at_home
@as_json
def list_bills(language: Language, home: Path, as_json: bool) -> None:
    """全部账单及状态。 Every bill with its state."""
    from terminal.counter import journal
    from terminal.counter.till import Till

    with Till(home) as till:
        rows = [
            {"bill": item.key, "state": str(state), "created": item.created.isoformat()}
            for item, state in journal.bills(till.queue)
        ]
    show(
        rows, as_json, lambda: "\n".join(f"{row['bill']:24} {word('state.' + row['state'], language)}" for row in rows)
    )
