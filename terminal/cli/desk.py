"""``yibao desk``: the screens, in this terminal."""

import gc
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from terminal.cli.options import at_home
from terminal.counter.words import Language
from terminal.desk.keys import PROFILES

if TYPE_CHECKING:
    from terminal.desk.app import Desk


@click.command()
@click.option(
    "--lang", type=click.Choice([language.value for language in Language]), help="语言 language of the screens"
)
@click.option("--keys", "profile", type=click.Choice(list(PROFILES)), help="按键方案 keymap profile")
@click.option("--drill", "training", is_flag=True, help="演练 a folder, a centre and cards of its own; nothing is real")
@at_home
def desk(lang: str | None, profile: str | None, training: bool, home: Path) -> None:
    """收费窗口。 The cashier's screens; one desk per data folder."""
    from cardio import Monitor
    from config.places import keymap_file
    from terminal.counter.goods import Goods
    from terminal.counter.till import Till
    from terminal.desk.app import Desk
    from terminal.desk.drill import drill
    from terminal.desk.faults import NoTerminal
    from terminal.desk.seat import seat

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise NoTerminal()
    language = Language(lang) if lang else None
    if training:
        with drill() as (played, find):
            _work(
                Desk(
                    played.till,
                    find,
                    monitor=Monitor(played.port),
                    profile=profile or "",
                    language=language,
                    drill=played,
                )
            )
        return
    with Till(home) as till, seat(till), closing(Goods(home)) as goods:
        _work(
            Desk(
                till,
                lambda text: goods.find(text, till.clock().date()),
                monitor=Monitor(),
                profile=profile or "",
                own_keys=keymap_file(home),
                language=language,
            )
        )


def _work(desk: "Desk") -> None:
    """Runs the screens; a mistake of the program goes on to the last door, which writes it down."""
    gc.freeze()  # a collection in the middle of a long bill looks at the bill, not at catalogue and program
    desk.run()
    if desk.failure is not None:
        raise desk.failure
