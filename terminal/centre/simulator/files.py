"""Files beside the messages: kept under a number, handed out as bare bytes; a ZIP with one TAB-separated text."""

import io
import zipfile
from collections.abc import Iterable

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.wire import Node, Refusal

PLATFORM = "plc"
"""Who owns catalogue files; a download names it instead of an institution."""

_LARGEST = 256 * 2**20


def keep(call: Call, filename: str, owner: str, data: bytes) -> Node:
    """Store a file for its owner; the fields that a download will name."""
    number = f"M00/00/00/TEST{call.ledger.next_number('file'):032d}"
    call.ledger.write("insert into file values (?, ?, ?, ?)", number, filename, owner, data)
    return {
        "file_qury_no": number,
        "filename": filename,
        "fixmedins_code": owner,
        "dld_endtime": wire.stamp(call.now.replace(hour=23, minute=59, second=59)),
    }


def find(call: Call, node: Node) -> bytes:
    """A file by its number, for its owner. Raises Refusal."""
    found = call.ledger.row("select * from file where file_qury_no = ?", wire.text(node, "file_qury_no"))
    named = {wire.text(node, "fixmedins_code"), wire.text(node, "filename")}
    if found is None or found["owner"] not in named or found["owner"] not in (call.code, PLATFORM):
        raise Refusal(f"FSI-未查询到文件，文件查询号{wire.text(node, 'file_qury_no')[:60]}")
    data: bytes = found["data"]
    return data


def zipped(name: str, rows: Iterable[Iterable[str]]) -> bytes:
    """Rows as the text file inside a ZIP."""
    text = "".join("\t".join(row) + "\n" for row in rows)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text.encode())
    return target.getvalue()


def unzipped(data: bytes) -> list[list[str]]:
    """The rows of the one text inside a ZIP; LF and CRLF are the same. Raises Refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            (member,) = archive.infolist()
            if member.file_size > _LARGEST:
                raise Refusal("FSI-文件过大")
            text = archive.read(member).decode("utf-8-sig")
    except (zipfile.BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError):
        raise Refusal("FSI-文件不是含一个UTF-8文本的ZIP") from None
    return [line.split("\t") for line in text.replace("\r\n", "\n").split("\n") if line]
