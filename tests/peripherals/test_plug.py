"""A simulated device is there as long as the process that plays it."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from terminal.money import Fen
from terminal.peripherals.bankpos.linked import LinkedPos
from terminal.peripherals.bankpos.messages import Deal, Request
from terminal.peripherals.bankpos.port import Result
from terminal.peripherals.lamp import Device, Lamp
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.printer import escpos_printer
from terminal.peripherals.simulators.bankpos import PosSimulator
from terminal.peripherals.simulators.plug import Pty, Simulated

KILLED = """
import os, signal, sys
from pathlib import Path
from terminal.peripherals.simulators.plug import Pty
from terminal.peripherals.simulators.printer import PrinterSimulator
plug = Pty(PrinterSimulator(), Path(sys.argv[1]))
plug.plug()
print(plug.address, flush=True)
sys.stdin.read()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere a device's name is the system's number")
def test_who_still_asks_a_killed_device_talks_into_no_other_devices_line(
    plug: Callable[[Simulated], Pty], tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "printer")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as playing:
        assert playing.stdout is not None
        printer = escpos_printer(playing.stdout.readline().strip())
        assert printer.check().lamp is Lamp.OK
        playing.communicate()
    assert playing.returncode == -signal.SIGKILL
    for _ in range(8):  # the lowest free numbers, the dead printer's among them
        pos = LinkedPos(Outlet(Device.BANK_POS, plug(PosSimulator()).address))
        assert printer.check().lamp is Lamp.ABSENT
        assert pos.perform(Request(Deal.SALE, Fen(50000), "417")).result is Result.APPROVED
