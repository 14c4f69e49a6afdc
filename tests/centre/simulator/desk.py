"""A desk that talks the national interface with nothing but the standard library."""

import hashlib
import http.client
import itertools
import json
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from terminal.clock import now

SECRET = "demo-secret-0001"
HOSPITAL, PHARMACY = "H11010500001", "P11010500001"
ZHANG = "11010000000000000001"
_serial = itertools.count(1)


class NoAnswer(Exception):
    """The line gave no complete answer."""


class Desk:
    """One institution at the centre's line; keeps its connection as a till would."""

    def __init__(self, port: int, code: str = HOSPITAL) -> None:
        self.port, self.code, self.sign_no = port, code, ""
        self.msgid = ""
        self._connection: http.client.HTTPConnection | None = None

    def number(self) -> str:
        return f"{self.code}{now():%Y%m%d%H%M%S}{next(_serial) % 10000:04d}"

    def message(self, infno: str, node: dict, **envelope: Any) -> dict:
        self.msgid = envelope.get("msgid") or self.number()
        return {
            "infno": infno, "msgid": self.msgid, "mdtrtarea_admvs": "110100", "insuplc_admdvs": "110100",
            "recer_sys_code": "YBXT", "infver": "V1.0", "opter_type": "1", "opter": "op01", "opter_name": "收费员",
            "inf_time": f"{now():%Y-%m-%d %H:%M:%S}", "fixmedins_code": self.code,
            "fixmedins_name": "北京市测试医院", "sign_no": self.sign_no, "input": node, **envelope,
        }  # fmt: skip

    @staticmethod
    def headers(secret: str = SECRET, timestamp: int | None = None, nonce: str | None = None) -> dict[str, str]:
        at = str(int(time.time()) if timestamp is None else timestamp)
        nonce = nonce or f"n{next(_serial)}-{time.time_ns()}"
        digest = hashlib.sha256(f"{at}{secret}{nonce}{at}".encode()).hexdigest()
        return {
            "Content-Type": "application/json;charset=utf-8", "x-tif-paasid": "demo", "x-tif-timestamp": at,
            "x-tif-nonce": nonce, "x-tif-signature": digest,
        }  # fmt: skip

    def ask(self, infno: str, node: dict | None = None, **envelope: Any) -> dict:
        """The whole answer. Raises NoAnswer."""
        path = envelope.pop("path", f"/{infno}")
        headers = envelope.pop("headers", None) or self.headers()
        body = json.dumps(self.message(infno, node or {}, **envelope)).encode()
        status, content_type, answer = self.post(path, body, headers)
        if status != 200 or "json" not in content_type:
            raise NoAnswer(f"{status} {content_type}")
        return json.loads(answer, parse_float=Decimal)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str, bytes]:
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            self._connection.request("POST", path, body, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.headers["Content-Type"], answer.read()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise NoAnswer(type(error).__name__) from error

    def output(self, infno: str, node: dict | None = None, **envelope: Any) -> Any:
        """The output of an answer that must be good."""
        answer = self.ask(infno, node, **envelope)
        assert str(answer["infcode"]) == "0", answer["err_msg"]
        return answer["output"]

    def refusal(self, infno: str, node: dict | None = None, **envelope: Any) -> str:
        """The text of an answer that must be a refusal."""
        answer = self.ask(infno, node, **envelope)
        assert answer["infcode"] == -1 and answer["output"] is None
        return answer["err_msg"]

    def sign_in(self) -> "Desk":
        self.sign_no = self.output("9001", {"signIn": {"opter_no": "op01", "mac": "00", "ip": "127.0.0.1"}})[
            "signinoutb"
        ]["sign_no"]
        return self

    def open(self, psn_no: str = ZHANG, insutype: str = "310", number: str = "B1", **envelope: Any) -> "Visit":
        """Register an outpatient visit (2201)."""
        doctor = {"atddr_no": "D1", "dr_name": "医师", "dept_code": "1", "dept_name": "内科", "caty": "A03"}
        node = {
            "psn_no": psn_no, "insutype": insutype, "begntime": f"{now():%Y-%m-%d} 08:00:00",
            "mdtrt_cert_type": "02", "mdtrt_cert_no": "", "ipt_otp_no": number, **doctor,
        }  # fmt: skip
        answer = self.output("2201", {"data": node}, **envelope)["data"]
        return Visit(self, psn_no, insutype, answer["mdtrt_id"], number, envelope)

    def reverse(self, msgid: str, infno: str, psn_no: str = ZHANG) -> dict:
        """2601; the whole answer."""
        return self.ask("2601", {"data": {"psn_no": psn_no, "omsgid": msgid, "oinfno": infno}})

    def balance(self, certno: str = "111111198101011110") -> Decimal:
        """The personal account as 1101 shows it."""
        node = {"mdtrt_cert_type": "02", "mdtrt_cert_no": certno}
        rows = self.output("1101", {"data": node})["insuinfo"]
        return sum(row["balc"] for row in rows)

    def accumulators(self, psn_no: str = ZHANG) -> dict[str, Decimal]:
        """What 5206 shows, by name."""
        rows = self.output("5206", {"data": {"psn_no": psn_no}})["cuminfo"]
        return {row["cum_type_code"]: row["cum"] for row in rows}

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


@dataclass
class Visit:
    """An outpatient visit at the centre, with the messages a till sends for it."""

    desk: Desk
    psn_no: str
    insutype: str
    mdtrt_id: str
    number: str
    envelope: dict[str, Any]

    @property
    def key(self) -> dict[str, str]:
        return {"psn_no": self.psn_no, "mdtrt_id": self.mdtrt_id}

    def row(self, sn: int, code: str, pric: str, cnt: str = "1", amount: str | None = None, batch: str = "1") -> dict:
        return {
            "feedetl_sn": str(sn), "chrg_bchno": batch, "fee_ocur_time": "2026-01-05 09:00:00",
            "med_list_codg": code, "medins_list_codg": code, "pric": pric, "cnt": cnt,
            "det_item_fee_sumamt": amount or str(Decimal(pric) * Decimal(cnt)), **self.key, **DOCTOR,
        }  # fmt: skip

    def upload(self, *rows: dict) -> list[dict]:
        """2204; the item results."""
        return self.desk.output("2204", {"feedetail": list(rows)}, **self.envelope)["result"]

    def bill(self, medfee: str, **said: Any) -> dict:
        return {
            "data": {
                **self.key, "mdtrt_cert_type": "02", "mdtrt_cert_no": "", "med_type": "11", "medfee_sumamt": medfee,
                "psn_setlway": "01", "chrg_bchno": "1", "acct_used_flag": "1", "insutype": self.insutype, **said,
            }
        }  # fmt: skip

    def describe(self, **more: Any) -> None:
        """2203."""
        node = {**self.key, "med_type": "11", "begntime": f"{now():%Y-%m-%d} 08:00:00", **more}
        self.desk.output("2203", {"mdtrtinfo": node, "diseinfo": [{**DIAGNOSIS, "vali_flag": "1"}]}, **self.envelope)

    def trial(self, medfee: str, **said: Any) -> dict:
        """2206; setlinfo and setldetail."""
        return self.desk.output("2206", self.bill(medfee, **said), **self.envelope)

    def four(self, medfee: str, **said: Any) -> dict:
        """What 2207 repeats from the trial."""
        info = self.trial(medfee, **said)["setlinfo"]
        names = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        return {name: str(info[name]) for name in names}

    def settling(self, medfee: str, **said: Any) -> dict:
        """The input of 2207."""
        return self.bill(medfee, **{**self.four(medfee, **said), **said})

    def settle(self, medfee: str, **said: Any) -> dict:
        """2206 and 2207; setlinfo and setldetail."""
        return self.desk.output("2207", self.settling(medfee, **said), **self.envelope)

    def cancelling(self, setl_id: str) -> dict:
        """The input of 2208."""
        return {"data": {**self.key, "setl_id": setl_id}}


DOCTOR = {"bilg_dept_codg": "1", "bilg_dept_name": "内科", "bilg_dr_codg": "D1", "bilg_dr_name": "医师"}
DIAGNOSIS = {
    "psn_no": ZHANG, "diag_type": "1", "maindiag_flag": "1", "diag_srt_no": "1", "diag_code": "K35.800",
    "diag_name": "急性阑尾炎", "diag_dept": "外科", "dise_dor_no": "D1", "dise_dor_name": "医师",
    "diag_time": "2026-03-01 10:00:00",
}  # fmt: skip


class Stay:
    """A stay at the centre, with the messages a till sends for it; ``envelope`` goes into each of them."""

    def __init__(self, desk, number="Z1", psn_no=ZHANG, insutype="310", med_type="21", **envelope):
        self.desk, self.insutype, self.med_type, self.envelope = desk, insutype, med_type, envelope
        node = {
            "psn_no": psn_no, "insutype": insutype, "begntime": "2026-03-01 10:00:00", "mdtrt_cert_type": "02",
            "mdtrt_cert_no": "x", "med_type": med_type, "ipt_no": number, "atddr_no": "D1",
            "chfpdr_name": "医师", "adm_diag_dscr": "急性阑尾炎", "adm_dept_codg": "2", "adm_dept_name": "外科",
            "adm_bed": "1", "dscg_maindiag_code": "K35.800", "dscg_maindiag_name": "急性阑尾炎",
        }  # fmt: skip
        self.admission = {"mdtrtinfo": node, "diseinfo": [DIAGNOSIS]}
        answer = desk.output("2401", self.admission, **envelope)
        self.key = {"psn_no": psn_no, "mdtrt_id": answer["result"]["mdtrt_id"]}

    def row(self, sn, code, pric, cnt, **more):
        return {
            "feedetl_sn": str(sn), "fee_ocur_time": "2026-03-01 12:00:00", "med_list_codg": code,
            "med_type": self.med_type, "medins_list_codg": code, "pric": pric, "cnt": cnt,
            "det_item_fee_sumamt": str(Decimal(pric) * Decimal(cnt)), **self.key, **DOCTOR, **more,
        }  # fmt: skip

    def charge(self, *rows):
        """2301; the item results."""
        return self.desk.output("2301", {"feedetail": list(rows)}, **self.envelope)["result"]

    def bill(self, medfee, **more):
        return {
            "data": {
                **self.key, "mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "medfee_sumamt": medfee,
                "insutype": self.insutype, "psn_setlway": "01", "acct_used_flag": "1", "mid_setl_flag": "0", **more,
            }
        }  # fmt: skip

    def settling(self, medfee, **more):
        """The input of 2304, its four figures copied from 2303."""
        info = self.desk.output("2303", self.bill(medfee, **more), **self.envelope)["setlinfo"]
        names = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        return self.bill(medfee, **{name: str(info[name]) for name in names}, **more)

    def settle(self, medfee):
        """2402, 2303 and 2304; setlinfo and setldetail."""
        self.desk.output("2402", self.leaving(), **self.envelope)
        return self.desk.output("2304", self.settling(medfee), **self.envelope)

    def leaving(self):
        """The input of 2402."""
        node = {
            **self.key, "insutype": self.insutype, "endtime": "2026-03-05 09:00:00", "dscg_dept_codg": "2",
            "dscg_dept_name": "外科", "dscg_way": "1",
        }  # fmt: skip
        return {"dscginfo": node, "diseinfo": [DIAGNOSIS]}
