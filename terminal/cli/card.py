"""``yibao readers`` and ``yibao card``: what is attached, and what is on the card."""

import click

from terminal.cli.options import as_json, show
from terminal.faults import Exit


@click.command()
@as_json
def readers(as_json: bool) -> int:
    """列出读卡器。 The attached readers."""
    from cardio import list_readers

    names = list_readers()
    show({"readers": names}, as_json, lambda: "\n".join(names) or "没有读卡器 no reader")
    return Exit.DONE if names else Exit.NO


@click.group()
def card() -> None:
    """社会保障卡。 The social-security card."""


@card.command()
@click.option("--reader", metavar="TEXT", help="读卡器名称的一部分 part of the reader's name")
@click.option("--format", "form", type=click.Choice(["json", "38"]), default="json", help="38：标准的竖线行")
@click.option("--timeout", type=float, default=0.0, metavar="S", help="等待插卡秒数 seconds to wait for a card")
@as_json
def read(reader: str | None, form: str, timeout: float, as_json: bool) -> int:
    """读卡。 Reads the card; ``38`` prints the standard's line and nothing else."""
    from cardio import read_card

    reading = read_card(reader, timeout=timeout)
    if form == "38" and not as_json:
        click.echo(reading.line38())
    else:
        show(reading, True, str)
    return Exit.DONE
