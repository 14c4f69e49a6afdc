"""Options and output that every command shares."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from config.places import home as home_of
from terminal.counter.words import Language
from terminal.documents import encode

_F = TypeVar("_F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="一份 JSON 输出 one JSON document on standard output")
in_language = click.option(
    "--lang",
    "language",
    type=click.Choice([language.value for language in Language]),
    default=Language.ZH.value,
    callback=lambda _context, _option, value: Language(value),
    help="语言 language of texts",
)


def at_home(command: _F) -> _F:
    """``--home`` on the command itself as well as before it; the command receives ``home: Path``."""

    def take(context: click.Context, _: click.Parameter, value: str | None) -> Path:
        folder = home_of(value or context.find_root().obj)
        if folder.exists() and not folder.is_dir():
            raise click.BadParameter(f"{folder} 不是目录。 {folder} is no folder.", param_hint="--home")
        return folder

    return click.option("--home", metavar="DIR", callback=take, help="数据目录 data folder")(command)


def show(document: object, as_json: bool, text: Callable[[], str]) -> None:
    """One document on standard output, as JSON or as text for people."""
    if not as_json:
        click.echo(text())
    else:
        click.echo(encode(document))
