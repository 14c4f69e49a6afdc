"""Receipts at the desk: drawn when a bill settles, printed on its slip, void and drawn again, shown after a kill."""

import subprocess
import sys
from contextlib import ExitStack

import pytest

from terminal.counter.office import issuing, receipts, shifts
from terminal.counter.office.operators import acting
from terminal.counter.office.receipts import Roll
from terminal.money import Fen
from terminal.peripherals.simulators.plug import Pty
from terminal.peripherals.simulators.printer import PrinterSimulator
from tests.desk.playing import desk, play
from tests.desk.scenes import fill

FIRST, SECOND = "京00000001", "京00000002"


@pytest.fixture
def counter(world, tmp_path):
    """A till with a printer, an open shift and a roll of receipts."""
    printer = PrinterSimulator()
    with ExitStack() as stack:
        plug = stack.enter_context(Pty(printer, tmp_path / "p"))
        with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[devices]\nprinter = "{plug.address}"\n')
        till = stack.enter_context(world.till())
        receipts.add_roll(till, Roll("京", 1, 9), acting(till))
        shifts.open_shift(till, Fen(0), acting(till))
        yield till, printer


async def serve(c):
    await fill(c)
    await c.press("f2", "enter")
    await c.type("800")
    return c.app.charge.sale.bill


def on_paper(printer, number):
    return sum(number in line for line in printer.lines)


def test_a_settled_bill_has_its_number_on_the_slip_and_a_copy_says_so(counter):
    till, printer = counter

    async def script(c):
        bill = await serve(c)
        await c.until(lambda: printer.cuts == 1)
        assert on_paper(printer, FIRST) == 1
        await c.until(lambda: issuing.unprinted(till) == [])
        await c.press("f12", "f9")
        await c.type(FIRST)
        assert bill in c.screen
        await c.press("p")
        await c.until(lambda: printer.cuts == 2)
        assert on_paper(printer, f"{FIRST} 补打2") == 1

    play(desk(till), script)


def test_a_misprint_is_void_and_the_next_number_is_printed(counter):
    till, printer = counter

    async def script(c):
        bill = await serve(c)
        await c.until(lambda: printer.cuts == 1)
        await c.press("f9", "enter", "m")
        await c.until(lambda: printer.cuts == 2)
        assert on_paper(printer, SECOND) == 1
        assert not any("重打" in line or "补打" in line for line in printer.lines)
        assert receipts.of_bill(till, bill).number == SECOND
        await c.press("ctrl+w")
        assert "作废" in c.screen and FIRST in c.screen

    play(desk(till), script)
    assert {row.name: row.count for row in shifts.report(till).rows if row.section == "receipts"} == {
        "used": 1,
        "void": 1,
    }


def test_a_roll_that_ends_keeps_no_patient_waiting_and_its_receipt_follows(counter):
    till, printer = counter
    receipts.spoil(till, tuple(f"京{n:08d}" for n in range(1, 10)), "受潮", acting(till))

    async def script(c):
        await serve(c)
        await c.until(lambda: "票据已用完" in c.screen)
        assert printer.cuts == 1
        receipts.add_roll(till, Roll("沪", 1, 9), acting(till))
        await c.press("ctrl+e")
        assert "票据未打" in c.screen
        await c.press("enter", "enter")
        await c.until(lambda: printer.cuts == 2)
        assert on_paper(printer, "沪00000001") == 1
        await c.until(lambda: issuing.unprinted(till) == [])

    play(desk(till), script)


KILLED = """
import os, sys
from pathlib import Path
from terminal.counter.office import issuing
from terminal.counter.office.operators import acting
from terminal.counter.settle import settle
from terminal.counter.till import Till
from tests.world import AMOXICILLIN, claim

with Till(Path(sys.argv[1])) as till:
    issuing.want(till, "B-1", acting(till))
    settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
    if sys.argv[2] == "drawn":
        issuing.issue(till, "B-1", acting(till))
    os.kill(os.getpid(), 9)
"""


@pytest.mark.parametrize(
    ("killed", "way", "papers", "number"),
    [
        ("settled", (), 1, FIRST),
        ("drawn", (), 1, FIRST),
        ("drawn", ("down",), 0, FIRST),
        ("drawn", ("down", "down"), 1, SECOND),
    ],
)
def test_a_receipt_that_a_kill_kept_from_the_paper_is_shown_at_the_next_start(
    counter, world, killed, way, papers, number
):
    till, printer = counter
    done = subprocess.run([sys.executable, "-c", KILLED, str(world.home), killed], check=False)
    assert done.returncode == -9

    async def script(c):
        assert "没有登记打出" in c.screen
        await c.press("escape", "ctrl+e")
        assert "票据未打" in c.screen and ("京" in c.screen) is (killed == "drawn")
        await c.press("enter", *way, "enter")
        await c.until(lambda: issuing.unprinted(till) == [])
        assert printer.cuts == papers
        assert on_paper(printer, number) == papers

    play(desk(till), script)
    assert receipts.of_bill(till, "B-1").number == number
