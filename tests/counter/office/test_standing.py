"""A day whose term is over takes its patients with it, and nothing that still stands."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from offline_queue import custody
from offline_queue.faults import KeyErased
from offline_queue.upkeep import Kept
from offline_queue.vocabulary import State
from terminal.clock import now
from terminal.counter import journal
from terminal.counter.office import drafts, finding, operators, receipts, refunds, shifts
from terminal.counter.office.bank import card_payments
from terminal.counter.office.operators import CardShown, acting
from terminal.counter.office.owed import Contact, even_out, owed
from terminal.counter.office.person_faults import UnknownOperator
from terminal.counter.office.receipts import Roll
from terminal.counter.office.refunds import RefundState
from terminal.counter.office.register import write
from terminal.counter.office.upkeep import kept, look_after
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import Assurance
from terminal.money import Fen
from tests.counter.office.conftest import hire
from tests.counter.office.test_owed import served_without_the_line
from tests.counter.office.test_refunds import ALL
from tests.world import AMOXICILLIN, World, claim


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A site that keeps contents for thirty days."""
    world = World(tmp_path, offline={"settle_on_difference": True})
    with (world.home / "settings.toml").open("a") as file:
        file.write("\n[upkeep]\nerase_days = 30\narchive_days = 0\n")
    yield world
    world.close()


def later(world: World, days: int) -> Till:
    """The same terminal so many days on."""
    return world.till(clock=lambda: now() + timedelta(days=days))


def reconciled(till: Till) -> None:
    """The day's books agree with the centre's."""
    accepted = [item.key for item in till.queue.items([State.ACCEPTED])]
    custody.reconcile(till.queue.book, accepted, till.clock().date(), "chief")


def erased(till: Till) -> list[str]:
    """The night's work, and the days it took."""
    done = look_after(till, now=True)
    assert done is not None and not done.failed
    return list(done.erased)


def test_people_numbers_and_shifts_outlive_the_day_they_were_written_on(world: World) -> None:
    with world.till() as till:
        staff = hire(till)
        receipts.add_roll(till, Roll("京A", 1, 9), staff["0001"])
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        assert receipts.use(till, "B-1", staff["0001"]).number == "京A00000001"
        receipts.spoil(till, ("京A00000002",), "污损", staff["0001"])
        shifts.open_shift(till, Fen(10_000), staff["0001"])
        shifts.close_shift(till, {Fen(10_000): 1}, staff["0001"])
        drafts.park(till, claim("B-2", "li", (AMOXICILLIN, 1)), "0001")
        reconciled(till)
        today = till.clock().date()
    for days in (40, 80, 120):  # what was carried is carried on, and its own day goes too
        with later(world, days) as till:
            assert today.isoformat() in erased(till) if days == 40 else erased(till)
            with pytest.raises(KeyErased):
                journal.entry(till.queue, till.queue.item("B-1"))
            cashier = operators.login(till, "0001", CardShown("C0001", Assurance.PIN))
            with pytest.raises(UnknownOperator):
                operators.login(till, "0099", CardShown("C0099", Assurance.PIN))
            assert receipts.next_number(till) == "京A00000003"
            assert (shifts.report(till, 1).counted, shifts.report(till, 1).over) == (Fen(10_000), Fen(0))
            assert list(drafts.drafts(till)) == ["B-2"]
            assert till.queue.verify().intact
            assert finding.find(till, "B-1") == [] and card_payments(till, today) == [] and owed(till) == []
    with later(world, 120) as till:
        assert shifts.open_shift(till, Fen(0), cashier).number == 2


def test_what_is_owed_is_still_owed_and_goes_with_its_day_once_it_was_paid(world: World) -> None:
    with world.till() as till:
        served_without_the_line(world, till)
        write(till, Contact("B-1", "13800000000"), "0001")
        reconciled(till)
        today = till.clock().date().isoformat()
        (debt,) = owed(till)
    with later(world, 40) as till:
        assert today not in erased(till)
        assert kept(till) == (Kept(today, 1),), "and the office can see why"
        assert owed(till) == [debt]
        even_out(till, "B-1", acting(till), to_patient=debt.amount < 0)
    with later(world, 41) as till:
        assert today in erased(till)
        assert owed(till) == []
        assert b"13800000000" not in b"".join(event.body or b"" for event in till.queue.events())


def test_a_refund_under_way_keeps_its_bill_and_can_be_ended(world: World) -> None:
    with world.till() as till:
        staff = hire(till)
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        number = refunds.request(till, "B-1", "开错", ALL, staff["0001"]).number
        reconciled(till)
        today = till.clock().date().isoformat()
    with later(world, 40) as till:
        assert today not in erased(till)
        assert refunds.refunds(till)[number].state is RefundState.REQUESTED
        refunds.move(till, number, RefundState.WITHDRAWN, staff["0001"], "病人撤回")
    with later(world, 41) as till:
        assert today in erased(till)
        assert number not in refunds.refunds(till), "its steps are left, and trouble nobody"
