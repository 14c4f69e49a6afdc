"""The pharmacy purchase in one step: 2101 to 2103. Items travel inside; the visit is made by the settlement."""

from terminal.centre.simulator import settlement, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.credentials import refuse_other_holder
from terminal.centre.simulator.division import Bill
from terminal.centre.simulator.fees import upload
from terminal.centre.simulator.ledger import Kind
from terminal.centre.simulator.transactions.outpatient import open_visit
from terminal.centre.simulator.wire import Node, Refusal


def trial(call: Call) -> Node:
    """2101: changes nothing; the answer has no setl_id."""
    bill = _bill(call, "")
    output = settlement.trial(call, bill)
    del output["setlinfo"]["setl_id"]
    return _with_rows(call, bill, output)


def settle(call: Call) -> Node:
    """2102: visit, rows and settlement at once."""
    settlement.refuse_repeated(call)
    node = call.node("druginfo")
    insurance = call.insurance(wire.text(node, "psn_no"), wire.text(node, "insutype"))
    mdtrt_id = open_visit(call, Kind.PHARMACY, node, insurance, wire.text(node, "invono"))
    upload(call, [{**row, "mdtrt_id": mdtrt_id} for row in call.nodes("drugdetail")])
    bill = _bill(call, mdtrt_id)
    return _with_rows(call, bill, settlement.settle(call, bill, node))


def cancel(call: Call) -> Node:
    """2103: as an outpatient cancellation, with the older names of the personal part and of cash."""
    output = settlement.cancel(call, call.node("data"), Kind.PHARMACY)
    info = output["setlinfo"]
    info["psn_pay"], info["cash_payamt"] = info.pop("psn_part_amt"), info.pop("psn_cash_pay")
    return output


def _bill(call: Call, mdtrt_id: str) -> Bill:
    node, rows = call.node("druginfo"), call.nodes("drugdetail")
    refuse_other_holder(call, node)
    if not rows:
        raise Refusal("FSI-没有购药明细")
    psn_no = wire.text(node, "psn_no")
    bill = Bill(
        number=wire.text(node, "invono"),
        visit={
            "mdtrt_id": mdtrt_id,
            "kind": Kind.PHARMACY,
            "psn_no": psn_no,
            "begntime": wire.text(node, "begntime"),
            "body": node,
        },
        insurance=call.insurance(psn_no, wire.text(node, "insutype")),
        med_type=wire.text(node, "med_type"),
        account_use=wire.text(node, "acct_used_flag") == "1",
        rows=[(row, call.rooms.catalogue.split(row)) for row in rows],
        fees=[wire.text(row, "feedetl_sn") for row in rows],
    )
    settlement.refuse_other_sum(bill, node)
    return bill


def _with_rows(call: Call, bill: Bill, output: Node) -> Node:
    rows = [call.rooms.catalogue.answer(row, split) for row, split in bill.rows]
    return {**output, "detlcutinfo": [{key: row[key] for key in row if key != "lmt_used_flag"} for row in rows]}
