"""A day against the centre's books: equal days close, lost answers are found, and nobody else's rows are touched."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from offline_queue.vocabulary import Decision
from terminal.centre import Centre, Reconciled, Refused, Repair
from terminal.clock import now
from terminal.counter import journal
from terminal.counter.far_end import forwarder
from terminal.counter.office import operators
from terminal.counter.office.approvals import resolve
from terminal.counter.office.operators import Session
from terminal.counter.office.owed import owed
from terminal.counter.office.person_faults import NotAllowed
from terminal.counter.office.reconciling import Day, TakenBack, reconcile
from terminal.counter.office.refunds import give_back
from terminal.counter.office.register import read
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
    given_up = till.queue.doubt(till.queue.item("B-1"), timedelta(0))
    till.queue.found_out(given_up, stands=False, evidence=b"", actor="0001")
    found = today(till)
    assert len(found.reversed) == 1 and found.differences == ()
    assert world.standing() == {"B-0": 1}
    notes = [note.document for note in read(till, TakenBack)]
    assert [(note.bill, note.message_number, note.done) for note in notes] == [
        ("B-1", found.reversed[0], None),
        ("B-1", found.reversed[0], True),
    ]


def test_a_bill_settled_while_the_books_are_compared_stands(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    compare = Centre.reconcile
    with world.till() as desk:

        def busy(centre: Centre, *asked: Any) -> Reconciled:
            settle(desk, claim("B-1", "zhang"))
            return compare(centre, *asked)

        monkeypatch.setattr(Centre, "reconcile", busy)
        found = today(till)
    assert (found.reversed, found.differences, found.bills) == ((), (), 2)
    assert world.standing() == {"B-0": 1, "B-1": 1}


def before_a_person(world: World, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bill whose answer was lost and whose reversal the centre refuses: it stands there, and waits for a person."""
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    world.trouble({"fault": "drop", "infno": "2207"})
    assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
    with monkeypatch.context() as patch, forwarder(till) as sender:
        patch.setattr(Centre, "reverse", lambda *_: Refused("-1", "不予冲正"))
        sender.run(timedelta(seconds=1), now=True)
    assert state(till, "B-1") is BillState.EXCEPTION and world.standing() == {"B-0": 1, "B-1": 1}


def test_what_waits_for_a_person_is_shown_and_not_touched(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_a_person(world, till, monkeypatch)
    found = today(till)
    assert [(each.bill, each.repair) for each in found.differences] == [("B-1", Repair.ACCEPT)]
    assert (found.reversed, found.doubtful) == ((), ("B-1",))
    assert state(till, "B-1") is BillState.EXCEPTION and world.standing() == {"B-0": 1, "B-1": 1}


def test_what_two_persons_accepted_is_shown_as_told_until_the_books_bring_the_answer(
    world: World, till: Till, staff: dict[str, Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    before_a_person(world, till, monkeypatch)
    office = []
    for number in ("0007", "0008"):
        operators.add(till, number, "医保办", [operators.Role.OFFICE], by=staff["0009"], card=f"C{number}")
        office.append(operators.login(till, number, operators.CardShown(f"C{number}")))
    resolve(till, "B-1", Decision.ACCEPT, office, "中心页面上已结算")
    told = journal.standing(till.queue, till.queue.item("B-1"))
    assert told.state is BillState.SETTLED and told.settlement_number == "" and owed(till) == []
    found = reconcile(till, till.clock().date(), office[0])
    assert (found.accepted, found.reversed, found.differences, found.bills) == (("B-1",), (), (), 2)
    stands = journal.standing(till.queue, till.queue.item("B-1"))
    assert stands.settlement_number and stands.state is BillState.RECONCILED
    assert world.standing() == {"B-0": 1, "B-1": 1} and till.queue.verify().intact


def test_no_set_clock_makes_a_call_absent(world: World) -> None:
    ahead = timedelta(0)
    with world.till(clock=lambda: now() + ahead) as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        world.trouble({"fault": "drop", "infno": "2207", "done": False})
        settle(till, claim("B-1", "zhang"))
        ahead = timedelta(seconds=till.profile.deadlines.settle_horizon + 1)
        found = today(till)
        assert (found.freed, found.doubtful) == ((), ("B-1",))
