"""Reading any message of the interface, in either direction, and saying what is in it and what is wrong."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec

from config.profiles import code_tables
from terminal.centre.envelope import AnswerHead, RequestHead
from terminal.centre.faults import BadMessage
from terminal.centre.identities import Breach, item_breaches, settlement_breaches
from terminal.centre.messages import SERVICES, TRANSACTIONS, Transaction, read_output, transaction
from terminal.centre.messages.settlement import ItemsAnswer, SettlementAnswer
from terminal.centre.wire import Finding, Node, Severity, fields, parse

Direction = Literal["request", "answer"]

_MESSAGE_NUMBER = re.compile(r"[A-Z]\d{11}\d{14}\d{4}", re.ASCII)
_LIMIT = 64 * 1024 * 1024


class Checked(msgspec.Struct, frozen=True):
    """A message as read. ``fits`` lists every transaction an answer may belong to; the first was used."""

    direction: Direction
    transaction: str
    name: str
    fits: tuple[str, ...]
    head: Node
    content: Node
    findings: tuple[Finding, ...]

    def meanings(self) -> dict[str, str]:
        """What the codes in the message mean, by place; a code that the national tables lack means ``"?"``."""
        return dict(_meanings(self.content))

    @property
    def wrong(self) -> bool:
        """Whether anything breaks the text; notes do not count."""
        return any(finding.severity is Severity.WRONG for finding in self.findings)

    def tree(self) -> dict[str, Any]:
        """The message again, in the text's own spelling."""
        if isinstance(self.head, RequestHead):
            return self.head.write(strict=False) | {"input": self.content.write(strict=False)}
        if self.transaction in SERVICES:
            return self.content.write(strict=False)
        output = {"output": self.content.write(strict=False)} if self.transaction else {}
        return self.head.write(strict=False) | output


def check(data: bytes, transaction_number: str = "", *, file: str = "-") -> Checked:
    """What a message says and what is wrong with it; keys that begin with ``_`` are ignored.

    ``transaction_number`` names an answer's transaction, else every transaction that fits is listed. Raises
    BadMessage for what is no message at all, or a number nobody knows.
    """
    try:
        tree = {key: value for key, value in parse(data[:_LIMIT]).items() if not key.startswith("_")}
    except ValueError as error:
        raise BadMessage(file=file, found=str(error)) from error
    if transaction_number and transaction(transaction_number) is None:
        raise BadMessage(file=file, found=f"transaction {transaction_number} is not known")
    if "infno" in tree:
        return _request(tree, file)
    if "infcode" in tree:
        return _answer(tree, transaction_number)
    if "transType" in tree or "code" in tree:
        return _service(tree, transaction_number)
    raise BadMessage(file=file, found="neither infno nor infcode is there")


def _request(tree: dict[str, Any], file: str) -> Checked:
    findings: list[Finding] = []
    content = tree.pop("input", None)
    head = RequestHead.read(tree, findings=findings)
    row = transaction(head.infno)
    if row is None:
        raise BadMessage(file=file, found=f"transaction {head.infno} is not known")
    if head.msgid and not _MESSAGE_NUMBER.fullmatch(head.msgid):
        _wrong(findings, "msgid", "form", "应为机构编号12位+时间14位+顺序号4位", "is not institution, time and count")
    node = row.request.read({} if content is None else content, "input", findings)
    return Checked("request", head.infno, row.name, (head.infno,), head, node, tuple(findings))


def _answer(tree: dict[str, Any], number: str) -> Checked:
    output = tree.pop("output", None)
    findings: list[Finding] = []
    head = AnswerHead.read(tree, findings=findings)
    good = head.infcode == 0 and not (isinstance(output, str) and not output.lstrip().startswith("{"))
    if isinstance(output, str) and not good and output:
        note = Finding(Severity.NOTE, "output", "encrypted", "输出是密文", "the output is encrypted")
        return Checked("answer", "", "", (), _with(head, output), Node(), (*findings, note))
    fits = (number,) if number else tuple(_fitting(output)) if good else ()
    row = transaction(fits[0]) if fits else None
    if row is None:
        return Checked("answer", "", "", fits, _with(head, output), Node(), tuple(findings))
    content: Node = Node()
    if good:
        content = read_output(row.answer, output, findings)
        findings += [_told(breach) for breach in _breaches(content)]
    return Checked("answer", fits[0], row.name, fits, head, content, tuple(findings))


def _service(tree: dict[str, Any], number: str) -> Checked:
    findings: list[Finding] = []
    asked = "transType" in tree
    name = number or str(tree.get("transType", "ec.query"))
    row = SERVICES.get(name) or SERVICES["ec.query"]
    node = (row.request if asked else row.answer).read(tree, "", findings)
    fits = (name,) if number or asked else tuple(SERVICES)
    return Checked("request" if asked else "answer", name, row.name, fits, Node(), node, tuple(findings))


def _fitting(output: Any) -> Iterator[str]:
    """Transactions whose answer has every node of this output and misses none it must have."""
    if isinstance(output, list):
        yield from (row.number for row in TRANSACTIONS.values() if row.answer.__name__ == "ItemQueryAnswer")
        return
    keys = {key for key in (output or {}) if key not in ("exp_content", "expContent")}
    for row in TRANSACTIONS.values():
        plan = fields(row.answer)
        required = {field.name for field in plan if field.required}
        if required <= keys <= {field.name for field in plan} and not _clashes(row, output or {}):
            yield row.number


def _clashes(row: Transaction, output: Mapping[str, Any]) -> bool:
    """Whether reading the output as this transaction finds an unknown node or a missing one inside."""
    findings: list[Finding] = []
    row.answer.read(output, "", findings)
    rows = {field.name for field in fields(row.answer) if field.node}
    return any(f.code in ("not_object", "not_list") and f.place.split("[")[0] in rows for f in findings)


def _breaches(content: Node) -> tuple[Breach, ...]:
    if isinstance(content, SettlementAnswer) and content.setlinfo is not None:
        usual = settlement_breaches(content.setlinfo, content.setldetail, content.detlcutinfo)
        inside = settlement_breaches(
            content.setlinfo, content.setldetail, content.detlcutinfo, fund_sum_includes_account=True
        )
        return min(usual, inside, key=len)
    return item_breaches(content.result) if isinstance(content, ItemsAnswer) else ()


def _told(breach: Breach) -> Finding:
    return Finding(
        breach.severity,
        f"output.{breach.place}",
        f"identity_{breach.identity}",
        f"金额恒等式 {breach.identity} 不成立：{breach.left} ≠ {breach.right}",
        str(breach),
    )


def _meanings(node: Node, place: str = "") -> Iterator[tuple[str, str]]:
    for field in fields(type(node)):
        value = getattr(node, field.attribute)
        where = f"{place}.{field.name}".lstrip(".")
        if field.node is not None:
            rows = value if field.many else (value,) if value is not None else ()
            for index, row in enumerate(rows):
                yield from _meanings(row, f"{where}[{index}]" if field.many else where)
        elif value and (table := code_tables().get(field.name)):
            yield where, table.get(value, "?")


def _with(head: AnswerHead, output: Any) -> AnswerHead:
    return head if output is None else msgspec.structs.replace(head, extra={**head.extra, "output": output})


def _wrong(findings: list[Finding], place: str, code: str, zh: str, en: str) -> None:
    findings.append(Finding(Severity.WRONG, place, code, zh, en))
