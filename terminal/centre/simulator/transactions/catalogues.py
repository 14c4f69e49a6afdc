"""What the centre publishes: institutions 1201, files and pages 1301 to 1319, codes 1901; mappings 3301, 3302.

All of it is made from ``items.json``. A catalogue file's columns are: code, name, specification, level, kind of charge,
kind of list, begin, end, valid, version.
"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from terminal.centre.simulator import files, wire
from terminal.centre.simulator.call import Call, Handler, Output
from terminal.centre.simulator.catalogue import NO_LIMIT
from terminal.centre.simulator.wire import Node, Refusal

VERSION = "F001_20260101000000_A"
_UPDATED = "2026-01-01 00:00:00"
_BEGIN, _END = "2026-01-01", "2099-12-31"
_LARGEST_PAGE = 1000
_LARGEST_MAPPING = 100

_LISTS: Mapping[str, str] = {"1301": "101", "1302": "102", "1303": "103", "1305": "201", "1306": "301"}
"""list_type of the catalogues that hold items; the other downloads are empty here."""

DOWNLOADS = tuple(f"13{number:02d}" for number in (*range(1, 4), *range(5, 12), *range(13, 16)))


def institutions(call: Call) -> Node:
    """1201: by kind, and by code or a part of the name. Both spellings of the node are read."""
    node = call.node("medinsinfo") or call.node("medinsInfo")
    kind, name, code = (wire.text(node, key) for key in ("fixmedins_type", "fixmedins_name", "fixmedins_code"))
    shown = ("fixmedins_code", "fixmedins_name", "uscc", "fixmedins_type", "hosp_lv")
    return {
        "medinsinfo": [
            {key: row[key] for key in shown}
            for row in call.rooms.institutions.values()
            if kind in ("", row["fixmedins_type"])
            and name in row["fixmedins_name"]
            and code in ("", row["fixmedins_code"])
        ]
    }


def download(call: Call) -> Node:
    """1301 to 1315: a file with what is newer than ``ver``; with nothing newer there is no row in it."""
    ver = wire.text(call.node("data"), "ver")
    kind = _LISTS.get(call.infno)
    rows = [
        [item["med_list_codg"], item["name"], item["spec"], item["chrgitm_lv"], item["med_chrgitm_type"], kind,
         _BEGIN, _END, "1", VERSION]
        for item in call.rooms.catalogue.items.values()
        if item["list_type"] == kind and ver < VERSION
    ]  # fmt: skip
    name = f"{call.infno}_{VERSION}.txt"
    kept = files.keep(call, f"{name}.zip", files.PLATFORM, files.zipped(name, rows))
    return {
        "file_qury_no": kept["file_qury_no"],
        "filename": kept["filename"],
        "dld_end_time": kept["dld_endtime"],
        "data_cnt": len(rows),
    }


def _paged(rows: Callable[[Call, Node], Iterable[Node]]) -> Handler:
    """A transaction that answers one page of rows, filtered by every field the request fills."""

    def handler(call: Call) -> Output:
        node = call.node("data")
        number, size = int(wire.number(node, "page_num")), int(wire.number(node, "page_size"))
        if number < 1 or not 1 <= size <= _LARGEST_PAGE:
            raise Refusal(f"FSI-分页参数不正确，每页最多{_LARGEST_PAGE}条")
        filters = {key: wire.text(node, key) for key in node if key not in ("updt_time", "page_num", "page_size")}
        found = [
            row
            for row in rows(call, node)
            if row["updt_time"] > wire.text(node, "updt_time")
            and all(value in ("", str(row.get(key, value))) for key, value in filters.items())
        ]
        start = (number - 1) * size
        page = found[start : start + size]
        pages = -(-len(found) // size)
        return {
            "pageNum": number,
            "pageSize": size,
            "size": len(page),
            "startRow": start + 1 if page else 0,
            "endRow": start + len(page),
            "recordCounts": len(found),
            "pages": pages,
            "firstPage": number == 1,
            "lastPage": number >= pages,
            "data": page,
        }

    return handler


def _common(code: str, node: Node) -> Node:
    return {
        "hilist_code": code,
        "insu_admdvs": wire.text(node, "insu_admdvs") or "110100",
        "begndate": _BEGIN,
        "enddate": _END,
        "vali_flag": "1",
        "rid": f"RID{code}",
        "updt_time": _UPDATED,
        "poolarea_no": None,
    }


def _insurance_list(call: Call, node: Node) -> Iterable[Node]:
    for code, item in call.rooms.catalogue.items.items():
        yield {
            **_common(code, node),
            "hilist_name": item["name"],
            "med_chrgitm_type": item["med_chrgitm_type"],
            "chrgitm_lv": item["chrgitm_lv"],
            "list_type": item["list_type"],
            "lmt_used_flag": "0",
            "med_use_flag": "1",
            "matn_used_flag": "0",
            "hilist_use_type": "1",
            "lmt_cpnd_type": "0",
            "wubi": None,
            "pinyin": None,
            "memo": None,
        }


def _price_limits(call: Call, node: Node) -> Iterable[Node]:
    for code, item in call.rooms.catalogue.items.items():
        limit = Decimal(item["pric_uplmt_amt"])
        if limit < NO_LIMIT:
            yield {
                **_common(code, node),
                "hilist_lmtpric_type": "101",
                "overlmt_dspo_way": "1",
                "hilist_pric_uplmt_amt": limit,
                "tabname": None,
            }


def _own_pay_ratios(call: Call, node: Node) -> Iterable[Node]:
    for code, item in call.rooms.catalogue.items.items():
        yield {
            **_common(code, node),
            "selfpay_prop_psn_type": "1",
            "selfpay_prop_type": "1",
            "selfpay_prop": Decimal(item["selfpay_prop"]),
        }


def _list_mapping(call: Call, node: Node) -> Iterable[Node]:
    for code, item in call.rooms.catalogue.items.items():
        yield {**_common(code, node), "med_list_codg": code, "list_type": item["list_type"]}


def _own_mapping(call: Call, node: Node) -> Iterable[Node]:
    rows = call.ledger.rows("select body from mapping where fixmedins_code = ? order by fixmedins_hilist_id", call.code)
    for row in (wire.decode(found["body"]) for found in rows):
        yield {
            **_common(wire.text(row, "med_list_codg"), node),
            "fixmedins_code": call.code,
            "medins_list_codg": row["fixmedins_hilist_id"],
            "medins_list_name": row["fixmedins_hilist_name"],
            "list_type": row["list_type"],
            "med_list_codg": wire.text(row, "med_list_codg"),
        }


PAGES: Mapping[str, Handler] = {
    "1304": _paged(lambda call, node: ()),
    "1312": _paged(_insurance_list),
    "1316": _paged(_list_mapping),
    "1317": _paged(_own_mapping),
    "1318": _paged(_price_limits),
    "1319": _paged(_own_pay_ratios),
}


def dictionary(call: Call) -> Node:
    """1901: the labels of one kind of code."""
    kind = wire.text(call.node("data"), "type")
    return {
        "list": [
            {
                "type": kind,
                "label": label,
                "value": value,
                "parentValue": None,
                "sort": str(sort),
                "valiFlag": "1",
                "createUser": None,
                "createDate": _UPDATED,
                "version": VERSION,
            }
            for sort, (value, label) in enumerate(call.rooms.dictionary.get(kind.upper(), {}).items(), 1)
        ]
    }


def map_items(call: Call) -> None:
    """3301: the institution's own codes against national ones; a new row replaces the old one."""
    rows = call.nodes("data")
    if not 1 <= len(rows) <= _LARGEST_MAPPING:
        raise Refusal(f"FSI-目录对照每次1至{_LARGEST_MAPPING}条")
    for row in rows:
        if (code := wire.text(row, "med_list_codg")) and code not in call.rooms.catalogue.items:
            raise Refusal(f"FSI-医疗目录编码不存在：{code[:50]}")
        call.ledger.write(
            "insert into mapping values (?, ?, ?) on conflict do update set body = excluded.body",
            call.code, wire.text(row, "fixmedins_hilist_id"), wire.encode(row).decode(),
        )  # fmt: skip


def unmap_items(call: Call) -> None:
    """3302."""
    for row in call.nodes("catalogcompin") or call.nodes("data"):
        number = wire.text(row, "fixmedins_hilist_id")
        if not call.ledger.write(
            "delete from mapping where fixmedins_code = ? and fixmedins_hilist_id = ?", call.code, number
        ):
            raise Refusal(f"FSI-未查询到目录对照{number}")
