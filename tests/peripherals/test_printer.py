"""A real printer driver against a simulated printer, over a pseudo-terminal, a raw device file and TCP."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
import segno

from terminal.peripherals.escpos import MODELS
from terminal.peripherals.faults import (
    CoverOpen,
    DeviceAbsent,
    DeviceBusy,
    DeviceFault,
    DeviceGarbled,
    DeviceSettings,
    DeviceSilent,
    PaperOut,
    PrinterStopped,
)
from terminal.peripherals.lamp import Lamp
from terminal.peripherals.printer import escpos_printer
from terminal.peripherals.simulators.plug import Pty, Simulated, Tcp
from terminal.peripherals.simulators.printer import PrinterSimulator
from terminal.peripherals.slip import Cut, Mark, Slip, Text, from_lines
from tests.peripherals.waiting import eventually

Plug = Callable[[Simulated], Pty]
SLIP = from_lines(["北京市测试医院", "合计        ￥12.30"], qr="sm3:" + "0f" * 32)


@pytest.fixture(params=["pty", "file", "tcp"])
def reach(request: pytest.FixtureRequest, plug: Plug) -> Iterator[tuple[PrinterSimulator, str]]:
    """A simulated printer and its address, once over each kind of line."""
    simulator = PrinterSimulator()
    if request.param == "tcp":
        with Tcp(simulator) as tcp:
            yield simulator, tcp.address
    else:
        address = plug(simulator).address
        yield (
            simulator,
            address if request.param == "pty" else address.replace("serial:", "file:").removesuffix("@9600"),
        )


def test_a_slip_comes_out_on_paper(reach: tuple[PrinterSimulator, str]) -> None:
    simulator, address = reach
    escpos_printer(address).print_slip(SLIP)
    assert simulator.lines[:2] == ["北京市测试医院", "合计        ￥12.30"]
    assert simulator.qr == ["sm3:" + "0f" * 32]
    assert simulator.cuts == 1


def test_a_second_paper_says_so_and_the_stored_slip_stays_as_it_is(plug: Plug) -> None:
    simulator = PrinterSimulator()
    escpos_printer(plug(simulator).address).print_slip(SLIP, [Mark.REPRINT])
    marks = [line.strip() for line in simulator.lines if "重打" in line]
    assert marks == ["*重打 REPRINT*"] * 2
    assert [line for line in simulator.lines if line and "重打" not in line] == [
        "北京市测试医院",
        "合计        ￥12.30",
    ]


def test_a_raster_qr_code_has_the_dots_of_the_code(plug: Plug) -> None:
    simulator = PrinterSimulator()
    escpos_printer(plug(simulator).address, "80-raster").print_slip(SLIP)
    rows = [list(row) for row in segno.make("sm3:" + "0f" * 32, error="m", micro=False).matrix_iter(border=4)]
    (picture,) = simulator.pictures
    side = len(rows) * 6
    width = -(-side // 8)
    assert len(picture) == width * side
    dots = [f"{int.from_bytes(picture[y * width : (y + 1) * width]):0{width * 8}b}" for y in range(side)]
    assert [[int(dots[6 * y][6 * x]) for x in range(len(rows))] for y in range(len(rows))] == rows


def test_a_printer_that_wants_utf8_gets_it(plug: Plug) -> None:
    simulator = PrinterSimulator(encoding="utf-8")
    escpos_printer(plug(simulator).address, chinese_encoding="utf-8").print_slip(SLIP)
    assert simulator.lines[0] == "北京市测试医院"


def test_a_rare_character_is_drawn_where_a_font_is_given(plug: Plug, tmp_path: Path) -> None:
    font = tmp_path / "rare.hex"
    font.write_text(f"20BB7:{'FFFF' * 16}\n")
    simulator = PrinterSimulator()
    escpos_printer(plug(simulator).address, font=font).print_slip(from_lines(["王𠮷"]))
    assert simulator.lines[0] == "王▇"
    assert simulator.pictures == [b"\xff" * 72]


def test_the_drawer_opens(reach: tuple[PrinterSimulator, str]) -> None:
    simulator, address = reach
    escpos_printer(address).open_drawer()
    assert simulator.drawer_kicks == 1
    assert simulator.lines == []


TROUBLES: list[tuple[str, dict[str, bool | int], type[DeviceFault], Lamp]] = [
    ("no paper", {"paper_left": 0}, PaperOut, Lamp.FAULT),
    ("cover open", {"cover_open": True}, CoverOpen, Lamp.FAULT),
    ("cutter stuck", {"broken": True}, PrinterStopped, Lamp.FAULT),
    ("switched off behind its cable", {"mute": True}, DeviceSilent, Lamp.FAULT),
]


@pytest.mark.parametrize(("switches", "fault", "lamp"), [row[1:] for row in TROUBLES], ids=[row[0] for row in TROUBLES])
def test_a_printer_that_cannot_print_says_why_and_prints_nothing(
    plug: Plug, switches: dict[str, bool | int], fault: type[DeviceFault], lamp: Lamp
) -> None:
    simulator = PrinterSimulator(**switches)  # type: ignore[arg-type]
    printer = escpos_printer(plug(simulator).address)
    with pytest.raises(fault):
        printer.print_slip(SLIP)
    assert simulator.lines == []
    health = printer.check()
    assert (health.lamp, health.code) == (lamp, fault.code)


def test_little_paper_is_a_warning_and_does_not_stop_printing(plug: Plug) -> None:
    simulator = PrinterSimulator(paper_low=True)
    printer = escpos_printer(plug(simulator).address)
    printer.print_slip(SLIP)
    assert simulator.cuts == 1
    assert (printer.check().lamp, printer.check().code) == (Lamp.WARNING, "paper_low")


@pytest.mark.parametrize("talkative", [False, True])
def test_paper_that_ends_in_the_middle_is_noticed_and_the_slip_can_be_printed_again(
    plug: Plug, talkative: bool
) -> None:
    simulator = PrinterSimulator(paper_left=3, talkative=talkative)
    printer = escpos_printer(plug(simulator).address)
    long = Slip((*(Text(f"line {number}") for number in range(10)), Cut()))
    with pytest.raises(PaperOut):
        printer.print_slip(long)
    assert simulator.lines == ["line 0", "line 1", "line 2"]
    simulator.load_paper()
    simulator.lines.clear()
    printer.print_slip(long, [Mark.REPRINT])
    assert [line for line in simulator.lines if line.startswith("line")] == [f"line {number}" for number in range(10)]


def test_an_unplugged_printer_is_absent_and_works_again_when_it_returns(plug: Plug) -> None:
    simulator = PrinterSimulator()
    pty = plug(simulator)
    printer = escpos_printer(pty.address)
    assert printer.check().lamp is Lamp.OK
    pty.unplug()
    with pytest.raises(DeviceAbsent):
        printer.print_slip(SLIP)
    assert printer.check().lamp is Lamp.ABSENT
    pty.plug()
    printer.print_slip(SLIP)
    assert simulator.cuts == 1
    assert printer.check().lamp is Lamp.OK


class Hesitating(PrinterSimulator):
    """Takes the slip but does not say that it is printed."""

    def __init__(self) -> None:
        super().__init__()
        self.took = Event()

    def feed(self, data: bytes) -> bytes:
        answer = super().feed(data)
        if not self.lines:
            return answer
        self.took.set()
        return b""


def test_a_cable_pulled_in_the_middle_is_a_fault_not_a_hang(plug: Plug) -> None:
    simulator = Hesitating()
    pty = plug(simulator)
    with ThreadPoolExecutor(1) as other:
        job = other.submit(escpos_printer(pty.address).print_slip, SLIP)
        assert simulator.took.wait(5)
        pty.unplug()
        assert isinstance(job.exception(5), DeviceAbsent)


def test_a_network_printer_that_goes_away_is_absent_and_comes_back() -> None:
    simulator = PrinterSimulator()
    tcp = Tcp(simulator)
    tcp.plug()
    printer = escpos_printer(tcp.address)
    tcp.unplug()
    assert printer.check().lamp is Lamp.ABSENT
    with tcp:
        printer.print_slip(SLIP)
    assert simulator.cuts == 1


def test_a_printer_in_use_by_another_program_is_waited_for_then_busy(
    plug: Plug, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.peripherals.outlet.BUSY_SECONDS", 0.2)
    address = plug(PrinterSimulator()).address
    other, mine = escpos_printer(address), escpos_printer(address)
    with other.outlet.line(), pytest.raises(DeviceBusy):
        mine.print_slip(SLIP)
    mine.print_slip(SLIP)


def test_one_slip_waits_for_the_other_on_a_slow_network_printer() -> None:
    class Slow(PrinterSimulator):
        def feed(self, data: bytes) -> bytes:
            time.sleep(1.1 if len(data) > 30 else 0)
            return super().feed(data)

    simulator = Slow()
    with Tcp(simulator) as tcp, ThreadPoolExecutor(2) as tills:
        printer = escpos_printer(tcp.address)
        jobs = [tills.submit(printer.print_slip, SLIP) for _ in range(2)]
        assert [job.exception(10) for job in jobs] == [None, None]
    assert simulator.cuts == 2


def test_tills_that_print_at_once_do_not_mix_their_slips(reach: tuple[PrinterSimulator, str]) -> None:
    simulator, address = reach
    shared, other = escpos_printer(address), escpos_printer(address)
    with ThreadPoolExecutor(6) as tills:
        for number in range(12):
            slip = from_lines([f"{number} {line}" for line in range(20)])
            tills.submit((shared, other)[number % 2].print_slip, slip)
    numbers = [line.split()[0] for line in simulator.lines if line]
    assert simulator.cuts == 12
    assert all(len(set(numbers[start : start + 20])) == 1 for start in range(0, 240, 20))


def test_a_printer_that_volunteers_its_state_is_understood(plug: Plug) -> None:
    simulator = PrinterSimulator(talkative=True)
    escpos_printer(plug(simulator).address).print_slip(SLIP)
    assert simulator.cuts == 1


def test_something_that_is_no_printer_is_named(plug: Plug) -> None:
    class Modem:
        def feed(self, data: bytes) -> bytes:
            return b"ERROR\r\n"

    printer = escpos_printer(plug(Modem()).address)
    with pytest.raises(DeviceGarbled):
        printer.print_slip(SLIP)


def test_a_one_way_printer_is_believed(plug: Plug) -> None:
    simulator = PrinterSimulator(mute=True)
    printer = escpos_printer(plug(simulator).address, "58-oneway")
    printer.print_slip(from_lines(["一"]))
    assert eventually(lambda: simulator.lines[:1] == ["一"])
    assert printer.check().lamp is Lamp.OK


@pytest.mark.parametrize("model", [name for name, model in MODELS.items() if model.answers])
def test_the_test_button_prints_a_page_on_every_model_that_answers(plug: Plug, model: str) -> None:
    simulator = PrinterSimulator(encoding=MODELS[model].encoding)
    health = escpos_printer(plug(simulator).address, model).test()
    assert health.lamp is Lamp.OK
    assert any("￥0.00" in line for line in simulator.lines)
    assert any("测试 TEST" in line for line in simulator.lines)
    assert all(len(line.encode("gbk", "replace")) <= MODELS[model].columns for line in simulator.lines)


def test_the_test_button_on_an_empty_printer_turns_the_lamp_red(plug: Plug) -> None:
    health = escpos_printer(plug(PrinterSimulator(paper_left=0)).address).test()
    assert (health.lamp, health.zh) == (Lamp.FAULT, "打印机缺纸。")
    assert health.next_zh


@pytest.mark.parametrize(
    "settings",
    [
        ("printer1",),
        ("tcp:192.0.2.7:9100", "90"),
        ("file:/dev/usb/lp0", "80", "big5"),
        ("file:/dev/usb/lp0", "80", "", Path("/nowhere.hex")),
    ],
)
def test_settings_that_do_not_exist_are_refused_with_the_words_that_do(settings: tuple[str | Path, ...]) -> None:
    with pytest.raises(DeviceSettings) as caught:
        escpos_printer(*settings)  # type: ignore[arg-type]
    assert str(settings[-1]) in str(caught.value)
