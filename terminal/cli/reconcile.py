"""``yibao reconcile DATE``: a day against the centre's books."""

import json
from datetime import datetime
from pathlib import Path

import click

from terminal.cli.bounds import Day
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.documents import encode
from terminal.faults import Exit


@click.command()
@click.argument("day", metavar="DATE", type=Day())
@click.option("--bank", metavar="FILE", help="银行对账文件 the bank's file of that day's card payments, CSV")
@by
@with_card
@at_home
@as_json
def reconcile(day: datetime, bank: str | None, by: str, with_card: bool, home: Path, as_json: bool) -> int:
    """与中心对一天的账：一致的记为已对账，能修复的修复。 Compares a day and mends what can be mended."""
    from terminal.counter.office.bank import card_payments, match, read_bank_file
    from terminal.counter.office.four_ways import four_ways
    from terminal.counter.office.reconciling import reconcile as compare
    from terminal.counter.till import Till

    try:
        rows = read_bank_file(Path(bank).read_bytes(), bank) if bank else None
    except OSError as error:
        raise click.ClickException(f"无法读取 {bank}。 Cannot read {bank}: {error.strerror}.") from error
    with Till(home) as till:
        found = compare(till, day.date(), acting(till, by, with_card))
        cards = None if rows is None else match(card_payments(till, day.date()), rows)
        columns = four_ways(till, day.date(), found, cards)

    def text() -> str:
        lines = [f"{found.day}  {'':10} {'terminal':>12} {'centre':>12} {'bank':>12} {'cash':>12}"]
        for line in columns:
            figures = (line.terminal, line.centre, line.bank, line.cash)
            amounts = " ".join(f"{'' if each is None else str(each):>12}" for each in figures)
            lines.append(f"{'' if line.agrees else '!':10}  {line.name:10} {amounts}")
        for name in ("accepted", "freed", "reversed", "doubtful"):
            lines += [f"  {name:10} {key}" for key in getattr(found, name)]
        lines += [
            f"  {each.repair:10} {each.bill or each.settlement_number}  "
            f"{each.ours.total if each.ours else '-'} / {each.theirs.total if each.theirs else '-'}  {each.memo}"
            for each in found.differences
        ]
        if cards:
            wrong = [*cards.only_ours, *cards.only_bank, *(theirs for _, theirs in cards.differing)]
            lines += [f"  bank_card  {each.place}  {each.reference}  {each.amount}" for each in wrong]
        return "\n".join(lines)

    show(json.loads(encode({"day": found, "bank": cards, "columns": columns})), as_json, text)
    good = all(line.agrees for line in columns) and not (found.differences or found.doubtful)
    return Exit.DONE if good and not (cards and (cards.only_ours or cards.only_bank)) else Exit.NO
