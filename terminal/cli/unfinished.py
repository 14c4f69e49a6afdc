"""``yibao unfinished``: what was begun and not ended, with the next step; the desk shows the same when it starts."""

from pathlib import Path

import click

from terminal.cli.options import as_json, at_home, in_language, show
from terminal.counter.words import Language
from terminal.faults import Exit


@click.command()
@in_language
@at_home
@as_json
def unfinished(language: Language, home: Path, as_json: bool) -> int:
    """未了事项：发生了什么、下一步。 What is open after a break, and what to do about it."""
    from terminal.counter.office.unfinished import unfinished as left
    from terminal.counter.till import Till

    with Till(home) as till:
        found = left(till)
    zh = language is Language.ZH
    show(found, as_json, lambda: "\n".join(f"{(e.zh + e.next_zh) if zh else f'{e.en} {e.next_en}'}" for e in found))
    return Exit.NO if found else Exit.DONE
