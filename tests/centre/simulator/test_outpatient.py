"""An outpatient visit at the centre: rows divided, bill tried, settled, cancelled, reversed, and what is refused."""

from decimal import Decimal

import pytest

YUAN = Decimal
WANG, CHEN = "36040000000000000003", "11010000000000000005"


def test_a_visit_from_registration_to_settlement(desk):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0005", "260.00"), visit.row(2, "XC01-TEST-0001", "88.00"))
    info = visit.settle("348.00")["setlinfo"]
    # 260.00 class B at 10 %: 26.00 first, 234.00 in scope; (234.00 - 100.00) x 70 % = 93.80; rest from the account
    assert info["preselfpay_amt"] == YUAN("26.00") and info["inscp_scp_amt"] == YUAN("234.00")
    assert info["fulamt_ownpay_amt"] == YUAN("88.00")
    assert info["act_pay_dedc"] == YUAN("100.00")
    assert info["hifp_pay"] == info["fund_pay_sumamt"] == YUAN("93.80")
    assert info["acct_pay"] == YUAN("166.20") and info["psn_cash_pay"] == YUAN("88.00")
    assert info["balc"] == YUAN("1211.95") == desk.balance()
    assert info["medins_setl_id"] and info["setl_id"] and info["clr_optins"] == "110100"
    assert desk.accumulators() == {"op_in_scope": YUAN("234.00"), "admissions": 1}


@pytest.mark.parametrize(
    ("code", "pric", "cnt", "expected"),
    [
        # code, price, count -> own pay, over limit, first self-pay, in scope
        ("XA01-TEST-0006", "4.52", "1", ("0.00", "0.00", "0.00", "4.52")),
        ("XB01-TEST-0001", "4.52", "1", ("0.00", "0.00", "0.23", "4.29")),
        ("XC01-TEST-0001", "1.50", "1", ("1.50", "0.00", "0.00", "0.00")),
        ("SA01-TEST-0002", "5.00", "1", ("5.00", "0.00", "0.00", "0.00")),
        ("SA01-TEST-0010", "180.00", "2", ("0.00", "160.00", "0.00", "200.00")),
        ("HA01-TEST-0001", "798.00", "1", ("0.00", "98.00", "70.00", "630.00")),
        ("NOT-IN-THE-LIST", "3.20", "3", ("9.60", "0.00", "0.00", "0.00")),
        ("TA01-TEST-0001", "0.0850", "15.5", ("0.00", "0.00", "0.00", "1.32")),
    ],
)
def test_a_row_divides_by_class_rate_and_limit(desk, code, pric, cnt, expected):
    visit = desk.open()
    amount = str((YUAN(pric) * YUAN(cnt)).quantize(YUAN("0.01")))
    (row,) = visit.upload(visit.row(1, code, pric, cnt, amount))
    keys = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
    assert tuple(str(row[key]) for key in keys) == expected
    assert sum(row[key] for key in keys) == row["det_item_fee_sumamt"] == YUAN(amount)


def test_a_trial_changes_nothing(desk, simulator):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    before = simulator.books()
    first, second = visit.trial("50.00"), visit.trial("50.00")
    for key in ("setl_id", "setl_time", "clr_optins", "clr_way"):
        assert first["setlinfo"][key] is None
    assert {**first["setlinfo"], "medins_setl_id": 0} == {**second["setlinfo"], "medins_setl_id": 0}
    assert simulator.books() == before


def test_the_deductible_is_open_once_a_year(desk):
    for number, deductible in (("B1", "60.00"), ("B2", "40.00"), ("B3", "0.00")):
        visit = desk.open(number=number)
        visit.upload(visit.row(1, "SA01-TEST-0007", "60.00"))
        assert visit.settle("60.00")["setlinfo"]["act_pay_dedc"] == YUAN(deductible)


def test_a_cancellation_turns_every_amount_round_and_restores_the_account(desk):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0005", "260.00"))
    info = visit.settle("260.00")["setlinfo"]
    red = desk.output("2208", visit.cancelling(info["setl_id"]))["setlinfo"]
    assert red["setl_id"] != info["setl_id"] and red["medins_setl_id"] == desk.msgid
    for key in ("medfee_sumamt", "hifp_pay", "acct_pay", "psn_cash_pay", "inscp_scp_amt"):
        assert red[key] == -info[key]
    assert red["balc"] == desk.balance() == YUAN("1378.15")
    assert desk.accumulators() == {"op_in_scope": 0, "admissions": 0}


def test_after_a_cancellation_the_rows_can_be_settled_anew(desk):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0003", "20.00"), visit.row(2, "SA01-TEST-0006", "12.00"))
    desk.output("2208", visit.cancelling(visit.settle("32.00")["setlinfo"]["setl_id"]))
    desk.output("2205", {"data": {**visit.key, "chrg_bchno": "0000"}})
    visit.upload(visit.row(1, "SA01-TEST-0003", "20.00", batch="2"))
    assert visit.settle("20.00", chrg_bchno="2")["setlinfo"]["medfee_sumamt"] == YUAN("20.00")


def test_deleting_rows_succeeds_even_when_there_are_none(desk):
    visit = desk.open()
    node = {"data": {**visit.key, "chrg_bchno": "0000"}}
    assert desk.output("2205", node) is None and desk.output("2205", node) is None


def test_a_resident_is_answered_with_the_residents_fund(desk):
    visit = desk.open(WANG, "390", insuplc_admdvs="360400")
    visit.upload(visit.row(1, "SA01-TEST-0004", "1800.00", "1"))
    detail = visit.settle("1800.00")["setldetail"]
    assert [row["fund_pay_type"] for row in detail] == ["390100"]


@pytest.mark.parametrize(("dise_codg", "filed"), [("M03900", True), ("M01600", False), ("", False)])
def test_a_chronic_bill_needs_its_disease_on_file(desk, dise_codg, filed):
    visit = desk.open("11010000000000000002")
    visit.describe(med_type="14", dise_codg=dise_codg)
    visit.upload(visit.row(1, "XA01-TEST-0004", "25.80"))
    if filed:
        assert visit.trial("25.80", med_type="14")["setlinfo"]["med_type"] == "14"
    else:
        assert "备案" in desk.refusal("2206", visit.bill("25.80", med_type="14"))


def test_diagnoses_are_kept_and_replaced(desk):
    visit = desk.open()
    for _ in range(2):
        visit.describe()
    assert [row["diag_code"] for row in desk.output("5202", {"data": visit.key})["diseinfo"]] == ["K35.800"]


def settled(desk, number="B1"):
    visit = desk.open(number=number)
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    return visit, visit.settle("50.00")["setlinfo"]


def test_a_settlement_with_a_message_number_used_before_is_refused(desk):
    first, second = desk.open(number="B1"), desk.open(number="B2")
    for visit in (first, second):
        visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    used = desk.number()
    desk.output("2207", first.settling("50.00"), msgid=used)
    assert "报文ID重复" in desk.refusal("2207", second.settling("50.00"), msgid=used)


def test_nothing_is_left_to_settle_a_second_time(desk):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    node = visit.settling("50.00")
    desk.output("2207", node)
    assert "没有待结算" in desk.refusal("2207", node)


def test_a_second_cancellation_is_refused(desk):
    visit, info = settled(desk)
    desk.output("2208", visit.cancelling(info["setl_id"]))
    assert "退费结算标志" in desk.refusal("2208", visit.cancelling(info["setl_id"]))


def test_a_settled_visit_cannot_be_unregistered(desk):
    visit, _ = settled(desk)
    assert "已结算" in desk.refusal("2202", {"data": {**visit.key, "ipt_otp_no": "B1"}})


def test_an_unregistered_visit_takes_no_rows(desk):
    visit = desk.open()
    desk.output("2202", {"data": {**visit.key, "ipt_otp_no": "B1"}})
    assert "已撤销" in desk.refusal("2204", {"feedetail": [visit.row(1, "SA01-TEST-0001", "50.00")]})


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"medfee_sumamt": "49.00"}, "医疗费总额"),
        ({"inscp_scp_amt": "49.99"}, "inscp_scp_amt"),
        ({"fulamt_ownpay_amt": "0.01"}, "fulamt_ownpay_amt"),
        ({"insutype": "390"}, "险种类型"),
        ({"chrg_bchno": "2"}, "没有待结算"),
        ({"medfee_sumamt": "fifty"}, "不是数字"),
        ({"psn_setlway": ""}, "data.psn_setlway不能为空"),
    ],
)
def test_wrong_sums_are_refused_and_change_nothing(desk, simulator, wrong, text):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    node = visit.settling("50.00")
    before = simulator.books()
    assert text in desk.refusal("2207", {"data": {**node["data"], **wrong}})
    assert simulator.books() == before


def test_rows_are_taken_all_or_none(desk):
    visit = desk.open()
    row = visit.row(1, "SA01-TEST-0001", "50.00")
    assert "重复" in desk.refusal("2204", {"feedetail": [row, row]})
    assert len(visit.upload(row)) == 1


def test_a_person_insured_elsewhere_is_refused_under_the_wrong_place(desk):
    node = {"psn_no": WANG, "insutype": "390", "begntime": "2026-01-05 08:00:00", "mdtrt_cert_type": "02"}
    doctor = {"atddr_no": "D1", "dr_name": "医师", "dept_code": "1", "dept_name": "内科", "caty": "A03"}
    assert "参保地110100" in desk.refusal("2201", {"data": {**node, **doctor, "ipt_otp_no": "B1"}})


def test_a_suspended_person_is_refused_with_the_policys_own_words(desk):
    visit = desk.open(CHEN)
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    assert "参保暂停" in desk.refusal("2206", visit.bill("50.00"))


class TestReversal:
    """2601: the effect of one message is taken back, by its number and the transaction it was sent as."""

    def test_a_settlement_is_void_and_its_rows_are_free(self, desk, simulator):
        visit, _ = settled(desk)
        answer = desk.reverse(simulator.books()["settlements"][0]["msgid"], "2207")
        assert answer["infcode"] == 0 and answer["output"] is None
        assert desk.balance() == YUAN("1378.15") and desk.accumulators()["admissions"] == 0
        assert visit.settle("50.00")["setlinfo"]["setl_id"]
        assert [row["state"] for row in simulator.books()["settlements"]] == ["reversed", "standing"]

    def test_after_a_cancellation_it_is_refused(self, desk, simulator):
        visit, info = settled(desk)
        desk.output("2208", visit.cancelling(info["setl_id"]))
        assert "退费结算标志" in desk.reverse(info["medins_setl_id"], "2207")["err_msg"]

    def test_a_second_time_is_refused(self, desk):
        _, info = settled(desk)
        assert desk.reverse(info["medins_setl_id"], "2207")["infcode"] == 0
        assert desk.reverse(info["medins_setl_id"], "2207")["infcode"] == -1

    def test_a_cancellation_taken_back_leaves_the_settlement_standing(self, desk, simulator):
        visit, info = settled(desk)
        red = desk.output("2208", visit.cancelling(info["setl_id"]))["setlinfo"]
        assert desk.reverse(red["medins_setl_id"], "2208")["infcode"] == 0
        assert desk.balance() == info["balc"] and desk.accumulators()["admissions"] == 1
        assert [row["state"] for row in simulator.books()["settlements"]] == ["standing", "reversed"]

    def test_a_cancellation_is_not_taken_back_once_its_rows_are_settled_anew(self, desk):
        visit, info = settled(desk)
        red = desk.output("2208", visit.cancelling(info["setl_id"]))["setlinfo"]
        visit.settle("50.00")
        assert "重新结算" in desk.reverse(red["medins_setl_id"], "2208")["err_msg"]

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            ({"omsgid": "H11010500001202601010000000000"}, "未查询到需要冲正的交易"),
            ({"oinfno": "2207A"}, "未查询到需要冲正的交易"),
            ({"psn_no": WANG}, "未查询到需要冲正的交易"),
            ({"oinfno": "2206"}, "不支持冲正"),
        ],
    )
    def test_what_was_not_sent_like_that_is_not_found(self, desk, change, text):
        _, info = settled(desk)
        node = {"psn_no": info["psn_no"], "omsgid": info["medins_setl_id"], "oinfno": "2207", **change}
        assert text in desk.refusal("2601", {"data": node})
