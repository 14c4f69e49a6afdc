"""``yibao devices``: what stands on the desk, how each is doing, and the test button of the devices screen."""

from pathlib import Path

import click
import msgspec

from config.settings import load
from terminal.cli.options import as_json, at_home, show
from terminal.desk.devices import Devices
from terminal.faults import Exit
from terminal.peripherals.lamp import Device, Health, Lamp


class Standing(msgspec.Struct, frozen=True):
    """One device: where it is plugged in, its lamp, what it says and what to do."""

    device: Device
    address: str
    lamp: Lamp
    code: str
    zh: str
    en: str
    next_zh: str
    next_en: str


@click.group()
def devices() -> None:
    """窗口设备：列出、测试。 Printer, display, announcer, bank POS: how they are, and proof."""


@devices.command("list")
@at_home
@as_json
def list_devices(home: Path, as_json: bool) -> int:
    """列出设备和状态，不打扰任何人。 Each device and how it is, without disturbing anybody."""
    return _show([_of(each.check(), address) for each, address in Devices(load(home).devices).all], as_json)


@devices.command()
@click.argument("device", type=click.Choice([each.value for each in Device]), required=False)
@at_home
@as_json
def test(device: str | None, home: Path, as_json: bool) -> int:
    """测试一个或全部设备：出纸、显示、发声。 Something a person sees or hears, of one device or of all."""
    found = [(each, address) for each, address in Devices(load(home).devices).all if device in (None, each.device)]
    if device and not found:
        raise click.BadParameter(f"设置中没有 {device}。 The settings name no {device}.", param_hint="DEVICE")
    return _show([_of(each.test(), address) for each, address in found], as_json)


def _of(health: Health, address: str) -> Standing:
    return Standing(
        health.device,
        address,
        health.lamp,
        health.code,
        health.zh,
        health.en,
        health.next_zh,
        health.next_en,
    )


def _show(found: list[Standing], as_json: bool) -> int:
    show(found, as_json, lambda: "\n".join(map(_line, found)))
    return Exit.DONE if all(each.lamp in (Lamp.OK, Lamp.WARNING) for each in found) else Exit.DEVICE


def _line(each: Standing) -> str:
    lines = [f"{each.device:10} {each.lamp:8} {each.address}", f"{'':11}{each.zh} {each.en}"]
    if each.next_zh:
        lines.append(f"{'':11}-> {each.next_zh} {each.next_en}")
    return "\n".join(lines)
