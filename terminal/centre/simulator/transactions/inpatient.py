"""The stay: admission 2401 to 2405, fees 2301 and 2302, settlement 2303 to 2305."""

from terminal.centre.simulator import settlement, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.credentials import refuse_other_holder
from terminal.centre.simulator.division import Bill
from terminal.centre.simulator.fees import ALL_BATCHES, delete_row, net_rows, upload_stay
from terminal.centre.simulator.ledger import Kind, VisitState
from terminal.centre.simulator.transactions.outpatient import open_visit
from terminal.centre.simulator.wire import Node, Refusal


def admit(call: Call) -> Node:
    """2401: nobody lies in two beds."""
    node = call.node("mdtrtinfo")
    psn_no = wire.text(node, "psn_no")
    refuse_other_holder(call, node)
    insurance = call.insurance(psn_no, wire.text(node, "insutype"))
    if call.ledger.row(
        "select 1 from visit where psn_no = ? and kind = ? and state = ?", psn_no, Kind.INPATIENT, VisitState.OPEN
    ):
        raise Refusal("FSI-该人员已有在院就诊信息")
    body = {**node, "diseinfo": call.nodes("diseinfo")}
    return {"result": {"mdtrt_id": open_visit(call, Kind.INPATIENT, body, insurance, wire.text(node, "ipt_no"))}}


def discharge(call: Call) -> None:
    """2402: the stay ends; only then is it settled."""
    node = call.node("dscginfo")
    visit = _stay(call, node, VisitState.OPEN)
    _change(call, visit, node, VisitState.DISCHARGED, wire.text(node, "endtime"))


def change(call: Call) -> None:
    """2403: new facts of the admission replace the old ones."""
    node = call.node("adminfo")
    visit = _stay(call, node, VisitState.OPEN)
    _change(call, visit, node, VisitState.OPEN, None)


def cancel_admission(call: Call) -> None:
    """2404: only while there are no fees."""
    visit = _stay(call, call.node("data"), VisitState.OPEN)
    cancel_stay(call, visit["mdtrt_id"])


def cancel_stay(call: Call, mdtrt_id: str) -> None:
    """Strike an admission. Raises Refusal when it has fees."""
    if call.ledger.row("select 1 from fee where mdtrt_id = ?", mdtrt_id):
        raise Refusal("FSI-已有费用明细，不能撤销入院")
    call.ledger.write("update visit set state = ? where mdtrt_id = ?", VisitState.CANCELLED, mdtrt_id)


def undo_discharge(call: Call) -> None:
    """2405: only while nothing is settled."""
    visit = _stay(call, call.node("data"), VisitState.DISCHARGED)
    if call.ledger.row("select 1 from fee where mdtrt_id = ? and setl_id is not null", visit["mdtrt_id"]):
        raise Refusal("FSI-已结算，不能撤销出院")
    _change(call, visit, {}, VisitState.OPEN, None)


def upload_fees(call: Call) -> Node:
    """2301: a return is a row with negative count that names the row it takes back."""
    rows = call.nodes("feedetail")
    for row in rows:
        _stay(call, row, VisitState.OPEN)
    return {"result": upload_stay(call, rows)}


def delete_fees(call: Call) -> None:
    """2302: single rows, or with "0000" all, that are not settled."""
    for node in call.nodes("data"):
        visit = call.visit(node, Kind.INPATIENT)
        sn = wire.text(node, "feedetl_sn")
        if not delete_row(call, visit["mdtrt_id"], sn) and sn != ALL_BATCHES:
            raise Refusal(f"FSI-未查询到未结算的费用明细{sn}")


def trial(call: Call) -> Node:
    """2303: changes nothing."""
    return settlement.trial(call, _bill(call))


def settle(call: Call) -> Node:
    """2304: after discharge, or in the middle of a stay when it says so."""
    return settlement.settle(call, _bill(call), call.node("data"))


def cancel(call: Call) -> Node:
    """2305."""
    return settlement.cancel(call, call.node("data"), Kind.INPATIENT)


def _bill(call: Call) -> Bill:
    node = call.node("data")
    visit = call.visit(node, Kind.INPATIENT)
    if visit["state"] == VisitState.OPEN and wire.text(node, "mid_setl_flag") != "1" and call.infno.startswith("2304"):
        raise Refusal("FSI-未办理出院，不能结算")
    rows, fees = net_rows(call, visit["mdtrt_id"])
    bill = Bill(
        number=visit["ipt_otp_no"],
        visit={**visit, "endtime": visit["endtime"] or wire.text(node, "dscg_time") or wire.stamp(call.now)},
        insurance=call.insurance(visit["psn_no"], wire.text(node, "insutype")),
        med_type=wire.text(visit["body"], "med_type"),
        account_use=wire.text(node, "acct_used_flag") == "1",
        rows=rows,
        fees=fees,
    )
    settlement.refuse_other_sum(bill, node)
    return bill


def _stay(call: Call, node: Node, state: VisitState) -> Node:
    visit = call.visit(node, Kind.INPATIENT)
    if visit["state"] != state:
        raise Refusal("FSI-已办理出院" if visit["state"] == VisitState.DISCHARGED else "FSI-未办理出院")
    return visit


def _change(call: Call, visit: Node, node: Node, state: VisitState, endtime: str | None) -> None:
    body = {**visit["body"], **node, **({"diseinfo": call.nodes("diseinfo")} if call.nodes("diseinfo") else {})}
    call.ledger.write(
        "update visit set state = ?, endtime = ?, body = ? where mdtrt_id = ?",
        state, endtime, wire.encode(body).decode(), visit["mdtrt_id"],
    )  # fmt: skip
