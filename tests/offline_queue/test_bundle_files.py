"""The file of a bundle: whole, or nothing is held for it; killed anywhere, nothing is lost and nothing doubled."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from offline_queue import Identity, NewItem, Queue, bundle
from offline_queue.faults import BadBundle, BundleUnfinished, BundleUnwritten
from offline_queue.vocabulary import Decision, Kind, State
from tests.offline_queue import victim
from tests.offline_queue.world import World

CUT = """
import os, signal, sys
from pathlib import Path
from offline_queue import bundle
from offline_queue.book import Book
from tests.offline_queue import victim

step, when = int(sys.argv[2]), sys.argv[3]
folder = Path(sys.argv[1])
queue = victim.open_queue(folder)
count = 0

def cut(work):
    def wrapped(*given, **named):
        global count
        count += 1
        if (count, when) == (step, "before"):
            os.kill(os.getpid(), signal.SIGKILL)
        done = work(*given, **named)
        if (count, when) == (step, "after"):
            os.kill(os.getpid(), signal.SIGKILL)
        return done
    return wrapped

bundle._write, bundle.flush_folder = cut(bundle._write), cut(bundle.flush_folder)
Book.note, Path.replace = cut(Book.note), cut(Path.replace)
bundle.export(queue.book, bytes.fromhex(sys.argv[4]), "chief", folder / "stick" / "bundle")
"""
"""Dies before or after one of the steps of an export."""
STEPS = 6
"""Written without signature, told in the chain (committed after it), signed, named, flushed, told that it is there."""
COMMITTED = {(step, when) for step in range(3, STEPS + 1) for when in ("before", "after")}


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Queue]:
    """The receiver."""
    other = World(tmp_path / "other")
    yield other.queue(identity=Identity("H11010500001", "02"))
    other.close()


def _take_in(there: Queue, here: Queue, folder: Path) -> list[str]:
    """What a receiver takes in that tries every file it finds."""
    taken = []
    for file in sorted(folder.iterdir()):
        try:
            found = bundle.take_in(there.book, file.read_bytes(), [bundle.signer(here.book)], "chief")
        except BadBundle:
            continue
        taken += [item.key for item in found.new]
    return taken


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_killed_anywhere_an_export_is_finished_or_never_was(folder: Path, there: Queue, step: int, when: str) -> None:
    stick = folder / "stick"
    stick.mkdir()
    with victim.open_queue(folder) as here:
        for key in ("k-1", "k-2"):
            here.record(NewItem(key=key, lane=key, kind=Kind.REQUEST, payload=key.encode()))
    address = bundle.address(there.book)
    done = subprocess.run([sys.executable, "-c", CUT, str(folder), str(step), when, address.hex()], check=False)
    assert done.returncode == -signal.SIGKILL
    committed = (step, when) in COMMITTED
    assert (stick / "bundle").exists() == ((step, when == "after") >= (4, True))
    with victim.open_queue(folder) as here:
        assert {item.state for item in here.items()} == {State.HELD if committed else State.RECORDED}
        assert (stick / "bundle").exists() == committed, "finished by whoever opens the store next"
        assert bundle.unfinished(here.book) == []
        assert _take_in(there, here, stick) == (["k-1", "k-2"] if committed else [])
        bundle.export(here.book, address, "chief", stick / "again")
        assert _take_in(there, here, stick) == ([] if committed else ["k-1", "k-2"])
        assert {(item.state, item.reason) for item in here.items()} == {(State.HELD, "exported")}
        assert sorted(item.key for item in there.items()) == ["k-1", "k-2"]
        assert here.verify().intact


def test_a_full_medium_holds_nothing_back(world: World, there: Queue, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    stick = tmp_path / "stick"
    stick.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(stick)], capture_output=True).returncode:
        pytest.skip("this machine cannot mount")
    try:
        here, address = world.queue(), bundle.address(there.book)
        here.record(world.bill(payload=os.urandom(100_000)))
        with pytest.raises(BundleUnwritten) as told:
            bundle.export(here.book, address, "chief", stick / "bundle")
        assert "No space left" in str(told.value)
        assert here.item("zhang-1").state is State.RECORDED
        assert list(stick.iterdir()) == [], "half a bundle takes no room"
        bundle.export(here.book, address, "chief", tmp_path / "bundle")
        assert here.item("zhang-1").state is State.HELD
    finally:
        subprocess.run(["umount", "-l", str(stick)], check=True)


def test_an_existing_file_is_not_written_over(world: World, there: Queue, tmp_path: Path) -> None:
    here = world.queue()
    here.record(world.bill())
    for file in (tmp_path / "taken", tmp_path / "no such folder" / "bundle"):
        (tmp_path / "taken").write_bytes(b"something else")
        with pytest.raises(BundleUnwritten):
            bundle.export(here.book, bundle.address(there.book), "chief", file)
    assert (tmp_path / "taken").read_bytes() == b"something else"
    assert here.item("zhang-1").state is State.RECORDED


@pytest.fixture
def lost(world: World, there: Queue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """A terminal whose medium was pulled when the items were held and the file was not signed."""

    def pulled(file: Path, envelope: object, write: object = bundle._write) -> None:
        if file.exists():
            file.unlink()
            raise OSError(5, "Input/output error")
        assert callable(write)
        write(file, envelope)

    here = world.queue()
    here.record_all([world.bill("zhang"), world.bill("li")])
    with monkeypatch.context() as patch, pytest.raises(BundleUnfinished):
        patch.setattr(bundle, "_write", pulled)
        bundle.export(here.book, bundle.address(there.book), "chief", tmp_path / "pulled")
    return here


def test_what_is_held_without_a_file_goes_with_the_next_export_for_that_receiver(
    lost: Queue, world: World, there: Queue, tmp_path: Path
) -> None:
    lost.record(world.bill("zhang"))
    elsewhere = bundle.address(World(tmp_path / "third").queue(identity=Identity("H11010500001", "03")).book)
    assert bundle.export(lost.book, elsewhere, "chief", tmp_path / "to the third") == 1, "never to another receiver"
    assert lost.status().warnings == ("bundle_unfinished",)
    lost.record(world.bill("zhang"))
    assert bundle.export(lost.book, bundle.address(there.book), "chief", tmp_path / "again") == 3
    assert lost.status().warnings == ()
    found = bundle.take_in(there.book, (tmp_path / "again").read_bytes(), [bundle.signer(lost.book)], "chief")
    assert [item.key for item in found.new] == ["zhang-1", "li-1", "zhang-3"]


def test_nobody_leaves_while_items_are_held_without_a_file(lost: Queue) -> None:
    with pytest.raises(BundleUnfinished):
        lost.retire("chief")
    for key in ("zhang-1", "li-1"):
        lost.resolve(key, Decision.CLOSE, by=("cashier", "chief"), reason="the receiver is gone")
    lost.require_empty("签退", "sign out")
