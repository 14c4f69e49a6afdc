"""The bank's file: read whatever the bank calls its columns, matched line by line, nothing left unexplained."""

from dataclasses import replace

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.counter.office import operators, shifts
from terminal.counter.office.bank import CardPayment, card_payments, match, read_bank_file
from terminal.counter.office.four_ways import Line, four_ways
from terminal.counter.office.operators import Session
from terminal.counter.office.reconciling import reconcile
from terminal.counter.office.refunds import give_back
from terminal.counter.settle import commit, settle, try_out
from terminal.counter.till import Till
from terminal.documents import Tender, TenderKind
from terminal.faults import BadDocument
from terminal.money import Fen
from tests.counter.office.test_refunds import audited
from tests.world import World, claim


def payment(reference: str, amount: int, place: str = "") -> CardPayment:
    return CardPayment(reference, Fen(amount), place)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_either_encoding(encoding: str) -> None:
    text = '卡号,检索参考号,交易类型,交易金额\n6222****1,R1,消费,"1,234.50"\n,,,\n6222****2,R2,退货,12.00\n'
    assert read_bank_file(text.encode(encoding), "b.csv") == [
        payment("R1", 123450, "b.csv:2"),
        payment("R2", -1200, "b.csv:4"),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [("", "1"), ("日期,金额\n", "1"), ("参考号,金额\nR1,12.345\n", "amount"), ("参考号,金额\nR1\n", "amount")],
)
def test_a_torn_file_is_refused_with_its_place(text: str, place: str) -> None:
    with pytest.raises(BadDocument) as told:
        read_bank_file(text.encode(), "b.csv")
    assert told.value.data["place"] == place


def test_each_difference_is_named() -> None:
    ours = [payment("R1", 100, "B-1"), payment("R2", 200, "B-2"), payment("", 50, "B-3"), payment("R1", -100, "B-1-R1")]
    bank = [payment("R1", 100, "2"), payment("R2", 250, "3"), payment("R9", 70, "4"), payment("R1", -100, "5")]
    found = match(ours, bank)
    assert [each.place for each in found.agreed] == ["B-1", "B-1-R1"]
    assert [(mine.place, theirs.place) for mine, theirs in found.differing] == [("B-2", "3")]
    assert [each.place for each in (*found.only_ours, *found.only_bank)] == ["B-3", "4"]
    assert (found.ours, found.bank) == (250, 320)


_PAYMENTS = st.lists(st.builds(payment, st.sampled_from(["", "R1", "R2", "R3"]), st.integers(-300, 300)), max_size=12)


@given(_PAYMENTS, _PAYMENTS)
def test_no_payment_is_lost_in_the_comparison(ours: list[CardPayment], bank: list[CardPayment]) -> None:
    found = match(ours, bank)
    assert (found.ours, found.bank) == (sum(p.amount for p in ours), sum(p.amount for p in bank))
    assert len(found.agreed) + len(found.differing) + len(found.only_ours) == len(ours)
    assert len(found.agreed) + len(found.differing) + len(found.only_bank) == len(bank)


def test_card_money_of_a_day_and_its_refund_match_the_bank(world: World, till: Till, staff: dict[str, Session]) -> None:
    trial = try_out(till, claim("B-1", "zhang"))
    card = (Tender(TenderKind.BANK_CARD, trial.told.cash, "R77"),)
    told = commit(till, replace(trial, told=msgspec.structs.replace(trial.told, tenders=card)))
    today = till.clock().date()
    assert card_payments(till, today) == [CardPayment("R77", told.cash, "B-1")]
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    assert sum(each.amount for each in card_payments(till, today)) == 0


def test_four_columns_agree_or_say_where_not(till: Till) -> None:
    who, day = operators.acting(till), till.clock().date()
    shifts.open_shift(till, Fen(1000), who)
    bill = settle(till, claim("B-1", "zhang"))
    shifts.close_shift(till, {Fen(100): 1}, who)
    lines = four_ways(till, day, reconcile(till, day, who), match([], []))
    assert [(line.name, line.agrees) for line in lines] == [
        ("total", True), ("fund", True), ("account", True), ("bank_card", True), ("cash", False)
    ]  # fmt: skip
    assert lines[0] == Line("total", bill.total, centre=bill.total)
    assert lines[4] == Line("cash", Fen(1000 + bill.cash), cash=Fen(100))
