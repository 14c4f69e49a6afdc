"""``yibao readers`` and ``yibao card``: what is attached, and what is on the card."""

import sys
from contextlib import nullcontext
from pathlib import Path

import click

from terminal.cli.bounds import Seconds
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
@click.option("--timeout", type=Seconds(), default=0.0, metavar="S", help="等待插卡秒数 seconds to wait for a card")
@click.option("--psam", metavar="TEXT", help="PSAM 卡槽名称的一部分 part of the PSAM slot's name")
@click.option("--hsm", metavar="URL", help="加密机服务地址 the key service, for 3.0 cards")
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="把与卡的往来存成文件（密钥、密码不存，个人信息会存）"
    " keeps the exchanges with the card: no keys, no PINs, but the person's data",
)
@as_json
def read(
    reader: str | None,
    form: str,
    timeout: float,
    psam: str | None,
    hsm: str | None,
    record: Path | None,
    as_json: bool,
) -> int:
    """读卡。 Reads the card; ``38`` prints the standard's line and nothing else."""
    from cardio import read_card
    from cardio.recorder import recording

    if psam and hsm:
        raise click.UsageError("--psam 与 --hsm 只能给一个。 Give one of --psam and --hsm.")
    with recording(record) if record else nullcontext() as trace:
        reading = read_card(reader, timeout=timeout, psam=psam, hsm=hsm, trace=trace)
    if form == "38" and not as_json:
        click.echo(reading.line38())
    else:
        show(reading, True, str)
    return Exit.DONE


@card.command()
@as_json
def watch(as_json: bool) -> int:
    """逐行报告插卡和拔卡，按 Ctrl+C 结束。 One line per insertion and removal, until interrupted."""
    import signal
    import threading

    from cardio.monitor import CardEvent
    from cardio.monitor import watch as watch_readers

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())

    def tell(event: CardEvent) -> None:
        show(event, as_json, lambda: f"{event.kind}  {event.reader}  {event.zh}".rstrip())
        sys.stdout.flush()

    watch_readers(tell, stop)
    return Exit.DONE
