"""``yibao backup`` and ``yibao restore``."""

from pathlib import Path

import click

from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@by
@with_card
@at_home
@as_json
def backup(folder: Path, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """备份到新目录，并核对；密钥不在其中。 A checked copy in a new folder; keys are not in it."""
    from terminal.counter.office.copies import back_up
    from terminal.counter.till import Till

    with Till(home) as till:
        made = back_up(till, folder, acting(till, by, with_card))
    show(made, as_json, lambda: f"{made.folder}  {made.items}  # {made.last} {made.anchor}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--by", required=True, metavar="NUMBER", help="决定恢复的人 who decided to go on from the copy")
@at_home
@as_json
def restore(folder: Path, by: str, home: Path, as_json: bool) -> None:
    """用备份替换现有存储；旧存储移到一旁。 Puts a copy in place of the store, which is set aside."""
    from terminal.counter.office.copies import restore as put_back

    done = put_back(home, folder, by)
    show(done, as_json, lambda: f"# {done.last} {done.anchor}\n旧存储 the old store: {done.folder}")
