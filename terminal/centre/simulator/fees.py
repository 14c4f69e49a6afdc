"""Fee rows of a visit: entered whole or not at all, deleted while not settled."""

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.catalogue import Split
from terminal.centre.simulator.wire import Node, Refusal

ALL_BATCHES = "0000"


def upload(call: Call, rows: Sequence[Node]) -> list[Node]:
    """Divide and enter rows that name their visit; the item results. Raises Refusal on a number used before."""
    if not rows:
        raise Refusal("FSI-费用明细为空")
    catalogue = call.rooms.catalogue
    results = []
    for row in rows:
        sn = wire.text(row, "feedetl_sn")
        split = catalogue.split(row)
        try:
            call.ledger.insert(
                "fee",
                mdtrt_id=wire.text(row, "mdtrt_id"),
                feedetl_sn=sn,
                chrg_bchno=wire.text(row, "chrg_bchno"),
                body=wire.encode(row).decode(),
                split=wire.encode(asdict(split)).decode(),
            )
        except sqlite3.IntegrityError:
            raise Refusal(f"FSI-费用明细流水号重复：{sn}") from None
        results.append(catalogue.answer(row, split))
    return results


def open_rows(call: Call, mdtrt_id: str, batch: str) -> list[tuple[Node, Split]]:
    """Rows waiting for a settlement, of one batch or of all. Raises Refusal when there is none."""
    found = call.ledger.rows(
        "select body, split from fee where mdtrt_id = ? and setl_id is null and (? in (chrg_bchno, ?)) order by rowid",
        mdtrt_id, batch, ALL_BATCHES,
    )  # fmt: skip
    if not found:
        raise Refusal("FSI-没有待结算的费用明细")
    return [(wire.decode(row["body"]), Split(**wire.decode(row["split"]))) for row in found]


def delete_open(call: Call, mdtrt_id: str, batch: str) -> None:
    """Delete rows that are not settled, of one batch or of all."""
    call.ledger.write(
        "delete from fee where mdtrt_id = ? and setl_id is null and (? in (chrg_bchno, ?))",
        mdtrt_id,
        batch,
        ALL_BATCHES,
    )
