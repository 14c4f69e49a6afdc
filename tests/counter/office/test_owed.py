"""After a difference: the bills themselves say who owes whom, until it is evened out once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from offline_queue.ports import Item, Refuse
from offline_queue.vocabulary import Decision, State
from terminal.counter import journal
from terminal.counter.far_end import FarEnd, forwarder
from terminal.counter.office import operators, register
from terminal.counter.office.approvals import resolve
from terminal.counter.office.faults import NothingOwed
from terminal.counter.office.owed import Cause, Contact, even_out, next_step, owed
from terminal.counter.office.refunds import give_back
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.counter.words import Language
from terminal.documents import BillState
from terminal.faults import Fault
from tests.counter.office.conftest import hire
from tests.counter.office.test_refunds import audited
from tests.world import AMOXICILLIN, CT, VITAMINS, World, claim

WRONGLY_CLASSED = (*VITAMINS[:3], "A", None)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A site that settles differences by itself."""
    world = World(tmp_path, offline={"settle_on_difference": True})
    yield world
    world.close()


class Refusing(FarEnd):
    """A centre that says no for good to whatever is forwarded."""

    def prepare(self, item: Item, payload: bytes) -> Refuse:
        return Refuse("-1", "暂停参保".encode())


def served_without_the_line(world: World, till: Till, seconds: float = 20) -> None:
    """A provisional bill whose catalogue was wrong; the line comes back and the centre sees it otherwise."""
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    settle(till, claim("B-0b", "li", (CT, 8)))
    world.centre.line_down()
    settle(till, claim("B-1", "li", (WRONGLY_CLASSED, 1)))
    world.centre.line_up()
    with forwarder(till) as sender:
        sender.run(timedelta(seconds=seconds), now=True)


def test_a_bill_that_settled_as_told_owes_nothing(till: Till) -> None:
    settle(till, claim("B-1", "zhang"))
    assert owed(till) == []


def test_the_patient_owes_what_the_centre_paid_less_and_pays_it_once(world: World, till: Till) -> None:
    served_without_the_line(world, till)
    item = till.queue.item("B-1")
    told, stands = journal.entry(till.queue, item).told, journal.standing(till.queue, item)
    (debt,) = owed(till)
    assert (debt.bill, debt.name, debt.cause) == ("B-1", "李测试", Cause.SETTLED_DIFFERENTLY)
    assert debt.amount == stands.cash - told.cash > 0
    register.write(till, Contact("B-1", "13800000000"), "0001")
    person = journal.entry(till.queue, item).person.number
    assert [each.phone for each in owed(till, person)] == ["13800000000"]
    assert owed(till, "11010000000000000001") == []
    who = operators.acting(till)
    with pytest.raises(NothingOwed):
        even_out(till, "B-1", who, to_patient=True)
    assert even_out(till, "B-1", who, to_patient=False).amount == debt.amount
    assert owed(till) == []
    with pytest.raises(NothingOwed):
        even_out(till, "B-1", who, to_patient=False)


@pytest.mark.parametrize("evened", [True, False], ids=["evened_first", "still_open"])
def test_a_refund_gives_back_what_the_centre_settled_and_a_debt_still_open_stays(
    world: World, till: Till, evened: bool
) -> None:
    staff = hire(till)
    served_without_the_line(world, till)
    (debt,) = owed(till)
    if evened:
        even_out(till, "B-1", staff["0001"], to_patient=False)
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    assert [(each.amount, each.cause) for each in owed(till)] == ([] if evened else [(debt.amount, Cause.TAKEN_BACK)])
    said = f"已退费，与实收仍有差额：请向病人收 {debt.amount}"
    assert [next_step(each, Language.ZH) for each in owed(till)] == ([] if evened else [said])


@pytest.mark.parametrize("evened", [True, False], ids=["evened_between", "never_evened"])
def test_a_refused_bill_settled_again_under_its_number_owes_what_was_paid_the_first_time(
    world: World, till: Till, evened: bool
) -> None:
    staff = hire(till)
    settle(till, claim("B-0", "zhang"))
    world.centre.line_down()
    first = settle(till, claim("B-1", "zhang"))
    world.centre.line_up()
    with till.queue.forwarder(Refusing(till)) as sender:
        sender.run(timedelta(seconds=5), now=True)
    assert till.queue.item("B-1").state is State.REFUSED
    (debt,) = owed(till)
    assert (debt.amount, debt.cause) == (first.total - first.cash, Cause.NOT_SETTLED)
    if evened:
        even_out(till, "B-1", staff["0001"], to_patient=False)
    second = settle(till, claim("B-1", "zhang"))
    assert second.state is BillState.SETTLED
    paid_before = first.total if evened else first.cash
    (credit,) = owed(till)
    assert (credit.amount, credit.cause) == (-paid_before, Cause.SETTLED_DIFFERENTLY)
    assert even_out(till, "B-1", staff["0001"], to_patient=True).amount == -paid_before
    assert owed(till) == []
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    assert owed(till) == []


class TestWaitingForAPerson:
    """A site that lets people decide about differences."""

    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[World]:
        world = World(tmp_path)
        yield world
        world.close()

    def test_a_bill_two_persons_close_leaves_the_rest_to_the_patient(self, world: World, till: Till) -> None:
        staff = hire(till)
        served_without_the_line(world, till, seconds=2)
        assert journal.standing(till.queue, till.queue.item("B-1")).state is BillState.EXCEPTION
        resolve(till, "B-1", Decision.CLOSE, [staff["0001"], staff["0002"]], "目录错误")
        (debt,) = owed(till)
        told = journal.entry(till.queue, till.queue.item("B-1")).told
        assert (debt.amount, debt.cause) == (told.total - told.cash, Cause.NOT_SETTLED)

    @pytest.mark.parametrize(("who", "fault"), [(("0001", "0001"), "same_person"), (("0001", "0003"), "not_allowed")])
    def test_a_decision_needs_two_different_persons_with_the_right(
        self, world: World, till: Till, who: tuple[str, str], fault: str
    ) -> None:
        staff = hire(till)
        served_without_the_line(world, till, seconds=2)
        with pytest.raises(Fault) as told:
            resolve(till, "B-1", Decision.CLOSE, [staff[number] for number in who], "目录错误")
        assert told.value.code == fault
        assert owed(till) == []
