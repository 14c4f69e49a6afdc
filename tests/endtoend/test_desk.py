"""A morning at one desk, as a cashier sees it: a real terminal, the real card service, a real printer line."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cardio.virtual.daemon import Daemon, NoPrivateDaemon, private_daemon
from cardio.virtual.operator import VirtualOperatorCard
from cardio.virtual.persons import card
from cardio.virtual.vpcd import VirtualReader
from terminal.counter import journal
from terminal.counter.office import operators, refunds, shifts
from terminal.counter.office.roles import Role
from terminal.documents import Assurance, BillState
from terminal.money import Fen
from terminal.peripherals.simulators.plug import Pty
from terminal.peripherals.simulators.printer import PrinterSimulator
from tests.desk.playing import stock
from tests.peripherals.waiting import eventually
from tests.world import World

PATIENCE = 30.0
SHOWN = "card", "read", "--json"
MANAGER = "0009"
STAFF = {MANAGER: Role.MANAGER, "0001": Role.CASHIER, "0002": Role.REVIEWER, "0003": Role.AUDITOR}
MORNING = ("zhang", "li") * 5
OUTAGE = range(4, 6)
NAMES = {"zhang": "张*", "li": "李*试"}


class Terminal:
    """A tmux window of 80 by 24 with one program in it; both end with this process, also when it is killed."""

    def __init__(self, folder: Path, command: list[str], env: dict[str, str]) -> None:
        self._tmux = ["tmux", "-u", "-S", str(folder / "tmux")]
        end = ["sh", "-c", 'cat; exec "$@"', "sh", *self._tmux, "kill-server"]
        self._end = subprocess.Popen(
            end, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        words = [f"{name}={value}" for name, value in env.items()]
        subprocess.run(
            [*self._tmux, "-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", "env", *words, *command],
            check=True,
        )

    @property
    def screen(self) -> str:
        """What is on it now; nothing once the program has ended."""
        shown = subprocess.run([*self._tmux, "capture-pane", "-p"], capture_output=True, text=True, check=False)
        return shown.stdout

    def key(self, *names: str) -> None:
        """Keys by their names (F6, Enter, C-w)."""
        subprocess.run([*self._tmux, "send-keys", *names], check=True)

    def type(self, text: str) -> None:
        """A line and Enter, without a look at what comes of it."""
        if text:
            subprocess.run([*self._tmux, "send-keys", "-l", text], check=True)
        self.key("Enter")

    def until(self, what: str | Callable[[str], bool]) -> None:
        """Waits for a text, or for something that holds of the screen."""
        end = time.monotonic() + PATIENCE
        while not (what in self.screen if isinstance(what, str) else what(self.screen)):
            assert time.monotonic() < end, f"{what}\n{self.screen}"
            time.sleep(0.05)

    def close(self) -> None:
        """Ends whatever still runs in it."""
        self._end.communicate()


@pytest.fixture
def own_cards() -> dict[str, VirtualOperatorCard]:
    """Whose card is whose; nobody but the manager has a password."""
    return {number: VirtualOperatorCard(f"OP-{number}") for number in STAFF if number != MANAGER}


@pytest.fixture
def world(tmp_path: Path, own_cards: dict[str, VirtualOperatorCard]) -> Iterator[World]:
    world = World(tmp_path)
    stock(world.home)
    with world.till() as till:
        operators.add(till, MANAGER, "演示主管", [STAFF[MANAGER]], by=None, password="pass-of-0009")
        manager = operators.login(till, MANAGER, operators.Password("pass-of-0009"))
        for number, own in own_cards.items():
            name, key = f"演示{number}", own.public_key
            operators.add(till, number, name, [STAFF[number]], by=manager, card=own.number, card_key=key)
    yield world
    world.close()


@pytest.fixture
def daemon() -> Iterator[Daemon]:
    try:
        with private_daemon() as daemon:
            yield daemon
    except NoPrivateDaemon as fault:
        pytest.skip(str(fault))


class Counter:
    """A window and the one reader beside it, into which patients and staff put their cards in turn."""

    def __init__(
        self, window: Terminal, reader: VirtualReader, env: dict[str, str], own: dict[str, VirtualOperatorCard]
    ) -> None:
        self.window, self.reader, self._env, self._own = window, reader, env, own

    def sign(self, number: str, then: str) -> None:
        """An operator puts in the own card and signs with it, then takes it out again."""
        self.window.until("工号")
        self.reader.insert(self._own[number])
        self.window.type(number)
        self.window.type("")
        self.window.until(lambda screen: then in screen and "工号" not in screen)  # the form names the state, too
        self.reader.remove()
        self._empty()

    def _empty(self) -> None:
        """Until the card service has noticed."""
        end = time.monotonic() + PATIENCE
        while True:
            command = [sys.executable, "-m", "terminal.cli", *SHOWN]
            read = subprocess.run(command, env={**os.environ, **self._env}, capture_output=True, text=True, check=False)
            if "no_card" in read.stdout + read.stderr:
                return
            assert time.monotonic() < end, read.stdout + read.stderr


@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_a_window_does_not_outlive_a_killed_test(tmp_path):
    killed = (
        "import os, pathlib, signal, sys; from tests.endtoend.test_desk import Terminal;"
        "Terminal(pathlib.Path(sys.argv[1]), ['sleep', '600'], {}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", killed, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    sessions = ["tmux", "-S", str(tmp_path / "tmux"), "list-sessions"]
    assert eventually(lambda: subprocess.run(sessions, capture_output=True, check=False).returncode != 0)


def take_items(window: Terminal, place: int) -> None:
    for typed in (f"{place + 1}*amxl", "2*xbct"):
        window.type(typed)
    window.until("520.00")


def settle(window: Terminal, state: str) -> None:
    window.key("F2")
    window.until(lambda screen: "收到现金" in screen or "。下一位" in screen)
    if "收到现金" in window.screen:
        window.key("Enter")
    window.until(f"{state}。下一位")


@pytest.mark.pcscd
@pytest.mark.skipif(shutil.which("tmux") is None, reason="needs tmux")
def test_ten_patients_an_outage_a_pulled_card_a_refund_and_the_shift_agree_to_the_fen(
    world, own_cards, daemon, tmp_path
):
    printer, reader = PrinterSimulator(), daemon.readers[0]
    with ExitStack() as stack:
        plug = stack.enter_context(Pty(printer, tmp_path / "printer"))
        with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[devices]\nprinter = "{plug.address}"\n')
        env = {**daemon.env, "YIBAO_HOME": str(world.home), "LANG": "C.UTF-8", "PYTHONPATH": str(Path.cwd())}
        window = Terminal(tmp_path, [sys.executable, "-m", "terminal.cli", "desk"], env)
        stack.callback(window.close)
        counter = Counter(window, reader, env, own_cards)

        counter.sign("0001", then="请插卡")
        window.key("C-w")
        window.until("开班")
        window.key("o")
        window.until(lambda screen: "备用金" in screen and "O 开班" not in screen)
        window.type("200")
        window.until("200.00")
        window.key("Escape")
        window.until("请插卡")

        reader.insert(card("zhang"))
        reader.remove()  # pulled before it was read
        window.until(lambda screen: "请插卡" in screen)
        for place, who in enumerate(MORNING):
            if place == OUTAGE.start:
                world.centre.line_down()
            if place == OUTAGE.stop:
                world.centre.line_up()
                window.key("C-u")
                window.until("待传剩余 0")
            reader.insert(card(who))
            window.until(NAMES[who])
            take_items(window, place)
            settle(window, "暂结" if place in OUTAGE else "已结算")
            window.key("F12")
            window.until("卡还在读卡器里")
            reader.remove()
            window.until(lambda screen: "请插卡" in screen and "卡还在" not in screen)

        with world.till() as till:
            bill = journal.bills(till.queue)[-1][0].key
        window.key("C-l")
        counter.sign("0001", then="请插卡")
        window.key("F8")
        window.until("新申请")
        window.key("n")
        window.until("保留行号")
        for text in (bill, "药品未用", ""):
            window.type(text)
        window.until("材料已齐")
        window.key("Enter")
        window.until(lambda screen: "已申请" in screen and "材料已齐" not in screen)  # the row that Enter is about
        for person, state in (("0002", "已复核"), ("0003", "已稽核")):
            window.key("Enter")
            counter.sign(person, then=state)
        window.key("Enter")
        window.until("已退费")
        window.key("Escape")
        window.until("请插卡")

        with world.till() as till:
            expected = shifts.report(till).expected
        window.key("C-w")
        window.until("点钞交班")
        window.key("c")
        window.until("100 元")
        left = expected
        for note in shifts.DENOMINATIONS:
            window.type(str(left // note))
            left = Fen(left % note)
        window.until("ESC")
        window.key("Escape")
        window.until("请插卡")
        window.key("C-q")
        window.until(lambda screen: "请插卡" not in screen)

    with world.till() as till:
        states = [state for _, state in journal.bills(till.queue)]
        assert states == [BillState.SETTLED] * 9 + [BillState.REVERSED]
        standing = [journal.standing(till.queue, item) for item, _ in journal.bills(till.queue)]
        report = shifts.report(till)
        (refund,) = refunds.refunds(till).values()
        assert till.queue.verify().intact
    assert [each.operator for each in refund.approvals] == ["0001", "0002", "0003"]
    assert {each.assurance for each in refund.approvals} == {Assurance.SIGNED}
    assert len({each.digest for each in refund.approvals}) == 1
    cash = sum(each.cash for each in standing if each.state is BillState.SETTLED)
    assert report.expected == report.counted == 200_00 + cash
    assert set(world.standing().values()) == {1}
    assert len(world.standing()) == 9
    centre = [row for row in world.centre.books()["settlements"] if row["state"] == "standing" and not row["cancels"]]
    assert len(centre) == 9
    slips = [line for line in printer.lines if "医疗费用结算单" in line]
    assert len(slips) == 11
    assert [line for line in slips if "已冲正" in line] == slips[10:], "the refund's red-ink slip comes last"
    for each in standing:
        assert any(each.bill in line for line in printer.lines)
