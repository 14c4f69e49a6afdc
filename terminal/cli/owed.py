"""``yibao owed``: money owed after differences, collected or paid at the next visit."""

from pathlib import Path

import click
import msgspec

from terminal.cli.options import as_json, at_home, in_language, show
from terminal.cli.people import acting, by, with_card
from terminal.counter.words import Language
from terminal.documents import TenderKind, encode


@click.group()
def owed() -> None:
    """差额：谁欠谁、多少、何时。 Who owes whom after a difference."""


@owed.command("list")
@in_language
@at_home
@as_json
def list_owed(language: Language, home: Path, as_json: bool) -> None:
    """列出未结差额；正数应收，负数应退。 Open differences: a positive amount is the patient's debt."""
    from terminal.counter.office.owed import next_step
    from terminal.counter.office.owed import owed as open_differences
    from terminal.counter.till import Till

    with Till(home) as till:
        found = open_differences(till)
    rows = msgspec.json.decode(encode(found))
    show(
        rows,
        as_json,
        lambda: "\n".join(
            f"{each.since:%Y-%m-%d} {each.bill:24} {each.amount:>12} {each.name} {each.phone}\n"
            f"  {next_step(each, language)}"
            for each in found
        ),
    )


@owed.command()
@click.argument("bill")
@click.argument("phone")
@at_home
@as_json
def contact(bill: str, phone: str, home: Path, as_json: bool) -> None:
    """登记电话。 Where the patient can be reached."""
    from terminal.counter.office.owed import reach
    from terminal.counter.till import Till

    with Till(home) as till:
        reach(till, bill, phone, till.settings.operator)
    show({"bill": bill, "phone": phone}, as_json, lambda: f"{bill} {phone}")


_TENDER = "收款方式，默认现金；退款原路退回 how it is collected, in cash unless said; money goes back the way it came"


def _evens(name: str, to_patient: bool, text: str) -> None:
    @owed.command(name, help=text)
    @click.argument("bill")
    @click.option("--tender", type=click.Choice([kind.value for kind in TenderKind][:3]), help=_TENDER)
    @by
    @with_card
    @at_home
    @as_json
    def even(bill: str, tender: str | None, by: str, with_card: bool, home: Path, as_json: bool) -> None:
        from terminal.counter.office.card_money import attached
        from terminal.counter.office.owed import even_out
        from terminal.counter.till import Till

        with Till(home) as till:
            who = acting(till, by, with_card)
            kind = TenderKind(tender) if tender else None
            done = even_out(till, bill, who, to_patient=to_patient, tender=kind, pos=attached(till))
        show(done, as_json, lambda: " ".join([bill, *(f"{each.kind} {each.amount}" for each in done.ways)]))


_evens("collect", False, "补收。 Collects what the patient owes.")
_evens("pay", True, "退还。 Pays back what the desk owes.")
