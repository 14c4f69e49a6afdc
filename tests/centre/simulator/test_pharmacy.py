"""A purchase at a pharmacy: one step, items inside."""

from decimal import Decimal

import pytest

from terminal.centre.simulator import Simulator

YUAN = Decimal
ZHANG = "11010000000000000001"


@pytest.fixture
def till(simulator: Simulator, desk):
    till = type(desk)(simulator.port, "P11010500001").sign_in()
    yield till
    till.close()


def purchase(**druginfo):
    def row(sn, code, pric, cnt):
        return {
            "feedetl_sn": sn, "rx_circ_flag": "0", "fee_ocur_time": "2026-01-05 10:20:30", "med_list_codg": code,
            "medins_list_codg": code, "det_item_fee_sumamt": YUAN(pric) * cnt, "cnt": cnt, "pric": YUAN(pric),
        }  # fmt: skip

    rows = [row("1", "XA01-TEST-0006", "10.00", 1), row("2", "XB01-TEST-0003", "10.00", 2)]
    info = {
        "psn_no": ZHANG, "mdtrt_cert_type": "03", "mdtrt_cert_no": "X00000019", "begntime": "2026-01-05 10:20:30",
        "medfee_sumamt": "30.00", "invono": "R1", "insutype": "310", "acct_used_flag": "1", "med_type": "41",
    }  # fmt: skip
    return {"druginfo": {**info, **druginfo}, "drugdetail": [{k: str(v) for k, v in r.items()} for r in rows]}


def test_a_purchase_is_tried_and_settled_with_its_items(till, simulator):
    tried, settled = till.output("2101", purchase()), till.output("2102", purchase())
    assert "setl_id" not in tried["setlinfo"] and settled["setlinfo"]["setl_id"]
    for info in (tried["setlinfo"], settled["setlinfo"]):
        assert (info["preselfpay_amt"], info["inscp_scp_amt"]) == (YUAN("2.00"), YUAN("28.00"))
        assert (info["acct_pay"], info["psn_cash_pay"], info["clr_type"]) == (YUAN("30.00"), 0, "41")
    assert [row["preselfpay_amt"] for row in settled["detlcutinfo"]] == [0, YUAN("2.00")]
    assert settled["setldetail"][0]["fund_pay_type"] == "310200"
    assert [row["bill"] for row in simulator.books()["settlements"]] == ["R1"]


def test_a_cancelled_purchase_uses_the_older_names(till):
    info = till.output("2102", purchase())["setlinfo"]
    key = {"psn_no": ZHANG, "setl_id": info["setl_id"], "mdtrt_id": info["mdtrt_id"]}
    red = till.output("2103", {"data": key})["setlinfo"]
    assert (red["psn_pay"], red["cash_payamt"], red["acct_pay"]) == (YUAN("-30.00"), 0, YUAN("-30.00"))
    assert "psn_cash_pay" not in red and till.balance() == YUAN("1378.15")
    assert "已撤销" in till.refusal("2103", {"data": key})


def test_a_reversed_purchase_is_void(till, simulator):
    info = till.output("2102", purchase())["setlinfo"]
    assert till.reverse(info["medins_setl_id"], "2102")["infcode"] == 0
    assert till.balance() == YUAN("1378.15")
    assert [row["state"] for row in simulator.books()["visits"]] == ["cancelled"]


def test_a_reversed_cancellation_leaves_the_purchase_standing(till):
    info = till.output("2102", purchase())["setlinfo"]
    key = {"psn_no": ZHANG, "setl_id": info["setl_id"], "mdtrt_id": info["mdtrt_id"]}
    red = till.output("2103", {"data": key})["setlinfo"]
    assert till.reverse(red["medins_setl_id"], "2103")["infcode"] == 0
    assert till.balance() == YUAN("1348.15")
    assert till.output("2103", {"data": key})["setlinfo"]["acct_pay"] == YUAN("-30.00")


@pytest.mark.parametrize(("wrong", "text"), [({"medfee_sumamt": "29.99"}, "医疗费总额"), ({"insutype": "340"}, "险种")])
def test_a_wrong_purchase_leaves_nothing_behind(till, simulator, wrong, text):
    assert text in till.refusal("2102", purchase(**wrong))
    assert simulator.books()["visits"] == []


TRACE = {"feedetl_sn": "1", "drug_trac_codg": "81000000000000000001", "trdn_flag": "0", "min_prcunt_type": "0"}


def test_a_trace_code_is_settled_once_until_its_settlement_falls(till):
    node = {**purchase(), "drug_trac_info": [TRACE]}
    info = till.output("2102A", node)["setlinfo"]
    assert "已结算过" in till.refusal("2102A", node)
    till.output("2103", {"data": {key: info[key] for key in ("psn_no", "setl_id", "mdtrt_id")}})
    assert till.output("2102A", node)["setlinfo"]["setl_id"]


def test_an_opened_package_is_sold_in_parts(till):
    node = {**purchase(), "drug_trac_info": [{**TRACE, "trdn_flag": "1"}]}
    assert till.output("2102A", node) and till.output("2102A", node)


@pytest.mark.parametrize("wrong", [{"feedetl_sn": "9"}, {"drug_trac_codg": ""}])
def test_a_trace_code_names_a_row_of_its_bill(till, simulator, wrong):
    assert "追溯码" in till.refusal("2102A", {**purchase(), "drug_trac_info": [{**TRACE, **wrong}]})
    assert simulator.books()["settlements"] == []


def test_a_repeated_message_number_is_refused(till):
    used = till.number()
    till.output("2102", purchase(), msgid=used)
    assert "报文ID重复" in till.refusal("2102", purchase(), msgid=used)
