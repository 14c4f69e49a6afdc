"""A call whose end nobody knows: asked about, taken back, never simply repeated."""

from datetime import timedelta

import pytest

from offline_queue import Policy, Queue
from offline_queue.faults import ForbiddenStep, SecondPersonNeeded
from offline_queue.ports import Capabilities, Enquiry, Hold, Intent, Item, Outcome, Sending
from offline_queue.vocabulary import Decision, Finding, OnceFreed, OnDoubt, OutcomeClass, State, Step
from tests.offline_queue.world import World

ASKABLE = Capabilities(can_enquire=True)
LOST = Outcome(OutcomeClass.IN_DOUBT, "timeout")
NOTHING = Outcome(OutcomeClass.NOTHING)


def _doubtful(world: World, queue: Queue, once_freed: OnceFreed = OnceFreed.SEND_AGAIN) -> str:
    sending = queue.begin(world.bill(once_freed=once_freed), b"what was sent")
    assert isinstance(sending, Sending)
    assert queue.finish(sending, LOST).state is State.IN_DOUBT
    return sending.number


FOUND = [
    (Enquiry(Finding.FOUND_EQUAL, b"settled"), State.ACCEPTED),
    (Enquiry(Finding.FOUND_DIFFERENT, b"other amount"), State.HELD),
]


@pytest.mark.parametrize(("answer", "state"), FOUND, ids=["equal", "different"])
def test_what_an_enquiry_finds_decides(world: World, answer: Enquiry, state: State) -> None:
    world.far.capabilities = ASKABLE
    queue = world.queue()
    _doubtful(world, queue)
    world.far.enquiries = [answer]
    world.drain(queue)
    item = queue.item("zhang-1")
    assert item.state is state
    assert queue.answers(item)[-1].body == answer.evidence
    assert world.far.arrived == []


def test_absent_proves_nothing_before_the_horizon_and_frees_for_a_new_number_after_it(world: World) -> None:
    world.far.capabilities = ASKABLE
    queue = world.queue()
    number = _doubtful(world, queue)
    world.far.enquiries = [Enquiry(Finding.ABSENT)] * 99
    world.drain(queue, hours=599 / 3600, policy=Policy(on_doubt=OnDoubt.WAIT))
    assert queue.item("zhang-1").state is State.IN_DOUBT
    world.drain(queue, policy=Policy(on_doubt=OnDoubt.WAIT))
    assert queue.item("zhang-1").state is State.ACCEPTED
    (arrival,) = world.far.arrived
    assert arrival[1] > number


@pytest.mark.parametrize("step", [{"days": -1}, {"days": 365}], ids=["back a day", "forward a year"])
def test_no_set_clock_shortens_the_horizon(world: World, step: dict[str, float]) -> None:
    world.far.capabilities = ASKABLE
    queue = world.queue()
    _doubtful(world, queue)
    world.time.set(**step)
    world.far.enquiries = [Enquiry(Finding.ABSENT)] * 99
    world.drain(queue, hours=590 / 3600, policy=Policy(on_doubt=OnDoubt.WAIT))
    assert queue.item("zhang-1").state is State.IN_DOUBT
    world.drain(queue, policy=Policy(on_doubt=OnDoubt.WAIT))
    assert queue.item("zhang-1").state is State.ACCEPTED


def test_a_reversal_that_succeeds_frees_at_once(world: World) -> None:
    queue = world.queue()
    number = _doubtful(world, queue)
    world.drain(queue, hours=10 / 3600)
    assert queue.item("zhang-1").state is State.ACCEPTED
    ((key, original, own, repeat),) = world.far.reversed_calls
    assert (key, original, repeat) == ("zhang-1", number, False)
    assert number < own < world.far.arrived[0][1]


def test_a_reversal_that_finds_nothing_is_believed_only_when_asked_after_the_horizon(world: World) -> None:
    queue = world.queue()
    _doubtful(world, queue, OnceFreed.STOP)
    world.far.reversals = [NOTHING, NOTHING]
    world.drain(queue, hours=599 / 3600)
    assert queue.item("zhang-1").state is State.IN_DOUBT
    assert len(world.far.reversed_calls) == 1
    world.drain(queue)
    assert queue.item("zhang-1").state is State.REVERSED
    assert len(world.far.reversed_calls) == 2
    assert world.far.arrived == []


def test_a_reversal_whose_own_end_is_unknown_is_repeated_as_a_repeat_and_changes_nothing_else(world: World) -> None:
    queue = world.queue()
    number = _doubtful(world, queue, OnceFreed.STOP)
    world.far.reversals = [LOST, Outcome(OutcomeClass.NOT_SENT), Outcome(OutcomeClass.ACCEPTED)]
    world.drain(queue)
    assert queue.item("zhang-1").state is State.REVERSED
    assert [call[3] for call in world.far.reversed_calls] == [False, True, True]
    assert {call[1] for call in world.far.reversed_calls} == {number}
    assert len({call[2] for call in world.far.reversed_calls}) == 3


@pytest.mark.parametrize("result", [OutcomeClass.REFUSED, OutcomeClass.UNRECOGNISED])
def test_a_reversal_that_is_refused_goes_before_a_person(world: World, result: OutcomeClass) -> None:
    queue = world.queue()
    _doubtful(world, queue)
    world.far.reversals = [Outcome(result, "too_late")]
    world.drain(queue)
    assert (queue.item("zhang-1").state, queue.item("zhang-1").reason) == (State.HELD, "too_late")


def test_enquiries_that_bring_nothing_end_in_a_reversal_where_the_site_wants_it(world: World) -> None:
    world.far.capabilities = ASKABLE
    queue = world.queue()
    _doubtful(world, queue)
    world.far.enquiries = [Enquiry(Finding.UNKNOWN)] * 99
    world.drain(queue, policy=Policy(reverse_after=timedelta(minutes=10)))
    assert len(world.far.reversed_calls) == 1
    assert queue.item("zhang-1").state is State.ACCEPTED


def test_where_nobody_can_be_asked_and_nothing_reversed_a_person_decides(world: World) -> None:
    queue = world.queue()
    _doubtful(world, queue)
    world.drain(queue, policy=Policy(on_doubt=OnDoubt.WAIT))
    assert (queue.item("zhang-1").state, queue.item("zhang-1").reason) == (State.HELD, "no_enquiry")


def test_fruitless_tries_end_before_a_person_but_an_absent_far_end_never_does(world: World) -> None:
    world.far.capabilities = ASKABLE
    queue = world.queue()
    _doubtful(world, queue)
    world.far.enquiries = [Enquiry(Finding.NOT_REACHED)] * 4 + [Enquiry(Finding.UNKNOWN)] * 99
    world.drain(queue, hours=9, policy=Policy(on_doubt=OnDoubt.WAIT, tries=3))
    assert (queue.item("zhang-1").state, queue.item("zhang-1").reason) == (State.HELD, "tries")
    assert len(world.far.enquiries) == 99 - 3


def test_a_proven_idempotent_far_end_gets_the_same_number_again(world: World) -> None:
    world.far.capabilities = Capabilities(idempotent=True)
    queue = world.queue()
    number = _doubtful(world, queue)
    world.drain(queue)
    assert world.far.arrived == [("zhang-1", number)]
    assert queue.item("zhang-1").state is State.ACCEPTED


def test_what_must_not_be_sent_again_is_taken_back_there_too(world: World) -> None:
    world.far.capabilities = Capabilities(idempotent=True)
    queue = world.queue()
    number = _doubtful(world, queue, OnceFreed.STOP)
    world.far.reversals = [Outcome(OutcomeClass.ACCEPTED)]
    world.drain(queue)
    assert queue.item("zhang-1").state is State.REVERSED
    assert [call[1] for call in world.far.reversed_calls] == [number]


def test_a_cashier_may_cancel_a_doubtful_bill_but_two_persons_must_want_it(world: World) -> None:
    queue = world.queue()
    _doubtful(world, queue)
    for alone in ((), ("cashier",), ("cashier", " cashier ")):
        with pytest.raises(SecondPersonNeeded):
            queue.resolve("zhang-1", Decision.REVERSE, by=alone, reason="patient_left")
    queue.resolve("zhang-1", Decision.REVERSE, by=("cashier", "chief"), reason="patient_left")
    world.drain(queue)
    assert queue.item("zhang-1").state is State.REVERSED
    assert world.far.arrived == []


DECISIONS = [
    (Decision.REVERSE, State.REVERSING),
    (Decision.ACCEPT, State.ACCEPTED),
    (Decision.CLOSE, State.CLOSED_BY_HAND),
]


@pytest.mark.parametrize(("decision", "state"), DECISIONS, ids=[row[0] for row in DECISIONS])
def test_a_person_decides_about_a_held_item_with_reason_and_evidence(
    world: World, decision: Decision, state: State
) -> None:
    queue = world.queue()
    _doubtful(world, queue)
    world.far.reversals = [Outcome(OutcomeClass.REFUSED, "too_late")]
    world.drain(queue)
    item = queue.resolve("zhang-1", decision, by=("a", "b"), reason="why", evidence=b"a letter")
    assert (item.state, item.reason) == (state, "why")
    decided = list(queue.events(item=item))[-1]
    assert (decided.kind, decided.actor, decided.body) == (Step(decision), "a + b", b"a letter")


@pytest.mark.parametrize("answer", [LOST, Outcome(OutcomeClass.UNRECOGNISED, "E77")], ids=["lost", "unrecognised"])
def test_what_may_stand_is_never_sent_a_second_time(world: World, answer: Outcome) -> None:
    queue = world.queue()
    world.far.sends, world.far.reversals = [answer], [Outcome(OutcomeClass.REFUSED, "too_late")]
    queue.record(world.bill())
    world.drain(queue)
    assert queue.item("zhang-1").state is State.HELD
    assert set(queue.choices(queue.item("zhang-1"))) == {Decision.REVERSE, Decision.ACCEPT, Decision.CLOSE}
    with pytest.raises(ForbiddenStep):
        queue.resolve("zhang-1", Decision.SEND, by=("a", "b"), reason="again")
    world.drain(queue)
    assert len(world.far.arrived) == 1


def test_what_was_freed_and_then_held_may_be_sent(world: World) -> None:
    queue = world.queue()
    _doubtful(world, queue)
    world.far.prepares = [Hold("trial_differs")]
    world.drain(queue)
    assert queue.item("zhang-1").state is State.HELD
    queue.resolve("zhang-1", Decision.SEND, by=("a", "b"), reason="difference_accepted")
    world.drain(queue)
    assert (queue.item("zhang-1").state, len(world.far.arrived)) == (State.ACCEPTED, 1)


@pytest.mark.parametrize("step", [{}, {"days": 365}], ids=["clock untouched", "forward a year"])
def test_a_comparison_made_before_the_horizon_frees_nothing(world: World, step: dict[str, float]) -> None:
    horizon = timedelta(minutes=10)
    queue = world.queue()
    _doubtful(world, queue)
    world.time.set(**step)
    world.time.pass_(seconds=599)
    early = queue.doubt(queue.item("zhang-1"), horizon)
    world.time.pass_(seconds=1)
    with pytest.raises(ForbiddenStep):
        queue.found_out(early, stands=False, evidence=b"", actor="office")
    asked = queue.doubt(queue.item("zhang-1"), horizon)
    assert queue.found_out(asked, stands=False, evidence=b"", actor="office").state is State.RECORDED


def test_a_comparison_says_nothing_about_a_later_call(world: World) -> None:
    queue = world.queue()
    _doubtful(world, queue)
    world.time.pass_(minutes=10)
    asked = queue.doubt(queue.item("zhang-1"), timedelta(minutes=10))
    world.far.sends = [LOST]
    world.drain(queue, hours=0)
    assert queue.item("zhang-1").state is State.IN_DOUBT
    with pytest.raises(ForbiddenStep):
        queue.found_out(asked, stands=False, evidence=b"", actor="office")


def test_a_decision_made_while_a_question_is_out_stands(world: World) -> None:
    world.far.capabilities = ASKABLE
    queue = world.queue()
    _doubtful(world, queue)
    ask = world.far.enquire

    def decide_meanwhile(item: Item, payload: bytes, intent: Intent) -> Enquiry:
        queue.resolve("zhang-1", Decision.REVERSE, by=("cashier", "chief"), reason="patient_left")
        return ask(item, payload, intent)

    world.far.enquire = decide_meanwhile  # type: ignore[method-assign]
    world.drain(queue)
    assert queue.item("zhang-1").state is State.REVERSED
    assert len(world.far.reversed_calls) == 1
