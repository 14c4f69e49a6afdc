"""``yibao centre``: the simulated insurance centre, and reading any message of the national interface."""

from pathlib import Path

import click

from terminal.cli.bounds import PORT, Seconds
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.faults import Exit


@click.group()
def centre() -> None:
    """医保中心。 The insurance centre."""


@centre.command()
@click.option("--port", type=PORT, default=0, help="端口，0 为任选 0 takes any")
@click.option("--ledger", type=click.Path(path_type=Path), default=Path("centre.db"), help="账本文件 its ledger")
@click.option("--profile", default="national", help="样式 which province's habits")
@click.option("--faults", type=click.Path(path_type=Path, exists=True), help="故障计划 JSON a fault plan")
@click.option("--horizon", type=Seconds(), default=600.0, help="迟到生效的上限秒数 bound of late effects, seconds")
@click.option("--strict", is_flag=True, help="拒绝本来只告警的 refuse what is only warned of otherwise")
def simulate(port: int, ledger: Path, profile: str, faults: Path | None, horizon: float, strict: bool) -> None:
    """模拟医保中心。 A faithful centre on loopback with its own ledger; prints one JSON line and runs."""
    from terminal.centre.simulator import Simulator, serve

    serve(Simulator(ledger, port=port, profile=profile, faults=faults, horizon=horizon, strict=strict))


@centre.command("sign-out")
@by
@with_card
@at_home
@as_json
def sign_out(by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """签退：有未了结时拒绝。 Signs the operator out at the centre; refused while bills are open."""
    from terminal.counter.office import leaving
    from terminal.counter.till import Till

    with Till(home) as till:
        leaving.sign_out(till, acting(till, by, with_card))
    show({"signed_out": True}, as_json, lambda: "已签退 signed out")


@centre.command()
@click.argument("message", type=click.Path(path_type=Path))
@click.option("--infno", default="", metavar="N", help="应答所属的交易编号 the transaction of an answer")
@as_json
def check(message: Path, infno: str, as_json: bool) -> int:
    """读任意接口报文，指出内容和错处。 Reads any message of the interface; exit 1 when something is wrong."""
    from terminal.centre.checking import check as check_message

    try:
        data = message.read_bytes()
    except OSError as error:
        raise click.ClickException(f"无法读取 {message}。 Cannot read {message}: {error.strerror}.") from error
    found = check_message(data, infno, file=str(message))
    document = {
        "direction": found.direction,
        "infno": found.transaction,
        "name": found.name,
        "fits": found.fits,
        "content": found.tree(),
        "meanings": found.meanings(),
        "findings": found.findings,
    }
    marks = [f"{each.severity} {each.place}: {each.zh} {each.en}" for each in found.findings]
    show(document, as_json, lambda: "\n".join([f"{found.direction} {found.transaction} {found.name}", *marks]))
    return Exit.NO if found.wrong else Exit.DONE
