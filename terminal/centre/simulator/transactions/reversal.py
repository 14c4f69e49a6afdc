"""2601: take back one message whose answer never came."""

from terminal.centre.simulator import settlement, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.wire import Refusal

REVERSIBLE = frozenset({"2102", "2103", "2207", "2208", "2304", "2305", "2401"})


def reverse(call: Call) -> None:
    """No output: only infcode tells. The number of the transaction is the one really sent, A suffix included."""
    node = call.node("data")
    oinfno = wire.text(node, "oinfno")
    if oinfno.removesuffix("A") not in REVERSIBLE:
        raise Refusal(f"FSI-交易{oinfno}不支持冲正")
    settlement.reverse(call, wire.text(node, "omsgid"), oinfno, wire.text(node, "psn_no"))
