"""Who gives the command: ``--by`` with a password from a prompt or standard input, or the card in the reader."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from terminal.counter.office.operators import Proof, Session
    from terminal.counter.till import Till

by = click.option("--by", default="", metavar="NUMBER", help="办理人工号 who does this")
by_two = click.option("--by", multiple=True, metavar="NUMBER", help="核准人工号，两人 the two who decide")
with_card = click.option(
    "--card", "with_card", is_flag=True, help="用读卡器中的卡代替密码 the card instead of the password"
)


def password(prompt: str) -> str:
    """A password from the terminal without an echo, or else one line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt(prompt, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def proof(till: "Till", number: str, with_card: bool) -> "Proof":
    """How the operator proves to be there. Raises the faults of reading a card."""
    from terminal.counter.office.operators import Password

    if not with_card:
        return Password(password(f"{number} 密码 password"))
    from terminal.counter.cards import operator_card

    click.echo(f"{number} 请插卡 insert the card", err=True)
    return operator_card(till, number, timeout=30.0)


def acting(till: "Till", number: str, with_card: bool = False) -> "Session":
    """The person who acts; without ``--by`` the one of the settings, as long as nobody works here."""
    from terminal.counter.office import operators

    return operators.acting(till, number, lambda number: proof(till, number, with_card))
