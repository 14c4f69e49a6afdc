"""``yibao demo``."""

import click

from terminal.cli.options import as_json, in_language, show
from terminal.counter.words import Language
from terminal.faults import Exit


@click.command()
@in_language
@as_json
def demo(language: Language, as_json: bool) -> int:
    """读卡、分割、断网、暂结、恢复、补传：不用硬件和网络。 The main job, with an outage in the middle."""
    from terminal.counter.demo import run

    def tell(zh: str, en: str) -> None:
        click.echo(f"\n== {zh if language is Language.ZH else en}", err=as_json)

    def picture(lines: list[str]) -> None:
        click.echo("\n".join(lines), err=as_json)

    outcome = run(tell, picture, language)
    counts = ("settled", "provisional", "in_doubt", "forwarded", "lost", "doubled")
    show(outcome, as_json, lambda: "\n" + "  ".join(f"{name} {getattr(outcome, name)}" for name in counts))
    return Exit.DONE if outcome.chain_intact and not (outcome.lost or outcome.doubled) else Exit.NO
