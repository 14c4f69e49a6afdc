"""Comparing the two ledgers: 3201 sums, 3202 rows (3211, 3212 as a task), the application for clearing 3203, 3204.

Reversed settlements count nowhere. Without ``refd_setl_flag``, or with "1", a refunded settlement counts together with
its red-ink copy; with "0" neither does.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from terminal.centre.simulator import files, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.ledger import SettlementState
from terminal.centre.simulator.wire import Node, Refusal

_AMOUNTS = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay")


class Verdict(StrEnum):
    """stmt_rslt 对账结果."""

    EQUAL = "000000"
    CENTRE_ONLY = "000101"
    INSTITUTION_ONLY = "000102"
    DIFFERENT = "000103"


_SAID = {
    Verdict.EQUAL: "平账",
    Verdict.CENTRE_ONLY: "中心有，医药机构没有",
    Verdict.INSTITUTION_ONLY: "医药机构有，中心没有",
    Verdict.DIFFERENT: "金额不符",
}


def totals(call: Call) -> Node:
    """3201: one insurance, clearing type and office at a time."""
    node = call.node("data")
    rows = [row for row in _settlements(call, node) if row["insutype"] == wire.text(node, "insutype")]
    same_count = len(rows) == int(wire.number(node, "fixmedins_setl_cnt"))
    if same_count and all(sum(row[key] for row in rows) == wire.fen(node, key) for key in _AMOUNTS):
        verdict = Verdict.EQUAL
    else:
        verdict = Verdict.DIFFERENT if rows else Verdict.INSTITUTION_ONLY
    return {
        "stmtinfo": {
            "setl_optins": wire.text(node, "setl_optins"),
            "stmt_rslt": verdict,
            "stmt_rslt_dscr": _SAID[verdict],
        }
    }


def details(call: Call) -> Node:
    """3202: the institution's rows against the centre's; every row of either side is in the result file."""
    node = call.node("data")
    kept = _result(call, _settlements(call, node), _uploaded(call, node))
    return {"fileinfo": {key: kept[key] for key in ("file_qury_no", "filename", "dld_endtime")}}


def _result(call: Call, settlements: Sequence[Node], theirs: Mapping[str, list[str]]) -> Node:
    """Keep the file that says of every row of either side how it compares."""
    ours = {row["setl_id"]: row for row in settlements}
    empty = "null"
    result: list[list[str]] = []
    for setl_id in [*ours, *(known for known in theirs if known not in ours)]:
        row, said = ours.get(setl_id), theirs.get(setl_id)
        verdict = _compare(row, said)
        shown: Sequence[str]
        if row is not None:
            amounts = [f"{wire.yuan(row[key])}" for key in _AMOUNTS]
            shown = [
                row["psn_no"],
                row["mdtrt_id"],
                setl_id,
                row["msgid"],
                verdict,
                _refunded(row),
                _SAID[verdict],
                *amounts,
            ]
        else:
            assert said is not None  # noqa: S101
            shown = [said[2], said[1], setl_id, empty, verdict, said[6], _SAID[verdict], empty, empty, empty]
        result.append(list(shown))
    name = f"{call.code}_{call.now:%Y%m%d%H%M%S}.txt"
    return files.keep(call, f"{name}.zip", call.code, files.zipped(name, result))


def _dashed(day: str) -> str:
    """20260105 and 2026-01-05 name the same day."""
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}" if day.isdigit() else day


def check_as_task(call: Call) -> Node:
    """3211: 3202 without sums to compare first; the number of the result file is the task's."""
    node = call.node("data")
    begin, end = (wire.text(node, key) for key in ("clr_begin_ymd", "clr_end_ymd"))
    theirs = {row[0]: row for row in _rows(call, node)}
    return {
        "fileinfo": {"task_key": _result(call, _between(call, _dashed(begin), _dashed(end)), theirs)["file_qury_no"]}
    }


def task(call: Call) -> Node:
    """3212: a task here is done when it is answered. No text names the codes of its states; "1" is ours."""
    key = wire.text(call.node("data"), "task_key")
    files.find(call, {"file_qury_no": key, "fixmedins_code": call.code})
    return {"fileinfo": {"check_state": "1", "task_status": "1", "file_qury_no1": key}}


def apply_for_clearing(call: Call) -> Node:
    """3203: only for sums that are the centre's own, once for a clearing type and period."""
    node = call.node("data")
    begin, end, kind = (wire.text(node, key) for key in ("begndate", "enddate", "clr_type"))
    rows = [row for row in _between(call, begin, end) if row["clr_type"] == kind]
    for key in ("medfee_sumamt", "acct_pay"):
        own = sum(row[key] for row in rows)
        if own != wire.fen(node, key):
            raise Refusal(f"FSI-清算申请{key}与中心不一致：上传{wire.yuan(wire.fen(node, key))}，中心{wire.yuan(own)}")
    if call.ledger.row(
        "select 1 from clearing where fixmedins_code = ? and clr_type = ? and state = 'open'"
        " and begndate <= ? and enddate >= ?",
        call.code, kind, end, begin,
    ):  # fmt: skip
        raise Refusal("FSI-该期间已有清算申请")
    number = f"{call.institution['admdvs']}C{call.ledger.next_number('clearing'):012d}"
    call.ledger.write(
        "insert into clearing values (?, ?, ?, ?, ?, 'open', ?)",
        number, call.code, kind, begin, end, wire.encode(node).decode(),
    )  # fmt: skip
    return {"result": {"clr_appy_evt_id": number}}


def withdraw_clearing(call: Call) -> None:
    """3204."""
    number = wire.text(call.node("data"), "clr_appy_evt_id")
    if not call.ledger.write(
        "update clearing set state = 'withdrawn' where clr_appy_evt_id = ? and fixmedins_code = ? and state = 'open'",
        number, call.code,
    ):  # fmt: skip
        raise Refusal(f"FSI-未查询到清算申请{number}")


def _settlements(call: Call, node: Node) -> list[Node]:
    rows = _between(call, wire.text(node, "stmt_begndate"), wire.text(node, "stmt_enddate"))
    flag = wire.text(node, "refd_setl_flag") or wire.text(node, "REFD_SETL_FLAG")
    kind = wire.text(node, "clr_type")
    return [
        row
        for row in rows
        if row["clr_optins"] == wire.text(node, "setl_optins")
        and kind in ("", row["clr_type"])
        and (flag != "0" or _refunded(row) == "0")
    ]


def _between(call: Call, begin: str, end: str) -> list[Node]:
    return call.ledger.rows(
        "select * from settlement where fixmedins_code = ? and state <> ? and setl_time between ? and ? order by rowid",
        call.code, SettlementState.REVERSED, begin[:10], f"{end[:10]} 23:59:59",
    )  # fmt: skip


def _refunded(row: Node) -> str:
    return "1" if row["cancels"] or row["state"] == SettlementState.REFUNDED else "0"


def _compare(row: Node | None, said: list[str] | None) -> Verdict:
    if row is None:
        return Verdict.INSTITUTION_ONLY
    if said is None:
        return Verdict.CENTRE_ONLY
    return Verdict.EQUAL if [row[key] for key in _AMOUNTS] == _amounts(said) else Verdict.DIFFERENT


def _amounts(fields: list[str]) -> list[int]:
    named = {key: "" if value == "null" else value for key, value in zip(_AMOUNTS, fields[3:6], strict=True)}
    return [wire.fen(named, key) for key in _AMOUNTS]


def _uploaded(call: Call, node: Node) -> dict[str, list[str]]:
    """The institution's rows by setl_id. Raises Refusal when they are not in form or not what the message sums up."""
    rows = _rows(call, node)
    if len(rows) != int(wire.number(node, "fixmedins_setl_cnt")):
        raise Refusal("FSI-对账文件行数与结算笔数不一致")
    if sum(_amounts(row)[0] for row in rows) != wire.fen(node, "medfee_sumamt"):
        raise Refusal("FSI-对账文件合计与医疗费总额不一致")
    return {row[0]: row for row in rows}


def _rows(call: Call, node: Node) -> list[list[str]]:
    rows = files.unzipped(files.find(call, {**node, "fixmedins_code": call.code}))
    if any(len(row) < 7 for row in rows):
        raise Refusal("FSI-对账文件每行应有7列：setl_id、mdtrt_id、psn_no、三个金额、refd_setl_flag")
    return rows
