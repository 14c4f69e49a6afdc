"""2601: take back one message whose answer never came."""

from terminal.centre.simulator import settlement, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.ledger import VisitState
from terminal.centre.simulator.transactions.inpatient import cancel_stay
from terminal.centre.simulator.wire import Node, Refusal

REVERSIBLE = frozenset({"2102", "2103", "2207", "2208", "2304", "2305", "2401"})


def reverse(call: Call) -> None:
    """No output: only infcode tells. The number of the transaction is the one really sent, A suffix included."""
    node = call.node("data")
    oinfno = wire.text(node, "oinfno")
    if oinfno.removesuffix("A") not in REVERSIBLE:
        raise Refusal(f"FSI-交易{oinfno}不支持冲正")
    if oinfno.startswith("2401"):
        _reverse_admission(call, node)
    else:
        settlement.reverse(call, wire.text(node, "omsgid"), oinfno, wire.text(node, "psn_no"))


def _reverse_admission(call: Call, node: Node) -> None:
    found = call.ledger.row(
        "select mdtrt_id, state from visit where fixmedins_code = ? and msgid = ? and infno = ? and psn_no = ?",
        call.code, wire.text(node, "omsgid"), wire.text(node, "oinfno"), wire.text(node, "psn_no"),
    )  # fmt: skip
    if found is None or found["state"] != VisitState.OPEN:
        raise Refusal(f"FSI-未查询到需要冲正的交易，原发送方报文ID{wire.text(node, 'omsgid')}")
    cancel_stay(call, found["mdtrt_id"])
