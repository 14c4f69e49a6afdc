"""What goes out: in the order of each lane, intent first, outcome after, nothing dropped."""

from datetime import timedelta

import pytest

from offline_queue import Policy
from offline_queue.faults import AlreadyForwarding, LeaseLost
from offline_queue.ports import Hold, NotReached, Outcome, OutcomeTable, Prepared, Refuse
from offline_queue.vocabulary import Decision, Kind, OnDoubt, OutcomeClass, State, Step
from tests.offline_queue.world import World

SENT = [
    (OutcomeClass.ACCEPTED, State.ACCEPTED),
    (OutcomeClass.DUPLICATE, State.ACCEPTED),
    (OutcomeClass.REFUSED, State.REFUSED),
    (OutcomeClass.UNRECOGNISED, State.HELD),
    (OutcomeClass.BUSY, State.RECORDED),
    (OutcomeClass.NOT_SENT, State.RECORDED),
    (OutcomeClass.IN_DOUBT, State.IN_DOUBT),
]


@pytest.mark.parametrize(("result", "state"), SENT, ids=[row[0] for row in SENT])
def test_each_class_of_outcome_has_its_state(world: World, result: OutcomeClass, state: State) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.far.sends = [Outcome(result, "code", b"answer")]
    world.drain(queue, hours=0)
    item = queue.item("zhang-1")
    assert (item.state, item.reason) == (state, "code")
    assert item.attempts == (result is not OutcomeClass.NOT_SENT)
    assert [event.body for event in queue.answers(item)] == [b"answer"]


def test_a_code_that_nobody_classified_is_nobodys_guess() -> None:
    table = OutcomeTable("2026-03", {"0": OutcomeClass.ACCEPTED})
    assert table.classify("0") is OutcomeClass.ACCEPTED
    assert table.classify("4711") is OutcomeClass.UNRECOGNISED


def test_a_refusal_or_a_difference_before_sending_stops_the_item_without_a_call(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill("zhang"))
    queue.record(world.bill("li"))
    world.far.prepares = [Hold("trial_differs", b"both trials"), Refuse("not_insured")]
    world.drain(queue)
    assert [(item.state, item.reason) for item in map(queue.item, ("zhang-1", "li-1"))] == [
        (State.HELD, "trial_differs"),
        (State.REFUSED, "not_insured"),
    ]
    assert world.far.arrived == []


def test_a_person_who_accepts_the_difference_lets_it_go_out(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.far.prepares = [Hold("trial_differs")]
    world.drain(queue)
    queue.resolve("zhang-1", Decision.SEND, by=("cashier", "chief"), reason="difference_accepted")
    assert queue.item("zhang-1").reason == "difference_accepted"
    world.drain(queue)
    assert queue.item("zhang-1").state is State.ACCEPTED


def test_items_of_one_person_keep_their_order_and_a_held_one_stops_nobody_else(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill("zhang"), world.bill("zhang"), world.bill("li"), world.bill("li")])
    world.far.prepares = [Hold("look"), Hold("look")]
    with world.forwarder(queue, Policy(width=1)) as forwarder:
        forwarder.run()
    assert world.far.arrived == []
    queue.resolve("li-1", Decision.SEND, by=("a", "b"), reason="fine")
    world.drain(queue)
    assert [key for key, _ in world.far.arrived] == ["li-1", "li-2"]
    assert queue.item("zhang-2").state is State.RECORDED


def test_a_reversal_goes_before_the_other_items_of_its_lane(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(), world.bill(), world.bill(key="back", kind=Kind.REVERSAL, reverses="earlier")])
    world.drain(queue)
    assert [key for key, _ in world.far.arrived] == ["back", "zhang-1", "zhang-2"]


def test_a_reversal_that_comes_while_its_lane_is_on_the_wire_goes_next(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(), world.bill(), world.bill()])

    def meanwhile() -> Outcome:
        queue.record(world.bill(key="back", kind=Kind.REVERSAL, reverses="earlier"))
        return Outcome(OutcomeClass.ACCEPTED)

    world.far.sends = [meanwhile]
    world.drain(queue)
    assert [key for key, _ in world.far.arrived] == ["zhang-1", "back", "zhang-2", "zhang-3"]


def test_an_item_closed_by_persons_while_the_one_before_it_is_on_the_wire_stays_here(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(), world.bill(), world.bill()])

    def meanwhile() -> Outcome:
        queue.resolve("zhang-2", Decision.CLOSE, by=("a", "b"), reason="paid in cash")
        return Outcome(OutcomeClass.ACCEPTED)

    world.far.sends = [meanwhile]
    world.drain(queue)
    assert [key for key, _ in world.far.arrived] == ["zhang-1", "zhang-3"]


def test_whoever_stops_the_forwarder_waits_for_what_is_on_the_wire_and_for_nothing_more(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(), world.bill()])
    with world.forwarder(queue) as forwarder:

        def meanwhile() -> Outcome:
            forwarder.stop()
            return Outcome(OutcomeClass.ACCEPTED)

        world.far.sends = [meanwhile]
        forwarder.run()
        assert [queue.item(key).state for key in ("zhang-1", "zhang-2")] == [State.ACCEPTED, State.RECORDED]
        forwarder.run()
    assert queue.items() == []


def test_nothing_is_asked_about_an_item_before_the_one_before_it_is_closed(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(), world.bill()])
    world.far.sends = [Outcome(OutcomeClass.IN_DOUBT)]
    world.far.prepares = [Prepared(b""), AssertionError("asked too early")]
    with world.forwarder(queue, Policy(on_doubt=OnDoubt.WAIT)) as forwarder:
        forwarder.run()
    assert [queue.item(key).state for key in ("zhang-1", "zhang-2")] == [State.IN_DOUBT, State.RECORDED]


def test_a_lane_with_much_to_send_leaves_the_others_their_turn(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(lane) for lane in ("zhang", "zhang", "zhang", "li", "li", "li")])

    def a_second_later() -> Outcome:
        world.time.pass_(seconds=1)
        return Outcome(OutcomeClass.ACCEPTED)

    world.far.sends = [a_second_later] * 6
    world.drain(queue, policy=Policy(width=1))
    lanes = [key.split("-")[0] for key, _ in world.far.arrived]
    assert lanes == ["zhang", "li"] * 3


def test_without_the_far_end_items_wait_ever_longer_and_are_never_dropped(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.far.prepares = [NotReached()] * 4
    world.drain(queue, hours=1)
    assert queue.item("zhang-1").state is State.ACCEPTED
    waits = [event.at for event in queue.events(item=queue.item("zhang-1")) if event.kind == Step.POSTPONE]
    assert len(waits) == 4
    assert len(world.far.arrived) == 1


def test_waiting_times_survive_a_restart_and_send_now_forgets_them(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.far.prepares = [NotReached()]
    world.drain(queue, hours=0)
    world.drain(queue, hours=0)
    assert world.far.arrived == []
    with world.forwarder(queue) as forwarder:
        forwarder.run(now=True)
    assert queue.item("zhang-1").state is State.ACCEPTED


def test_after_five_failures_in_a_row_only_a_question_goes_out(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(f"person {n}") for n in range(20)])
    world.far.prepares = [NotReached()] * 100
    world.far.alive = False
    world.drain(queue, hours=1, policy=Policy(width=1))
    assert len(world.far.prepares) == 95
    world.far.prepares, world.far.alive = [], True
    world.drain(queue)
    assert queue.items() == []


@pytest.mark.parametrize("step", [{"days": -1}, {"days": 365}], ids=["back a day", "forward a year"])
def test_a_clock_that_is_set_holds_nothing_up(world: World, step: dict[str, float]) -> None:
    queue = world.queue()
    queue.record(world.bill())
    world.far.prepares = [NotReached()]
    world.drain(queue, hours=0)
    world.time.set(**step)
    world.drain(queue, hours=0.2)
    assert queue.item("zhang-1").state is State.ACCEPTED


def test_a_far_end_that_raises_stops_one_item_and_not_the_day(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill("zhang"), world.bill("li"), world.bill("wang")])
    world.far.prepares = [ValueError("text that may say too much")]
    world.far.sends = [RuntimeError("the same")]
    with world.forwarder(queue, Policy(width=1)) as forwarder:
        forwarder.run()
    states = sorted(item.state for item in map(queue.item, ("zhang-1", "li-1", "wang-1")))
    assert states == [State.ACCEPTED, State.HELD, State.IN_DOUBT]
    held = next(item for item in queue.items() if item.state is State.HELD)
    assert [event.body for event in queue.answers(held)] == [b"ValueError"]


def test_one_folder_is_forwarded_by_one_and_the_second_is_told_by_whom(world: World) -> None:
    queue = world.queue()
    with world.forwarder(queue), pytest.raises(AlreadyForwarding) as refusal:
        world.forwarder(queue)
    assert refusal.value.data["pid"] > 0
    world.forwarder(queue).close()


def test_a_forwarder_whose_lease_went_to_another_writes_nothing_more(world: World) -> None:
    queue = world.queue()
    queue.record(world.bill())
    slow = world.forwarder(queue)
    (world.folder / "forwarder.lock").unlink()
    with world.forwarder(queue), pytest.raises(LeaseLost):
        slow.run()
    assert world.far.arrived == []
    assert queue.item("zhang-1").state is State.RECORDED


def test_real_threads_send_many_lanes_at_once_in_order(world: World) -> None:
    queue = world.queue()
    queue.record_all([world.bill(f"p{n % 10}", kind=Kind.ADVICE) for n in range(100)])
    with queue.forwarder(world.far, Policy(width=8)) as forwarder:
        report = forwarder.run(timedelta(seconds=10))
    assert report.left == 0
    assert report.steps[Step.ACCEPT] == 100
    for lane in range(10):
        keys = [key for key, _ in world.far.arrived if key.startswith(f"p{lane}-")]
        assert keys == [f"p{lane}-{n}" for n in range(1, 11)]
