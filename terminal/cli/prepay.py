"""``yibao prepay``: money paid ahead for a stay."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.documents import Tender, TenderKind, encode
from terminal.money import Fen, parse_yuan

if TYPE_CHECKING:
    from terminal.counter.office.prepayments import Deposit

tender = click.option("--tender", type=click.Choice(["cash", "bank_card", "code"]), default="cash")
reference = click.option("--reference", default="", help="银行参考号 the bank's reference")


@click.group()
def prepay() -> None:
    """住院预交金。 Paid ahead for a stay: take, show, draw, give the rest back."""


def _show(found: "Deposit", as_json: bool) -> None:
    paid = "  ".join(f"{each.kind} {each.amount} {each.reference}".rstrip() for each in found.paid)
    show(found, as_json, lambda: f"{found.admission}  {found.balance}  ({paid}; -{found.drawn})")


@prepay.command("list")
@at_home
@as_json
def list_deposits(home: Path, as_json: bool) -> None:
    """全部住院号；余额不足的带 !。 Every admission; ! where the balance is low."""
    from terminal.counter.office.prepayments import deposits
    from terminal.counter.till import Till

    with Till(home) as till:
        found = list(deposits(till).values())
    rows = [f"{'!' if each.low else ' '} {each.admission}  {each.balance}" for each in found]
    show(json.loads(encode(found)), as_json, lambda: "\n".join(rows))


@prepay.command("show")
@click.argument("admission")
@at_home
@as_json
def show_deposit(admission: str, home: Path, as_json: bool) -> None:
    """余额与来源。 The balance and where it came from."""
    from terminal.counter.office.prepayments import deposit
    from terminal.counter.till import Till

    with Till(home) as till:
        _show(deposit(till, admission), as_json)


@prepay.command()
@click.argument("admission")
@click.argument("amount", type=parse_yuan)
@tender
@reference
@by
@with_card
@at_home
@as_json
def take(
    admission: str, amount: Fen, tender: str, reference: str, by: str, with_card: bool, home: Path, as_json: bool
) -> None:
    """收取或补交。 Takes or tops up."""
    from terminal.counter.office.prepayments import pay_ahead
    from terminal.counter.till import Till

    with Till(home) as till:
        money = Tender(TenderKind(tender), amount, reference)
        _show(pay_ahead(till, admission, money, acting(till, by, with_card)), as_json)


@prepay.command()
@click.argument("admission")
@click.argument("bill")
@by
@with_card
@at_home
@as_json
def draw(admission: str, bill: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """冲抵账单，每张一次。 Uses it for a bill, once."""
    from terminal.counter.office import prepayments
    from terminal.counter.till import Till

    with Till(home) as till:
        _show(prepayments.draw(till, admission, bill, acting(till, by, with_card)), as_json)


@prepay.command()
@click.argument("admission")
@click.argument("amount", type=parse_yuan)
@tender
@reference
@by
@with_card
@at_home
@as_json
def back(
    admission: str, amount: Fen, tender: str, reference: str, by: str, with_card: bool, home: Path, as_json: bool
) -> None:
    """余额原路退回。 Gives the rest back the way it came."""
    from terminal.counter.office.prepayments import give_rest
    from terminal.counter.till import Till

    with Till(home) as till:
        money = Tender(TenderKind(tender), amount, reference)
        _show(give_rest(till, admission, money, acting(till, by, with_card)), as_json)
