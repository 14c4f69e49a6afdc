"""The outpatient visit: 2201 to 2208."""

from terminal.centre.simulator import settlement, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.credentials import refuse_other_holder
from terminal.centre.simulator.division import Bill
from terminal.centre.simulator.fees import delete_open, open_rows, upload
from terminal.centre.simulator.ledger import Kind, VisitState
from terminal.centre.simulator.wire import Node, Refusal


def register(call: Call) -> Node:
    """2201: a visit, even for an institution's number that was used before (the first answer may have been lost)."""
    node = call.node("data")
    psn_no = wire.text(node, "psn_no")
    refuse_other_holder(call, node)
    insurance = call.insurance(psn_no, wire.text(node, "insutype"))
    mdtrt_id = open_visit(call, Kind.OUTPATIENT, node, insurance, wire.text(node, "ipt_otp_no"))
    return {
        "data": {
            "mdtrt_id": mdtrt_id,
            "psn_no": psn_no,
            "ipt_otp_no": wire.text(node, "ipt_otp_no"),
            "exp_content": None,
        }
    }


def open_visit(call: Call, kind: Kind, node: Node, insurance: Node, number: str) -> str:
    """Enter a visit and return its mdtrt_id."""
    mdtrt_id = f"{call.institution['admdvs']}V{call.ledger.next_number('mdtrt_id'):012d}"
    call.ledger.insert(
        "visit",
        mdtrt_id=mdtrt_id,
        kind=kind,
        fixmedins_code=call.code,
        psn_no=wire.text(node, "psn_no"),
        insutype=insurance["insutype"],
        insuplc_admdvs=insurance["insuplc_admdvs"],
        ipt_otp_no=number,
        msgid=call.msgid,
        infno=call.infno,
        state=VisitState.OPEN,
        begntime=wire.text(node, "begntime"),
        body=wire.encode(node).decode(),
    )
    return mdtrt_id


def cancel_registration(call: Call) -> None:
    """2202: only while nothing is settled; rows not settled go with the visit."""
    visit = call.visit(call.node("data"), Kind.OUTPATIENT)
    if call.ledger.row("select 1 from fee where mdtrt_id = ? and setl_id is not null", visit["mdtrt_id"]):
        raise Refusal("FSI-该就诊已结算，不能撤销挂号")
    delete_open(call, visit["mdtrt_id"], "0000")
    call.ledger.write("update visit set state = ? where mdtrt_id = ?", VisitState.CANCELLED, visit["mdtrt_id"])


def describe(call: Call) -> None:
    """2203: kind of visit and diagnoses; a new upload replaces the old one."""
    node = call.node("mdtrtinfo")
    visit = call.visit(node, Kind.OUTPATIENT)
    body = {**visit["body"], **node, "diseinfo": call.nodes("diseinfo")}
    call.ledger.write("update visit set body = ? where mdtrt_id = ?", wire.encode(body).decode(), visit["mdtrt_id"])


def upload_fees(call: Call) -> Node:
    """2204: each row divided, all rows or none."""
    rows = call.nodes("feedetail")
    for row in rows:
        call.visit(row, Kind.OUTPATIENT)
    return {"result": upload(call, rows)}


def delete_fees(call: Call) -> None:
    """2205: rows of a batch, or with "0000" of the whole visit, that are not settled; nothing there is no failure."""
    node = call.node("data")
    visit = call.visit(node, Kind.OUTPATIENT)
    delete_open(call, visit["mdtrt_id"], wire.text(node, "chrg_bchno"))


def trial(call: Call) -> Node:
    """2206: changes nothing."""
    return settlement.trial(call, _bill(call))


def settle(call: Call) -> Node:
    """2207."""
    return settlement.settle(call, _bill(call), call.node("data"))


def cancel(call: Call) -> Node:
    """2208."""
    return settlement.cancel(call, call.node("data"), Kind.OUTPATIENT)


def _bill(call: Call) -> Bill:
    node = call.node("data")
    visit = call.visit(node, Kind.OUTPATIENT)
    refuse_other_holder(call, node)
    insutype = wire.text(node, "insutype")
    if insutype != visit["insutype"]:
        raise Refusal(f"FSI-险种类型与挂号时不一致：{insutype}")
    rows = open_rows(call, visit["mdtrt_id"], wire.text(node, "chrg_bchno"))
    bill = Bill(
        number=visit["ipt_otp_no"],
        visit=visit,
        insurance=call.insurance(visit["psn_no"], insutype),
        med_type=wire.text(node, "med_type"),
        account_use=wire.text(node, "acct_used_flag") == "1",
        rows=rows,
        fees=[wire.text(row, "feedetl_sn") for row, _ in rows],
    )
    settlement.refuse_other_sum(bill, node)
    return bill
