"""Drug trace codes (药品追溯码) of a settlement: each names a row of the bill, and a whole package is sold once."""

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.division import Bill
from terminal.centre.simulator.ledger import SettlementState
from terminal.centre.simulator.wire import Refusal


def book(call: Call, bill: Bill, setl_id: str) -> None:
    """Enter the codes that came with a settlement. Raises Refusal."""
    for node in call.nodes("drug_trac_info"):
        sn, code = wire.text(node, "feedetl_sn"), wire.text(node, "drug_trac_codg")
        if sn not in bill.fees or not code:
            raise Refusal(f"FSI-追溯码信息没有对应的费用明细或追溯码为空，费用明细流水号{sn[:30]}")
        opened = wire.text(node, "trdn_flag") == "1"
        if not opened and call.ledger.row(
            "select 1 from trace join settlement using (setl_id) where drug_trac_codg = ? and state = ?",
            code, SettlementState.STANDING,
        ):  # fmt: skip
            raise Refusal(f"FSI-药品追溯码{code[:30]}已结算过")
        call.ledger.write("insert into trace values (?, ?, ?)", code, setl_id, sn)
