"""What the centre publishes, the institution's own codes, a pharmacy's stock, and the e-credential service."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from terminal.centre.simulator import seed as shipped
from terminal.clock import now

ITEMS = {item["med_list_codg"]: item for item in shipped("items")}
PAGE = {"updt_time": "2020-01-01", "page_num": "1", "page_size": "10"}


class TestPublished:
    """Files come in a ZIP, pages by number, codes by kind."""

    def test_a_download_names_a_file_of_the_platform(self, desk):
        output = desk.output("1301", {"data": {"ver": "0"}})
        drugs = [code for code, item in ITEMS.items() if item["list_type"] == "101"]
        assert output["data_cnt"] == len(drugs)
        node = {"file_qury_no": output["file_qury_no"], "filename": output["filename"], "fixmedins_code": "plc"}
        body = json.dumps(desk.message("9102", {"fsDownloadIn": node})).encode()
        _, kind, data = desk.post("/9102", body, desk.headers())
        assert kind == "application/octet-stream" and data[:2] == b"PK"
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            rows = [row.split("\t") for row in archive.read(archive.namelist()[0]).decode().splitlines()]
        assert [row[0] for row in rows] == drugs and {len(row) for row in rows} == {10}
        again = desk.output("1301", {"data": {"ver": rows[0][9]}})
        assert again["data_cnt"] == 0

    def test_pages_hold_every_row_once(self, desk):
        seen = []
        for number in range(1, 10):
            page = desk.output("1312", {"data": {**PAGE, "page_num": str(number)}})
            seen += [row["hilist_code"] for row in page["data"]]
            if page["lastPage"]:
                break
        assert seen == list(ITEMS) and page["recordCounts"] == len(ITEMS)

    @pytest.mark.parametrize(
        ("infno", "filters", "expected"),
        [
            ("1312", {"chrgitm_lv": "03"}, ["SA01-TEST-0002", "XC01-TEST-0001", "XC01-TEST-0002"]),
            ("1318", {}, ["SA01-TEST-0010", "HA01-TEST-0001"]),
            ("1319", {"hilist_code": "XB01-TEST-0001"}, ["XB01-TEST-0001"]),
            ("1316", {"med_list_codg": "XA01-TEST-0001"}, ["XA01-TEST-0001"]),
            ("1312", {"updt_time": "2026-06-01"}, []),
            ("1304", {}, []),
        ],
    )
    def test_filters_and_the_date_of_change_choose_rows(self, desk, infno, filters, expected):
        page = desk.output(infno, {"data": {**PAGE, **filters}})
        assert [row["hilist_code"] for row in page["data"]] == expected

    @pytest.mark.parametrize("wrong", [{"page_num": "0"}, {"page_size": "1001"}, {"page_size": "-1"}])
    def test_a_page_that_cannot_be_is_refused(self, desk, wrong):
        assert "分页参数" in desk.refusal("1312", {"data": {**PAGE, **wrong}})

    @pytest.mark.parametrize("spelling", ["medinsinfo", "medinsInfo"])
    def test_institutions_are_found_by_a_part_of_their_name(self, desk, spelling):
        output = desk.output("1201", {spelling: {"fixmedins_type": "1", "fixmedins_name": "九江"}})
        assert [row["fixmedins_code"] for row in output["medinsinfo"]] == ["H36040300001"]

    def test_codes_come_with_their_labels(self, desk):
        rows = desk.output("1901", {"data": {"type": "chrgitm_lv"}})["list"]
        assert {row["value"]: row["label"] for row in rows} == {"01": "甲类", "02": "乙类", "03": "丙类"}


class TestMapping:
    """3301, 3302 and their page 1317."""

    ROW = {
        "fixmedins_hilist_id": "YP001", "fixmedins_hilist_name": "阿莫西林", "list_type": "101",
        "med_list_codg": "XA01-TEST-0001", "begndate": "2026-01-01", "enddate": "2099-12-31",
    }  # fmt: skip

    def test_own_codes_are_entered_shown_and_taken_back(self, desk):
        desk.output("3301", {"data": [self.ROW, {**self.ROW, "fixmedins_hilist_id": "YP002"}]})
        page = desk.output("1317", {"data": {**PAGE, "fixmedins_code": desk.code}})
        assert [(row["medins_list_codg"], row["med_list_codg"]) for row in page["data"]] == [
            ("YP001", "XA01-TEST-0001"), ("YP002", "XA01-TEST-0001"),
        ]  # fmt: skip
        desk.output("3302", {"catalogcompin": {"fixmedins_hilist_id": "YP001"}})
        assert "未查询到目录对照" in desk.refusal("3302", {"data": {"fixmedins_hilist_id": "YP001"}})

    def test_too_many_rows_and_unknown_codes_are_refused(self, desk):
        assert "1至100条" in desk.refusal("3301", {"data": [self.ROW] * 101})
        assert "不存在" in desk.refusal("3301", {"data": [{**self.ROW, "med_list_codg": "NONE"}]})


class TestStock:
    """3501 to 3507: each batch number once, until it is deleted."""

    ROW = {
        "med_list_codg": "XA01-TEST-0001", "fixmedins_hilist_id": "YP001", "fixmedins_hilist_name": "阿莫西林",
        "fixmedins_bchno": "P1", "rx_flag": "1", "sel_retn_cnt": "1",
    }  # fmt: skip

    @pytest.mark.parametrize(
        ("infno", "node", "kind"),
        [
            ("3501", "invinfo", "1"), ("3502", "invinfo", "2"), ("3503", "purcinfo", "3"), ("3504", "purcinfo", "4"),
            ("3505", "selinfo", "5"), ("3506", "selinfo", "6"),
        ],
    )  # fmt: skip
    def test_an_upload_is_taken_once_and_deleted_once(self, desk, infno, node, kind):
        assert desk.output(infno, {node: [self.ROW]}) is None
        assert "批次流水号重复" in desk.refusal(infno, {node: [self.ROW]})
        deletion = {"data": {"fixmedins_bchno": "P1", "inv_data_type": kind}}
        assert desk.output("3507", deletion) is None
        assert "未查询到" in desk.refusal("3507", deletion)

    def test_an_unknown_drug_is_refused(self, desk):
        assert "不存在" in desk.refusal("3505", {"selinfo": [{**self.ROW, "med_list_codg": "NONE"}]})


class TestECredential:
    """A scanned code or a face becomes a token, good for a while and for one person."""

    QR = "TESTQR11010000000000000001"

    @staticmethod
    def serve(desk, kind, data, text=False):
        message = {"orgId": desk.code, "transType": kind, "data": json.dumps(data) if text else data, "extra": ""}
        _, _, answer = desk.post("/localcfc/api/hsecfc/localQrCodeQuery", json.dumps(message).encode(), {})
        found = json.loads(answer)
        return found["code"], json.loads(found["data"]) if found["code"] == 0 else found["message"]

    @pytest.mark.parametrize("text", [True, False])
    def test_a_code_becomes_a_token_for_its_person(self, desk, text):
        code, data = self.serve(desk, "ec.query", {"qrCode": self.QR, "businessType": "01301"}, text)
        assert (code, data["userName"], data["idNo"]) == (0, "张三", "111111198101011110")
        found = desk.output("1101", {"data": {"mdtrt_cert_type": "01", "mdtrt_cert_no": data["ecToken"]}})
        assert found["baseinfo"]["psn_no"] == "11010000000000000001"

    def test_a_face_is_exchanged_in_two_steps(self, desk):
        _, begun = self.serve(desk, "cn.nhsa.ec.auth", {"outBizNo": "1", "idNo": "111111198101011110"})
        code, data = self.serve(desk, "cn.nhsa.auth.check", {"authNo": begun["authNo"]})
        assert code == 0 and data["userName"] == "张三" and data["ecToken"]

    def test_a_token_grows_old(self, desk, start, tmp_path):
        clock = [now()]
        centre = start(ledger=tmp_path / "aging.db", clock=lambda: clock[0])
        other = type(desk)(centre.port).sign_in()
        _, data = self.serve(other, "ec.query", {"qrCode": self.QR})
        clock[0] += timedelta(minutes=31)
        headers = other.headers(timestamp=int(clock[0].timestamp()))
        node = {"mdtrt_cert_type": "01", "mdtrt_cert_no": data["ecToken"]}
        assert "已过期" in other.refusal("1101", {"data": node}, headers=headers)
        other.close()

    def test_another_persons_token_settles_nothing(self, desk):
        _, data = self.serve(desk, "ec.query", {"qrCode": "TESTQR11010000000000000002"})
        visit = desk.open()
        visit.upload(visit.row(1, "SA01-TEST-0001", "50.00"))
        bill = visit.bill("50.00", mdtrt_cert_type="01", mdtrt_cert_no=data["ecToken"])
        assert "电子凭证与人员编号不符" in desk.refusal("2206", bill)

    @pytest.mark.parametrize(
        ("kind", "data", "text"),
        [
            ("ec.query", {"qrCode": "forged"}, "二维码无效"),
            ("cn.nhsa.ec.auth", {}, "outBizNo"),
            ("cn.nhsa.sing", {}, "不支持"),
        ],
    )
    def test_what_it_cannot_do_is_said(self, desk, kind, data, text):
        code, message = self.serve(desk, kind, data)
        assert code != 0 and text in message

    def test_no_json_is_an_error_too(self, desk):
        _, _, answer = desk.post("/localcfc/api/hsecfc/localQrCodeQuery", b"{", {})
        assert json.loads(answer)["code"] != 0
