"""A caller's own events live in the same sealed chain as the items, and no other process comes between."""

import threading

from offline_queue.vocabulary import Kind
from tests.offline_queue.world import World


def test_notes_come_back_in_order_by_kind_and_the_chain_holds(world: World) -> None:
    queue = world.queue()
    with queue.noting() as note:
        first = note("desk.one", b"secret of one", "0001")
        note("desk.two", b"two", "0001")
    queue.record(world.bill())
    with queue.noting() as note:
        last = note("desk.one", b"again", "0002")
    found = list(queue.notes(["desk.one"]))
    assert [(event.seq, event.actor, event.body) for event in found] == [
        (first, "0001", b"secret of one"),
        (last, "0002", b"again"),
    ]
    assert [event.body for event in queue.notes(["desk.one", "desk.two"], after=first)] == [b"two", b"again"]
    assert queue.verify().intact
    assert b"secret of one" not in (queue.book.folder / "queue.db").read_bytes()


def test_a_note_that_fails_leaves_nothing(world: World) -> None:
    queue = world.queue()
    try:
        with queue.noting() as note:
            note("desk.one", b"one", "0001")
            raise RuntimeError
    except RuntimeError:
        pass
    assert list(queue.notes(["desk.one"])) == []


def test_two_that_count_never_count_the_same(world: World) -> None:
    queues = [world.queue(), world.queue()]

    def count() -> None:
        for queue in queues * 5:
            with queue.noting() as note:
                note("desk.count", str(sum(1 for _ in queue.notes(["desk.count"]))).encode(), "")

    threads = [threading.Thread(target=count) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [event.body for event in queues[0].notes(["desk.count"])] == [str(n).encode() for n in range(30)]


def test_reversals_and_touched_items_are_found(world: World) -> None:
    queue = world.queue()
    bill = queue.record(world.bill(key="B1"))
    seq = queue.anchor().seq
    back = queue.record(world.bill(key="B1-R1", kind=Kind.REVERSAL, reverses="B1"))
    assert queue.reversals("B1") == [back] and queue.reversals("") == []
    assert queue.touched(seq, queue.anchor().seq) == [back]
    assert queue.touched(0, seq) == [bill]
