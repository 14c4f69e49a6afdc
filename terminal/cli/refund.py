"""``yibao refund``: giving money back, step by step."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.bounds import Seconds
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, by_two, with_card
from terminal.counter.words import Language
from terminal.documents import TenderKind
from terminal.faults import Exit

if TYPE_CHECKING:
    from terminal.counter.office.refunds import Refund
    from terminal.counter.till import Till


@click.group()
def refund() -> None:
    """退费：申请、复核、稽核、退费，红字冲销。 Refunds, by red ink only."""


def _text(found: "Refund") -> str:
    back = found.requested.back
    tenders = "  ".join(f"{tender.kind} {tender.amount} {tender.reference}".rstrip() for tender in back.tenders)
    approvers = " ".join(f"{each.role}:{each.operator}" for each in found.approvals)
    return f"{found.number:24} {found.state:10} {back.total:>12}  {tenders}\n  {approvers}  {found.reason}"


def _show(till: "Till", found: "Refund", as_json: bool) -> int:
    """The refund, and the later bills that would split otherwise without the one it takes back."""
    from terminal.counter.why import consequence_lines, consequences

    touched = consequences(till, till.queue.item(found.bill))
    document = {**{name: getattr(found, name) for name in found.__struct_fields__}, "affected": touched}
    lines = (f"  {line}" for language in Language for line in consequence_lines(touched, language))
    show(document, as_json, lambda: "\n".join([_text(found), *lines]))
    return Exit.DONE


@refund.command()
@click.argument("bill")
@click.option("--reason", required=True, help="原因 why")
@click.option("--paper", "papers", multiple=True, help="已收材料 a paper handed in; see PAPERS in the refusal")
@click.option("--keep", "keep", multiple=True, type=int, help="保留的行号 line that stays paid, as a new bill")
@click.option("--to", type=click.Choice([kind.value for kind in TenderKind]), help="要求的退款方式 tender asked for")
@by
@with_card
@at_home
@as_json
def request(
    bill: str,
    reason: str,
    papers: tuple[str, ...],
    keep: tuple[int, ...],
    to: str | None,
    by: str,
    with_card: bool,
    home: Path,
    as_json: bool,
) -> int:
    """收费员申请。 The cashier asks for it."""
    from terminal.counter.office import refunds
    from terminal.counter.till import Till

    try:
        handed_in = [refunds.Paper(paper) for paper in papers]
    except ValueError as error:
        words = ", ".join(refunds.Paper)
        raise click.BadParameter(f"{error}; {words}", param_hint="--paper") from error
    with Till(home) as till:
        tender = TenderKind(to) if to else None
        who = acting(till, by, with_card)
        return _show(till, refunds.request(till, bill, reason, handed_in, who, keep=keep, to=tender), as_json)


def _step(name: str, to: str, text: str) -> None:
    @refund.command(name, help=text)
    @click.argument("number")
    @click.option("--reason", default="", help="原因 why")
    @by
    @with_card
    @at_home
    @as_json
    def step(number: str, reason: str, by: str, with_card: bool, home: Path, as_json: bool) -> int:
        from terminal.counter.office import refunds
        from terminal.counter.till import Till

        with Till(home) as till:
            who = acting(till, by, with_card)
            return _show(till, refunds.move(till, number, refunds.RefundState(to), who, reason), as_json)


for _name, _to, _help in (
    ("review", "reviewed", "复核员核准。 The reviewer agrees."),
    ("audit", "audited", "稽核员核准。 The auditor agrees."),
    ("reject", "rejected", "复核员或稽核员拒绝。 The reviewer or the auditor refuses."),
    ("withdraw", "withdrawn", "收费员撤销申请。 The cashier takes the request back."),
):
    _step(_name, _to, _help)


@refund.command()
@click.argument("number")
@click.option("--wait", type=Seconds(), default=30.0, help="最多等待秒数 seconds to wait for the centre")
@by
@with_card
@at_home
@as_json
def do(number: str, wait: float, by: str, with_card: bool, home: Path, as_json: bool) -> int:
    """向中心撤销结算并退款；没有联网时稍后再办。 Cancels at the centre and pays out; without the line, again later."""
    from terminal.counter.office import card_money, refunds
    from terminal.counter.office.owed import next_step, of_bill
    from terminal.counter.till import Till

    with Till(home) as till:
        found = refunds.give_back(till, number, acting(till, by, with_card), wait, card_money.attached(till))
        rest = of_bill(till, found.bill)
        _show(till, found, as_json)
    if rest:
        click.echo("\n".join(next_step(rest, language) for language in Language), err=True)
    return Exit.DONE if found.state is refunds.RefundState.DONE else Exit.CENTRE


@refund.command("by-hand")
@click.argument("number")
@click.option("--reason", required=True, help="理由 why")
@by_two
@with_card
@at_home
@as_json
def by_hand(number: str, reason: str, by: tuple[str, ...], with_card: bool, home: Path, as_json: bool) -> int:
    """保留项目无法结算时两人了结：全退，保留的改自付。 Two persons end a refund whose rest will not settle."""
    from terminal.counter.office.card_money import attached
    from terminal.counter.office.kept import end_by_hand
    from terminal.counter.office.owed import next_step, of_bill
    from terminal.counter.till import Till

    if len(by) != 2:
        raise click.UsageError("--by 两次，两个人。 Give --by twice: two persons.")
    with Till(home) as till:
        persons = [acting(till, each, with_card) for each in by]
        found = end_by_hand(till, number, persons, reason, attached(till))
        rest = of_bill(till, found.bill)
        _show(till, found, as_json)
    if rest:
        click.echo("\n".join(next_step(rest, language) for language in Language), err=True)
    return Exit.DONE


@refund.command("list")
@at_home
@as_json
def list_refunds(home: Path, as_json: bool) -> None:
    """列出退费单。 Every refund with its state."""
    from terminal.counter.office import refunds
    from terminal.counter.till import Till

    with Till(home) as till:
        found = list(refunds.refunds(till).values())
    rows = [
        {"refund": each.number, "bill": each.bill, "state": str(each.state), "total": str(each.requested.back.total)}
        for each in found
    ]
    show(rows, as_json, lambda: "\n".join(map(_text, found)))


@refund.command("show")
@click.argument("number")
@at_home
@as_json
def show_refund(number: str, home: Path, as_json: bool) -> int:
    """一张退费单：金额、材料、核准人。 One refund: amounts, papers, who approved."""
    from terminal.counter.office import refunds
    from terminal.counter.till import Till

    with Till(home) as till:
        return _show(till, refunds.find(till, number), as_json)
