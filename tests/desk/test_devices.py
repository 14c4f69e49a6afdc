"""Paper, figures and voices: slips from the journal, reprints marked, a printer that stops loses no bill."""

from contextlib import ExitStack

import pytest

from terminal.counter.office import shifts
from terminal.counter.till import Till
from terminal.documents import BillState
from terminal.peripherals.simulators.plug import Pty
from terminal.peripherals.simulators.printer import PrinterSimulator
from tests.desk.playing import desk, play
from tests.desk.scenes import fill


class Voice:
    """A display or announcer that keeps what it was told."""

    def __init__(self):
        self.heard = b""

    def feed(self, data):
        self.heard += data
        return b""


@pytest.fixture
def equipped(world, tmp_path):
    """A till with a printer and a display on pseudo-terminals."""
    printer, display = PrinterSimulator(), Voice()
    with ExitStack() as stack:
        plugs = [stack.enter_context(Pty(each, tmp_path / name)) for each, name in ((printer, "p"), (display, "d"))]
        with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[devices]\nprinter = "{plugs[0].address}"\ndisplay = "{plugs[1].address}"\n')
        till = stack.enter_context(world.till())
        yield till, printer, display, plugs


async def serve(c):
    await fill(c)
    await c.press("f2", "enter")
    await c.type("800")


def test_the_slip_is_printed_from_the_journal_and_a_second_paper_is_marked(equipped):
    till, printer, _, _ = equipped

    async def script(c):
        await serve(c)
        bill = c.app.charge.sale.bill
        await c.until(lambda: printer.cuts == 1)
        assert any(bill in line for line in printer.lines)
        assert not any("重打" in line for line in printer.lines)
        first = [line for line in printer.lines if "." in line]
        printer.lines.clear()
        await c.press("f9", "enter", "p")
        await c.until(lambda: printer.cuts == 2)
        assert sum("重打" in line for line in printer.lines) == 2
        assert [line for line in printer.lines if "." in line] == first

    play(desk(till), script)


def test_a_printer_out_of_paper_keeps_nobody_waiting_and_its_first_paper_is_no_reprint(equipped, world):
    till, printer, _, _ = equipped
    printer.paper_left = 0

    async def script(c):
        await serve(c)
        assert c.app.charge.sale.settled.state is BillState.SETTLED
        await c.until(lambda: "F9 重打" in c.lines[22])
        assert "纸" in c.lines[22]
        printer.load_paper()
        await c.press("f9", "enter", "p")
        await c.until(lambda: printer.cuts == 1)
        assert not any("重打" in line for line in printer.lines)

    play(desk(till), script)
    assert list(world.standing().values()) == [1]


def test_the_patient_sees_what_is_due_received_and_given_back(equipped):
    till, _, display, _ = equipped

    async def script(c):
        await serve(c)
        await c.until(lambda: b"65.65" in display.heard)
        assert b"734.35" in display.heard
        assert b"800.00" in display.heard

    play(desk(till), script)


def test_an_unplugged_display_turns_its_lamp_on_and_the_bill_settles(equipped):
    till, _, _, plugs = equipped

    async def script(c):
        plugs[1].unplug()
        await serve(c)
        assert c.app.charge.sale.settled.state is BillState.SETTLED
        await c.press("ctrl+b")
        await c.until(lambda: "未接" in c.screen)
        plugs[1].plug()
        await c.press("down", "enter")
        await c.until(lambda: "未接" not in c.screen)

    play(desk(till), script)


def test_the_drawer_opens_for_cash_and_every_opening_without_a_sale_is_in_the_report(equipped):
    till, printer, _, _ = equipped

    async def script(c):
        await c.press("ctrl+w", "o")
        await c.type("200")
        await c.press("escape")
        await serve(c)
        await c.until(lambda: printer.drawer_kicks == 1)
        await c.press("ctrl+w", "d", "enter")
        assert "须写明事由" in c.screen
        assert printer.drawer_kicks == 1
        await c.press("d")
        await c.type("换零钱")
        await c.until(lambda: printer.drawer_kicks == 2)
        assert "无收费开钱箱" in c.screen

    play(desk(till), script)
    assert [(row.name, row.count) for row in shifts.report(till).rows if row.section == "no_sale"] == [("换零钱", 1)]


def test_the_test_button_prints_a_page(equipped):
    till, printer, _, _ = equipped

    async def script(c):
        await c.press("ctrl+b")
        await c.until(lambda: "正常" in c.screen)
        await c.press("enter")
        await c.until(lambda: printer.cuts == 1)

    play(desk(till), script)


def test_a_till_without_devices_serves_as_well(till: Till):
    async def script(c):
        await serve(c)
        assert c.app.charge.sale.settled.state is BillState.SETTLED

    play(desk(till), script)
