"""``yibao operator``: the people who work here, their roles, and how they log in."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, password, proof, with_card
from terminal.counter.office.roles import Role

if TYPE_CHECKING:
    from terminal.counter.office.operators import Operator


class Key(click.ParamType[bytes]):
    """An Ed25519 public key in hexadecimal."""

    name = "key"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bytes:
        if isinstance(value, bytes) or value == "":
            return value or b""
        if not re.fullmatch(r"[0-9A-Fa-f]{64}", value):
            self.fail("应为 64 位十六进制数字。 Expected 64 hexadecimal digits.", param, ctx)
        return bytes.fromhex(value)


roles = click.option("--role", "roles", multiple=True, type=click.Choice([role.value for role in Role]), required=True)


@click.group()
def operator() -> None:
    """人员。 The operators of this site."""


def _row(person: "Operator") -> dict[str, Any]:
    return {
        "operator": person.number,
        "name": person.name,
        "roles": [str(role) for role in person.roles],
        "rights": sorted(str(right) for right in person.rights),
        "terminals": list(person.terminals),
        "card": bool(person.card),
        "active": person.active,
    }


def _text(row: dict[str, Any]) -> str:
    state = "" if row["active"] else "停用 disabled"
    return f"{row['operator']:8} {row['name']:8} {' '.join(row['roles'])} {state}".rstrip()


@operator.command()
@click.argument("number")
@click.argument("name")
@roles
@click.option(
    "--terminal", "terminals", multiple=True, help="绑定终端 bound to this terminal; without it, to every one"
)
@click.option("--card-number", default="", help="卡号 number of the person's card")
@click.option(
    "--card-key",
    type=Key(),
    default="",
    metavar="HEX",
    help="操作员卡公钥 public key of an operator's card, which signs",
)
@by
@with_card
@at_home
@as_json
def add(
    number: str,
    name: str,
    roles: tuple[str, ...],
    terminals: tuple[str, ...],
    card_number: str,
    card_key: bytes,
    by: str,
    with_card: bool,
    home: Path,
    as_json: bool,
) -> None:
    """添加人员；第一个必须是主管。 Adds a person; the first is a manager. Asks for a first password."""
    from terminal.counter.office import operators
    from terminal.counter.till import Till

    with Till(home) as till:
        manager = acting(till, by, with_card) if by else None
        first = password(f"{number} 初始密码 first password")
        duties = [Role(role) for role in roles]
        done = operators.add(
            till,
            number,
            name,
            duties,
            by=manager,
            password=first,
            card=card_number,
            terminals=terminals,
            card_key=card_key,
        )
    show(_row(done), as_json, lambda: _text(_row(done)))


@operator.command("list")
@at_home
@as_json
def list_operators(home: Path, as_json: bool) -> None:
    """列出人员。 Everybody with a number here."""
    from terminal.counter.office import operators
    from terminal.counter.till import Till

    with Till(home) as till:
        rows = [_row(person) for person in operators.operators(till).values()]
    show(rows, as_json, lambda: "\n".join(map(_text, rows)))


@operator.command("password")
@click.argument("number")
@by
@with_card
@at_home
@as_json
def change_password(number: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """修改自己的密码，或由主管重置。 Changes one's own password; with --by a manager gives a new one."""
    from terminal.counter.office import operators
    from terminal.counter.till import Till

    with Till(home) as till:
        if by and by != number:
            manager = acting(till, by, with_card)
            operators.change(till, number, by=manager, password=password(f"{number} 新密码 new password"))
        else:
            old = password(f"{number} 原密码 old password")
            operators.set_password(till, number, old, password(f"{number} 新密码 new password"))
    show({"operator": number, "changed": True}, as_json, lambda: "密码已修改 the password is changed")


@operator.command("roles")
@click.argument("number")
@roles
@by
@with_card
@at_home
@as_json
def set_roles(number: str, roles: tuple[str, ...], by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """更改岗位。 Gives a person other roles."""
    _change(home, number, by, with_card, as_json, roles=[Role(role) for role in roles])


@operator.command()
@click.argument("number")
@by
@with_card
@at_home
@as_json
def disable(number: str, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """停用。 The person no longer works here; the number is never given again."""
    _change(home, number, by, with_card, as_json, active=False)


@operator.command()
@click.argument("number")
@with_card
@at_home
@as_json
def login(number: str, with_card: bool, home: Path, as_json: bool) -> None:
    """登录。 Proves who is there, and says what the person may do."""
    from terminal.counter.office import operators
    from terminal.counter.till import Till

    with Till(home) as till:
        session = operators.login(till, number, proof(till, number, with_card))
    row = {**_row(session.operator), "assurance": str(session.assurance)}
    show(row, as_json, lambda: _text(row))


def _change(home: Path, number: str, by: str, with_card: bool, as_json: bool, **changes: Any) -> None:
    from terminal.counter.office import operators
    from terminal.counter.till import Till

    with Till(home) as till:
        done = operators.change(till, number, by=acting(till, by, with_card), **changes)
    show(_row(done), as_json, lambda: _text(_row(done)))
