"""Looking back: visits 5201, diagnoses 5202, one settlement 5203, its rows 5204, places 5302, stays 5303.

The settlement sheet 5261, 5262 is local.
"""

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.ledger import Kind, SettlementState, VisitState
from terminal.centre.simulator.settlement import take_from_account
from terminal.centre.simulator.wire import Node, Refusal

_SHEET = ("det_item_fee_sumamt", "fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")


def visits(call: Call) -> Node:
    """5201: by person, time and kind of visit; the way back to a visit whose number was lost."""
    node = call.node("data")
    kind, wanted = wire.text(node, "med_type"), wire.text(node, "mdtrt_id")
    rows = _visits(call, node)
    return {
        "mdtrtinfo": [
            row
            for row in rows
            if (not kind or row["med_type"] in ("", kind)) and (not wanted or row["mdtrt_id"] == wanted)
        ]
    }


def stays(call: Call) -> Node:
    """5303: who lies in this institution."""
    return {"data": [row for row in _visits(call, call.node("data")) if row["inhosp_stas"] == "1"]}


def diagnoses(call: Call) -> Node:
    """5202."""
    visit = call.visit(call.node("data"), Kind.OUTPATIENT, Kind.INPATIENT)
    return {"diseinfo": visit["body"].get("diseinfo") or []}


def settlement(call: Call) -> Node:
    """5203: a settlement by its number, under the older names of the personal part and of cash."""
    found = _settlement(call, call.node("data"))
    info = wire.decode(found["setlinfo"])
    info["psn_pay"], info["cash_payamt"] = info.pop("psn_part_amt"), info.pop("psn_cash_pay")
    del info["hosp_part_amt"]
    institution = call.institution
    refunded = found["cancels"] or found["state"] != SettlementState.STANDING
    return {
        "setlinfo": {
            **info,
            "insu_optins": found["insuplc_admdvs"],
            "emp_name": None,
            "pay_loc": "2",
            "fixmedins_code": call.code,
            "fixmedins_name": institution["fixmedins_name"],
            "hosp_lv": institution["hosp_lv"],
            "refd_setl_flag": "1" if refunded else "0",
            "year": found["setl_time"][:4],
            "invono": found["bill"],
            "opter_id": wire.text(call.message, "opter"),
            "opter_name": wire.text(call.message, "opter_name"),
            "opt_time": found["setl_time"],
        },
        "setldetail": wire.decode(found["setldetail"]),
    }


def sheet(call: Call) -> Node:
    """5262: the settlement of 5261 with the sums of each kind of charge."""
    sums: dict[str, dict[str, int]] = {}
    for row in fee_rows(call):
        kind = sums.setdefault(row["med_chrgitm_type"], dict.fromkeys(_SHEET, 0))
        for key in _SHEET:
            kind[key] += wire.fen(row, key)
    return {
        **settlement(call),
        "feesttinfo": [
            {"med_chrgitm_type": kind, **{key: wire.yuan(fen) for key, fen in amounts.items()}}
            for kind, amounts in sums.items()
        ],
    }


def fee_rows(call: Call) -> list[Node]:
    """5204: the output is the list itself."""
    node = call.node("data")
    visit = call.visit(node, *Kind)
    setl_id = wire.text(node, "setl_id")
    found = call.ledger.rows("select * from fee where mdtrt_id = ? order by rowid", visit["mdtrt_id"])
    rows = []
    for row in found:
        if setl_id and row["setl_id"] != setl_id:
            continue
        body = wire.decode(row["body"])
        item = call.rooms.catalogue.item(wire.text(body, "med_list_codg"))
        split = wire.decode(row["split"])
        rows.append(
            {
                **body,
                "det_item_fee_sumamt": wire.yuan(split["amount"]),
                "cnt": wire.number(body, "cnt"),
                "pric": wire.number(body, "pric"),
                "fulamt_ownpay_amt": wire.yuan(split["own_pay"]),
                "overlmt_amt": wire.yuan(split["over_limit"]),
                "preselfpay_amt": wire.yuan(split["first_self_pay"]),
                "inscp_scp_amt": wire.yuan(split["in_scope"]),
                "setl_id": row["setl_id"],
                "rx_drord_no": wire.text(body, "rxno"),
                "med_type": wire.text(visit["body"], "med_type"),
                "hilist_code": body["med_list_codg"],
                "hilist_name": item["name"],
                "list_type": item.get("list_type"),
                "chrgitm_lv": item["chrgitm_lv"],
                "med_chrgitm_type": item["med_chrgitm_type"],
            }
        )
    return rows


def after_settlement(call: Call) -> Node:
    """5369: pay from the account what a settlement left in cash."""
    node = call.node("data")
    named = {"setl_id": "setlId", "psn_no": "psnNo", "mdtrt_id": "mdtrtId"}
    found = _settlement(call, {key: wire.text(node, said) for key, said in named.items()})
    taken = take_from_account(call, found["setl_id"])
    return {"result": {"enttAcctPay": wire.yuan(taken), "psnPay": wire.yuan(found["psn_cash_pay"] - taken)}}


def places(call: Call) -> Node:
    """5302: nobody here is tied to chosen institutions."""
    call.person(wire.text(call.node("data"), "psn_no"))
    return {"psnfixmedin": []}


def _settlement(call: Call, node: Node) -> Node:
    found = call.ledger.row(
        "select * from settlement where setl_id = ? and psn_no = ? and fixmedins_code = ?",
        wire.text(node, "setl_id"), wire.text(node, "psn_no"), call.code,
    )  # fmt: skip
    if found is None or wire.text(node, "mdtrt_id") not in ("", found["mdtrt_id"]):
        raise Refusal(f"FSI-未查询到结算信息，结算ID{wire.text(node, 'setl_id')}")
    return found


def _visits(call: Call, node: Node) -> list[Node]:
    begin = wire.text(node, "begntime")
    end = wire.text(node, "endtime") or "9999"
    end = end if len(end) > 10 else f"{end} 23:59:59"
    rows = call.ledger.rows(
        "select * from visit where fixmedins_code = ? and state <> ? and begntime between ? and ? order by rowid",
        call.code, VisitState.CANCELLED, begin, end,
    )  # fmt: skip
    psn_no = wire.text(node, "psn_no")
    return [
        {
            "mdtrt_id": row["mdtrt_id"],
            "psn_no": row["psn_no"],
            "insutype": row["insutype"],
            "begntime": row["begntime"],
            "endtime": row["endtime"],
            "med_type": wire.text(wire.decode(row["body"]), "med_type"),
            "ipt_otp_no": row["ipt_otp_no"],
            "fixmedins_code": row["fixmedins_code"],
            "inhosp_stas": "1" if row["kind"] == Kind.INPATIENT and row["state"] == VisitState.OPEN else "0",
        }
        for row in rows
        if psn_no in ("", row["psn_no"])
    ]
