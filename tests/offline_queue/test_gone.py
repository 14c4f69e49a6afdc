"""Where a store has been and is gone, no empty one takes its place in silence."""

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from offline_queue import FileKeys
from offline_queue.faults import StoreGone
from offline_queue.vocabulary import State
from tests.offline_queue.world import World


def _used(world: World) -> int:
    """A store with a bill in it, closed; gives the number of its events."""
    with world.queue() as queue:
        queue.record(world.bill())
        return queue.anchor().seq


def _without_database(world: World) -> None:
    for file in world.folder.glob("queue.db*"):
        file.unlink()


def _emptied(world: World) -> None:
    _without_database(world)
    (world.folder / "queue.db").touch()


def _without_folder(world: World) -> None:
    shutil.rmtree(world.folder)


def _without_memory(world: World) -> None:
    """Another keystore; what is left in the folder shows that there was a store."""
    _without_database(world)
    world.keys = FileKeys(world.folder.with_name("other keys"))


LOSSES: dict[str, Callable[[World], None]] = {
    "the database deleted": _without_database,
    "the database emptied": _emptied,
    "the folder deleted": _without_folder,
    "the database deleted, and the keystore another": _without_memory,
}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_store_that_is_gone_is_told_each_time_and_none_is_made(world: World, loss: str) -> None:
    _used(world)
    LOSSES[loss](world)
    for _ in range(2):
        with pytest.raises(StoreGone) as told:
            world.queue()
    assert "备份" in told.value.next_zh
    assert "restore its newest copy" in told.value.next_en


def test_it_says_how_much_is_missed(world: World) -> None:
    events = _used(world)
    _without_folder(world)
    with pytest.raises(StoreGone, match=f"{events} events or more"):
        world.queue()


def test_a_fresh_folder_just_works_beside_others_with_the_same_keystore_and_terminal(world: World) -> None:
    _used(world)
    _without_database(world)
    world.folder = world.folder.with_name("elsewhere")
    assert world.queue().record(world.bill()).state is State.RECORDED


def test_processes_that_open_a_fresh_folder_at_once_share_one_store(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        queues = list(pool.map(lambda _: world.queue(), range(8)))
    assert len({queue.book.id for queue in queues}) == 1


def test_a_copy_put_in_its_place_opens(world: World) -> None:
    _used(world)
    shutil.copytree(world.folder, copy := world.folder.with_name("copy"))
    _without_folder(world)
    with pytest.raises(StoreGone):
        world.queue()
    shutil.rmtree(world.folder)
    shutil.copytree(copy, world.folder)
    assert len(world.queue().items()) == 1


def test_after_a_retirement_a_new_store_is_made_without_a_question(world: World) -> None:
    with world.queue() as queue:
        queue.retire("chief")
    _without_database(world)
    assert world.queue().items() == []


def test_who_begins_anew_is_named_and_no_number_comes_twice(world: World) -> None:
    with world.queue() as queue:
        used = {queue.numbers.next() for _ in range(300)}
        queue.record(world.bill())
        lost = queue.book.id
    _without_folder(world)
    world.time.set(hours=-5)
    with world.queue(anew="chief") as queue:
        assert min(queue.numbers.next() for _ in range(300)) > max(used)
        (begun,) = [event for event in queue.events() if event.kind == "anew"]
        assert (begun.actor, begun.changes) == ("chief", {"lost": lost.hex()})
    assert world.queue().verify().intact


def test_beginning_anew_touches_no_store_that_is_there(world: World) -> None:
    _used(world)
    with world.queue(anew="chief") as queue:
        assert len(queue.items()) == 1


def test_a_folder_that_moved_is_remembered_where_it_went(world: World) -> None:
    _used(world)
    world.folder = world.folder.rename(world.folder.with_name("moved"))
    world.queue().close()
    _without_folder(world)
    with pytest.raises(StoreGone):
        world.queue()


def test_a_store_from_before_is_remembered_from_its_next_opening_on(world: World) -> None:
    _used(world)
    for entry in (world.folder.with_name("keys")).glob("queue-at-*"):
        entry.unlink()
    world.queue().close()
    _without_folder(world)
    with pytest.raises(StoreGone):
        world.queue()
