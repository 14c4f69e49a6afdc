"""Fee rows of a visit: entered whole or not at all, deleted while not settled."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.catalogue import Split
from terminal.centre.simulator.wire import Node, Refusal

ALL_BATCHES = "0000"


def upload(call: Call, rows: Sequence[Node]) -> list[Node]:
    """Divide and enter rows that name their visit; the item results. Raises Refusal on a number used before."""
    if not rows:
        raise Refusal("FSI-费用明细为空")
    return [_enter(call, row, call.rooms.catalogue.split(row)) for row in rows]


def upload_stay(call: Call, rows: Sequence[Node]) -> list[Node]:
    """As ``upload``, with returns: a row with ``init_feedetl_sn`` takes back a part of an earlier one.

    A return's division is what the earlier row loses, so that divisions add up to that of what stays.
    Raises Refusal when more is returned than is left.
    """
    if not rows:
        raise Refusal("FSI-费用明细为空")
    return [_enter(call, row, _lost(call, row) or call.rooms.catalogue.split(row)) for row in rows]


def _lost(call: Call, row: Node) -> Split | None:
    original = wire.text(row, "init_feedetl_sn")
    if not original:
        if wire.number(row, "cnt") < 0:
            raise Refusal("FSI-退费明细缺少init_feedetl_sn")
        return None
    mdtrt_id = wire.text(row, "mdtrt_id")
    related = [(body, split) for body, split, _ in _open(call, mdtrt_id) if _origin(body) == original]
    if not related or wire.text(row, "med_list_codg") != wire.text(related[0][0], "med_list_codg"):
        raise Refusal(f"FSI-未查询到被退的费用明细{original}")
    left = _net([*related, (row, call.rooms.catalogue.split(row))])
    if wire.number(left, "cnt") < 0 or wire.fen(left, "det_item_fee_sumamt") < 0:
        raise Refusal(f"FSI-退费数量超过费用明细{original}的余量")
    return _minus(call.rooms.catalogue.split(left), _sum(split for _, split in related))


def net_rows(call: Call, mdtrt_id: str) -> tuple[list[tuple[Node, Split]], tuple[str, ...]]:
    """What is left of a stay's open rows after returns, and the numbers of all rows that went into it.

    Raises Refusal when there is no open row.
    """
    found = _open(call, mdtrt_id)
    if not found:
        raise Refusal("FSI-没有待结算的费用明细")
    groups: dict[str, list[tuple[Node, Split]]] = {}
    for body, split, _ in found:
        groups.setdefault(_origin(body), []).append((body, split))
    rows = [(_net(group), _sum(split for _, split in group)) for group in groups.values()]
    return [(row, split) for row, split in rows if wire.number(row, "cnt")], tuple(sn for _, _, sn in found)


def _open(call: Call, mdtrt_id: str) -> list[tuple[Node, Split, str]]:
    rows = call.ledger.rows("select * from fee where mdtrt_id = ? and setl_id is null order by rowid", mdtrt_id)
    return [(wire.decode(row["body"]), Split(**wire.decode(row["split"])), row["feedetl_sn"]) for row in rows]


def _origin(row: Node) -> str:
    return wire.text(row, "init_feedetl_sn") or wire.text(row, "feedetl_sn")


def _net(group: Sequence[tuple[Node, Split]]) -> Node:
    return {
        **group[0][0],
        "cnt": sum(wire.number(row, "cnt") for row, _ in group),
        "det_item_fee_sumamt": wire.yuan(sum(wire.fen(row, "det_item_fee_sumamt") for row, _ in group)),
    }


def _sum(splits: Iterable[Split]) -> Split:
    return Split(*(sum(parts) for parts in zip(*(astuple(split) for split in splits), strict=True)))


def _minus(one: Split, other: Split) -> Split:
    return Split(*(a - b for a, b in zip(astuple(one), astuple(other), strict=True)))


def _enter(call: Call, row: Node, split: Split) -> Node:
    sn = wire.text(row, "feedetl_sn")
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
    return call.rooms.catalogue.answer(row, split)


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


def delete_row(call: Call, mdtrt_id: str, sn: str) -> int:
    """Delete one open row, or with "0000" all; how many went."""
    return call.ledger.write(
        "delete from fee where mdtrt_id = ? and setl_id is null and (? in (feedetl_sn, ?))", mdtrt_id, sn, ALL_BATCHES
    )
