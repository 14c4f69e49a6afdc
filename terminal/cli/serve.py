"""``yibao serve`` and ``yibao client``: the loopback service and the programs that may call it."""

import sys
from pathlib import Path

import click

from config.places import store_folder
from terminal.cli.bounds import PORT
from terminal.cli.options import as_json, at_home, show
from terminal.faults import Exit, Fault


class ServiceNotInstalled(Fault):
    """The extra ``service`` is missing."""

    code = "service_not_installed"
    exit = Exit.INPUT
    zh = "没有安装本机服务所需的 {missing}。"
    en = "{missing}, which the service needs, is not installed."
    next_zh = "运行 pip install 'yibao-terminal[service]'。"
    next_en = "Run pip install 'yibao-terminal[service]'."


@click.command()
@click.option("--port", type=PORT, default=7788, help="本机端口，0 为任选 0 takes any")
@click.option("--certificate", type=click.Path(exists=True), help="TLS 证书 PEM of a local certificate")
@click.option("--private-key", type=click.Path(exists=True), help="TLS 私钥 its private key")
@click.option("--stdio", is_flag=True, help="长度前缀帧，供浏览器本机消息 length-prefixed frames instead of HTTP")
@at_home
def serve(port: int, certificate: str | None, private_key: str | None, stdio: bool, home: Path) -> int:
    """本机接口服务，只听 127.0.0.1。 The loopback API; prints one JSON line with its port."""
    from terminal.counter.till import Till

    if stdio:
        from terminal.service import stdio as framed

        with Till(home) as till:
            framed.run(till, sys.stdin.buffer, sys.stdout.buffer)
        return Exit.DONE
    try:
        from terminal.service.server import serve as serve_http
    except ModuleNotFoundError as error:
        raise ServiceNotInstalled(missing=error.name) from error
    with Till(home) as till:
        serve_http(till, port, certificate, private_key)
    return Exit.DONE


@click.group()
def client() -> None:
    """接口程序及其令牌。 Programs that may call the service, and their tokens."""


@client.command()
@click.argument("name")
@click.option("--operator", required=True, help="代表的收费员 whom it acts for")
@click.option("--role", type=click.Choice(["cashier", "office", "auditor"]), default="cashier")
@click.option("--origin", "origins", multiple=True, help="可用此令牌的网页 a page that may use it")
@at_home
@as_json
def add(name: str, operator: str, role: str, origins: tuple[str, ...], home: Path, as_json: bool) -> None:
    """登记一个程序，令牌只显示这一次。 Registers a program; the token is shown this once."""
    from terminal.service.clients import Clients, Role

    folder = store_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    token = Clients(folder).add(name, operator, Role(role), origins)
    show({"name": name, "token": token}, as_json, lambda: f"{name}\n{token}")


@client.command("list")
@at_home
@as_json
def list_clients(home: Path, as_json: bool) -> None:
    """全部程序，不含令牌。 Every program, without its token."""
    from terminal.service.clients import Clients

    rows = [
        {"name": each.name, "operator": each.operator, "role": str(each.role), "origins": each.origins}
        for each in Clients(store_folder(home)).all()
    ]
    show(rows, as_json, lambda: "\n".join(f"{row['name']:20} {row['operator']:8} {row['role']}" for row in rows))


@client.command()
@click.argument("name")
@at_home
@as_json
def revoke(name: str, home: Path, as_json: bool) -> None:
    """注销一个程序的令牌。 Takes a program's token away."""
    from terminal.service.clients import Clients

    Clients(store_folder(home)).revoke(name)
    show({"revoked": name}, as_json, lambda: name)
