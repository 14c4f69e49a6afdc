"""A pharmacy's stock and sales: 3501 to 3507. Rows are kept by batch number; nothing is settled by them."""

import sqlite3

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.wire import Refusal

NODES = {
    "3501": "invinfo", "3502": "invinfo", "3503": "purcinfo", "3504": "purcinfo", "3505": "selinfo", "3506": "selinfo",
}  # fmt: skip
"""The node of each upload: stock-taking, change of stock, purchase, its return, sale, its return."""

_DELETABLE = {"1": "3501", "2": "3502", "3": "3503", "4": "3504", "5": "3505", "6": "3506"}


def upload(call: Call) -> None:
    """3501 to 3506: a batch number is used once in each of them."""
    for row in call.nodes(NODES[call.infno]):
        if (code := wire.text(row, "med_list_codg")) not in call.rooms.catalogue.items:
            raise Refusal(f"FSI-医疗目录编码不存在：{code[:50]}")
        number = wire.text(row, "fixmedins_bchno")
        try:
            call.ledger.insert(
                "stock",
                fixmedins_code=call.code,
                infno=call.infno,
                fixmedins_bchno=number,
                body=wire.encode(row).decode(),
            )
        except sqlite3.IntegrityError:
            raise Refusal(f"FSI-批次流水号重复：{number}") from None


def delete(call: Call) -> None:
    """3507: by batch number and kind of upload."""
    node = call.node("data")
    number, kind = wire.text(node, "fixmedins_bchno"), _DELETABLE.get(wire.text(node, "inv_data_type"), "")
    if not call.ledger.write(
        "delete from stock where fixmedins_code = ? and infno = ? and fixmedins_bchno = ?", call.code, kind, number
    ):
        raise Refusal(f"FSI-未查询到进销存记录，批次流水号{number}")
