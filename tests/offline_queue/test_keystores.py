"""A keystore that is slow, hangs or refuses: nobody at the desk waits for an anchor, and the newest one gets there."""

import threading
import time
from pathlib import Path

import pytest

from offline_queue.faults import KeysClosed
from offline_queue.keystores import Unhurried
from offline_queue.memory import Memory, Remembered
from offline_queue.vocabulary import Kind
from tests.offline_queue.sites import until
from tests.offline_queue.world import DESK, World


class Slow:
    """Keeps whoever puts waiting while it is closed; may refuse."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.refusing: Exception | None = None
        self.tried: list[bytes] = []
        self._kept: dict[str, bytes] = {}

    def get(self, name: str) -> bytes | None:
        return self._kept.get(name)

    def put(self, name: str, secret: bytes) -> None:
        self.tried.append(secret)
        assert self.open.wait(10)
        if self.refusing:
            raise self.refusing
        self._kept[name] = secret


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def unhurried(slow: Slow) -> Unhurried:
    return Unhurried(slow, rest=0.0, idle=0.05)


def test_what_is_put_soon_is_known_at_once_and_put_when_the_keystore_has_time(slow: Slow, unhurried: Unhurried) -> None:
    slow.open.clear()
    unhurried.put_soon("anchor", b"1")
    assert (unhurried.get("anchor"), slow.get("anchor")) == (b"1", None)
    slow.open.set()
    until(lambda: slow.get("anchor") == b"1")
    assert unhurried.get("anchor") == b"1"


def test_of_what_waits_only_the_newest_is_put(slow: Slow, unhurried: Unhurried) -> None:
    slow.open.clear()
    unhurried.put_soon("anchor", b"first")
    until(lambda: slow.tried == [b"first"])
    for secret in (b"second", b"third"):
        unhurried.put_soon("anchor", secret)
    assert unhurried.get("anchor") == b"third"
    slow.open.set()
    until(lambda: slow.get("anchor") == b"third")
    assert slow.tried == [b"first", b"third"]


def test_a_keystore_is_left_alone_between_two_puts_and_gets_the_newest(slow: Slow) -> None:
    unhurried = Unhurried(slow, rest=1.0, idle=0.05)
    for secret in (b"first", b"second", b"third"):
        unhurried.put_soon("anchor", secret)
        until(lambda: slow.get("anchor") == b"first")
        time.sleep(0.05)
    assert slow.tried == [b"first"]
    until(lambda: slow.get("anchor") == b"third")
    assert slow.tried == [b"first", b"third"]


def test_what_is_put_at_once_is_not_overtaken_by_what_waited(slow: Slow, unhurried: Unhurried) -> None:
    slow.open.clear()
    unhurried.put_soon("anchor", b"first")
    until(lambda: slow.tried == [b"first"])
    unhurried.put_soon("anchor", b"waiting")
    threading.Timer(0.05, slow.open.set).start()
    unhurried.put("anchor", b"last")
    unhurried.put_soon("beside", b"1")
    until(lambda: slow.get("beside") == b"1")
    assert slow.get("anchor") == unhurried.get("anchor") == b"last"


@pytest.mark.parametrize("refusal", [KeysClosed(cause="refused"), ValueError("what no keystore should raise")])
def test_a_refusal_is_told_at_the_next_try_until_one_succeeds(
    slow: Slow, unhurried: Unhurried, refusal: Exception
) -> None:
    slow.refusing = refusal
    unhurried.put_soon("anchor", b"1")
    until(lambda: slow.tried == [b"1"] and unhurried.get("anchor") is None)
    for secret in (b"2", b"3"):
        with pytest.raises(KeysClosed):
            unhurried.put_soon("anchor", secret)
        until(lambda secret=secret: slow.tried[-1] == secret and unhurried.get("anchor") is None)
    slow.refusing = None
    with pytest.raises(KeysClosed):
        unhurried.put_soon("anchor", b"4")
    until(lambda: slow.get("anchor") == b"4")
    unhurried.put_soon("anchor", b"5")
    until(lambda: slow.get("anchor") == b"5")


@pytest.mark.parametrize("soon", [False, True])
@pytest.mark.parametrize(
    ("later", "stays"),
    [
        (Remembered(50, b"50", 7, epoch=1), 60),
        (Remembered(61, b"61", 9, epoch=1), 61),
        (Remembered(40, b"40", 90, epoch=2), 40),
    ],
    ids=["an older end", "a newer end", "a copy put back"],
)
def test_of_two_ends_the_newer_stays_whoever_comes_last(
    tmp_path: Path, unhurried: Unhurried, later: Remembered, stays: int, soon: bool
) -> None:
    memory, store = Memory(unhurried, tmp_path, DESK), bytes(16)
    memory.keep(store, Remembered(60, b"60", 8, epoch=1))
    (memory.keep_soon if soon else memory.keep)(store, later)
    known = memory.of(store)
    assert known and known.seq == stays


def test_an_end_handed_over_while_another_is_put_is_not_lost(tmp_path: Path, slow: Slow) -> None:
    class Between(Unhurried):
        """Just when one is about to be put, a thread brings a newer one."""

        def put(self, name: str, secret: bytes) -> None:
            if not slow.tried:
                memory.keep_soon(store, Remembered(60, b"60", 8))
            super().put(name, secret)

    memory, store = Memory(Between(slow, rest=0.0, idle=0.05), tmp_path, DESK), bytes(16)
    memory.keep(store, Remembered(50, b"50", 7))
    known = memory.of(store)
    assert known and known.seq == 60


def test_what_was_undone_is_not_counted_towards_an_anchor(world: World, slow: Slow) -> None:
    queue = world.queue(keys=slow)
    bill = world.bill(kind=Kind.ADVICE)
    queue.record(bill)
    before = len(slow.tried)
    for _ in range(60):
        queue.record(bill)
    assert len(slow.tried) == before


def test_no_thread_is_left_when_there_is_nothing_to_put(slow: Slow, unhurried: Unhurried) -> None:
    for secret in (b"1", b"2"):
        unhurried.put_soon("anchor", secret)
        until(lambda secret=secret: slow.get("anchor") == secret)
        until(lambda: "keystore" not in {thread.name for thread in threading.enumerate()})


def test_bills_are_recorded_where_no_thread_can_be_started(
    world: World, slow: Slow, unhurried: Unhurried, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = world.queue(keys=unhurried)

    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as without:
        without.setattr(threading.Thread, "start", start)
        for _ in range(60):
            queue.record(world.bill(kind=Kind.ADVICE))
    assert "keys_closed" in queue.status().warnings
    queue.record(world.bill(kind=Kind.ADVICE))
    assert "keys_closed" not in queue.status().warnings


@pytest.mark.parametrize("beside", [False, True], ids=["", "another anchor on its way"])
def test_bills_are_recorded_while_the_keystore_hangs_and_the_end_is_anchored(
    world: World, slow: Slow, unhurried: Unhurried, beside: bool
) -> None:
    queue = world.queue(keys=unhurried)
    slow.open.clear()
    if beside:
        anchoring = threading.Thread(target=queue.book.remember)
        anchoring.start()
    for _ in range(150):
        queue.record(world.bill(kind=Kind.ADVICE))
    end = queue.anchor()
    slow.open.set()
    if beside:
        anchoring.join()
    slow.open.clear()
    closing = threading.Thread(target=queue.close)
    closing.start()
    closing.join(0.1)
    assert closing.is_alive()
    slow.open.set()
    closing.join()
    with world.queue(keys=slow) as again:
        assert again.verify().intact
        known = again.book.remembered()
        assert known and known.seq >= end.seq
