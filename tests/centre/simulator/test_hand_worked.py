"""The packs against paper: what the client's split and the centre's have in common is checked by neither of them."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from terminal.centre.simulator.adjudicator import COMMAND
from tests.centre.simulator.desk import Desk, Stay

BILLS = json.loads(Path(__file__).with_name("hand_worked.json").read_text("utf-8"))["bills"]


def settle(desk: Desk, number: str, bill: dict) -> dict:
    """Settle one bill the way its kind is settled; setlinfo."""
    amounts = [str((Decimal(pric) * Decimal(cnt)).quantize(Decimal("0.01"))) for _, pric, cnt in bill["rows"]]
    medfee = str(sum(map(Decimal, amounts)))
    match bill["kind"]:
        case "outpatient":
            visit = desk.open(bill["person"], bill["insutype"], number, insuplc_admdvs=bill["area"])
            visit.upload(*(visit.row(sn, *row, amounts[sn - 1]) for sn, row in enumerate(bill["rows"], 1)))
            return visit.settle(medfee)["setlinfo"]
        case "inpatient":
            stay = Stay(desk, number, bill["person"], bill["insutype"], bill["med_type"], insuplc_admdvs=bill["area"])
            stay.charge(*(stay.row(sn, *row) for sn, row in enumerate(bill["rows"], 1)))
            return stay.settle(medfee)["setlinfo"]
        case _:
            node = purchase(bill, number, medfee, amounts)
            return desk.output("2102", node, insuplc_admdvs=bill["area"])["setlinfo"]


def purchase(bill: dict, number: str, medfee: str, amounts: list[str]) -> dict:
    rows = [
        {
            "feedetl_sn": str(sn), "rx_circ_flag": "0", "fee_ocur_time": "2026-03-02 10:00:00", "med_list_codg": code,
            "medins_list_codg": code, "det_item_fee_sumamt": amounts[sn - 1], "cnt": cnt, "pric": pric,
        }
        for sn, (code, pric, cnt) in enumerate(bill["rows"], 1)
    ]  # fmt: skip
    info = {
        "psn_no": bill["person"], "mdtrt_cert_type": "02", "mdtrt_cert_no": "x", "begntime": "2026-03-02 10:00:00",
        "medfee_sumamt": medfee, "invono": number, "insutype": bill["insutype"], "acct_used_flag": "1",
        "med_type": bill["med_type"],
    }  # fmt: skip
    return {"druginfo": info, "drugdetail": rows}


def test_every_bill_is_settled_as_on_paper(start):
    centre = start(adjudicator_command=COMMAND)
    desks = {place: Desk(centre.port, place).sign_in() for place in sorted({bill["place"] for bill in BILLS})}
    for count, bill in enumerate(BILLS, 1):
        desk = desks[bill["place"]]
        if "refused" in bill:
            with pytest.raises(AssertionError, match=bill["refused"]):
                settle(desk, f"H{count}", bill)
            continue
        info = settle(desk, f"H{count}", bill)
        answered = {key: str(info[key]) for key in bill["expect"]}
        assert answered == bill["expect"], f"{bill['name']}: {bill['arithmetic']}"
        if "accumulators" in bill:
            known = desk.accumulators(bill["person"])
            assert {name: str(known[name]) for name in bill["accumulators"]} == bill["accumulators"], bill["name"]
    for desk in desks.values():
        desk.close()


def test_the_paper_adds_up():
    for bill in BILLS:
        expect = {key: Decimal(value) for key, value in bill.get("expect", {}).items() if key != "clr_type"}
        total = sum(Decimal(pric) * Decimal(cnt) for _, pric, cnt in bill["rows"])
        assert expect.get("medfee_sumamt", total) == total, bill["name"]
        if expect:
            funds = expect.get("fund_pay_sumamt", expect.get("hifp_pay", 0) + expect.get("hifob_pay", 0))
            assert total == funds + expect.get("acct_pay", 0) + expect["psn_cash_pay"], bill["name"]
