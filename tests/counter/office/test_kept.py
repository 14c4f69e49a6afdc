"""A partial refund whose rest the centre will not settle: two persons end it, and nobody keeps the other's money."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from terminal.centre import Centre, CentreRefused, SettleOutcome, Trial
from terminal.counter import journal
from terminal.counter.far_end import forwarder
from terminal.counter.faults import RefusedByCentre
from terminal.counter.office import refunds, shifts
from terminal.counter.office.faults import AlreadyRequested, NothingKept, UnknownRefund
from terminal.counter.office.kept import end_by_hand
from terminal.counter.office.operators import Session
from terminal.counter.office.owed import Cause, even_out, next_step, of_bill, owed
from terminal.counter.office.person_faults import NotAllowed, SamePerson
from terminal.counter.office.refunds import RefundState, give_back
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.counter.words import Language
from terminal.documents import Claim
from terminal.faults import Fault
from terminal.money import Fen
from tests.counter.office.test_refunds import audited
from tests.world import CT, VITAMINS, World, claim

Staff = dict[str, Session]
KEPT = 208_000


@pytest.fixture(params=["at_the_trial", "at_the_settlement"])
def refuse(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on the centre will not have a bill: it refuses its trial, or has lost it when it is to settle."""

    def no_trial(*_: object) -> None:
        raise CentreRefused(transaction="2206", number=-1, text="暂停参保")

    real = Centre.settle

    def lost(self: Centre, trial: Trial, claim: Claim, number: str) -> SettleOutcome:
        self.give_up(trial)
        return real(self, trial, claim, number)

    step, instead = ("trial", no_trial) if request.param == "at_the_trial" else ("settle", lost)
    return lambda: monkeypatch.setattr(Centre, step, instead)


@pytest.fixture
def stuck(world: World, till: Till, staff: Staff, refuse: Callable[[], None]) -> str:
    """A refund whose bill is taken back and whose kept lines were refused."""
    shifts.open_shift(till, Fen(0), staff["0001"])
    settle(till, claim("B-1", "zhang", (CT, 8), (VITAMINS, 1)))
    number = audited(till, staff, "B-1", keep=(1,)).number
    refuse()
    for _ in range(2):
        with pytest.raises((CentreRefused, RefusedByCentre)):
            give_back(till, number, staff["0001"])
    assert (refunds.find(till, number).state, world.standing()) == (RefundState.AUDITED, {})
    return number


def test_two_persons_end_it_all_goes_back_and_the_kept_lines_are_the_patients_own(
    world: World, till: Till, staff: Staff, stuck: str
) -> None:
    cash = shifts.report(till).expected
    waiting = of_bill(till, "B-1")
    assert waiting and (waiting.amount, waiting.cause, waiting.refund) == (-cash, Cause.TAKEN_BACK, stuck)
    assert stuck in next_step(waiting, Language.ZH) and "finish" in next_step(waiting, Language.EN)
    with pytest.raises(AlreadyRequested):
        even_out(till, "B-1", staff["0001"], to_patient=True)

    done = end_by_hand(till, stuck, [staff["0001"], staff["0002"]], "中心拒绝，病人同意自付")
    assert (done.state, done.reason) == (RefundState.DONE, "中心拒绝，病人同意自付")
    assert shifts.report(till).expected == 0
    (debt,) = owed(till)
    assert (debt.bill, debt.amount, debt.cause, debt.refund) == ("B-1", KEPT, Cause.NOT_SETTLED, "")
    assert "请向病人收 2080.00" in next_step(debt, Language.ZH)
    even_out(till, "B-1", staff["0001"], to_patient=False)
    assert (owed(till), shifts.report(till).expected, world.standing()) == ([], KEPT, {})
    with pytest.raises(NothingKept):
        end_by_hand(till, stuck, [staff["0001"], staff["0002"]], "再来一次")
    assert give_back(till, stuck, staff["0001"]).state is RefundState.DONE
    assert (owed(till), shifts.report(till).expected) == ([], KEPT) and till.queue.verify().intact


@pytest.mark.parametrize(
    ("who", "fault"),
    [(("0001", "0001"), SamePerson), (("0001", "0003"), NotAllowed)],
    ids=["one_person_twice", "without_the_right"],
)
def test_it_takes_two_persons_who_may_decide(
    till: Till, staff: Staff, stuck: str, who: tuple[str, str], fault: type[Fault]
) -> None:
    with pytest.raises(fault):
        end_by_hand(till, stuck, [staff[number] for number in who], "?")
    assert refunds.find(till, stuck).state is RefundState.AUDITED


def test_a_rest_that_settles_after_all_ends_it_as_ever(
    world: World, till: Till, staff: Staff, stuck: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    assert give_back(till, stuck, staff["0001"]).state is RefundState.DONE
    assert (owed(till), world.standing()) == ([], {"B-1-N1": 1})


@pytest.mark.parametrize("stage", ["requested", "line_down", "whole_bill", "rest_settled", "rest_waits"])
def test_whatever_can_still_take_its_way_is_not_ended_by_hand(
    world: World, till: Till, staff: Staff, stage: str
) -> None:
    settle(till, claim("B-1", "zhang", (CT, 8), (VITAMINS, 1)))
    if stage == "rest_waits":
        world.centre.line_down()
        settle(till, claim("B-2", "zhang", (CT, 8), (VITAMINS, 1)))
    bill = "B-2" if stage == "rest_waits" else "B-1"
    keep = () if stage == "whole_bill" else (1,)
    if stage == "requested":
        number = refunds.request(till, bill, "开错", list(refunds.Paper), staff["0001"], keep=keep).number
    else:
        number = audited(till, staff, bill, keep=keep).number
    if stage == "line_down":
        world.centre.line_down()
        give_back(till, number, staff["0001"], wait=0.2)
    elif stage.startswith("rest"):
        give_back(till, number, staff["0001"])
    before = refunds.find(till, number).state, owed(till)
    with pytest.raises(NothingKept):
        end_by_hand(till, number, [staff["0001"], staff["0002"]], "?")
    assert (refunds.find(till, number).state, owed(till)) == before


def test_a_whole_bill_that_was_taken_back_while_nobody_looked_only_has_to_be_paid_out(
    world: World, till: Till, staff: Staff
) -> None:
    settle(till, claim("B-1", "zhang"))
    number = audited(till, staff, "B-1").number
    world.centre.line_down()
    give_back(till, number, staff["0001"], wait=0.2)
    world.centre.line_up()
    with forwarder(till) as sender:
        assert sender.run(timedelta(seconds=20), now=True).left == 0
    with pytest.raises(NothingKept):
        end_by_hand(till, number, [staff["0001"], staff["0002"]], "?")
    assert give_back(till, number, staff["0001"]).state is RefundState.DONE and owed(till) == []


def test_a_rest_that_settled_before_its_refund_was_noted_is_not_paid_twice(
    world: World, till: Till, staff: Staff, stuck: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    whole = journal.entry(till.queue, till.queue.item("B-1")).claim
    settle(till, msgspec.structs.replace(whole, bill="B-1-N1", lines=whole.lines[:1]))
    with pytest.raises(NothingKept):
        end_by_hand(till, stuck, [staff["0001"], staff["0002"]], "?")
    assert give_back(till, stuck, staff["0001"]).state is RefundState.DONE
    assert (owed(till), world.standing()) == ([], {"B-1-N1": 1})


def test_a_refund_nobody_asked_for_is_not_ended(till: Till, staff: Staff) -> None:
    with pytest.raises(UnknownRefund):
        end_by_hand(till, "B-1-R1", [staff["0001"], staff["0002"]], "?")
