"""Items carried elsewhere, a dead terminal's disk, copies, archives, and erasure that leaves the proof."""

import shutil
import sqlite3
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from offline_queue import Identity, Queue, bundle, custody, upkeep
from offline_queue.faults import (
    BadBundle,
    DayNotOver,
    ForbiddenStep,
    ItemsOpen,
    KeyErased,
    KeysClosed,
    StoreBroken,
    StoreFailed,
)
from offline_queue.ports import Capabilities, Hold, Outcome, Sending
from offline_queue.traces import Tampering
from offline_queue.vocabulary import Decision, Kind, OutcomeClass, State
from tests.offline_queue.world import World

DAY = date(2026, 3, 2)


@pytest.fixture
def other(tmp_path: Path) -> World:
    """Another terminal of the site."""
    return World(tmp_path / "other")


def _other_queue(other: World) -> Queue:
    return other.queue(identity=Identity("H11010500001", "02"))


def _carried(queue: Queue, to: Queue) -> bytes:
    """The bundle with what waits in one queue, for the other."""
    file = queue.book.folder.parent / "bundle"
    bundle.export(queue.book, bundle.address(to.book), "chief", file)
    return file.read_bytes()


def _lose_answer(world: World, queue: Queue) -> str:
    sending = queue.begin(world.bill("wang"), b"what was sent")
    assert isinstance(sending, Sending)
    queue.finish(sending, Outcome(OutcomeClass.IN_DOUBT))
    return sending.number


def test_an_exported_item_is_sent_by_the_receiver_only_and_imported_once(world: World, other: World) -> None:
    here, there = world.queue(), _other_queue(other)
    here.record_all([world.bill("zhang"), world.bill("zhang"), world.bill("li")])
    number = _lose_answer(world, here)
    packed = _carried(here, there)
    assert {item.state for item in here.items()} == {State.HELD}
    trusted = [bundle.signer(here.book)]
    assert len(bundle.take_in(there.book, packed, trusted, "chief").new) == 4
    again = bundle.take_in(there.book, packed, trusted, "chief")
    assert (len(again.new), len(again.known)) == (0, 4)
    other.far.capabilities = Capabilities(can_enquire=True)
    world.drain(here)
    other.drain(there)
    assert world.far.arrived == []
    assert [key for key, _ in other.far.arrived if key.startswith("zhang")] == ["zhang-1", "zhang-2"]
    assert there.item("wang-1").state is State.ACCEPTED
    assert there.answers(there.item("wang-1"))[-1].body == b"found " + number.encode()
    assert there.items(lane="zhang", states=State)[0].key == "zhang-1"


def test_what_was_taken_back_at_the_receiver_does_not_come_again(world: World, other: World) -> None:
    here, there = world.queue(), _other_queue(other)
    here.record(world.bill("zhang"))
    packed, trusted = _carried(here, there), [bundle.signer(here.book)]
    bundle.take_in(there.book, packed, trusted, "chief")
    other.far.sends = [Outcome(OutcomeClass.REFUSED, "no")]
    other.drain(there)
    again = bundle.take_in(there.book, packed, trusted, "chief")
    assert (again.new, [item.state for item in again.known]) == ([], [State.REFUSED])
    assert there.items() == []


def test_what_was_carried_away_is_decided_where_it_went(world: World, other: World) -> None:
    here, there = world.queue(), _other_queue(other)
    here.record(world.bill("zhang"))
    _lose_answer(world, here)
    _carried(here, there)
    for key in ("zhang-1", "wang-1"):
        assert here.choices(here.item(key)) == [Decision.CLOSE]
        for decision in (Decision.SEND, Decision.REVERSE, Decision.ACCEPT):
            with pytest.raises(ForbiddenStep):
                here.resolve(key, decision, by=("a", "b"), reason="again")


def test_a_bundle_that_is_torn_altered_foreign_or_unsigned_changes_nothing(world: World, other: World) -> None:
    here, there = world.queue(), _other_queue(other)
    here.record(world.bill())
    packed = _carried(here, there)
    trusted = [bundle.signer(here.book)]
    altered = bytearray(packed)
    altered[-40] ^= 1
    for broken, trust in ((packed[:-5], trusted), (bytes(altered), trusted), (packed, []), (b"", trusted)):
        with pytest.raises(BadBundle):
            bundle.take_in(there.book, broken, trust, "chief")
    with pytest.raises(BadBundle):
        bundle.take_in(here.book, packed, trusted, "chief")
    assert there.items() == []
    assert b"zhang-1" not in packed


def test_a_dead_terminals_disk_is_drained_with_the_sites_key(world: World, other: World) -> None:
    site = X25519PrivateKey.generate()
    here, there = world.queue(site_key=site.public_key().public_bytes_raw()), _other_queue(other)
    signer = bundle.signer(here.book)
    here.record(world.bill("zhang"))
    _lose_answer(world, here)
    assert isinstance(here.begin(world.bill("li"), b"on the wire when it died"), Sending)
    here.record_all([world.bill("zhao")])
    world.far.prepares = [Hold("look")] * 9
    world.drain(here, hours=0)
    here.close()
    with pytest.raises(KeysClosed):
        bundle.recover(world.folder, X25519PrivateKey.generate(), bundle.address(there.book))
    packed = bundle.recover(world.folder, site, bundle.address(there.book))
    new = bundle.take_in(there.book, packed, [signer], "chief").new
    assert {item.key: item.state for item in new} == {
        "zhang-1": State.HELD,
        "wang-1": State.IN_DOUBT,
        "li-1": State.IN_DOUBT,
        "zhao-1": State.HELD,
    }


def test_a_site_key_that_comes_later_covers_what_was_sealed_before(world: World, other: World) -> None:
    site = X25519PrivateKey.generate()
    world.queue().record(world.bill())
    world.queue(site_key=site.public_key().public_bytes_raw()).close()
    assert bundle.recover(world.folder, site, bundle.address(_other_queue(other).book))


def test_signing_out_is_refused_while_items_are_open(world: World) -> None:
    queue = world.queue()
    queue.require_empty("签退", "sign out")
    queue.record(world.bill())
    with pytest.raises(ItemsOpen) as refused:
        queue.require_empty("签退", "sign out")
    assert str(refused.value) == "1 item(s) of 123.45 yuan together are still open; cannot sign out."
    queue.resolve("zhang-1", Decision.CLOSE, by=("cashier", "chief"), reason="cancelled")
    queue.require_empty("签退", "sign out")


def test_a_copy_counts_only_when_it_was_read_back_and_its_age_is_watched(world: World, tmp_path: Path) -> None:
    queue = world.queue()
    queue.record(world.bill())
    checked = custody.back_up(queue.book, tmp_path / "night", "queue")
    assert checked.intact
    assert checked.items == 1
    assert queue.status().warnings == ()
    world.time.pass_(hours=37)
    assert queue.status().warnings == ("copy_too_old",)
    with pytest.raises(StoreFailed):
        custody.back_up(queue.book, tmp_path / "night", "queue")


def test_a_broken_store_makes_no_good_copy(world: World, tmp_path: Path) -> None:
    queue = world.queue()
    queue.record(world.bill())
    with sqlite3.connect(world.folder / "queue.db") as conn:
        conn.execute("UPDATE item SET amount_fen = 1")
    with pytest.raises(StoreBroken):
        custody.back_up(queue.book, tmp_path / "night", "queue")


def test_reconciled_items_move_to_an_archive_and_the_proof_stays(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill("zhang"), world.bill("li")])
    world.drain(queue)
    queue.record(world.bill("wang"))
    custody.reconcile(queue.book, ["zhang-1", "wang-1"], DAY, "chief")
    assert [item.reconciled for item in queue.items(State)] == ["2026-03-02", "", ""]
    assert custody.archive(queue.book, date(2026, 4, 6), "2026-04.db", "queue") == 1
    with sqlite3.connect(queue.book.archives.folder / "2026-04.db") as conn:
        assert conn.execute("SELECT count(*) FROM item").fetchone() == (1,)
    with sqlite3.connect(world.folder / "queue.db") as conn:
        assert conn.execute("SELECT sealed NOTNULL FROM item ORDER BY id").fetchall() == [(0,), (1,), (1,)]
    assert queue.verify().intact
    assert custody.archive(queue.book, date(2026, 4, 6), "2026-05.db", "queue") == 0
    custody.reconcile(queue.book, ["li-1"], DAY, "chief")
    with pytest.raises(StoreFailed):
        custody.archive(queue.book, date(2026, 4, 6), "2026-04.db", "queue")
    assert queue.payload(queue.item("li-1")) == b"li-1"


def test_an_archived_item_is_read_as_before(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill("zhang"))
    world.drain(queue)
    before = (queue.payload(queue.item("zhang-1")), queue.answers(queue.item("zhang-1")))
    custody.reconcile(queue.book, ["zhang-1"], DAY, "chief")
    custody.archive(queue.book, date(2026, 4, 6), "2026-04.db", "queue")
    assert queue.payload(queue.item("zhang-1")) == before[0]
    assert queue.answers(queue.item("zhang-1"))[: len(before[1])] == before[1]


@pytest.mark.parametrize(
    ("attack", "named"),
    [
        ("DELETE FROM item", Tampering.ARCHIVE_CHANGED),
        ("UPDATE event SET sealed = x'00'", Tampering.ARCHIVE_CHANGED),
        ("", Tampering.ARCHIVE_MISSING),
    ],
    ids=["an item cut out", "an answer altered", "taken away"],
)
def test_an_archive_that_is_not_whole_is_named(world: World, attack: str, named: Tampering) -> None:
    queue = world.queue()
    queue.record(world.bill("zhang"))
    world.drain(queue)
    custody.reconcile(queue.book, ["zhang-1"], DAY, "chief")
    custody.archive(queue.book, date(2026, 4, 6), "2026-04.db", "queue")
    assert queue.verify().intact
    file = queue.book.archives.folder / "2026-04.db"
    if attack:
        with sqlite3.connect(file) as conn:
            conn.execute(attack)
    else:
        file.unlink()
    assert [(trace.what, trace.field) for trace in queue.verify().traces] == [(named, "2026-04.db")]


def test_a_truncated_archive_is_named(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill("zhang"))
    world.drain(queue)
    custody.reconcile(queue.book, ["zhang-1"], DAY, "chief")
    custody.archive(queue.book, date(2026, 4, 6), "2026-04.db", "queue")
    queue.close()
    file = queue.book.archives.folder / "2026-04.db"
    file.write_bytes(file.read_bytes()[:5000])
    assert [trace.what for trace in world.queue().verify().traces] == [Tampering.ARCHIVE_CHANGED]


def test_content_that_vanishes_without_archive_or_erasure_is_noticed(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.drain(queue)
    with sqlite3.connect(world.folder / "queue.db") as conn:
        conn.execute("UPDATE item SET sealed = NULL")
        conn.execute("UPDATE event SET body = NULL")
        conn.execute("UPDATE data_key SET wrapped = NULL, recovery = NULL WHERE day != 'master'")
    assert {trace.what for trace in queue.verify().traces} == {Tampering.CONTENT_MISSING, Tampering.KEY_DESTROYED}


def test_erasing_a_day_takes_its_content_for_good_and_leaves_the_chain_whole(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    with pytest.raises(DayNotOver):
        custody.erase(queue.book, DAY, "chief")
    world.time.pass_(days=1)
    with pytest.raises(ItemsOpen):
        custody.erase(queue.book, DAY, "chief")
    world.drain(queue)
    world.time.pass_(days=1)
    custody.erase(queue.book, DAY, "chief")
    with pytest.raises(KeyErased):
        queue.payload(queue.item("zhang-1"))
    assert queue.verify().intact
    queue.close()
    assert world.queue().verify().intact


def test_a_day_that_comes_again_after_its_erasure_has_another_key(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill("zhang"))
    world.drain(queue)
    world.time.pass_(days=2)
    custody.erase(queue.book, DAY, "chief")
    world.time.set(days=-2)
    queue.contact()
    fresh = queue.record(world.bill("li", kind=Kind.ADVICE))
    assert queue.payload(fresh)
    with pytest.raises(KeyErased):
        queue.payload(queue.item("zhang-1"))
    assert queue.verify().intact


def test_a_day_is_closed_only_when_nothing_of_it_is_unknown(world: World) -> None:
    queue = world.queue()
    _lose_answer(world, queue)
    assert [item.key for item in custody.unsettled(queue.book, DAY)] == ["wang-1"]
    world.drain(queue)
    assert custody.unsettled(queue.book, DAY) == []


def test_what_was_open_in_a_restored_copy_waits_for_two_persons(world: World, tmp_path: Path) -> None:
    queue = world.queue()
    queue.record(world.bill("zhao"))
    world.far.prepares = [Hold("look")]
    world.drain(queue, hours=0)
    queue.record(world.bill("zhang"))
    _lose_answer(world, queue)
    on_the_wire = queue.begin(world.bill("li"), b"what was sent")
    assert isinstance(on_the_wire, Sending)
    custody.back_up(queue.book, tmp_path / "night", "queue")
    queue.finish(on_the_wire, Outcome(OutcomeClass.ACCEPTED))
    world.drain(queue)
    sent = list(world.far.arrived)
    queue.close()
    shutil.rmtree(world.folder)
    custody.put_back(tmp_path / "night", world.folder)
    restored = world.queue(adopt="chief")
    assert {(item.state, item.reason) for item in restored.items()} == {(State.HELD, "restored")}
    world.drain(restored)
    assert world.far.arrived == sent, "nothing is sent twice"
    for key in ("zhang-1", "zhao-1"):
        assert restored.choices(restored.item(key)) == [Decision.SEND, Decision.ACCEPT, Decision.CLOSE]
    assert restored.choices(restored.item("li-1")) == [Decision.ACCEPT, Decision.CLOSE], "it was sent, maybe again"
    restored.resolve("zhang-1", Decision.ACCEPT, by=("cashier", "chief"), reason="it is in the centre's books")
    assert restored.verify().intact


def test_a_copy_is_adopted_though_the_keystore_never_saw_what_came_after(world: World, tmp_path: Path) -> None:
    queue = world.queue()
    queue.record(world.bill())
    queue.close()
    queue = world.queue()
    custody.back_up(queue.book, tmp_path / "night", "queue")
    used = {queue.numbers.next() for _ in range(5)}
    queue.book.store.close()
    shutil.rmtree(world.folder)
    custody.put_back(tmp_path / "night", world.folder)
    restored = world.queue(adopt="chief")
    assert not used & {restored.numbers.next() for _ in range(300)}
    assert restored.item("zhang-1").reason == "restored"


def test_archives_come_back_with_their_copy(world: World, tmp_path: Path) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.drain(queue)
    custody.reconcile(queue.book, ["zhang-1"], DAY, "chief")
    custody.archive(queue.book, date(2026, 4, 6), "2026-04.db", "queue")
    made = upkeep.care(queue.book, upkeep.Rules(copies=tmp_path / "copies"), now=True)
    assert made is not None
    queue.close()
    shutil.rmtree(world.folder)
    custody.put_back(Path(made.copy), world.folder)
    restored = world.queue(adopt="chief")
    assert restored.payload(restored.item("zhang-1")) == b"zhang-1"
    assert restored.verify().intact
