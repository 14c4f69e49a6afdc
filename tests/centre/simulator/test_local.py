"""What single provinces add to the national interface: 1161, 1162, 3211, 3212, 5261, 5262, 5368, 5369."""

from decimal import Decimal

import pytest

from terminal.centre.messages.registry import TRANSACTIONS
from terminal.centre.simulator.transactions import TRANSACTIONS as SERVED
from tests.centre.simulator.desk import ZHANG
from tests.centre.simulator.test_reconciliation import fetch, line, packed, send_file, settled

CARD = {"mdtrt_cert_type": "03", "mdtrt_cert_no": "X00000019", "card_sn": "110100D156000005000000A1FFFFFFFF"}


def test_every_transaction_with_typed_messages_is_served():
    assert set(TRANSACTIONS) <= set(SERVED)


@pytest.mark.parametrize("infno", ["1161", "1162"])
def test_a_person_read_by_the_plug_in_comes_with_the_card(desk, infno):
    output = desk.output(infno, {"data": CARD})
    assert output["baseinfo"]["psn_no"] == ZHANG
    assert (output["cardecinfo"]["cardno"], output["cardecinfo"]["card_sn"]) == ("X00000019", CARD["card_sn"])


def test_the_sheet_of_a_settlement_adds_up_by_kind_of_charge(desk):
    _, info = settled(desk, "B1")
    node = {"data": {key: info[key] for key in ("psn_no", "setl_id", "mdtrt_id")}}
    assert "feesttinfo" not in desk.output("5261", node)
    sheet = desk.output("5262", node)
    assert sheet["setlinfo"]["setl_id"] == info["setl_id"]
    assert sum(kind["det_item_fee_sumamt"] for kind in sheet["feesttinfo"]) == info["medfee_sumamt"]


def test_a_days_check_as_a_task_ends_in_a_result_file(desk):
    _, info = settled(desk, "B1")
    kept = send_file(desk, packed([line(info)]))
    day = info["setl_time"][:10].replace("-", "")
    node = {"clr_begin_ymd": day, "clr_end_ymd": day, "file_qury_no": kept["file_qury_no"], "upload_file_name": "x"}
    key = desk.output("3211", {"data": node})["fileinfo"]["task_key"]
    number = desk.output("3212", {"data": {"task_key": key}})["fileinfo"]["file_qury_no1"]
    assert fetch(desk, {**kept, "file_qury_no": number})[:2] == b"PK"
    assert "未查询到文件" in desk.refusal("3212", {"data": {"task_key": "none"}})


def test_cash_is_paid_from_the_account_after_the_settlement_and_comes_back_with_a_refund(desk):
    before = desk.balance()
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    info = visit.settle("50.00", acct_used_flag="0")["setlinfo"]
    assert info["acct_pay"] == 0 and info["psn_cash_pay"] == Decimal("50.00")
    named = {"setlId": info["setl_id"], "psnNo": ZHANG, "mdtrtId": info["mdtrt_id"]}
    taken = desk.output("5369", {"data": named})["result"]
    assert (taken["enttAcctPay"], taken["psnPay"]) == (Decimal("50.00"), 0)
    assert desk.output("5369", {"data": named})["result"]["enttAcctPay"] == 0
    assert desk.output("5368", {"data": {"psn_no": ZHANG}})["result"]["balc"] == before - 50
    shown = desk.output("5203", {"data": {"psn_no": ZHANG, "setl_id": info["setl_id"]}})
    assert (shown["setlinfo"]["acct_pay"], shown["setlinfo"]["cash_payamt"]) == (Decimal("50.00"), 0)
    assert sum(part["fund_payamt"] for part in shown["setldetail"]) == Decimal("50.00")
    desk.output("2208", visit.cancelling(info["setl_id"]))
    assert desk.balance() == before
    assert "已退费" in desk.refusal("5369", {"data": named})
