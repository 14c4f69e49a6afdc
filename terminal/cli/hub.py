"""``yibao hub``: the site's one sender, and what its people must look at."""

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import click

from terminal.cli.bounds import PORT
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by_two, with_card
from terminal.faults import Exit

_LOOK_AFTER = 60.0
"""Seconds between two looks for the night's work."""


@click.group()
def hub() -> None:
    """中心机：汇集各终端的待传单据，统一上传。 Takes what the site's terminals have to send, and sends it."""


@hub.command()
@click.option("--host", default="127.0.0.1", help="监听地址；非本机须有证书 other than loopback needs certificates")
@click.option("--port", type=PORT, default=7790, help="端口，0 为任选 0 takes any")
@at_home
def serve(host: str, port: int, home: Path) -> int:
    """运行中心机，直到中断。 Runs until interrupted; prints one JSON line with port and key."""
    from offline_queue.hub.faults import BadHub
    from terminal.counter.far_end import FarEnd
    from terminal.counter.hub import open_hub
    from terminal.counter.office.upkeep import look_after
    from terminal.counter.till import Till

    with Till(home) as till:
        try:
            site = open_hub(till, FarEnd(till), host, port)
        except OSError as error:
            raise BadHub(found=error) from error
        with site, closing(till.queue.watch()):
            click.echo(json.dumps({"port": site.port, "key": site.intake.public_key.hex()}))
            told: object = None
            try:
                while not site.wait(_LOOK_AFTER):
                    look_after(till)
                    if site.fault and type(site.fault) is not told:
                        click.echo(site.fault, err=True)
                    told = type(site.fault)
            except KeyboardInterrupt:
                return Exit.DONE
    return Exit.STORE  # nobody closed the door: what stores has ended


@hub.command()
@at_home
def key(home: Path) -> None:
    """中心机公钥，写入各终端设置 hub.key。 The hub's public key, for the terminals' settings."""
    from offline_queue.bundle import signer
    from terminal.counter.till import Till

    with Till(home) as till:
        click.echo(signer(till.queue.book).hex())


@hub.command()
@at_home
@as_json
def alarms(home: Path, as_json: bool) -> None:
    """须人处理的事项。 What needs a person: keys used twice, terminals set back, numbers used twice."""
    from offline_queue.hub.intake import alarms as all_alarms
    from terminal.counter.till import Till

    with Till(home) as till:
        found = [{"code": each.code, "terminal": each.terminal, "key": each.key} for each in all_alarms(till.queue)]
    show(found, as_json, lambda: "\n".join(f"{row['code']:14} {row['terminal']} {row['key']}" for row in found))


@hub.command()
@at_home
@as_json
def slots(home: Path, as_json: bool) -> None:
    """各终端编号归哪个数据目录、租到何时。 Which folder has which terminal's number, and until when."""
    from offline_queue.hub.slots import slots as all_slots
    from terminal.counter.till import Till

    with Till(home) as till:
        found = [
            {
                "terminal": each.terminal,
                "store": each.store.hex(),
                "epoch": each.epoch,
                "part": each.part,
                "until": each.until().isoformat(),
                "holds": each.holds,
            }
            for each in all_slots(till.queue)
        ]
    show(found, as_json, lambda: "\n".join(map(_slot, found)))


def _slot(row: Mapping[str, object]) -> str:
    holds = "使用中 in use" if row["holds"] else "已放行，到期前不再分给他人 released, nobody else's until then"
    return f"{row['terminal']} {str(row['store'])[:8]} {row['until']} {holds}"


@hub.command()
@click.argument("terminal")
@by_two
@with_card
@at_home
def release(terminal: str, by: tuple[str, ...], with_card: bool, home: Path) -> None:
    """两人放行终端编号：原数据目录已停用或丢失。 Two persons free the number of a folder that is retired or lost."""
    from terminal.counter.office import releasing
    from terminal.counter.till import Till

    if len(by) != 2:
        raise click.UsageError("--by 两次，两个人。 Give --by twice: two persons.")
    with Till(home) as till:
        releasing.release(till, terminal, [acting(till, number, with_card) for number in by])
    click.echo(terminal)
