"""A day against the centre's books: equal days close, lost answers are found, and nobody else's rows are touched."""

import time
from pathlib import Path

import pytest

from terminal.counter import journal
from terminal.counter.office import operators
from terminal.counter.office.faults import NotAllowed
from terminal.counter.office.operators import Session
from terminal.counter.office.reconciling import Day, reconcile
from terminal.counter.office.refunds import give_back
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import BillState
from tests.counter.office.test_refunds import audited
from tests.world import AMOXICILLIN, World, claim


def today(till: Till) -> Day:
    return reconcile(till, till.clock().date(), operators.acting(till))


def state(till: Till, bill: str) -> BillState:
    return journal.standing(till.queue, till.queue.item(bill)).state


def test_an_equal_day_marks_every_bill_reconciled(till: Till) -> None:
    bills = [settle(till, claim("B-1", "zhang")), settle(till, claim("B-2", "li", (AMOXICILLIN, 3)))]
    found = today(till)
    assert (found.bills, found.differences, found.doubtful) == (2, (), ())
    assert (found.total, found.fund) == (sum(b.total for b in bills), sum(b.funds for b in bills))
    assert {state(till, "B-1"), state(till, "B-2")} == {BillState.RECONCILED}
    assert today(till) == found and till.queue.verify().intact


def test_a_refund_and_its_bill_agree(till: Till, staff: dict[str, Session]) -> None:
    settle(till, claim("B-1", "zhang"))
    settle(till, claim("B-2", "li", (AMOXICILLIN, 3)))
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    operators.add(till, "0007", "医保办", [operators.Role.OFFICE], by=staff["0009"], card="C0007")
    office = operators.login(till, "0007", operators.CardShown("C0007"))
    found = reconcile(till, till.clock().date(), office)
    assert (found.bills, found.differences) == (3, ())
    assert (state(till, "B-1"), state(till, "B-2")) == (BillState.REVERSED, BillState.RECONCILED)
    with pytest.raises(NotAllowed):
        reconcile(till, till.clock().date(), staff["0001"])


def test_a_lost_answer_is_found_in_the_books(world: World, till: Till) -> None:
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    world.trouble({"fault": "drop", "infno": "2207"})
    assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
    found = today(till)
    assert (found.accepted, found.doubtful, found.differences, found.bills) == (("B-1",), (), (), 2)
    stands = journal.standing(till.queue, till.queue.item("B-1"))
    assert stands.settlement_number and stands.differences == () and stands.state is BillState.RECONCILED
    assert world.standing() == {"B-0": 1, "B-1": 1}


def test_a_call_the_centre_never_booked_is_free_to_be_sent_again(world: World, till: Till) -> None:
    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    world.trouble({"fault": "drop", "infno": "2207", "done": False})
    assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
    early = today(till)
    assert (early.freed, early.doubtful) == ((), ("B-1",))
    time.sleep(till.profile.deadlines.settle_horizon)
    found = today(till)
    assert (found.freed, found.doubtful) == (("B-1",), ())
    assert state(till, "B-1") is BillState.PROVISIONAL


def test_a_wrong_booking_of_the_centre_is_shown_and_waits_for_a_person(world: World, till: Till) -> None:
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    world.trouble({"fault": "misbook", "infno": "2207"})
    settle(till, claim("B-1", "zhang"))
    found = today(till)
    assert [(each.bill, each.ours != each.theirs) for each in found.differences] == [("B-1", True)]
    assert (state(till, "B-0"), state(till, "B-1")) == (BillState.RECONCILED, BillState.SETTLED)


def test_another_terminal_s_bills_are_left_alone(tmp_path: Path, world: World, till: Till) -> None:
    settle(till, claim("B-1", "zhang"))
    other = tmp_path / "other"
    other.mkdir()
    text = (world.home / "settings.toml").read_text(encoding="utf-8")
    (other / "settings.toml").write_text('terminal = "02"\n' + text, encoding="utf-8")
    with Till(other) as second:
        settle(second, claim("B-2", "li", (AMOXICILLIN, 3), terminal="02"))
    found = today(till)
    assert (found.bills, found.differences, found.reversed) == (1, (), ())
    assert found.elsewhere == 1 and world.standing() == {"B-1": 1, "B-2": 1}


def test_a_call_that_was_given_up_wrongly_is_taken_back(world: World, till: Till) -> None:
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    world.trouble({"fault": "drop", "infno": "2207"})
    assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
    till.queue.found_out("B-1", stands=False, evidence=b"", actor="0001")
    found = today(till)
    assert len(found.reversed) == 1 and found.differences == ()
    assert world.standing() == {"B-0": 1}
