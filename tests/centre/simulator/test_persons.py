"""Who a credential belongs to and what the person may use."""

from decimal import Decimal

import pytest

ZHANG_CARD = {"mdtrt_cert_type": "03", "mdtrt_cert_no": "X00000019", "card_sn": "110100D156000005000000A1FFFFFFFF"}


def test_a_card_with_its_recognition_code_finds_the_person(desk):
    output = desk.output("1101", {"data": ZHANG_CARD})
    assert output["baseinfo"]["psn_name"] == "张三" and output["baseinfo"]["psn_no"] == "11010000000000000001"
    assert {row["insutype"]: row["balc"] for row in output["insuinfo"]} == {
        "510": 0, "310": Decimal("1378.15"), "330": 0,
    }  # fmt: skip


def test_ended_insurances_are_listed_too_so_that_the_reader_must_choose(desk):
    output = desk.output("1101", {"data": {"mdtrt_cert_type": "02", "mdtrt_cert_no": "111111198505050001"}})
    assert [(row["insutype"], row["psn_insu_stas"]) for row in output["insuinfo"]] == [("390", "4"), ("310", "1")]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"card_sn": "00"}, "卡识别码"),
        ({"card_sn": ""}, "卡识别码"),
        ({"mdtrt_cert_no": "X00000018"}, "未查询到人员信息"),
        ({"mdtrt_cert_no": ""}, "mdtrt_cert_no不能为空"),
        ({"mdtrt_cert_type": "99"}, "就诊凭证类型"),
        ({"psn_name": "李四"}, "姓名"),
    ],
)
def test_a_credential_that_does_not_fit_is_refused(desk, wrong, text):
    assert text in desk.refusal("1101", {"data": {**ZHANG_CARD, **wrong}})


@pytest.mark.parametrize(("psn_no", "flag"), [("11010000000000000001", "1"), ("11010000000000000005", "0")])
def test_benefits_are_open_unless_the_insurance_is_suspended(desk, psn_no, flag):
    node = {"psn_no": psn_no, "insutype": "310", "fixmedins_code": "H11010500001", "med_type": "11"}
    (row,) = desk.output("2001", {"data": {**node, "begntime": "2026-01-05 08:00:00"}})["trtinfo"]
    assert row["trt_enjymnt_flag"] == flag and bool(row["trt_chk_rslt"]) == (flag == "0")


def test_chronic_filings_are_listed(desk):
    (row,) = desk.output("5301", {"data": {"psn_no": "11010000000000000002"}})["feedetail"]
    assert (row["opsp_dise_code"], row["opsp_dise_name"]) == ("M03900", "高血压")


def test_accumulators_name_year_and_month_and_count_or_yuan(desk):
    visit = desk.open()
    visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
    visit.settle("50.00")
    node = {"psn_no": "11010000000000000001"}
    rows = desk.output("5206", {"data": node})["cuminfo"]
    year = str(rows[0]["year"])
    assert [(row["insutype"], row["cum_type_code"], str(row["cum"])) for row in rows] == [
        ("310", "admissions", "1"),
        ("310", "op_in_scope", "50.00"),
    ]
    assert len(desk.output("5206", {"data": {**node, "cum_ym": f"{year}01"}})["cuminfo"]) == 2
    assert desk.output("5206", {"data": {**node, "cum_ym": "199901"}})["cuminfo"] == []
