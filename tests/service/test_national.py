"""A hospital's program that speaks the national interface: it calls the terminal as if it were the centre."""

import time
from typing import Any

import pytest

from tests.service.conftest import Service
from tests.world import CARDS

CT, PRICE = "SA01-TEST-0005", 260.00
CODE = "H11010500001"


def send(service: Service, infno: str, content: dict[str, Any], number: str = "") -> tuple[int, dict[str, Any]]:
    envelope = {
        "infno": infno,
        "msgid": number or f"{CODE}20260302093000{infno}",
        "fixmedins_code": CODE,
        "input": content,
    }
    status, answer, _ = service.call("POST", f"/api/{infno}", envelope)
    return status, answer


def visit(service: Service, quantity: int = 2) -> tuple[str, dict[str, Any]]:
    card, code = CARDS["zhang"]
    shown = {"mdtrt_cert_type": "03", "mdtrt_cert_no": card}
    person = send(service, "1101", {"data": {**shown, "card_sn": code}})[1]["output"]["baseinfo"]["psn_no"]
    opened = {"psn_no": person, "insutype": "310", "begntime": "2026-03-02 09:30:00", "ipt_otp_no": "T1", **shown}
    draft = send(service, "2201", {"data": opened})[1]["output"]["data"]["mdtrt_id"]
    send(service, "2203", {"mdtrtinfo": {"mdtrt_id": draft, "psn_no": person, "med_type": "11"}, "diseinfo": []})
    row = {
        "feedetl_sn": "1", "mdtrt_id": draft, "psn_no": person, "chrg_bchno": "1", "med_list_codg": CT,
        "medins_list_codg": CT, "det_item_fee_sumamt": PRICE * quantity, "cnt": quantity, "pric": PRICE,
        "fee_ocur_time": "2026-03-02 09:30:00",
    }  # fmt: skip
    assert send(service, "2204", {"feedetail": [row]})[1]["infcode"] == 0
    asked = {
        "psn_no": person, "mdtrt_id": draft, "medfee_sumamt": PRICE * quantity, "acct_used_flag": "1",
        "insutype": "310", "chrg_bchno": "1", "med_type": "11", "psn_setlway": "01", **shown,
    }  # fmt: skip
    return draft, {"data": asked}


def test_the_chain_is_collected_and_then_settled_once_under_the_programs_number(service: Service) -> None:
    _, asked = visit(service)
    trial = send(service, "2206", asked)[1]["output"]["setlinfo"]
    assert (trial["medfee_sumamt"], trial["preselfpay_amt"], trial["setl_id"]) == (520, 52, "")
    assert service.world.standing() == {}
    number = f"{CODE}202603020931000001"
    first = send(service, "2207", asked, number)[1]
    assert (first["infcode"], first["output"]["setlinfo"]["medins_setl_id"]) == (0, number)
    assert send(service, "2207", asked, number)[1]["output"] == first["output"]
    assert first["output"]["setlinfo"]["setl_id"] and service.world.standing() == {number[-18:]: 1}
    paid = first["output"]["setlinfo"]
    assert paid["medfee_sumamt"] == paid["fund_pay_sumamt"] + paid["acct_pay"] + paid["psn_cash_pay"]


def test_an_unknown_outcome_is_no_answer_and_asking_again_brings_it(service: Service) -> None:
    _, asked = visit(service)
    service.world.trouble({"fault": "drop", "infno": "2207"})
    number = f"{CODE}202603020931000002"
    status, answer = send(service, "2207", asked, number)
    assert (status, answer["fault"]["code"]) == (504, "in_doubt")
    end = time.monotonic() + 30
    while status != 200 and time.monotonic() < end:
        time.sleep(0.3)
        status, answer = send(service, "2207", asked, number)
    assert (status, answer.get("infcode")) == (200, 0)
    assert service.world.standing() == {number[-18:]: 1}


def test_without_the_line_nothing_is_promised_to_a_program_that_cannot_know(service: Service) -> None:
    _, asked = visit(service)
    service.world.centre.line_down()
    status, answer = send(service, "2207", asked, f"{CODE}202603020931000003")
    assert (status, answer["infcode"]) == (200, -1) and answer["err_msg"]
    assert service.call("GET", "/bills")[1] == []


@pytest.mark.parametrize(
    ("infno", "content", "says"),
    [
        ("2207", {"data": {"mdtrt_id": "unknown", "medfee_sumamt": 1}}, "2201"),
        ("2201", {"data": {}}, "psn_no"),
        ("1101", {"data": {"mdtrt_cert_type": "77", "mdtrt_cert_no": "1"}}, "mdtrt_cert_type"),
        ("9999", {"data": {}}, "9999"),
        ("2204", {}, ""),
    ],
)
def test_what_cannot_be_done_is_refused_in_the_programs_own_envelope(
    service: Service, infno: str, content: dict[str, Any], says: str
) -> None:
    status, answer = send(service, infno, content)
    assert status == 200 and (answer["infcode"], answer["output"]) in ((-1, None), (0, {"result": []}))
    assert says in (answer["err_msg"] or "")
