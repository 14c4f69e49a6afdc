"""``yibao bill``: what became of a bill."""

import json
from datetime import datetime
from pathlib import Path

import click

from terminal.cli.bounds import Day
from terminal.cli.ending import EXITS
from terminal.cli.options import as_json, at_home, in_language, show
from terminal.counter.words import Language, word
from terminal.documents import encode
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
    """一张账单现在的样子。 A bill as it stands, as its slip; the exit code is that of ``settle``."""
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
    return EXITS[result.state]


@bill.command()
@click.argument("number")
@at_home
@as_json
def affected(number: str, home: Path, as_json: bool) -> int:
    """冲销这张后会有不同结果的后续账单。 Later bills that would split otherwise without this one."""
    from terminal.counter import journal
    from terminal.counter.faults import UnknownBill
    from terminal.counter.till import Till
    from terminal.counter.why import consequence_lines, touched

    with Till(home) as till:
        item = journal.find(till.queue, number)
        if item is None:
            raise UnknownBill(bill=number)
        found = touched(till, item)
    show(found, as_json, lambda: "\n".join(line for each in Language for line in consequence_lines(found, each)))
    return Exit.NO if found else Exit.DONE


@bill.command()
@click.argument("text")
@click.option("--day", type=Day(), help="收费日期 day of the bill")
@in_language
@at_home
@as_json
def find(text: str, day: datetime | None, language: Language, home: Path, as_json: bool) -> int:
    """按单号、票据号、结算号、卡号、姓名、追溯码查找。 By number, receipt, settlement, card, name, trace code."""
    from terminal.counter.office.finding import find as search
    from terminal.counter.till import Till

    with Till(home) as till:
        found = search(till, text, day.date() if day else None)

    def lines() -> str:
        return "\n".join(
            f"{each.day} {each.bill:24} {word('state.' + each.state, language):10} {each.total:>12} {each.name} "
            f"{each.receipt} {each.refund}".rstrip()
            for each in found
        )

    show(json.loads(encode(found)), as_json, lines)
    return Exit.DONE if found else Exit.NO


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
