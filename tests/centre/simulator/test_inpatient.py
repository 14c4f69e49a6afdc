"""A stay at the centre: admission, fees with returns, discharge, settlement, and the way back."""

from decimal import Decimal

import pytest

from tests.centre.simulator.desk import ZHANG, Stay

YUAN = Decimal


@pytest.fixture
def stay(desk):
    return Stay(desk)


def test_a_stay_from_admission_to_settlement_and_back(desk, stay):
    stay.charge(stay.row(1, "SA01-TEST-0009", "1250.00", "1"), stay.row(2, "SA01-TEST-0010", "180.00", "2"))
    assert desk.output("2402", stay.leaving()) is None
    info = desk.output("2304", stay.settling("1610.00"))["setlinfo"]
    # 1250.00 at 5 %: 62.50 first, 1187.50 in scope; bed 2 x (180 - 100) = 160.00 over the limit, 200.00 in scope
    parts = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "hifp_pay", "clr_type")
    # (1387.50 - 100.00) x 70 % = 901.25
    assert [str(info[key]) for key in parts] == ["0.00", "160.00", "62.50", "1387.50", "901.25", "21"]
    red = desk.output("2305", {"data": {**stay.key, "setl_id": info["setl_id"]}})["setlinfo"]
    assert red["hifp_pay"] == YUAN("-901.25") and desk.balance() == YUAN("1378.15")
    assert desk.output("2405", {"data": stay.key}) is None


def test_returns_are_netted_so_that_rows_add_up(desk, stay):
    (first,) = stay.charge(stay.row(1, "XB01-TEST-0001", "42.71", "3"))
    (back,) = stay.charge(stay.row(2, "XB01-TEST-0001", "42.71", "-1", init_feedetl_sn="1"))
    # 128.13 x 5 % = 6.4065 -> 6.41; 85.42 x 5 % = 4.271 -> 4.27; the return takes back 2.14
    assert (first["preselfpay_amt"], back["preselfpay_amt"]) == (YUAN("6.41"), YUAN("-2.14"))
    desk.output("2402", stay.leaving())
    info = desk.output("2304", stay.settling("85.42"))["setlinfo"]
    assert (info["preselfpay_amt"], info["inscp_scp_amt"]) == (YUAN("4.27"), YUAN("81.15"))


def test_a_fully_returned_row_leaves_nothing(desk, stay):
    stay.charge(stay.row(1, "SA01-TEST-0003", "20.00", "1"), stay.row(2, "SA01-TEST-0006", "12.00", "1"))
    stay.charge(stay.row(3, "SA01-TEST-0003", "20.00", "-1", init_feedetl_sn="1"))
    desk.output("2402", stay.leaving())
    assert desk.output("2304", stay.settling("12.00"))["setlinfo"]["medfee_sumamt"] == YUAN("12.00")
    assert "没有待结算" in desk.refusal("2303", stay.bill("0.00"))


def test_after_a_cancellation_the_same_rows_are_settled_again(desk, stay):
    stay.charge(stay.row(1, "SA01-TEST-0003", "20.00", "2"))
    stay.charge(stay.row(2, "SA01-TEST-0003", "20.00", "-1", init_feedetl_sn="1"))
    desk.output("2402", stay.leaving())
    info = desk.output("2304", stay.settling("20.00"))["setlinfo"]
    desk.output("2305", {"data": {**stay.key, "setl_id": info["setl_id"]}})
    assert desk.output("2304", stay.settling("20.00"))["setlinfo"]["medfee_sumamt"] == YUAN("20.00")


def test_a_settlement_in_the_middle_of_a_stay_says_so(desk, stay):
    stay.charge(stay.row(1, "SA01-TEST-0003", "20.00", "1"))
    assert "未办理出院" in desk.refusal("2304", stay.settling("20.00"))
    assert desk.output("2304", stay.settling("20.00", mid_setl_flag="1"))["setlinfo"]["setl_id"]


@pytest.mark.parametrize(
    ("sn", "cnt", "origin", "text"),
    [
        ("2", "-2", "1", "退费数量超过"),
        ("2", "-1", "9", "未查询到被退的"),
        ("2", "-1", "", "缺少init_feedetl_sn"),
        ("1", "1", "", "重复"),
    ],
)
def test_a_wrong_row_is_refused(desk, stay, sn, cnt, origin, text):
    stay.charge(stay.row(1, "SA01-TEST-0003", "20.00", "1"))
    row = stay.row(sn, "SA01-TEST-0003", "20.00", cnt, init_feedetl_sn=origin)
    assert text in desk.refusal("2301", {"feedetail": [row]})


def test_nobody_lies_in_two_beds(desk, stay):
    assert "已有在院" in desk.refusal("2401", stay.admission)
    desk.output("2404", {"data": stay.key})
    assert Stay(desk, "Z2").key["mdtrt_id"] != stay.key["mdtrt_id"]


def test_steps_out_of_order_are_refused(desk, stay):
    assert "未办理出院" in desk.refusal("2405", {"data": stay.key})
    stay.charge(stay.row(1, "SA01-TEST-0003", "20.00", "1"))
    assert "已有费用" in desk.refusal("2404", {"data": stay.key})
    desk.output("2402", stay.leaving())
    assert "已办理出院" in desk.refusal("2301", {"feedetail": [stay.row(2, "SA01-TEST-0003", "20.00", "1")]})
    desk.output("2304", stay.settling("20.00"))
    assert "已结算" in desk.refusal("2405", {"data": stay.key})


def test_open_rows_are_deleted_one_by_one_or_all(desk, stay):
    stay.charge(*(stay.row(sn, "SA01-TEST-0003", "20.00", "1") for sn in (1, 2, 3)))
    desk.output("2302", {"data": [{**stay.key, "feedetl_sn": "2"}]})
    assert "未查询到未结算" in desk.refusal("2302", {"data": [{**stay.key, "feedetl_sn": "2"}]})
    assert desk.output("2303", stay.bill("40.00"))
    desk.output("2302", {"data": [{**stay.key, "feedetl_sn": "0000"}]})
    assert desk.output("2404", {"data": stay.key}) is None


def test_an_admission_whose_answer_was_lost_is_reversed_by_its_number(desk, stay):
    assert desk.reverse(desk.msgid, "2401")["infcode"] == 0
    assert desk.reverse(desk.msgid, "2401")["infcode"] == -1


def test_stays_and_diagnoses_are_found_again(desk, stay):
    window = {"psn_no": ZHANG, "begntime": "2026-03-01 00:00:00", "endtime": "2026-03-31 23:59:59"}
    (row,) = desk.output("5303", {"data": window})["data"]
    assert row["mdtrt_id"] == stay.key["mdtrt_id"] and row["inhosp_stas"] == "1"
    assert desk.output("5202", {"data": stay.key})["diseinfo"][0]["diag_code"] == "K35.800"
    desk.output("2403", {"adminfo": {**stay.key, "adm_bed": "7"}, "diseinfo": []})
    desk.output("2402", stay.leaving())
    assert desk.output("5303", {"data": window})["data"] == []
