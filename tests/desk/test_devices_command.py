"""The devices by command: the same check and the same test button as on their screen."""

from contextlib import ExitStack

import pytest

from terminal.peripherals.simulators.plug import Pty
from terminal.peripherals.simulators.printer import PrinterSimulator
from terminal.peripherals.simulators.window import Led8Simulator
from tests.peripherals.waiting import eventually


@pytest.fixture
def equipped(world, tmp_path):
    """A data folder with a printer and a display on pseudo-terminals."""
    printer, display = PrinterSimulator(), Led8Simulator()
    with ExitStack() as stack:
        plugs = [stack.enter_context(Pty(each, tmp_path / name)) for each, name in ((printer, "p"), (display, "d"))]
        with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[devices]\nprinter = "{plugs[0].address}"\ndisplay = "{plugs[1].address}"\n')
        yield world, printer, display, plugs


def test_the_list_disturbs_nobody_and_the_test_can_be_seen(equipped):
    world, printer, display, plugs = equipped
    code, (found,), _ = world.run("devices", "list", "--json")
    assert (code, [(each["device"], each["lamp"]) for each in found]) == (0, [("printer", "ok"), ("display", "ok")])
    assert [each["address"] for each in found] == [plug.address for plug in plugs]
    assert (printer.lines, display.digits) == ([], "")
    code, (found,), _ = world.run("devices", "test", "display", "--json")
    assert (code, [each["device"] for each in found], printer.lines) == (0, ["display"], [])
    assert eventually(lambda: bool(display.digits)), "a display answers nothing, so nobody waits until it has read"
    assert world.run("devices", "test", "--json")[0] == 0
    assert printer.lines


def test_a_device_that_cannot_says_what_to_do(equipped):
    world, printer, _, plugs = equipped
    printer.paper_left = 0
    plugs[1].unplug()
    code, (found,), _ = world.run("devices", "test", "--json")
    assert code == 3
    assert [(each["device"], each["lamp"]) for each in found] == [("printer", "fault"), ("display", "absent")]
    assert all(each["next_zh"] and each["next_en"] for each in found)
    code, _, told = world.run("devices", "test", "bank_pos", "--json")
    assert (code, "bank_pos" in told) == (2, True)
