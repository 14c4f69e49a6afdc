"""``yibao centre``: the simulated insurance centre, and reading any message of the national interface."""

from pathlib import Path

import click


@click.group()
def centre() -> None:
    """医保中心。 The insurance centre."""


@centre.command()
@click.option("--port", type=int, default=0, help="端口，0 为任选 0 takes any")
@click.option("--ledger", type=click.Path(path_type=Path), default=Path("centre.db"), help="账本文件 its ledger")
@click.option("--profile", default="national", help="样式 which province's habits")
@click.option("--faults", type=click.Path(path_type=Path, exists=True), help="故障计划 JSON a fault plan")
@click.option("--horizon", type=float, default=600.0, help="迟到生效的上限秒数 bound of late effects, seconds")
@click.option("--strict", is_flag=True, help="拒绝本来只告警的 refuse what is only warned of otherwise")
def simulate(port: int, ledger: Path, profile: str, faults: Path | None, horizon: float, strict: bool) -> None:
    """模拟医保中心。 A faithful centre on loopback with its own ledger; prints one JSON line and runs."""
    from terminal.centre.simulator import Simulator, serve

    serve(Simulator(ledger, port=port, profile=profile, faults=faults, horizon=horizon, strict=strict))
