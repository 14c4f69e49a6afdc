"""``yibao pos``: money by bank card, through the POS on a cable or with the word of who stands at it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.bounds import Yuan
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.faults import Exit
from terminal.money import Fen

if TYPE_CHECKING:
    from terminal.counter.office.card_money import Charge


@click.group()
def pos() -> None:
    """银行卡收款：刷卡、退卡、查询、登记结果。 Bank cards: charge, give back, ask again, note what the POS says."""


def _text(found: "Charge") -> str:
    deal = found.deal.name.lower()
    return f"{found.number:24} {deal:6} {found.amount:>12} {found.state:10} {found.reference} {found.text}"


def _show(found: "Charge", as_json: bool) -> int:
    from terminal.peripherals.bankpos.port import Result

    show(found, as_json, lambda: _text(found))
    return {Result.APPROVED: Exit.DONE, Result.IN_DOUBT: Exit.CENTRE}.get(found.state, Exit.NO)


@pos.command("list")
@at_home
@as_json
def list_charges(home: Path, as_json: bool) -> None:
    """列出收退款及结果。 Every request to the POS and what became of it."""
    from terminal.counter.office.card_money import charges
    from terminal.counter.till import Till

    with Till(home) as till:
        found = list(charges(till).values())
    show(found, as_json, lambda: "\n".join(map(_text, found)))


@pos.command()
@click.argument("bill")
@click.argument("amount", type=Yuan())
@by
@with_card
@at_home
@as_json
def charge(bill: str, amount: Fen, by: str, with_card: bool, home: Path, as_json: bool) -> int:
    """为账单刷卡；POS 不联机时只登记，随后用 note。 Charges a card; a POS that stands alone is noted afterwards."""
    from terminal.counter.office import card_money
    from terminal.counter.till import Till

    with Till(home) as till:
        who, linked = acting(till, by, with_card), card_money.attached(till)
        asked = card_money.ask(till, bill, amount, who, linked)
        return _show(card_money.perform(till, asked, linked, who) if linked else asked, as_json)


@pos.command()
@click.argument("number")
@by
@with_card
@at_home
@as_json
def back(number: str, by: str, with_card: bool, home: Path, as_json: bool) -> int:
    """原路退回银行卡。 Gives a charge back to its card."""
    from terminal.counter.office import card_money
    from terminal.counter.till import Till

    with Till(home) as till:
        who, linked = acting(till, by, with_card), card_money.attached(till)
        asked = card_money.ask_back(till, number, who, linked)
        return _show(card_money.perform(till, asked, linked, who) if linked else asked, as_json)


@pos.command()
@click.argument("number")
@by
@with_card
@at_home
@as_json
def ask(number: str, by: str, with_card: bool, home: Path, as_json: bool) -> int:
    """向 POS 查询结果不明的一笔，不收款。 Asks the POS what became of a request; charges nothing."""
    from terminal.counter.office import card_money
    from terminal.counter.till import Till

    with Till(home) as till:
        who, linked = acting(till, by, with_card), card_money.attached(till)
        found = card_money.inquire(till, number, who, linked) if linked else card_money.find(till, number)
        return _show(found, as_json)


@pos.command()
@click.argument("number")
@click.option("--yes", "reference", metavar="REFERENCE", help="POS 已办，签购单参考号 it was done, its reference")
@click.option("--no", "undone", is_flag=True, help="POS 没有办 it was not done")
@by
@with_card
@at_home
@as_json
def note(number: str, reference: str | None, undone: bool, by: str, with_card: bool, home: Path, as_json: bool) -> int:
    """登记人从 POS 上看到的结果。 Notes what a person read from the POS."""
    from terminal.counter.office import card_money
    from terminal.counter.till import Till

    if undone == (reference is not None):
        raise click.UsageError("--yes 参考号 或 --no。 Give --yes REFERENCE or --no.")
    with Till(home) as till:
        who = acting(till, by, with_card)
        return _show(card_money.decide(till, number, who, took=not undone, reference=reference or ""), as_json)
