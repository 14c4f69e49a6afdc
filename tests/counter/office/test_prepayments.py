"""Money paid ahead: never more drawn than paid, never cash for card money, and in the drawer of its shift."""

import pytest

from terminal.counter.faults import UnknownBill
from terminal.counter.office import shifts
from terminal.counter.office.card_faults import CashForCardMoney
from terminal.counter.office.faults import NotEnoughPaid
from terminal.counter.office.operators import Session
from terminal.counter.office.person_faults import NotAllowed
from terminal.counter.office.prepayments import deposit, draw, give_rest, pay_ahead
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import Tender, TenderKind
from terminal.money import Fen
from tests.world import claim

Staff = dict[str, Session]
CASH, CARD = TenderKind.CASH, TenderKind.BANK_CARD


def test_it_is_taken_topped_up_drawn_once_and_the_rest_goes_back(till: Till, staff: Staff) -> None:
    who = staff["0001"]
    shifts.open_shift(till, Fen(0), who)
    pay_ahead(till, "A-1", Tender(CASH, Fen(100000)), who)
    assert pay_ahead(till, "A-1", Tender(CARD, Fen(50000), "R1"), who).balance == 150000
    cash = settle(till, claim("B-1", "zhang")).cash
    for _ in range(2):
        assert draw(till, "A-1", "B-1", who).balance == 150000 - cash
    done = give_rest(till, "A-1", Tender(CARD, Fen(30000), "R1"), who)
    assert done.paid == (Tender(CASH, Fen(100000)), Tender(CARD, Fen(20000), "R1"))
    report = shifts.report(till)
    assert report.section("prepaid") == {"cash": 100000, "bank_card": 20000}
    assert (report.section("sales"), report.section("drawn")) == ({"cash": cash}, {"cash": -cash})
    assert report.expected == 100000
    assert deposit(till, "A-2").balance == 0


@pytest.mark.parametrize(
    ("back", "fault"),
    [
        (Tender(CASH, Fen(10001)), CashForCardMoney),
        (Tender(CARD, Fen(100), "R2"), CashForCardMoney),
        (Tender(CARD, Fen(60001), "R1"), NotEnoughPaid),
        (Tender(CASH, Fen(0)), NotEnoughPaid),
        (Tender(CASH, Fen(-5)), NotEnoughPaid),
    ],
)
def test_what_goes_back_came_that_way(till: Till, staff: Staff, back: Tender, fault: type[Exception]) -> None:
    pay_ahead(till, "A-1", Tender(CASH, Fen(10000)), staff["0001"])
    pay_ahead(till, "A-1", Tender(CARD, Fen(50000), "R1"), staff["0001"])
    with pytest.raises(fault):
        give_rest(till, "A-1", back, staff["0001"])
    assert deposit(till, "A-1").balance == 60000


def test_no_more_is_drawn_than_was_paid(till: Till, staff: Staff) -> None:
    who, bill = staff["0001"], settle(till, claim("B-1", "zhang"))
    pay_ahead(till, "A-1", Tender(CASH, Fen(10000)), who)
    assert bill.cash > 10000 and draw(till, "A-1", "B-1", who).balance == 0
    settle(till, claim("B-2", "zhang"))
    with pytest.raises(NotEnoughPaid):
        draw(till, "A-1", "B-2", who)
    with pytest.raises(UnknownBill):
        draw(till, "A-1", "B-9", who)
    for wrong in (Tender(CASH, Fen(0)), Tender(CASH, Fen(-1))):
        with pytest.raises(NotEnoughPaid):
            pay_ahead(till, "A-1", wrong, who)
    with pytest.raises(NotAllowed):
        pay_ahead(till, "A-1", Tender(CASH, Fen(1)), staff["0003"])
