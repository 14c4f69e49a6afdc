"""A settled bill through the client against the bare HTTP exchanges and durable commits it needs."""

import hashlib
import http.client
import itertools
import json
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from config import profiles
from terminal.centre import Centre, Endpoint, Operator, Settled
from terminal.clock import now
from terminal.documents import Claim, Credential, CredentialKind, Institution, Tier, from_wire
from tests.bench.timing import compare, disk

SECRET = "demo-secret-0001"
HOSPITAL = Institution("H11010500001", "北京市测试医院", "110100", Tier.THREE)
LINES = [
    {"sn": sn, "name": "阿莫西林胶囊", "code": "XA01-TEST-0001", "price": "0.01", "quantity": "1", "amount": "0.01"}
    for sn in range(1, 21)
]
_serial = itertools.count(1)


def number() -> str:
    """A message number nobody used."""
    return f"H11010500001{now():%Y%m%d%H%M%S}{next(_serial) % 10000:04d}"


class Bare:
    """The same messages by hand: dictionaries, ``json`` and ``http.client``; nothing is checked."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port)
        self._sign = ""
        self._sign = self.say("9001", {"signIn": {"opter_no": "op01", "mac": "0", "ip": "0"}})["signinoutb"]["sign_no"]

    def say(self, infno: str, node: dict[str, Any]) -> Any:
        """One exchange; its output."""
        at = str(int(time.time()))
        nonce = f"n{next(_serial)}"
        message = {
            "infno": infno, "msgid": number(), "mdtrtarea_admvs": "110100", "insuplc_admdvs": "110100",
            "recer_sys_code": "YBXT", "infver": "V1.0", "opter_type": "1", "opter": "op01", "opter_name": "收费员",
            "inf_time": f"{now():%Y-%m-%d %H:%M:%S}", "fixmedins_code": "H11010500001",
            "fixmedins_name": "北京市测试医院", "sign_no": self._sign, "input": node,
        }  # fmt: skip
        signature = hashlib.sha256(f"{at}{SECRET}{nonce}{at}".encode()).hexdigest()
        headers = {"Content-Type": "application/json", "x-tif-paasid": "bare", "x-tif-timestamp": at,
                   "x-tif-nonce": nonce, "x-tif-signature": signature}  # fmt: skip
        path = f"/fsi/api/rsfComIfsService/callService/{infno}"
        self._line.request("POST", path, json.dumps(message).encode(), headers)
        answer = json.loads(self._line.getresponse().read())
        assert answer["infcode"] == 0, answer
        return answer["output"]

    def settle(self, commit: Any) -> None:
        """One visit of twenty lines: five exchanges, two commits."""
        at, person = f"{now():%Y-%m-%d %H:%M:%S}", "11010000000000000001"
        shown = {"mdtrt_cert_type": "03", "mdtrt_cert_no": "X00000019"}
        visit = self.say("2201", {"data": {
            "psn_no": person, "insutype": "310", "begntime": at, **shown, "ipt_otp_no": number(), "atddr_no": "D1",
            "dr_name": "d", "dept_code": "1", "dept_name": "d", "caty": "A69"}})["data"]["mdtrt_id"]  # fmt: skip
        keys = {"mdtrt_id": visit, "psn_no": person}
        self.say("2203", {"mdtrtinfo": {**keys, "med_type": "11", "begntime": at}, "diseinfo": [{
            "diag_type": "1", "diag_srt_no": 1, "diag_code": "Z76.900", "diag_name": "x", "diag_dept": "1",
            "dise_dor_no": "D1", "dise_dor_name": "d", "diag_time": at, "vali_flag": "1"}]})  # fmt: skip
        batch = number()
        self.say("2204", {"feedetail": [{
            **keys, "feedetl_sn": str(row["sn"]), "chrg_bchno": batch, "rx_circ_flag": "0", "fee_ocur_time": at,
            "med_list_codg": row["code"], "medins_list_codg": row["code"], "det_item_fee_sumamt": 0.01, "cnt": 1,
            "pric": 0.01, "bilg_dept_codg": "1", "bilg_dept_name": "d", "bilg_dr_codg": "D1", "bilg_dr_name": "d",
            "hosp_appr_flag": "0"} for row in LINES]})  # fmt: skip
        figures = {**keys, **shown, "med_type": "11", "medfee_sumamt": 0.2, "psn_setlway": "01", "chrg_bchno": batch,
                   "acct_used_flag": "1", "insutype": "310"}  # fmt: skip
        split = self.say("2206", {"data": figures})["setlinfo"]
        commit()
        names = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
        self.say("2207", {"data": {**figures, "invono": "1", **{name: split[name] for name in names}}})
        commit()


def main() -> None:
    """One line: the client against the bare exchanges, both with the two durable commits of a settlement."""
    with disk() as folder:
        command = [sys.executable, "-m", "terminal.centre.simulator", "--port", "0", "--ledger", str(folder / "c.db")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as simulator:
            try:
                assert simulator.stdout
                _compare(json.loads(simulator.stdout.readline())["port"], folder)
            finally:
                simulator.terminate()


def _compare(port: int, folder: Path) -> None:
    store = sqlite3.connect(folder / "journal.db", isolation_level=None)
    store.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE entry (data BLOB);")

    def commit() -> None:
        store.execute("INSERT INTO entry VALUES (zeroblob(1024))")

    endpoint = Endpoint(f"http://127.0.0.1:{port}", HOSPITAL, "bench", SECRET)
    centre = Centre(profiles.load("simulator"), endpoint, Operator("op01", "收费员"), now, number)
    card = Credential(CredentialKind.CARD, "X00000019", "张三", "110100D156000005000000A1FFFFFFFF", "110100")
    person = centre.identify(card)
    insurance = next(row for row in person.insurances if row.codes["insutype"] == "310")

    def ours() -> None:
        claim = msgspec.convert(
            {
                "bill": number()[-18:], "institution": msgspec.to_builtins(HOSPITAL), "terminal": "01",
                "operator": "op01", "credential": msgspec.to_builtins(card), "lines": LINES,
                "visit": {"type": "outpatient", "begin": now().isoformat()},
            },
            Claim,
            dec_hook=from_wire,
        )  # fmt: skip
        trial = centre.trial(claim, person, insurance)
        commit()
        assert isinstance(centre.settle(trial, claim, number()), Settled)
        commit()

    bare = Bare(port)
    compare(
        "centre: one settled bill of 20 lines",
        ours,
        {"bare exchanges and commits": lambda: bare.settle(commit)},
        rounds=61,
    )


if __name__ == "__main__":
    main()
