"""``yibao catalogue``: items, prices and classes at the till."""

from datetime import datetime
from pathlib import Path

import click

from config.places import catalogue_file
from terminal.cli.options import as_json, at_home, show
from terminal.clock import BEIJING


@click.group()
def catalogue() -> None:
    """目录。 The catalogue of items."""


@catalogue.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--columns", required=True, metavar="code=0,name=1,begin=2,...", help="各字段所在列，从 0 起")
@click.option("--area", required=True, help="医保区划 six digits")
@at_home
@as_json
def import_file(file: Path, columns: str, area: str, home: Path, as_json: bool) -> None:
    """导入下载的目录文件。 Takes a downloaded list; whatever is wrong in it leaves the catalogue as it was."""
    from terminal.catalogue import Catalogue, read_file

    try:
        places = {name.strip(): int(place) for name, place in (pair.split("=") for pair in columns.split(","))}
    except ValueError as error:
        raise click.BadParameter(f"{columns}: code=0,name=1,begin=2", param_hint="--columns") from error
    home.mkdir(parents=True, exist_ok=True)
    with Catalogue(catalogue_file(home), create=True) as target:
        count = target.update(read_file(file, places, area))
    show({"imported": count}, as_json, lambda: f"{count}")


@catalogue.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 200), default=20)
@at_home
@as_json
def search(text: str, limit: int, home: Path, as_json: bool) -> int:
    """按拼音首字母、五笔、名称、条码查。 Finds by initials, wubi, name part, bar code."""
    from terminal.catalogue import Catalogue

    with Catalogue(catalogue_file(home)) as source:
        found = source.find(text, datetime.now(BEIJING).date(), limit=limit)
    show(found, as_json, lambda: "\n".join(f"{item.code:24} {item.item_class or '?'} {item.name}" for item in found))
    return 0 if found else 1
