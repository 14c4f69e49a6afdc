"""The centre's lists become the catalogue's documents, page by page."""

import json
from datetime import date
from fractions import Fraction

from terminal.catalogue import read_file
from terminal.documents import CatalogueItem, FirstSelfPay, HouseItem, ItemClass, PriceCeiling
from terminal.money import Price

ROWS = {
    "1312": {
        "hilist_code": "X1", "hilist_name": "阿莫西林", "insu_admdvs": "110100", "begndate": "2020-01-01",
        "enddate": "", "chrgitm_lv": "02", "pinyin": "amxl", "wubi": "bsag", "vali_flag": "1",
    },
    "1317": {
        "fixmedins_code": "H11010500001", "medins_list_codg": "H7", "medins_list_name": "阿莫西林",
        "med_list_codg": "X1", "begndate": "2020-01-01", "enddate": None, "vali_flag": "1",
    },
    "1318": {
        "hilist_code": "X1", "hilist_lmtpric_type": "3", "insu_admdvs": "110100", "begndate": "2020-01-01 00:00:00",
        "hilist_pric_uplmt_amt": "12.345", "vali_flag": "0",
    },
    "1319": {
        "hilist_code": "X1", "selfpay_prop_psn_type": "11", "selfpay_prop_type": "1", "insu_admdvs": "110100",
        "begndate": "2020-01-01", "enddate": "2026-12-31", "selfpay_prop": 0.05, "vali_flag": "1",
    },
}  # fmt: skip


def test_each_list_becomes_its_document(scripted, till):
    for transaction, row in ROWS.items():
        scripted.script[transaction] = {"recordCounts": 1, "data": [row]}
    item, ceiling, rate, house = till().listings(date(2020, 1, 1))
    first = date(2020, 1, 1)
    assert item == CatalogueItem(
        "X1", "阿莫西林", "110100", first, item_class=ItemClass.B, initials="amxl", wubi="bsag"
    )
    assert ceiling == PriceCeiling("X1", "110100", "3", first, Price(12_345_000), valid=False)
    assert rate == FirstSelfPay("X1", "110100", "11", "1", first, Fraction(1, 20), end=date(2026, 12, 31))
    assert house == HouseItem("H7", "X1", "H11010500001", first, "阿莫西林")
    assert scripted.requests("1312")[0]["data"]["updt_time"] == "2020-01-01"


def test_pages_are_asked_until_all_rows_are_there_and_rows_without_a_day_are_left_out(scripted, till):
    rows = [ROWS["1312"] | {"hilist_code": f"X{place}"} for place in range(3)] + [{"hilist_code": "torn"}]

    def page(connection, message):
        number = message["input"]["data"]["page_num"]
        answer = {"infcode": 0, "output": {"recordCounts": 4, "data": rows[(number - 1) * 2 : number * 2]}}
        body = json.dumps(answer).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    scripted.script["1312"] = page
    for transaction in ("1317", "1318", "1319"):
        scripted.script[transaction] = {"recordCounts": 0, "data": []}
    assert [row.code for row in till().listings(date(2020, 1, 1))] == ["X0", "X1", "X2"]


def test_the_simulated_centres_list_can_be_kept(desk):
    rows = list(desk().listings(date(2000, 1, 1)))
    names = {row.name for row in rows if isinstance(row, CatalogueItem)}
    assert "阿莫西林胶囊" in names


def test_a_catalogue_file_is_fetched_and_read_with_the_regions_columns(desk, tmp_path):
    path = tmp_path / "1301.zip"
    path.write_bytes(desk().catalogue_file("1301", "0"))
    columns = {"code": 0, "name": 1, "specification": 2, "item_class": 3, "category": 4, "begin": 6, "end": 7}
    rows = {row.code: row for row in read_file(path, columns, "110100")}
    assert rows["XA01-TEST-0001"].name == "阿莫西林胶囊" and rows["XA01-TEST-0001"].item_class is ItemClass.A


def test_the_regions_code_tables_can_be_asked_for(scripted, till):
    entry = {"type": "med_type", "label": "普通门诊", "value": "11", "valiFlag": "1"}
    scripted.script["1901"] = {"list": [entry]}
    assert till().codes("med_type", date(2026, 5, 6)) == {"11": "普通门诊"}
