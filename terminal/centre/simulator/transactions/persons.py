"""Who a credential belongs to and what the person may use: 1101, 1161, 1162, 2001, 5206, 5301, 5368."""

import re

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.credentials import holder
from terminal.centre.simulator.setlinfo import age
from terminal.centre.simulator.wire import Node, Refusal

_MONTH = re.compile(r"\d{4}-\d{2}")


def identify(call: Call) -> Node:
    """1101: everybody's insurances, ended ones too, so that a reader must choose."""
    node = call.node("data")
    kind = wire.text(node, "mdtrt_cert_type")
    person = holder(call, kind, wire.text(node, "mdtrt_cert_no"))
    if kind == "03" and wire.text(node, "card_sn") != person["card_sn"]:
        raise Refusal("FSI-卡识别码与社会保障卡不符")
    if (name := wire.text(node, "psn_name")) and name != person["psn_name"]:
        raise Refusal("FSI-姓名与证件号码不符")
    balances = {
        (row["insutype"], row["insuplc_admdvs"]): row["balc"]
        for row in call.ledger.rows(
            "select insutype, insuplc_admdvs, balc from insurance where psn_no = ?", person["psn_no"]
        )
    }
    base = ("psn_no", "psn_cert_type", "certno", "psn_name", "gend", "naty", "brdy")
    return {
        "baseinfo": {**{key: person[key] for key in base}, "age": age(call, person), "exp_content": None},
        "insuinfo": [
            {**row, "balc": wire.yuan(balances[row["insutype"], row["insuplc_admdvs"]])} for row in person["insurances"]
        ],
        "idetinfo": person["identities"],
    }


def identify_by_plugin(call: Call) -> Node:
    """1161 and 1162: 1101 with what the plug-in read from the card or the code."""
    node = call.node("data")
    person = holder(call, wire.text(node, "mdtrt_cert_type"), wire.text(node, "mdtrt_cert_no"))
    read = {key: person[key] for key in ("psn_cert_type", "certno", "psn_name", "card_sn")}
    return {**identify(call), "cardecinfo": {**read, "cardno": person["card_no"], "ecToken": None}}


def account(call: Call) -> Node:
    """5368: what a person, named by number or certificate, has in the account at the place of insurance."""
    node = call.node("data")
    found = call.ledger.row(
        "select p.psn_no, sum(i.balc) as balc from person p join insurance i using (psn_no)"
        " where i.insuplc_admdvs = ? and (p.psn_no = ? or p.certno = ?) group by p.psn_no",
        wire.text(call.message, "insuplc_admdvs"), wire.text(node, "psn_no"), wire.text(node, "certno"),
    )  # fmt: skip
    if found is None:
        raise Refusal("FSI-未查询到人员个人账户")
    return {"result": {"balc": wire.yuan(found["balc"])}}


def benefits(call: Call) -> Node:
    """2001: whether the pooled fund may be used, with the reason when not."""
    node = call.node("data")
    insurance = call.insurance(wire.text(node, "psn_no"), wire.text(node, "insutype"))
    may = insurance["psn_insu_stas"] == "1"
    return {
        "trtinfo": [
            {
                "psn_no": wire.text(node, "psn_no"),
                "trt_chk_type": "1",
                "fund_pay_type": "390100" if insurance["insutype"] == "390" else "310100",
                "trt_enjymnt_flag": "1" if may else "0",
                "begndate": insurance["psn_insu_date"],
                "enddate": insurance["paus_insu_date"],
                "trt_chk_rslt": None if may else "参保状态为暂停参保，不享受统筹待遇",
            }
        ]
    }


def accumulators(call: Call) -> Node:
    """5206: what the policies have counted so far.

    ``cum_type_code`` is the policy's own name of the accumulator, ``cum`` yuan or a count; a period that is no year
    or month stands in ``exp_content``.
    """
    node = call.node("data")
    person = call.person(wire.text(node, "psn_no"))
    year = wire.text(node, "cum_ym")[:4]
    rows = call.ledger.rows(
        "select * from accumulator where psn_no = ? order by insutype, name, period", person["psn_no"]
    )
    return {
        "cuminfo": [
            {
                "insutype": row["insutype"],
                "year": row["period"][:4],
                "cum_ym": month.replace("-", "") if _MONTH.fullmatch(month := row["period"]) else None,
                "cum_type_code": row["name"],
                "cum": row["value"] if row["name"] in call.rooms.counted else wire.yuan(row["value"]),
                "exp_content": {"period": row["period"]},
            }
            for row in rows
            if row["period"].startswith(year)
        ]
    }


def chronic_filings(call: Call) -> Node:
    """5301: chronic diseases on file."""
    person = call.person(wire.text(call.node("data"), "psn_no"))
    return {"feedetail": [{**row, "exp_content": None} for row in person["chronic"]]}
