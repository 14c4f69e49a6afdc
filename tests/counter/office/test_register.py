"""The register: what stands is what the chain says, whoever wrote it and whatever step failed."""

import pytest

from terminal.counter.office import receipts
from terminal.counter.office.operators import Session
from terminal.counter.office.receipts import Receipt, Roll
from terminal.counter.office.register import write, writing
from terminal.counter.till import Till


class PowerGone(BaseException):
    """A step that ends anywhere."""


def test_a_step_that_failed_leaves_nothing_in_what_stands(till: Till, staff: dict[str, Session]) -> None:
    receipts.add_roll(till, Roll("京A", 1, 2), staff["0001"])
    with pytest.raises(PowerGone), writing(till) as pen:
        pen(Receipt("京A00000001", "B-1"), "0001")
        assert receipts.next_number(till) == "京A00000002"
        raise PowerGone
    assert (receipts.next_number(till), receipts.of_bill(till, "B-1")) == ("京A00000001", None)
    write(till, Receipt("京A00000001", "B-2"), "0001")
    assert receipts.next_number(till) == "京A00000002"


def test_what_another_till_on_the_same_store_wrote_is_seen(till: Till, staff: dict[str, Session]) -> None:
    receipts.add_roll(till, Roll("京A", 1, 2), staff["0001"])
    assert receipts.next_number(till) == "京A00000001"
    with Till(till.home, settings=till.settings, clock=till.clock) as other:
        write(other, Receipt("京A00000001", "B-1"), "0002")
    assert receipts.next_number(till) == "京A00000002"
