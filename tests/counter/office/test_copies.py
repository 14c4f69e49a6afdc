"""A copy holds what was there, and a terminal goes on from it without ever reusing a number."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from offline_queue.faults import ItemsOpen, QueueFault
from terminal.counter import journal
from terminal.counter.far_end import FarEnd
from terminal.counter.office import operators
from terminal.counter.office.copies import back_up, restore
from terminal.counter.office.faults import NoCopy, StoreInUse
from terminal.counter.office.operators import Session
from terminal.counter.office.person_faults import NotAllowed
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import BillState
from tests.world import AMOXICILLIN, World, claim


@pytest.fixture
def copy(world: World, tmp_path: Path) -> Iterator[Path]:
    """A copy made after B-1; B-2 came later."""
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        made = back_up(till, tmp_path / "copy", operators.acting(till))
        assert (made.items, made.events > 0) == (1, True)
        settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))
    yield tmp_path / "copy"


def test_a_restored_store_holds_what_the_copy_held_and_numbers_go_on(world: World, copy: Path) -> None:
    with world.till() as till:
        last = till.queue.item("B-2").number
    done = restore(world.home, copy, "0009")
    with world.till() as till:
        assert [item.key for item, _ in journal.bills(till.queue)] == ["B-1"]
        assert settle(till, claim("B-3", "zhang", (AMOXICILLIN, 1))).state is BillState.SETTLED
        assert till.queue.item("B-3").number > last
        assert till.queue.verify().intact
    assert (Path(done.folder) / "queue.db").is_file()


def test_a_store_in_use_is_not_replaced(world: World, copy: Path) -> None:
    with world.till() as till:
        with pytest.raises(StoreInUse):
            restore(world.home, copy, "0009")
        assert till.queue.item("B-2")


def test_a_bad_copy_leaves_the_old_store(world: World, copy: Path, tmp_path: Path) -> None:
    with pytest.raises(NoCopy):
        restore(world.home, tmp_path / "nothing", "0009")
    (copy / "queue.db").write_bytes(b"torn" * 5000)
    with pytest.raises(QueueFault):
        restore(world.home, copy, "0009")
    with world.till() as till:
        assert till.queue.item("B-2") and till.queue.verify().intact


def test_a_copy_is_not_everybody_s_to_make(till: Till, staff: dict[str, Session], tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        back_up(till, tmp_path / "copy", staff["0001"])
    assert back_up(till, tmp_path / "copy", staff["0009"]).items == 0


def test_a_store_with_open_bills_is_not_replaced_by_its_copy(world: World, copy: Path) -> None:
    world.centre.line_down()
    with world.till() as till:
        settle(till, claim("B-3", "zhang", (AMOXICILLIN, 1)))
    with pytest.raises(ItemsOpen):
        restore(world.home, copy, "0009")
    with world.till() as till:
        assert [item.key for item in till.queue.items()] == ["B-3"]


def test_a_bill_that_waited_in_the_copy_and_was_sent_since_is_not_sent_again(world: World, tmp_path: Path) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        world.centre.line_down()
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        back_up(till, tmp_path / "copy", operators.acting(till))
        world.centre.line_up()
        forward(till)
    restore(world.home, tmp_path / "copy", "0009")
    with world.till() as till:
        forward(till)
        assert journal.standing(till.queue, till.queue.item("B-1")).state is BillState.EXCEPTION
    assert world.standing() == {"B-0": 1, "B-1": 1}


def forward(till: Till) -> None:
    """Sends what is due."""
    with till.queue.forwarder(FarEnd(till)) as forwarder:
        forwarder.run(timedelta(seconds=5), now=True)
