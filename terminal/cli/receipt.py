"""``yibao receipt``: the stock of receipts."""

from pathlib import Path

import click
import msgspec

from terminal.cli.bounds import DIGITS, PAPER
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.faults import Exit


@click.group()
def receipt() -> None:
    """票据。 Rolls, use, reprint, void, loss."""


@receipt.command()
@click.argument("prefix")
@click.argument("first", type=PAPER)
@click.argument("last", type=PAPER)
@click.option("--digits", type=DIGITS, default=8, help="号码位数 digits of a number")
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


@receipt.command()
@click.argument("bill")
@click.option("--reason", required=True, help="原因 why")
@by
@with_card
@at_home
@as_json
def misprint(bill: str, reason: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """打印错误：作废并换下一号。 Voids a bill's receipt and draws the next number."""
    from terminal.counter.office import issuing
    from terminal.counter.till import Till

    with Till(home) as till:
        drawn = issuing.misprint(till, bill, reason, acting(till, by, with_card))
    show(drawn, as_json, lambda: f"{drawn.number} {drawn.bill}")


@receipt.command()
@at_home
@as_json
def unprinted(home: Path, as_json: bool) -> int:
    """已取号未打印的票据；有则退出码为 1。 Receipts drawn for the printer that may never have come out."""
    from terminal.counter.office import issuing
    from terminal.counter.till import Till

    with Till(home) as till:
        drawn = issuing.unprinted(till)
    show(
        [msgspec.structs.asdict(each) for each in drawn],
        as_json,
        lambda: "\n".join(f"{each.number} {each.bill}" for each in drawn),
    )
    return Exit.NO if drawn else Exit.DONE


@receipt.command()
@click.argument("bill")
@by
@with_card
@at_home
@as_json
def printed(bill: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """纸已打出。 Notes that the paper of a bill's receipt is here."""
    from terminal.counter.office import issuing, receipts
    from terminal.counter.office.faults import NoReceipt
    from terminal.counter.till import Till

    with Till(home) as till:
        if (drawn := receipts.of_bill(till, bill)) is None:
            raise NoReceipt(bill=bill)
        issuing.printed(till, drawn.number, acting(till, by, with_card))
    show(drawn, as_json, lambda: f"{drawn.number} {drawn.bill}")


@receipt.command()
@at_home
@as_json
def issue(home: Path, as_json: bool) -> int:
    """向电子票据服务补开；仍有未开的退出码为 4。 Asks the electronic service for what still waits."""
    from terminal.counter.office import issuing
    from terminal.counter.till import Till

    with Till(home) as till:
        left = issuing.issue_wanted(till)
    show({"left": left}, as_json, lambda: str(left))
    return Exit.CENTRE if left else Exit.DONE


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
