"""A full disk, a real one: the desk says that nothing of the step took effect, takes no money twice, and goes on."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from offline_queue.faults import StoreFailed
from terminal.counter import journal
from terminal.counter.office import card_money
from terminal.counter.office.unfinished import unfinished
from terminal.documents import BillState, TenderKind
from terminal.money import Fen
from terminal.peripherals.bankpos.messages import Deal
from terminal.peripherals.simulators.bankpos import PosSimulator
from terminal.peripherals.simulators.plug import Pty
from tests.desk.playing import desk, play, stock
from tests.desk.scenes import fill
from tests.world import World

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")


class Disk:
    """A small file system that can be filled to the last byte."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def fill(self, till) -> None:
        """Takes all room, also what the store has inside its own files."""
        with (self.place / "junk").open("wb", buffering=0) as junk, contextlib.suppress(OSError):
            while True:
                junk.write(bytes(512))
        with pytest.raises(StoreFailed):
            for _ in range(2000):
                with till.queue.noting() as note:
                    note("test.junk", os.urandom(300), "0001")

    def free(self) -> None:
        """Room again."""
        (self.place / "junk").unlink()


@pytest.fixture
def disk(tmp_path) -> Iterator[Disk]:
    """Sixteen megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], capture_output=True).returncode:
        pytest.skip("this machine cannot mount")
    yield Disk(place)
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def world(disk, tmp_path) -> Iterator[World]:
    """A desk on that disk; the centre has room of its own."""
    world = World(tmp_path)
    stock(world.home)
    world.home = Path(shutil.copytree(world.home, disk.place / "home"))
    yield world
    world.close()


class Meanwhile:
    """A POS during whose work something happens."""

    def __init__(self, act: Callable[[], None]) -> None:
        self.inside, self._act = PosSimulator(), act

    def feed(self, data: bytes) -> bytes:
        answer = self.inside.feed(data)
        if self.inside.requests and self._act:
            act, self._act = self._act, None
            act()
        return answer


def test_with_no_room_nothing_settles_and_with_room_again_the_same_press_does(world, disk):
    with world.till() as till:

        async def script(c):
            await fill(c)
            await c.press("f5")
            disk.fill(till)
            await c.press("f2", "enter")
            assert "数据库写入失败" in c.lines[22]
            assert c.app.charge.sale.settled is None
            assert world.standing() == {}
            await c.press("f10")
            assert "数据库写入失败" in c.lines[22]
            assert len(c.app.charge.sale.lines) == 3, "a bill that could not be parked left the screen"
            disk.free()
            await c.press("f2", "enter", "enter")
            assert c.app.charge.sale.settled.state is BillState.SETTLED

        play(desk(till), script)
        assert unfinished(till) == []
        assert till.queue.verify().intact
    assert list(world.standing().values()) == [1]


def test_a_disk_that_fills_while_the_card_is_charged_is_asked_about_and_charges_once(world, disk, tmp_path):
    tills = []
    device = Meanwhile(lambda: disk.fill(tills[0]))
    with Pty(device, tmp_path / "pos") as plug:
        with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[devices]\nbank_pos = "{plug.address}"\n')
        with world.till() as till:
            tills.append(till)

            async def charge(c):
                await fill(c)
                await c.press("f4")
                await c.type("500")
                await c.type("")
                assert "数据库写入失败" in c.lines[22]
                await c.press("f2", "enter")
                assert c.app.charge.sale.settled is None

            play(desk(till), charge)
            assert card_money.open_charge(till).amount == 50000
            disk.free()

        async def next_desk(c):
            assert c.says("银行POS 已被要求收款 500.00 元")
            await c.press("escape", "f10", "f4", "escape", "f2", "enter", "enter")
            assert c.app.charge.sale.settled.state is BillState.SETTLED
            assert {each.kind: each.amount for each in c.app.charge.sale.settled.tenders}[TenderKind.BANK_CARD] == 50000

        with world.till() as till:
            play(desk(till), next_desk)
            assert unfinished(till) == []
    assert [(each.deal, each.amount) for each in device.inside.requests] == [(Deal.SALE, Fen(50000))]
    assert list(world.standing().values()) == [1]


def test_a_disk_that_fills_while_the_centre_settles_still_keeps_the_settlement_and_the_cash(world, disk):
    world.trouble({"fault": "delay", "infno": "2207", "seconds": 1.5})
    with world.till() as till:

        async def script(c):
            await fill(c)
            await c.press("f5", "f2")
            await c.hit("enter")
            await c.until(lambda: "结算中" in c.screen and bool(till.queue.items()))
            disk.fill(till)
            await c.until(lambda: "收到现金" in c.screen)
            await c.press("enter")
            assert c.app.charge.sale.settled.state is BillState.SETTLED

        play(desk(till), script)
        disk.free()
        assert [state for _, state in journal.bills(till.queue)] == [BillState.SETTLED]
        assert unfinished(till) == []
        assert till.queue.verify().intact
    assert list(world.standing().values()) == [1]
