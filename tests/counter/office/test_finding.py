"""A bill is found by whatever the patient brings, and a list shows no more of a person than it must."""

import json
from datetime import timedelta

import pytest

from terminal.counter.office.finding import find
from terminal.counter.office.operators import Session
from terminal.counter.office.receipts import Roll, add_roll, use
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import BillState, encode
from tests.counter.office.test_refunds import audited
from tests.world import AMOXICILLIN, claim


@pytest.mark.parametrize(
    ("text", "bills"),
    [
        ("B-1", ["B-1"]),
        ("B-", ["B-2", "B-1"]),
        ("京A00000001", ["B-1"]),
        ("A0000002X", ["B-2"]),
        ("111111195001010002", ["B-2"]),
        ("李测试", ["B-2"]),
        ("11111119500101", []),
        ("", ["B-2", "B-1"]),
    ],
)
def test_by_what_the_patient_brings(till: Till, staff: dict[str, Session], text: str, bills: list[str]) -> None:
    for number, who in (("B-1", "zhang"), ("B-2", "li")):
        settle(till, claim(number, who, (AMOXICILLIN, 1)))
    add_roll(till, Roll("京A", 1, 9), staff["0001"])
    use(till, "B-1", staff["0001"])
    found = find(till, text)
    assert [each.bill for each in found] == bills
    assert "1111111" not in json.dumps(json.loads(encode(found)), ensure_ascii=False)
    assert find(till, text, till.clock().date() - timedelta(days=1)) == []


def test_a_refund_is_shown_with_its_bill(till: Till, staff: dict[str, Session]) -> None:
    settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
    refund = audited(till, staff, "B-1")
    (found,) = find(till, "B-1")
    assert (found.state, found.refund, found.name) == (BillState.SETTLED, refund.number, "张*")
