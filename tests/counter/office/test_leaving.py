"""Nobody signs out or ends a terminal while bills are open; with none open the last copy and anchor come first."""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from offline_queue.faults import ItemsOpen, NotOurStore
from terminal.counter import journal
from terminal.counter.far_end import forwarder
from terminal.counter.office import shifts
from terminal.counter.office.faults import ShiftIsOpen, StoreInUse
from terminal.counter.office.leaving import retire, sign_out
from terminal.counter.office.operators import Session, acting, operators
from terminal.counter.office.person_faults import NotAllowed
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import BillState
from terminal.money import Fen
from terminal.telling import told
from tests.world import AMOXICILLIN, World, claim


@pytest.fixture
def waiting(world: World) -> World:
    """A world with one bill of 12.50 yuan that waits: the line broke after the patient was known."""
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        world.centre.line_down()
        settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))
        assert [item.key for item in till.queue.items()] == ["B-2"]
    return world


def _signed_in(world: World) -> list[str]:
    with contextlib.closing(sqlite3.connect(world.home.parent / "centre.db")) as books:
        return [number for (number,) in books.execute("select sign_no from sign where signed_out_at is null")]


def _sign_out(world: World, folder: Path) -> None:
    with world.till() as till:
        sign_out(till, acting(till))


def _retire(world: World, folder: Path) -> None:
    retire(world.home, folder, acting)


@pytest.mark.parametrize("leave", [_sign_out, _retire])
def test_leaving_is_refused_with_count_sum_and_next_step_while_a_bill_is_open(
    waiting: World, tmp_path: Path, leave: Callable[[World, Path], None]
) -> None:
    with pytest.raises(ItemsOpen) as refused:
        leave(waiting, tmp_path / "last")
    fault = refused.value
    assert fault.data["count"] == 1
    assert fault.data["sum"] in str(fault) and fault.data["sum"] != "0.00"
    assert "yibao queue forward" in told(fault).next_zh
    assert not (tmp_path / "last").exists()
    with waiting.till() as till:
        assert [item.key for item in till.queue.items()] == ["B-2"]
        waiting.centre.line_up()
        with forwarder(till) as sender:
            sender.run(now=True)
    leave(waiting, tmp_path / "last")


def test_signing_out_ends_every_number_of_this_process_at_the_centre_and_the_next_bill_signs_in(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        before = _signed_in(world)
        sign_out(till, acting(till))
        assert before and not set(before) & set(_signed_in(world))
        assert settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1))).state is BillState.SETTLED


def test_signing_out_is_a_cashier_s_and_ending_a_terminal_not_everybody_s(
    till: Till, staff: dict[str, Session], world: World, tmp_path: Path
) -> None:
    with pytest.raises(NotAllowed):
        sign_out(till, staff["0003"])
    with pytest.raises(NotAllowed):
        retire(world.home, tmp_path / "last", lambda _: staff["0001"])


def test_a_retired_terminal_leaves_a_checked_copy_and_a_free_folder_and_numbers_go_on(
    world: World, tmp_path: Path
) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        block = till.queue.book.store.rows("SELECT number FROM store")[0][0]
        till.queue.book.store.change("UPDATE store SET number = ?", (block + 10**6,))
    done = retire(world.home, tmp_path / "last", acting)
    assert (tmp_path / "last" / "queue.db").is_file()
    assert (Path(done.folder) / "queue.db").is_file()
    assert done.items == 1
    with world.till() as till:
        assert journal.bills(till.queue) == []
        assert till.queue.book.store.rows("SELECT number FROM store")[0][0] >= block + 10**6
        assert till.queue.verify().intact
    assert world.run("settle", "-", "--json", feed=[])[0] == 0


def test_another_terminal_may_have_the_folder_only_after_the_first_was_retired(world: World, tmp_path: Path) -> None:
    file = world.home / "settings.toml"
    with world.till():
        pass
    old, new = file.read_text(), 'terminal = "02"\n' + file.read_text()
    file.write_text(new)
    with pytest.raises(NotOurStore) as refused, world.till():
        pass
    assert "yibao config retire" in told(refused.value).next_zh
    file.write_text(old)
    retire(world.home, tmp_path / "last", acting)
    file.write_text(new)
    with world.till() as till:
        assert till.settings.terminal == "02"
        assert operators(till) == {}


def test_a_terminal_with_an_open_drawer_or_another_process_is_not_retired(world: World, tmp_path: Path) -> None:
    with world.till() as till:
        shifts.open_shift(till, Fen(0), acting(till))
    with pytest.raises(ShiftIsOpen):
        retire(world.home, tmp_path / "last", acting)
    with world.till() as till:
        shifts.close_shift(till, {}, acting(till))
        with pytest.raises(StoreInUse):
            retire(world.home, tmp_path / "last", acting)
        assert settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1))).state is BillState.SETTLED


def test_the_commands_say_the_same(waiting: World, tmp_path: Path) -> None:
    for words in (("centre", "sign-out"), ("config", "retire", str(tmp_path / "last"), "--by", "0001")):
        code, _, told = waiting.run(*words, "--json")
        assert code == 1
        assert "还有 1 笔未了结" in told and "still open" in told
