"""A lost store is told in a sentence, and comes back from a copy or by somebody's decision to begin anew."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from terminal.counter import journal
from terminal.counter.office.copies import back_up, restore, start_over
from terminal.counter.office.faults import StoreStands
from terminal.counter.office.operators import acting
from terminal.counter.settle import settle
from tests.endtoend.test_office import yibao
from tests.world import AMOXICILLIN, World, claim


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with closing(World(tmp_path)) as made:
        yield made


@pytest.fixture
def lost(world: World, tmp_path: Path) -> World:
    """A terminal with a bill and a copy whose database was deleted."""
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        back_up(till, tmp_path / "copy", acting(till))
    for file in (world.home / "store").glob("queue.db*"):
        file.unlink()
    return world


def test_every_command_says_that_the_store_is_gone_and_what_to_do(lost: World) -> None:
    for words in (("queue", "status"), ("bill", "list")):
        code, told = yibao(lost, *words)
        assert (code, told["fault"]["code"]) == (5, "store_gone")
        assert "yibao restore" in told["fault"]["next_zh"]
        assert "yibao config start-over" in told["fault"]["next_en"]


def test_the_newest_copy_takes_its_place(lost: World, tmp_path: Path) -> None:
    assert restore(lost.home, tmp_path / "copy", "0001").items == 1
    with lost.till() as till:
        assert journal.find(till.queue, "B-1")


def test_who_gives_it_up_begins_with_an_empty_store_and_old_files_aside(lost: World) -> None:
    code, done = yibao(lost, "config", "start-over", "--by", "0001")
    assert (code, done["items"]) == (0, 0)
    assert list(Path(done["folder"]).iterdir())
    with lost.till() as till:
        settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))
        assert till.queue.verify().intact
        (begun,) = [event for event in till.queue.events() if event.kind == "anew"]
        assert begun.actor == "0001"
    with pytest.raises(StoreStands):
        start_over(lost.home, "0001")


def test_a_home_without_its_whole_store_folder_begins_like_a_fresh_one_where_the_keys_lay_in_it(world: World) -> None:
    """With ``keystore = "file"`` the folder held the memory too; the system's keystore outlives it."""
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
    shutil.rmtree(world.home / "store")
    with world.till() as till:
        assert till.queue.items() == []
