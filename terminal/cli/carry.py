"""``yibao queue address|export|import``: what waits, carried to another terminal."""

import os
from pathlib import Path

import click

from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, by_two, with_card


def _key(_: click.Context, __: click.Parameter, value: str | tuple[str, ...]) -> bytes | list[bytes]:
    try:
        return bytes.fromhex(value) if isinstance(value, str) else [bytes.fromhex(each) for each in value]
    except ValueError as error:
        raise click.BadParameter("十六进制 hexadecimal, as `yibao queue address` prints it") from error


@click.command()
@at_home
@as_json
def address(home: Path, as_json: bool) -> None:
    """本终端的接收地址和签名公钥。 Where bundles for this terminal go, and how its own are known."""
    from terminal.counter.office.carrying import address as of_this
    from terminal.counter.till import Till

    with Till(home) as till:
        own = of_this(till)
    show(own, as_json, lambda: f"address {own.address}\nsigner  {own.signer}")


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", required=True, callback=_key, help="接收终端的地址 the receiver's address")
@by_two
@with_card
@at_home
@as_json
def export(file: Path, to: bytes, by: tuple[str, ...], with_card: bool, home: Path, as_json: bool) -> None:
    """两人把待传账单封装给另一终端；本机不再发送。 Two persons seal what waits for another terminal."""
    from terminal.counter.office import carrying
    from terminal.counter.till import Till

    if len(by) != 2:
        raise click.UsageError("--by 两次，两个人。 Give --by twice: two persons.")
    with Till(home) as till:
        carrying.export(till, file, to, [acting(till, number, with_card) for number in by])
    show({"file": str(file), "bytes": file.stat().st_size}, as_json, lambda: str(file))


@click.command()
@by_two
@with_card
@at_home
@as_json
def rekey(by: tuple[str, ...], with_card: bool, home: Path, as_json: bool) -> None:
    """两人更换密钥库中的密钥；此前的备份不再能打开。 Two persons renew the key; copies made before open no more."""
    from terminal.counter.office.rekeying import renew_key
    from terminal.counter.till import Till

    if len(by) != 2:
        raise click.UsageError("--by 两次，两个人。 Give --by twice: two persons.")
    with Till(home) as till:
        done = renew_key(till, [acting(till, number, with_card) for number in by])
    text = f"{done.keys} 把数据密钥已换锁，请立即备份。 {done.keys} data keys are wrapped anew; make a copy now."
    show(done, as_json, lambda: text)


@click.command("recovery-key")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@as_json
def recovery_key(file: Path, as_json: bool) -> None:
    """生成全院的恢复密钥：私钥写入文件并锁存，公钥写入设置。 The site's recovery key: keep FILE locked away."""
    from terminal.counter.office.carrying import make_recovery_key

    private, public = make_recovery_key()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"无法写入 {file}。 Cannot write {file}: {error.strerror}.") from error
    with os.fdopen(handle, "w") as target:
        target.write(private.hex() + "\n")
    show({"recovery_key": public, "file": str(file)}, as_json, lambda: f'recovery_key = "{public}"')


@click.command()
@click.argument("dead", type=click.Path(path_type=Path, file_okay=False))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--key", required=True, type=click.Path(path_type=Path, dir_okay=False), help="恢复密钥 recovery key")
@click.option("--to", required=True, callback=_key, help="接收终端的地址 the receiver's address")
@as_json
def recover(dead: Path, file: Path, key: Path, to: bytes, as_json: bool) -> None:
    """用恢复密钥取出坏终端数据目录中的未了结账单。 What is open in a dead terminal's folder, for another one."""
    from terminal.counter.office import carrying

    try:
        packed, signer = carrying.recover(dead, bytes.fromhex(key.read_text().strip()), to)
        with file.open("xb") as target:
            target.write(packed)
    except ValueError as error:
        raise click.BadParameter("不是恢复密钥 not a recovery key", param_hint="--key") from error
    except OSError as error:
        raise click.ClickException(f"无法读写 cannot read or write {error.filename}: {error.strerror}.") from error
    show({"file": str(file), "signer": signer}, as_json, lambda: f"{file}\nsigner  {signer}")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--trust", multiple=True, callback=_key, help="可信终端的签名公钥 signer of a trusted terminal")
@by
@with_card
@at_home
@as_json
def take_in(file: Path, trust: list[bytes], by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """接收另一终端封装的账单，每张只收一次。 Takes in another terminal's bills, each once."""
    from terminal.counter.office import carrying
    from terminal.counter.till import Till

    with Till(home) as till:
        found = carrying.take_in_from(till, file, trust, acting(till, by, with_card))
    show(found, as_json, lambda: f"新 new {len(found.new)}  已有 known {len(found.known)}")
