"""What goes in: one key is one item, limits hold inside the commit, an online sale costs two commits."""

import sqlite3
from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any, Self

import pytest

from offline_queue import Limits, Policy, Queue
from offline_queue.faults import (
    BadLimits,
    ForbiddenStep,
    KeyReused,
    LaneBusy,
    LimitReached,
    OnlineOnly,
    QueueFault,
    StoreFailed,
)
from offline_queue.limits import Limit, Signed, Unusable
from offline_queue.ports import Item, Outcome, Sending
from offline_queue.signed import make_key, sign, verified
from offline_queue.vocabulary import Decision, Kind, OutcomeClass, State
from tests.offline_queue.faulty import Disk, Fault, connect
from tests.offline_queue.world import Recorder, World


def test_the_same_item_twice_is_one_item(world: World) -> None:
    queue, bill = world.queue(), world.bill()
    assert queue.record(bill) == queue.record(bill)
    assert len(queue.items()) == 1


def test_the_same_key_with_other_content_fails_loudly_and_changes_nothing(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill(key="B1", payload=b"one"))
    with pytest.raises(KeyReused):
        queue.record(world.bill(key="B1", payload=b"other"))
    with pytest.raises(KeyReused):
        queue.begin(world.bill(key="B1", payload=b"other"), b"")
    assert queue.payload(queue.item("B1")) == b"one"


def test_an_accepted_item_answers_a_repeat_and_a_refused_one_frees_its_key(world: World) -> None:
    queue = world.queue()
    taken, refused = world.bill("li"), world.bill("wang")
    for bill, result in ((taken, OutcomeClass.ACCEPTED), (refused, OutcomeClass.REFUSED)):
        sending = queue.begin(bill, b"")
        assert isinstance(sending, Sending)
        queue.finish(sending, Outcome(result, "code", b"answer"))
    again = queue.begin(taken, b"")
    assert isinstance(again, Item)
    assert again.state is State.ACCEPTED
    assert isinstance(queue.begin(refused, b""), Sending)


def test_several_items_are_stored_together_or_not_at_all(world: World) -> None:
    queue = world.queue(limits=Limits(per_item_fen=100))
    with pytest.raises(LimitReached):
        queue.record_all([world.bill(amount_fen=1), world.bill("li", amount_fen=101)])
    assert queue.items() == []
    assert queue.record_all([]) == []


@pytest.mark.parametrize("kind", [Kind.ADVICE, Kind.REQUEST])
def test_repeats_among_several_items_are_found_and_the_others_stored(world: World, kind: Kind) -> None:
    queue = world.queue()
    first, second, third = (world.bill(f"p{n}", kind=kind) for n in range(3))
    known = queue.record(second)
    told = queue.record_all([first, second, third, first])
    assert [item.key for item in told] == [first.key, second.key, third.key, first.key]
    assert told[1] == known
    assert [item.key for item in queue.items()] == [second.key, first.key, third.key]
    with pytest.raises(KeyReused):
        queue.record_all([world.bill("new", kind=kind), world.bill(key=first.key, payload=b"other", kind=kind)])
    assert len(queue.items()) == 3
    assert queue.verify().intact


def test_an_online_sale_does_not_overtake_what_the_person_has_in_the_queue(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill("zhang"))
    with pytest.raises(LaneBusy):
        queue.begin(world.bill("zhang"), b"")
    assert isinstance(queue.begin(world.bill("li"), b""), Sending)


def test_what_is_done_online_only_is_never_stored_for_later(world: World) -> None:
    queue = world.queue()
    refund = world.bill(kind=Kind.ONLINE_ONLY)
    with pytest.raises(OnlineOnly):
        queue.record(refund)
    sending = queue.begin(refund, b"")
    assert isinstance(sending, Sending)
    assert queue.finish(sending, Outcome(OutcomeClass.NOT_SENT)).state is State.REFUSED


@pytest.mark.parametrize("result", [OutcomeClass.NOT_SENT, OutcomeClass.BUSY])
def test_a_sale_that_did_not_happen_stays_for_later_unless_it_may_not(world: World, result: OutcomeClass) -> None:
    queue = world.queue(limits=Limits(per_item_fen=500))

    def try_to_sell(**given: Any) -> Item:
        sending = queue.begin(world.bill(given.pop("lane"), amount_fen=given.pop("fen")), b"intent")
        assert isinstance(sending, Sending)
        return queue.finish(sending, Outcome(result), **given)

    assert try_to_sell(lane="zhang", fen=500).state is State.RECORDED
    assert try_to_sell(lane="li", fen=500, keep=False).state is State.REFUSED
    with pytest.raises(LimitReached):
        try_to_sell(lane="wang", fen=501)
    assert queue.item("wang-1").state is State.REFUSED
    assert queue.item("wang-1").reason == Limit.ITEM


def test_the_second_commit_of_an_online_sale_keeps_the_answer_as_evidence(world: World) -> None:
    queue = world.queue()
    sending = queue.begin(world.bill(), b"what is sent")
    assert isinstance(sending, Sending)
    item = queue.finish(sending, Outcome(OutcomeClass.ACCEPTED, "0", b"as it came"))
    assert (item.state, item.number) == (State.ACCEPTED, sending.number)
    assert [event.body for event in queue.answers(item)] == [b"as it came"]


def _commits(world: World, work: Callable[[Queue], object]) -> int:
    counted = 0

    class Counting(sqlite3.Cursor):
        def execute(self, sql: str, *values: Any) -> Self:
            nonlocal counted
            counted += sql == "COMMIT"
            return super().execute(sql, *values)

    queue = world.queue(connect=lambda path: connect(path, Counting))
    queue.numbers.next()
    queue.sealer.seal(b"", b"")
    counted = 0
    work(queue)
    return counted


def test_an_offline_record_costs_one_commit_and_an_online_sale_two(world: World) -> None:
    def sell(queue: Any) -> None:
        queue.finish(queue.begin(world.bill("li"), b"intent"), Outcome(OutcomeClass.ACCEPTED))

    assert _commits(world, lambda queue: queue.record(world.bill())) == 1
    assert _commits(world, sell) == 2


@pytest.mark.parametrize(("lanes", "commits"), [(1, 1), (2, 2)], ids=["lane goes on", "lanes take turns"])
def test_a_forwarded_item_costs_two_commits_and_one_where_its_lane_goes_on(
    world: World, lanes: int, commits: int
) -> None:
    def forward(items: int) -> int:
        def work(queue: Queue) -> None:
            queue.record_all([world.bill(f"p{n % lanes}", kind=Kind.ADVICE) for n in range(items * lanes)])
            world.drain(queue, hours=0, policy=Policy(width=1))

        return _commits(world, work)

    assert forward(11) - forward(1) == 10 * lanes * commits


LIMITS = [
    (Limit.ITEMS, Limits(items_open=2), {}),
    (Limit.SUM, Limits(sum_open_fen=2 * 12345 + 12344), {}),
    (Limit.ITEM, Limits(per_item_fen=12345), {"amount_fen": 12346}),
    (Limit.LANE, Limits(per_lane_open=2), {}),
    (Limit.DISK, Limits(free_disk=1 << 60), {}),
]


@pytest.mark.parametrize(("limit", "limits", "third"), LIMITS, ids=[row[0] for row in LIMITS])
def test_a_limit_refuses_the_request_that_would_pass_it_and_is_shown_beforehand(
    world: World, limit: Limit, limits: Limits, third: dict[str, Any]
) -> None:
    queue = world.queue()
    queue.record_all([world.bill(), world.bill()])
    limited = world.queue(limits=limits)
    with pytest.raises(LimitReached) as refusal:
        limited.record(world.bill(**third))
    assert refusal.value.data["limit"] == limit
    assert len(queue.items()) == 2


@pytest.mark.parametrize(
    ("limit", "hours"), [(Limit.OFFLINE, 24.1), (Limit.CONTACT, 24.1)], ids=["offline too long", "no contact"]
)
def test_time_without_the_far_end_ends_what_is_taken_on_trust(world: World, limit: Limit, hours: float) -> None:
    queue = world.queue(limits=Limits(contact_age=timedelta(hours=24 if limit is Limit.CONTACT else 99)))
    if limit is Limit.OFFLINE:
        queue.contact(False)
    queue.record(world.bill())
    world.time.pass_(hours=hours)
    assert [breach.limit for breach in queue.status().not_ready] == [limit]
    with pytest.raises(LimitReached):
        queue.record(world.bill("li"))
    queue.record(world.bill("stock", kind=Kind.ADVICE))
    queue.contact()
    queue.record(world.bill("li"))


def test_a_desk_that_never_had_contact_takes_no_request_offline(world: World) -> None:
    from tests.offline_queue.world import DESK

    with Queue.open(world.folder, identity=DESK, keys=world.keys, clock=world.time.clock) as queue:
        with pytest.raises(LimitReached):
            queue.record(world.bill())
        assert queue.status().not_ready[0].limit is Limit.CONTACT


@pytest.mark.parametrize("step", [{"days": -1}, {"days": 365}], ids=["back a day", "forward a year"])
def test_a_clock_that_was_set_stops_requests_until_somebody_confirms_it(world: World, step: dict[str, float]) -> None:
    queue = world.queue(limits=Limits(contact_age=timedelta(days=999)))
    queue.record(world.bill())
    world.time.set(**step)
    with pytest.raises(LimitReached) as refusal:
        queue.record(world.bill())
    assert refusal.value.data["limit"] == Limit.CLOCK
    queue.record(world.bill("stock", kind=Kind.ADVICE))
    queue.confirm_clock("chief")
    queue.record(world.bill())


def test_advices_are_limited_by_number_alone_and_ten_times_higher(world: World) -> None:
    queue = world.queue(limits=Limits(items_open=2, per_item_fen=0, per_lane_open=0))
    queue.record_all([world.bill(kind=Kind.ADVICE) for _ in range(20)])
    with pytest.raises(LimitReached):
        queue.record(world.bill(kind=Kind.ADVICE))


def test_the_status_tells_what_a_person_must_see(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill(amount_fen=100))
    queue.record(world.bill("stock", kind=Kind.ADVICE, amount_fen=7))
    queue.contact(False)
    world.time.pass_(hours=13)
    status = queue.status()
    assert status.open == {State.RECORDED: 2}
    assert status.sum_open_fen == 100
    assert status.soft_limit_passed
    assert status.until_hard_limit == pytest.approx(11 * 3600)
    assert status.oldest is not None


def test_only_the_text_that_the_site_signed_opens() -> None:
    key = make_key()
    file, public = sign("hours = 8  # 八小时\n".encode(), key)
    site = bytes.fromhex(public)
    assert verified(file, site) == "hours = 8  # 八小时\n".encode()
    foreign, _ = sign(b"hours = 8\n", make_key())
    for wrong in (file.replace(b"8", b"9", 1), foreign, file[:-3], b"hours = 8\n", b"", file + b"hours = 9\n"):
        assert verified(wrong, site) is None
    assert verified(file, site[:-1]) is None


def test_an_unusable_policy_stops_requests_alone(world: World) -> None:
    queue = world.queue(limits=Limits(signed=Signed(unusable=Unusable.MISSING)))
    with pytest.raises(BadLimits):
        queue.record(world.bill())
    queue.record(world.bill("stock", kind=Kind.ADVICE))
    queue.record(world.bill(kind=Kind.REVERSAL, reverses="zhang-1"))
    assert [breach.limit for breach in queue.status().not_ready] == [Limit.POLICY]


def test_every_fault_speaks_two_languages_and_names_the_next_step() -> None:
    faults = QueueFault.__subclasses__()
    assert len({fault.code for fault in faults}) == len(faults)
    for fault in faults:
        assert all((fault.zh, fault.en, fault.next_zh, fault.next_en)), fault


def test_what_another_process_wrote_is_seen_at_once(world: World) -> None:
    here, there = world.queue(), world.queue()
    here.record(world.bill("zhang"))
    there.record(world.bill("zhang"))
    assert here.record(world.bill("zhang")).id == 3
    there.resolve("zhang-3", Decision.CLOSE, by=("cashier", "chief"), reason="cancelled")
    with pytest.raises(ForbiddenStep):
        here.resolve("zhang-3", Decision.CLOSE, by=("cashier", "chief"), reason="cancelled")
    here.contact(reached=False)
    there.contact()
    assert here.status().offline_since is None
    here.contact(reached=False)
    assert here.status().offline_since == world.time.wall
    assert here.verify().intact


def test_who_trusts_that_nobody_else_wrote_finds_out_in_time(world: World) -> None:
    """That a key is known, a number taken, a limit reached."""
    limits = Limits(items_open=1, advice_factor=3)
    here, there = world.queue(limits=limits), world.queue(limits=limits)
    first = here.record(world.bill("zhang", kind=Kind.ADVICE))
    second = there.record(world.bill("li", kind=Kind.ADVICE))
    assert here.record(world.bill("li", kind=Kind.ADVICE, key=second.key, payload=b"li-1")) == second
    third = here.record(world.bill("wang", kind=Kind.ADVICE))
    assert [first.id, second.id, third.id] == [1, 2, 3]
    with pytest.raises(LimitReached) as refusal:
        there.record(world.bill("zhao", kind=Kind.ADVICE))
    assert refusal.value.data["found"] == "3"
    assert here.verify().intact


def test_only_what_is_open_and_a_few_others_are_near_however_long_one_stays_open(world: World) -> None:
    def close(number: int) -> None:
        for _ in range(number):
            sending = queue.begin(world.bill("zhang"), b"")
            assert isinstance(sending, Sending)
            queue.finish(sending, Outcome(OutcomeClass.ACCEPTED))

    def near() -> int:
        count: int = queue.book.store.rows("SELECT count(*) FROM near")[0][0]
        return count

    queue = world.queue()
    close(50)
    assert near() == 49  # the first that was closed here took what was there with it
    queue.close()
    queue = world.queue()
    close(100)
    assert near() < 100
    waiting = queue.record(world.bill("li"))
    close(1000)
    assert near() < 500
    assert queue.items() == queue.items(lane="li") == [waiting]
    assert len(queue.items([State.ACCEPTED], "zhang")) == 1150
    assert queue.verify().intact
    with queue.forwarder(Recorder()) as forwarder:
        forwarder.run()
    assert queue.items([State.ACCEPTED], "li") == [queue.item(waiting.key)]
    close(70)
    assert queue.items([State.ACCEPTED], "li") == [queue.item(waiting.key)]
    assert queue.verify().intact


def test_what_was_undone_is_forgotten(world: World) -> None:
    queue = world.queue(limits=Limits(items_open=2))
    queue.record(world.bill())
    with pytest.raises(LimitReached):
        queue.record_all([world.bill(key="a"), world.bill(key="b")])
    assert queue.record(world.bill(key="c")).id == 2
    assert [item.key for item in queue.items()] == ["zhang-1", "c"]
    assert queue.verify().intact


def test_what_was_undone_is_forgotten_before_another_thread_may_begin(world: World) -> None:
    queue = world.queue()
    first = queue.record(world.bill("li"))
    other = Thread(target=queue.record, args=(world.bill("wang"),))
    forget = queue.book.store.ended

    def slowly(undone: bool) -> None:
        if undone:
            other.start()
            other.join(0.1)
        forget(undone)

    queue.book.store.ended = slowly
    assert queue.record(world.bill(key=first.key, lane="li", payload=b"li-1")) == first  # undone, then looked up
    other.join()
    assert [item.key for item in queue.items()] == ["li-1", "wang-1"]
    assert queue.verify().intact


def test_who_looks_does_not_take_from_a_transaction_what_others_wrote(world: World) -> None:
    here, there = world.queue(), world.queue()
    here.record(world.bill())
    there.record(world.bill())
    looking = Thread(target=here.broken)
    with here.noting() as note:
        looking.start()
        looking.join(0.1)
        note("desk.word", b"", "cashier")
    looking.join()
    assert here.verify().intact


def test_a_value_that_the_store_does_not_take_leaves_it_usable(world: World) -> None:
    queue = world.queue()
    with pytest.raises(OverflowError):
        queue.record(world.bill(kind=Kind.ADVICE, amount_fen=1 << 63))
    assert queue.record(world.bill()).id == 1
    assert queue.verify().intact


def test_a_contact_that_was_not_stored_is_told_again(world: World) -> None:
    disk = Disk()
    queue = world.queue(connect=disk.connect)
    world.time.pass_(minutes=2)
    disk.arm(Fault.DISK_FULL, 0)
    with pytest.raises(StoreFailed):
        queue.contact()
    queue.contact()
    assert queue.status().last_contact == world.time.wall
