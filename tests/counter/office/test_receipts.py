"""Receipts: every printed number is used once, void or lost, and nothing is asked of a service twice."""

import pytest

from terminal.counter.faults import UnknownBill
from terminal.counter.office import receipts
from terminal.counter.office.faults import NoReceipt, NoReceiptsLeft, NotAllowed, NumberTaken, WrongRoll
from terminal.counter.office.operators import Session
from terminal.counter.office.receipts import Roll
from terminal.counter.settle import settle
from terminal.counter.till import Till
from tests.world import AMOXICILLIN, claim

Staff = dict[str, Session]


@pytest.fixture
def bills(till: Till) -> list[str]:
    numbers = [f"B-{n}" for n in range(1, 4)]
    for number in numbers:
        settle(till, claim(number, "zhang", (AMOXICILLIN, 1)))
    return numbers


def test_numbers_are_used_in_order_roll_after_roll(till: Till, staff: Staff, bills: list[str]) -> None:
    receipts.add_roll(till, Roll("京A", 7, 8), staff["0001"])
    receipts.add_roll(till, Roll("京B", 1, 1), staff["0001"])
    used = [receipts.use(till, bill, staff["0001"]).number for bill in bills]
    assert used == ["京A00000007", "京A00000008", "京B00000001"]
    assert [(roll.next, roll.left) for roll in receipts.stock(till)] == [("", 0), ("", 0)]
    assert receipts.use(till, "B-1", staff["0001"]).number == "京A00000007"


def test_an_empty_stock_and_an_unknown_bill_are_told(till: Till, staff: Staff, bills: list[str]) -> None:
    with pytest.raises(NoReceiptsLeft):
        receipts.use(till, "B-1", staff["0001"])
    with pytest.raises(UnknownBill):
        receipts.use(till, "B-9", staff["0001"])
    with pytest.raises(NoReceipt):
        receipts.reprint(till, "B-1", staff["0001"])
    with pytest.raises(NotAllowed):
        receipts.add_roll(till, Roll("京A", 1, 2), staff["0003"])


@pytest.mark.parametrize("roll", [Roll("京A", 10, 20), Roll("京A", 1, 99), Roll("京C", 5, 4), Roll("京C", 1, 10**8)])
def test_a_roll_is_issued_once(till: Till, staff: Staff, roll: Roll) -> None:
    receipts.add_roll(till, Roll("京A", 5, 10), staff["0001"])
    with pytest.raises(WrongRoll):
        receipts.add_roll(till, roll, staff["0001"])
    assert len(receipts.stock(till)) == 1


def test_void_and_lost_numbers_are_passed_over_and_a_void_receipt_is_issued_anew(
    till: Till, staff: Staff, bills: list[str]
) -> None:
    receipts.add_roll(till, Roll("京A", 1, 5), staff["0001"])
    receipts.spoil(till, ("京A00000001",), "卡纸", staff["0001"])
    assert receipts.use(till, "B-1", staff["0001"]).number == "京A00000002"
    receipts.spoil(till, ("京A00000002",), "打印错位", staff["0001"])
    receipts.spoil(till, ("京A00000003",), "丢失", staff["0001"], lost=True)
    assert receipts.use(till, "B-1", staff["0001"]).number == "京A00000004"
    for wrong in ("京A00000001", "京A00000006", "京X"):
        with pytest.raises(NumberTaken):
            receipts.spoil(till, (wrong,), "?", staff["0001"])


def test_each_further_print_bears_its_number(till: Till, staff: Staff, bills: list[str]) -> None:
    receipts.add_roll(till, Roll("京A", 1, 5), staff["0001"])
    receipts.use(till, "B-1", staff["0001"])
    assert [receipts.reprint(till, "B-1", staff["0001"]).copy for _ in range(2)] == [2, 3]


class Electronic:
    """A receipt service that fails when told to."""

    def __init__(self) -> None:
        self.issued: dict[str, bytes] = {}
        self.left = 1

    def issue(self, bill: str, settlement: bytes) -> str:
        if self.left == 0:
            raise ConnectionRefusedError
        self.left -= 1
        self.issued.setdefault(bill, settlement)
        return f"E-{bill}"


def test_electronic_receipts_wait_until_the_service_is_back(till: Till, staff: Staff, bills: list[str]) -> None:
    service = Electronic()
    for bill in bills:
        receipts.want(till, bill, staff["0001"])
    assert receipts.issue_wanted(till, service) == 2
    assert receipts.of_bill(till, "B-2") is None
    service.left = 9
    assert receipts.issue_wanted(till, service) == 0
    found = [receipts.of_bill(till, bill) for bill in bills]
    assert [each and each.number for each in found] == ["E-B-1", "E-B-2", "E-B-3"]
    assert receipts.issue_wanted(till, service) == 0 and service.left == 7
    assert b'"settled"' in service.issued["B-1"]
