"""The key change: everything opens with the new key and nothing with the old one, wherever it is cut off."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import FileKeys, NewItem, Queue, bundle, custody
from offline_queue.faults import KeysClosed
from offline_queue.vocabulary import Kind
from tests.offline_queue import victim
from tests.offline_queue.world import World

CUT = """
import os, signal, sys
from pathlib import Path
from offline_queue import FileKeys, custody
from offline_queue.store import Store
from tests.offline_queue import victim

step, when = int(sys.argv[2]), sys.argv[3]
queue = victim.open_queue(Path(sys.argv[1]))
count = 0

def cut(work):
    def wrapped(*given):
        global count
        count += 1
        if (count, when) == (step, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        work(*given)
        if (count, when) == (step, "after"):
            os.kill(os.getpid(), signal.SIGKILL)
    return wrapped

FileKeys.put, Store.change, Store.change_later = map(cut, (FileKeys.put, Store.change, Store.change_later))
custody.renew_key(queue.book, "chief")
"""
"""Dies before or after one of its writes to the keystore or the store."""
WRITES = 6
"""The old key kept, the next one put, two data keys wrapped, the event, the new key kept."""


def _bill(key: str) -> NewItem:
    return NewItem(key=key, lane=key, kind=Kind.REQUEST, payload=key.encode())


def _payloads(queue: Queue) -> list[bytes]:
    return [queue.payload(item) for item in queue.items()]


def _local_keys(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("queue-*-key*")}


def test_the_new_key_opens_everything_and_the_old_one_nothing(world: World, folder: Path) -> None:
    queue = world.queue()
    queue.record(world.bill("zhang"))
    world.time.pass_(hours=20)
    queue.record(world.bill("li"))
    told, (old,) = _payloads(queue), _local_keys(folder / "keys").items()
    assert custody.renew_key(queue.book, "chief + other") == 3
    (done,) = [event for event in queue.events() if event.kind == "rekeyed"]
    assert (done.actor, done.changes) == ("chief + other", {"keys": 3})
    queue.close()
    assert old[1] not in _local_keys(folder / "keys").values()
    with world.queue() as again:
        assert _payloads(again) == told
        assert again.verify().intact
    for name in _local_keys(folder / "keys"):
        FileKeys(folder / "keys").put(name, old[1])
    with pytest.raises(KeysClosed):
        world.queue()


def test_another_process_with_the_store_open_goes_on(world: World) -> None:
    here, there = world.queue(), world.queue()
    here.record(world.bill("zhang"))
    world.time.pass_(hours=20)
    for _ in range(2):
        custody.renew_key(here.book, "chief")
    there.record(world.bill("li"))  # with a data key that the other one makes
    here.record(world.bill("wang"))
    custody.renew_key(there.book, "chief")
    here.contact()
    world.time.pass_(hours=20)
    here.record(world.bill("zhao"))
    told = _payloads(here)
    here.close()
    there.close()
    with world.queue() as again:
        assert _payloads(again) == told
        assert again.verify().intact


def test_the_sites_key_of_today_opens_after_it_what_was_sealed_before(world: World) -> None:
    lost, new = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    with world.queue(site_key=lost.public_key().public_bytes_raw()) as queue:
        queue.record(world.bill("zhang"))
    with world.queue(site_key=new.public_key().public_bytes_raw()) as queue:
        custody.renew_key(queue.book, "chief")
        address, home = bundle.address(queue.book), queue.book.folder
    with pytest.raises(KeysClosed):
        bundle.recover(home, lost, address)
    assert bundle.recover(home, new, address)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, WRITES + 1))
def test_cut_off_anywhere_it_opens_and_can_be_changed_again(folder: Path, step: int, when: str) -> None:
    with victim.open_queue(folder) as queue:
        queue.record(_bill("k-1"))
    done = subprocess.run([sys.executable, "-c", CUT, str(folder), str(step), when], check=False)
    assert done.returncode == -signal.SIGKILL
    for key in ("k-2", "k-3"):
        with victim.open_queue(folder) as queue:
            queue.record(_bill(key))
            assert custody.renew_key(queue.book, "chief") == 2
    with victim.open_queue(folder) as queue:
        assert _payloads(queue) == [b"k-1", b"k-2", b"k-3"]
        assert queue.verify().intact
        changes = [event for event in queue.events() if event.kind == "rekeyed"]
        assert len(changes) == 2 + (step == WRITES)
