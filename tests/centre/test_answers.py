"""The sums of a settlement, each under its condition, and what becomes of the figures outside this room."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import profiles
from terminal.centre.answers import settlement
from terminal.centre.faults import CentreAnswerBroken
from terminal.centre.identities import FUND_FIELDS, item_breaches, settlement_breaches
from terminal.centre.messages.settlement import FundPart, ItemResult, SettlementAnswer, SettlementInfo
from terminal.centre.wire import Severity, number
from terminal.documents import BillState, Claim, Fund, from_wire
from terminal.money import Fen, Price, Quantity

DEFAULT, GUANGDONG = profiles.load("default"), profiles.load("guangdong")


def info(**yuan: object) -> SettlementInfo:
    """100.00: 10 own pay, 5 over limit, 5 first self-pay, 80 in scope; paid 60 pooled, 30 account, 10 cash."""
    whole = {
        "medfee_sumamt": 100, "fulamt_ownpay_amt": 10, "overlmt_selfpay": 5, "preselfpay_amt": 5, "inscp_scp_amt": 80,
        "act_pay_dedc": 20, "hifp_pay": 60, "fund_pay_sumamt": 60, "psn_part_amt": 40, "acct_pay": 30,
        "psn_cash_pay": 10, "hosp_part_amt": 0, "balc": 7,
    } | yuan  # fmt: skip
    amounts = {name: None if value is None else Fen(number(str(value), 2)) for name, value in whole.items()}
    return SettlementInfo(mdtrt_id="M1", setl_id="S1", **amounts)


SUMS = [
    ("as it should be", info(), (), DEFAULT, ""),
    ("a part too large", info(preselfpay_amt=6), (), DEFAULT, "A"),
    ("cash too large", info(psn_cash_pay=11, psn_part_amt=41), (), DEFAULT, "B"),
    ("a personal part that is not its parts", info(psn_part_amt=41), (), DEFAULT, "C"),
    ("a fund without its field", info(hifp_pay=50), (), DEFAULT, "D"),
    ("a second fund beside the first", info(hifp_pay=50, hifob_pay=10), (), DEFAULT, ""),
    ("a disability fund of newer editions", info(hifp_pay=50, hifdm_pay=10), (), DEFAULT, ""),
    ("the hospital's part", info(hifp_pay=55, fund_pay_sumamt=55, hosp_part_amt=5), (), DEFAULT, ""),
    ("a hospital that gains", info(hifp_pay=65, fund_pay_sumamt=65, hosp_part_amt=-5), (), DEFAULT, ""),
    ("a family account beside the own", info(acct_pay=20, acct_mulaid_pay=10), (), DEFAULT, ""),
    ("a family account inside the own", info(acct_mulaid_pay=10), (), DEFAULT, ""),
    ("no personal part, as in a cancellation", info(psn_part_amt=None, hosp_part_amt=None), (), DEFAULT, ""),
    ("fund parts with the account", info(), (("310101", 60), ("310201", 30)), DEFAULT, ""),
    ("fund parts without the account", info(), (("310101", 60),), DEFAULT, "H"),
    ("one empty fund part", info(), (("", None),), DEFAULT, ""),
    ("a sum that contains the account", info(fund_pay_sumamt=90), (("310101", 60), ("310201", 30)), GUANGDONG, ""),
    ("the account counted twice", info(fund_pay_sumamt=90), (), DEFAULT, "BD"),
    ("the account left out", info(), (), GUANGDONG, "BD"),
]


@pytest.mark.parametrize(
    ("answer", "parts", "profile", "broken"), [case[1:] for case in SUMS], ids=[c[0] for c in SUMS]
)
def test_each_sum_is_checked_under_its_condition(answer, parts, profile, broken):
    rows = [FundPart(fund_pay_type=kind, fund_payamt=None if y is None else Fen(y * 100)) for kind, y in parts]
    found = settlement_breaches(answer, rows, fund_sum_includes_account=profile.fund_sum_includes_account)
    assert "".join(sorted({breach.identity for breach in found})) == broken


def item(amount: int, parts: tuple[int, int, int, int], price: int = 1, count: int = 1) -> ItemResult:
    own, over, first, scope = map(Fen, parts)
    return ItemResult(
        feedetl_sn="1", det_item_fee_sumamt=Fen(amount), cnt=Quantity(count * 10_000), pric=Price(price * 10_000),
        fulamt_ownpay_amt=own, overlmt_amt=over, preselfpay_amt=first, inscp_scp_amt=scope,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (item(452, (0, 0, 23, 429), price=452), []),
        (item(452, (0, 0, 23, 430), price=452), [("E", Severity.WRONG)]),
        (item(453, (0, 0, 23, 430), price=452), [("G", Severity.NOTE)]),
        (item(454, (0, 0, 24, 430), price=452), [("G", Severity.WRONG)]),
        (item(-452, (0, 0, -23, -429), price=452, count=-1), []),
    ],
)
def test_each_item_adds_up_and_one_fen_of_rounding_is_a_note(row, expected):
    assert [(breach.identity, breach.severity) for breach in item_breaches([row])] == expected


def test_items_that_do_not_add_up_to_the_bill_are_told():
    rows = [item(9000, (1000, 500, 500, 7000), price=9000)]
    assert {breach.identity for breach in settlement_breaches(info(), (), rows)} == {"F"}


def told(answer: SettlementInfo, claim, profile=DEFAULT, parts=()):
    return settlement(
        SettlementAnswer(setlinfo=answer, setldetail=tuple(parts)), claim, profile,
        transaction="2207", state=BillState.SETTLED, message_number="X1",
    )  # fmt: skip


def test_figures_become_layers_account_and_cash(bill):
    parts = [
        FundPart(fund_pay_type="310101", fund_payamt=Fen(5000), inscp_scp_amt=Fen(6000), fund_pay_type_name="统筹"),
        FundPart(fund_pay_type="330101", fund_payamt=Fen(1000)),
        FundPart(fund_pay_type="310201", fund_payamt=Fen(3000)),
    ]
    result = told(info(hifp_pay=50, hifob_pay=10), bill(), parts=parts)
    layers = [(layer.fund, layer.base, layer.paid, layer.label) for layer in result.layers]
    assert layers == [(Fund.POOLED, 6000, 5000, "统筹"), (Fund.LARGE_AMOUNT, 8000, 1000, "")]
    assert (result.account, result.cash, result.deductible, result.account_balance) == (3000, 1000, 2000, 700)
    assert result.balanced()


def test_cash_is_the_rest_where_the_centre_names_none(bill):
    assert told(info(psn_cash_pay=None, psn_part_amt=None), bill()).cash == 1000
    inside = info(psn_cash_pay=None, psn_part_amt=None, fund_pay_sumamt=90)
    assert told(inside, bill(), GUANGDONG).cash == 1000


@pytest.mark.parametrize("name", ["psn_cash_pay", "pdn_cash_pay", "cash_payamt"])
def test_the_cash_is_found_under_each_of_its_names(name, bill):
    answer = msgspec.structs.replace(info(psn_cash_pay=None), **{name: Fen(1000)})
    assert told(answer, bill()).cash == 1000


def test_the_family_account_is_never_cash_and_never_counted_twice(bill):
    beside = told(info(acct_pay=20, acct_mulaid_pay=10), bill())
    inside = told(info(acct_mulaid_pay=10), bill())
    for result in (beside, inside):
        assert (result.account, result.family_account, result.cash) == (2000, 1000, 1000)


@pytest.mark.parametrize("name", ["medfee_sumamt", "inscp_scp_amt", "fund_pay_sumamt", "acct_pay"])
def test_a_figure_that_is_not_there_is_not_taken_for_nothing(name, bill):
    with pytest.raises(CentreAnswerBroken) as fault:
        told(info(**{name: None}), bill())
    assert fault.value.data["place"] == f"setlinfo.{name}"


@given(st.lists(st.integers(0, 10**7), min_size=len(FUND_FIELDS), max_size=len(FUND_FIELDS)), st.data())
def test_whatever_the_funds_pay_the_bill_is_balanced_or_refused(bill_of, funds, data):
    account, cash, hospital = (data.draw(st.integers(0, 10**7)) for _ in range(3))
    total = sum(funds) + account + cash + hospital
    own = data.draw(st.integers(0, total))
    answer = SettlementInfo(
        mdtrt_id="M1", setl_id="S1", medfee_sumamt=Fen(total), fulamt_ownpay_amt=Fen(own), overlmt_selfpay=Fen(0),
        preselfpay_amt=Fen(0), inscp_scp_amt=Fen(total - own), fund_pay_sumamt=Fen(sum(funds)), acct_pay=Fen(account),
        psn_cash_pay=Fen(cash), psn_part_amt=Fen(account + cash), hosp_part_amt=Fen(hospital),
        **dict(zip(FUND_FIELDS, map(Fen, funds), strict=True)),
    )  # fmt: skip
    result = told(answer, bill_of)
    assert result.balanced() and result.funds == sum(funds)
    wrong = data.draw(
        st.sampled_from(["medfee_sumamt", "inscp_scp_amt", "fund_pay_sumamt", "acct_pay", "psn_cash_pay"])
    )
    off = data.draw(st.integers(-(10**6), 10**6).filter(bool))
    with pytest.raises(CentreAnswerBroken):
        told(msgspec.structs.replace(answer, **{wrong: Fen(getattr(answer, wrong) + off)}), bill_of)


@pytest.fixture(scope="module")
def bill_of():
    """A claim for properties, whose examples must not share a fixture made anew."""
    return msgspec.convert(
        {
            "bill": "B1",
            "institution": {"code": "H11010500001", "name": "x", "area": "110100", "tier": "3"},
            "terminal": "01",
            "operator": "o",
            "visit": {"type": "outpatient", "begin": "2026-05-06T12:00:00+08:00"},
            "lines": [{"sn": 1, "name": "x", "price": "1", "quantity": "1", "amount": "1"}],
        },
        Claim,
        dec_hook=from_wire,
    )


@pytest.mark.parametrize("name", ["2207_response_01", "2208_response_01", "2304_response_01"])
def test_recorded_settlements_become_balanced_settlements(name, bill):
    raw = json.loads((Path(__file__).parent / "samples" / f"{name}.json").read_text("utf-8"), parse_float=str)
    answer = SettlementAnswer.read(raw["output"])
    result = settlement(answer, bill(), DEFAULT, transaction="2207", state=BillState.SETTLED, message_number="X")
    assert result.balanced() and result.settlement_number and result.settled_at is not None
