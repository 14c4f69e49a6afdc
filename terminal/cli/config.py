"""``yibao config``: the settings of this terminal."""

import json
from pathlib import Path

import click
import msgspec

from config.offline_policy import parse
from config.places import settings_file
from config.settings import EXAMPLE, Settings, load
from terminal.cli.options import as_json, at_home, show
from terminal.cli.people import acting, by, with_card
from terminal.faults import Exit


@click.group()
def config() -> None:
    """设置。 Settings of this terminal."""


@config.command()
@at_home
@as_json
def new(home: Path, as_json: bool) -> None:
    """写一份样例设置。 Writes an example; never overwrites."""
    file = settings_file(home)
    home.mkdir(parents=True, exist_ok=True)
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(EXAMPLE)
    except FileExistsError as error:
        raise click.ClickException(f"{file} 已存在，未改动。 {file} exists and was left alone.") from error
    show({"file": str(file)}, as_json, lambda: str(file))


@config.command("show")
@at_home
@as_json
def show_settings(home: Path, as_json: bool) -> None:
    """显示生效的设置。 The settings in force."""
    settings = load(home)
    show(settings, as_json, lambda: settings_file(home).read_text(encoding="utf-8").rstrip())


@config.command()
@at_home
@as_json
def validate(home: Path, as_json: bool) -> None:
    """检查设置。 Checks the settings."""
    load(home)
    show({"ok": True, "file": str(settings_file(home))}, as_json, lambda: "设置无误 settings are good")


@config.command("offline")
@at_home
@as_json
def show_offline(home: Path, as_json: bool) -> int:
    """断网时生效的规定，及其是否签名。 What is in force in an outage, and whether it is signed."""
    from terminal.counter.offline_policy import standing
    from terminal.counter.till import Till

    with Till(home) as till:
        found = standing(till.settings.offline, till.offline, till.queue)
    show(
        found,
        as_json,
        lambda: "\n".join(f"{k:16} {json.dumps(v, ensure_ascii=False)}" for k, v in msgspec.to_builtins(found).items()),
    )
    return Exit.DONE if found.usable else Exit.NO


@config.command("sign-offline")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--key", "key_file", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Ed25519, PEM")
@click.option("--new-key", is_flag=True, help="先生成该密钥文件 make that key file first")
@as_json
def sign_offline(file: Path, key_file: Path, new_key: bool, as_json: bool) -> None:
    """管理部门签发离线政策，写到 FILE.signed。 The office signs an offline policy into FILE.signed."""
    from offline_queue.signed import make_key, sign

    try:
        text = file.read_bytes()
        policy = parse(text, str(file))
        if new_key:
            key_file.touch(0o600, exist_ok=False)
            key_file.write_bytes(make_key())
        signed, public = sign(text, key_file.read_bytes())
        target = file.with_name(file.name + ".signed")
        target.write_bytes(signed)
    except OSError as error:
        raise click.ClickException(f"{error.filename}：{error.strerror}，没有签发。 Nothing was signed.") from error
    except ValueError as error:
        raise click.ClickException(f"{key_file} 不是 Ed25519 私钥（PEM，无口令）。 No Ed25519 key in PEM.") from error
    document = {"file": str(target), "version": policy.version, "until": policy.until, "policy_key": public}
    show(document, as_json, lambda: "\n".join(f"{key:12} {value}" for key, value in document.items()))


@config.command()
@click.argument("folder", type=click.Path(path_type=Path))
@by
@with_card
@at_home
@as_json
def retire(folder: Path, by: str, with_card: bool, home: Path, as_json: bool) -> None:
    """停用：无未了结时留最后备份，腾出数据目录。 Ends this terminal: a last copy in FOLDER, a free home."""
    from terminal.counter.office import leaving

    done = leaving.retire(home, folder, lambda till: acting(till, by, with_card))
    show(done, as_json, lambda: f"# {done.last} {done.anchor}\n旧存储 the old store: {done.folder}")


@config.command("start-over")
@click.option("--by", required=True, metavar="NUMBER", help="决定另建的人 who decided to give the lost store up")
@at_home
@as_json
def start_over(by: str, home: Path, as_json: bool) -> None:
    """账库确已找不回时另建新库，编号接着用。 A new store where the last one is lost for good; its numbers go on."""
    from terminal.counter.office import copies

    done = copies.start_over(home, by)
    show(done, as_json, lambda: f"# {done.last} {done.anchor}\n其余文件 what lay there: {done.folder}")


@config.command()
def schema() -> None:
    """设置的 JSON Schema。 The JSON schema of the settings."""
    click.echo(json.dumps(msgspec.json.schema(Settings), ensure_ascii=False, indent=2))
