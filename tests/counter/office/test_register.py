"""The register: what stands is what the chain says, whoever wrote it and whatever step failed."""

import pytest

from terminal.counter.office import card_money, receipts
from terminal.counter.office.card_money import Asked, Carried, Told
from terminal.counter.office.drafts import Ended, Parked, drafts
from terminal.counter.office.operators import Session
from terminal.counter.office.owed import unbilled
from terminal.counter.office.receipts import Receipt, Roll
from terminal.counter.office.register import Document, write, writing
from terminal.counter.office.serving import Served, Stage, first_paper, stages
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.money import Fen
from terminal.peripherals.bankpos.messages import Deal
from terminal.peripherals.bankpos.port import Result
from tests.world import claim


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


EVENING: list[Document | str] = [
    Parked(claim("B-1", "zhang")),
    Served("B-1", Stage.SETTLING),
    Asked("B-1-P1", "B-1", Deal.SALE, Fen(5000), "N1"),
    Told("B-1-P1", Result.IN_DOUBT),
    Told("B-1-P1", Result.APPROVED, reference="R1", voucher="000001"),
    Carried("B-1-P1", "B-2"),
    Parked(claim("B-2", "zhang")),
    Ended("B-1", "B-2"),
    Asked("B-2-P1", "B-2", Deal.REFUND, Fen(2000), "N2", original="B-1-P1", purpose="B-2-R1"),
    Told("B-2-P1", Result.APPROVED, reference="R2", voucher="000002"),
    "B-2",
    Served("B-2", Stage.PRINTED),
    Told("B-9-P1", Result.APPROVED, reference="R9"),
    Carried("B-9-P1", "B-2"),
    Asked("B-3-P1", "B-3", Deal.SALE, Fen(100), "N3"),
    Told("B-3-P1", Result.DECLINED),
    Parked(claim("B-2", "zhang")),
]
"""Documents of one evening, a bill that settles in between, and answers whose request is gone."""


def test_what_is_kept_up_says_the_same_as_the_chain_read_anew(till: Till) -> None:
    def stands(till: Till) -> tuple[object, ...]:
        bills = ("B-1", "B-2", "B-3", "B-9")
        return (
            card_money.charges(till),
            card_money.open_charge(till),
            [card_money.held(till, bill) for bill in (*bills, None)],
            unbilled(till),
            drafts(till),
            stages(till),
            [first_paper(till, bill) for bill in bills],
        )

    seen = []
    for step in EVENING:
        if isinstance(step, str):
            settle(till, claim(step, "zhang"))
        else:
            write(till, step, "0001")
        seen.append(stands(till))
        till.tallies.clear()
        assert seen[-1] == stands(till), step
    known, doubt, (_, rest, *_), loose, parked, _, _ = seen[-1]
    assert (list(known), doubt, [each.amount for each in rest]) == (["B-1-P1", "B-2-P1", "B-3-P1"], None, [3000])
    assert (loose, parked) == ([], {})
    assert [each.bill for each in seen[7][3]] == ["B-2"]
    assert [list(each[4]) for each in seen[5:9]] == [["B-1"], ["B-1", "B-2"], ["B-2"], ["B-2"]]
