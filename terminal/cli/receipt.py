"""``yibao receipt``: the stock of receipts."""

from pathlib import Path

import click
import msgspec

from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card


@click.group()
def receipt() -> None:
    """票据。 Rolls, use, reprint, void, loss."""


@receipt.command()
@click.argument("prefix")
@click.argument("first", type=int)
@click.argument("last", type=int)
@click.option("--digits", type=int, default=8, help="号码位数 digits of a number")
@by
@with_card
@at_home
@as_json
def roll(prefix: str, first: int, last: int, digits: int, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """领用一卷票据。 Takes a roll into stock."""
    from terminal.counter.office import receipts
    from terminal.counter.till import Till

    new = receipts.Roll(prefix, first, last, digits)
    with Till(home) as till:
        receipts.add_roll(till, new, acting(till, by, with_card))
    show(new, as_json, lambda: f"{new.number(first)} - {new.number(last)}")


@receipt.command()
@at_home
@as_json
def stock(home: Path, as_json: bool) -> None:
    """库存：下一号、剩余。 What is left, and the next number."""
    from terminal.counter.office import receipts
    from terminal.counter.till import Till

    with Till(home) as till:
        rolls = receipts.stock(till)
    rows = [msgspec.structs.asdict(each) for each in rolls]
    show(rows, as_json, lambda: "\n".join(f"{each.first} - {each.last}  {each.next}  {each.left}" for each in rolls))


@receipt.command()
@click.argument("bill")
@by
@with_card
@at_home
@as_json
def use(bill: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """为账单开具票据。 The next number for a bill."""
    from terminal.counter.office import receipts
    from terminal.counter.till import Till

    with Till(home) as till:
        used = receipts.use(till, bill, acting(till, by, with_card))
    show(used, as_json, lambda: f"{used.number} {used.bill}")


@receipt.command()
@click.argument("bill")
@by
@with_card
@at_home
@as_json
def reprint(bill: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """补打，带标记。 Another print, with its mark."""
    from terminal.counter.office import receipts
    from terminal.counter.till import Till

    with Till(home) as till:
        again = receipts.reprint(till, bill, acting(till, by, with_card))
    show(again, as_json, lambda: f"{again.number} 补打 reprint {again.copy}")


def _spoils(name: str, lost: bool, text: str) -> None:
    @receipt.command(name, help=text)
    @click.argument("numbers", nargs=-1, required=True)
    @click.option("--reason", required=True, help="原因 why")
    @by
    @with_card
    @at_home
    @as_json
    def spoil(numbers: tuple[str, ...], reason: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
        from terminal.counter.office import receipts
        from terminal.counter.till import Till

        with Till(home) as till:
            gone = receipts.spoil(till, numbers, reason, acting(till, by, with_card), lost=lost)
        show(gone, as_json, lambda: " ".join(gone.numbers))


_spoils("void", False, "作废。 Void numbers, misprinted or refunded.")
_spoils("lost", True, "遗失。 Lost numbers.")
