"""``yibao config``: the settings of this terminal."""

import json
from pathlib import Path

import click
import msgspec

from config.places import settings_file
from config.settings import EXAMPLE, Settings, load
from terminal.cli.options import as_json, at_home, show


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


@config.command()
def schema() -> None:
    """设置的 JSON Schema。 The JSON schema of the settings."""
    click.echo(json.dumps(msgspec.json.schema(Settings), ensure_ascii=False, indent=2))
