"""Comparing the ledgers: sums by group, rows by file, and the queries that help in between."""

import base64
import io
import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest

from terminal.clock import now

YUAN = Decimal
TODAY = f"{now():%Y-%m-%d}"
COLUMNS = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay")


def settled(desk, number, pric="50.00"):
    visit = desk.open(number=number)
    visit.upload(visit.row(1, "SA01-TEST-0001", pric))
    return visit, visit.settle(pric)["setlinfo"]


def sums(infos, **more):
    def total(key):
        return str(sum(info[key] for info in infos))

    return {
        "insutype": "310", "clr_type": "11", "setl_optins": "110100", "stmt_begndate": TODAY, "stmt_enddate": TODAY,
        "medfee_sumamt": total("medfee_sumamt"), "fund_pay_sumamt": total("fund_pay_sumamt"),
        "acct_pay": total("acct_pay"), "cash_payamt": "0", "fixmedins_setl_cnt": str(len(infos)), **more,
    }  # fmt: skip


def packed(lines, newline="\n"):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("day.txt", "".join(line + newline for line in lines))
    return target.getvalue()


def line(info, **change):
    row = {**info, **change}
    return "\t".join([*(str(row[key]) for key in COLUMNS), str(row.get("refd", "0"))])


def send_file(desk, data):
    node = {"in": base64.b64encode(data).decode(), "filename": "day.txt.zip", "fixmedins_code": desk.code}
    return desk.output("9101", {"fsUploadIn": node})


def fetch(desk, kept, **change):
    node = {**{key: kept[key] for key in ("file_qury_no", "filename")}, "fixmedins_code": desk.code, **change}
    body = json.dumps(desk.message("9102", {"fsDownloadIn": node})).encode()
    return desk.post("/9102", body, desk.headers())[2]


def compare(desk, infos, lines, newline="\n", **more):
    """3202 and its result file: {setl_id: (verdict, msgid, medfee)}."""
    kept = send_file(desk, packed(lines, newline))
    output = desk.output("3202", {"data": sums(infos, file_qury_no=kept["file_qury_no"], **more)})
    data = fetch(desk, output["fileinfo"])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        rows = archive.read(archive.namelist()[0]).decode().splitlines()
    fields = [row.split("\t") for row in rows]
    assert {len(row) for row in fields} <= {10}
    return {row[2]: (row[4], row[3], row[7]) for row in fields}


def verdict(desk, node):
    return desk.output("3201", {"data": node})["stmtinfo"]["stmt_rslt"]


def test_equal_sums_match_and_others_do_not(desk):
    infos = [settled(desk, f"B{number}")[1] for number in range(3)]
    assert verdict(desk, sums(infos)) == "000000"
    assert verdict(desk, sums(infos, medfee_sumamt="149.99")) == "000103"
    assert verdict(desk, sums(infos[:2])) == "000103"
    assert verdict(desk, sums(infos, insutype="390")) == "000102"
    yesterday = f"{now() - timedelta(days=1):%Y-%m-%d}"
    assert verdict(desk, sums([], stmt_begndate=yesterday, stmt_enddate=yesterday)) == "000000"


def test_a_refund_counts_twice_or_not_at_all(desk):
    visit, info = settled(desk, "B1")
    _, other = settled(desk, "B2")
    red = desk.output("2208", visit.cancelling(info["setl_id"]))["setlinfo"]
    assert verdict(desk, sums([info, other, red])) == "000000"
    assert verdict(desk, sums([other], refd_setl_flag="0")) == "000000"
    assert verdict(desk, sums([other], REFD_SETL_FLAG="0")) == "000000"


def test_a_reversed_settlement_counts_nowhere(desk):
    _, info = settled(desk, "B1")
    desk.reverse(info["medins_setl_id"], "2207")
    assert verdict(desk, sums([])) == "000000"
    assert compare(desk, [], []) == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_each_row_gets_its_verdict(desk, newline):
    good, dear, lost = (settled(desk, f"B{number}")[1] for number in range(3))
    ghost = {**good, "setl_id": "110100S999999999999"}
    infos = [good, {**dear, "medfee_sumamt": YUAN("51.00")}, ghost]
    result = compare(desk, infos, [line(info) for info in infos], newline)
    assert {setl_id: row[0] for setl_id, row in result.items()} == {
        good["setl_id"]: "000000",
        dear["setl_id"]: "000103",
        lost["setl_id"]: "000101",
        ghost["setl_id"]: "000102",
    }
    assert result[dear["setl_id"]][2] == "50.00"
    assert desk.reverse(result[lost["setl_id"]][1], "2207")["infcode"] == 0


def test_empty_fields_may_be_the_word_null(desk):
    _, info = settled(desk, "B1")
    assert info["fund_pay_sumamt"] == 0
    result = compare(desk, [info], [line(info, fund_pay_sumamt="null")])
    assert result[info["setl_id"]][0] == "000000"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"not a zip", "不是含一个UTF-8文本的ZIP"),
        (packed(["a\tb\tc"]), "7列"),
        (packed(["s\tm\tp\t1.00\t0\t0\t0", "s2\tm\tp\t1.00\t0\t0\t0"]), "笔数"),
        (packed(["s\tm\tp\t7.00\t0\t0\t0"]), "合计"),
        (packed(["s\tm\tp\tseven\t0\t0\t0"]), "不是数字"),
    ],
    ids=["no archive", "too few columns", "another count", "other sums", "no number"],
)
def test_a_file_out_of_form_is_refused(desk, data, text):
    _, info = settled(desk, "B1")
    kept = send_file(desk, data)
    assert text in desk.refusal("3202", {"data": sums([info], file_qury_no=kept["file_qury_no"])})


def test_a_file_is_handed_out_as_its_bytes_to_its_owner(desk, simulator):
    kept = send_file(desk, b"PK-anything")
    assert fetch(desk, kept) == b"PK-anything"
    other = type(desk)(simulator.port, "H36040300001").sign_in()
    assert json.loads(fetch(other, kept))["infcode"] == -1
    other.close()
    assert json.loads(fetch(desk, {**kept, "file_qury_no": "M00/none"}))["infcode"] == -1


def test_a_file_that_is_no_base64_is_refused(desk):
    node = {"in": "[]", "filename": "x", "fixmedins_code": desk.code}
    assert "Base64" in desk.refusal("9101", {"fsUploadIn": node})


def test_clearing_is_applied_for_once_with_the_centres_own_sums(desk):
    _, info = settled(desk, "B1")
    node = {
        "clr_type": "11", "clr_way": "1", "setlym": TODAY[:4] + TODAY[5:7], "psntime": "1", "medfee_sumamt": "50.00",
        "med_sumfee": "50.00", "fund_appy_sum": "0", "cash_payamt": "0", "acct_pay": str(info["acct_pay"]),
        "begndate": TODAY, "enddate": TODAY,
    }  # fmt: skip
    assert "不一致" in desk.refusal("3203", {"data": {**node, "medfee_sumamt": "49.00"}})
    number = desk.output("3203", {"data": node})["result"]["clr_appy_evt_id"]
    assert "已有清算申请" in desk.refusal("3203", {"data": node})
    assert desk.output("3204", {"data": {"clr_appy_evt_id": number}}) is None
    assert "未查询到" in desk.refusal("3204", {"data": {"clr_appy_evt_id": number}})


def test_a_visit_whose_number_was_lost_is_found_by_person_and_time(desk):
    visit = desk.open(number="B7")
    node = {"psn_no": visit.psn_no, "begntime": f"{TODAY} 00:00:00", "endtime": f"{TODAY} 23:59:59", "med_type": "11"}
    (row,) = desk.output("5201", {"data": node})["mdtrtinfo"]
    assert (row["mdtrt_id"], row["ipt_otp_no"]) == (visit.mdtrt_id, "B7")
    assert desk.output("5201", {"data": {**node, "endtime": f"{TODAY} 00:00:01"}})["mdtrtinfo"] == []


def test_a_settlement_is_shown_under_the_older_names_with_its_refund_flag(desk):
    visit, info = settled(desk, "B1")
    node = {"data": {"psn_no": visit.psn_no, "setl_id": info["setl_id"], "mdtrt_id": visit.mdtrt_id}}
    shown = desk.output("5203", node)["setlinfo"]
    assert (shown["psn_pay"], shown["cash_payamt"]) == (info["psn_part_amt"], info["psn_cash_pay"])
    assert (shown["medins_setl_id"], shown["refd_setl_flag"]) == (info["medins_setl_id"], "0")
    desk.output("2208", visit.cancelling(info["setl_id"]))
    assert desk.output("5203", node)["setlinfo"]["refd_setl_flag"] == "1"
    assert "未查询到结算信息" in desk.refusal("5203", {"data": {"psn_no": visit.psn_no, "setl_id": "110100S0"}})


def test_fee_rows_are_answered_as_a_bare_list(desk):
    visit, info = settled(desk, "B1")
    rows = desk.output("5204", {"data": {**visit.key, "setl_id": info["setl_id"]}})
    assert [(row["feedetl_sn"], row["inscp_scp_amt"], row["chrgitm_lv"]) for row in rows] == [
        ("1", YUAN("50.00"), "01")
    ]
    assert desk.output("5204", {"data": {**visit.key, "setl_id": "none"}}) == []
