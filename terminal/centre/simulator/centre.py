"""The centre behind the line: admits a request, carries it out in one transaction, answers in the envelope.

::

    bytes --> admit: readable? address? signed? signed in? fields there?
                |                                     refused: infcode -1, nothing changed
                v
              perform: transaction handler, all or nothing
                |
                v
              answer envelope
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from terminal.centre.simulator import ecredential, sealing, wire
from terminal.centre.simulator.call import Call, Output, Rooms
from terminal.centre.simulator.signing import Gate
from terminal.centre.simulator.transactions import TRANSACTIONS, Transaction, find
from terminal.centre.simulator.transactions.session import refuse_not_signed_in
from terminal.centre.simulator.wire import Node, Refusal, Request, Unreadable

_FORM_A = "/fsi/api/"
_ADDRESSES = {row.address: infno for infno, row in TRANSACTIONS.items() if row.address}
_EDITION = re.compile(r"(A|V2)$")
_INFNO = re.compile(r"\d{4}[A-Z]?")
_MSGID = re.compile(r"[A-Z]\d{11}\d{14}[0-9A-Za-z]{4}")


class Centre:
    """Carries out requests. ``now`` is the centre's own clock."""

    def __init__(self, rooms: Rooms, now: Callable[[], datetime], strict: bool = False) -> None:
        self._rooms = rooms
        self._now = now
        self._strict = strict
        self._gate = Gate(rooms.profile)

    def read(self, path: str, headers: dict[str, str], body: bytes) -> Request:
        """The envelope of a request; raises Unreadable for what the gateway cannot route."""
        try:
            message = wire.decode(body)
        except ValueError:
            raise Unreadable("FSI-交易报文不正确：不是JSON") from None
        if not isinstance(message, dict):
            raise Unreadable("FSI-交易报文不正确：不是对象")
        message["input"], plain = sealing.open_input(self._rooms.profile, body)
        request = Request(path, headers, body, message, plain)
        if find(request.infno) is None or not _belongs(path, request.infno):
            raise Unreadable("FSI-交易报文不正确：未知交易编号！")
        return request

    def grant(self, headers: dict[str, str]) -> Node:
        """A token of the gateway that wants one. Raises Refusal."""
        return self._gate.grant(headers, self._now())

    def credential(self, body: bytes) -> Node:
        """What the e-credential service answers."""
        return ecredential.answer(self._rooms.ledger, body, self._now())

    def handle(self, request: Request, skew: float = 0) -> Node | bytes:
        """Admit and perform; the complete answer, or a file's bytes; ``skew`` sets its clock off by seconds."""
        received = self._now() + timedelta(seconds=skew)
        try:
            self.admit(request)
            output = self.perform(request, skew)
        except Refusal as refusal:
            return self._envelope(request, received, None, str(refusal))
        return output if isinstance(output, bytes) else self._envelope(request, received, output, None)

    def admit(self, request: Request) -> None:
        """Everything that can be said before the transaction itself. Raises Refusal."""
        self._gate.check(request, self._now())
        message, profile = request.message, self._rooms.profile
        if wire.text(message, "fixmedins_code") not in self._rooms.institutions:
            raise Refusal("FSI-定点医药机构编号不存在")
        if not wire.text(message, "msgid"):
            raise Refusal("FSI-发送方报文ID不能为空")
        if self._strict and (warning := self._warning(request)):
            raise Refusal(f"FSI-{warning}")
        call = Call(message, self._rooms, self._now())
        if profile.sign_in and request.infno != "9001":
            refuse_not_signed_in(call)
        _refuse_missing(call, _transaction(request))

    def perform(self, request: Request, skew: float = 0, first: Callable[[], object] = lambda: None) -> Output:
        """Carry an admitted request out, all or nothing, together with ``first``. Raises Refusal."""
        call = Call(request.message, self._rooms, self._now() + timedelta(seconds=skew))
        with self._rooms.ledger.transaction():
            first()
            return _transaction(request).handler(call)

    def _envelope(self, request: Request, received: datetime, output: Output, refused: str | None) -> Node:
        profile = self._rooms.profile
        infcode = 0 if refused is None else -1
        region = wire.text(request.message, "mdtrtarea_admvs")[:6]
        number = int(received.timestamp() * 1000) % 10**10
        return {
            "infcode": str(infcode) if profile.infcode_as_text else infcode,
            "inf_refmsgid": f"{region:0<6}{received:%Y%m%d%H%M%S}{number:010d}",
            "refmsg_time": wire.compact(received),
            "respond_time": wire.compact(received),
            "enctype": None,
            "signtype": None,
            "cainfo": None,
            "err_msg": profile.success_text if refused is None else refused,
            "warn_msg": self._warning(request) or None,
            "output": sealing.seal_output(profile, output),
        }

    def _warning(self, request: Request) -> str:
        """What real institutions get wrong without harm; a refusal only where the centre is strict."""
        message = request.message
        wanted = ("mdtrtarea_admvs", "recer_sys_code", "infver", "opter_type", "opter", "opter_name", "inf_time")
        if missing := [key for key in (*wanted, "fixmedins_name") if not wire.text(message, key)]:
            return f"报文字段为空：{'、'.join(missing)}"
        if not _MSGID.fullmatch(wire.text(message, "msgid")):
            return "发送方报文ID不是12位机构编号、14位时间和4位顺序号"
        return ""


def _transaction(request: Request) -> Transaction:
    found = find(request.infno)
    assert found is not None  # noqa: S101
    return found


def _belongs(path: str, infno: str) -> bool:
    """Form A: the address is the transaction's own. Form C: the path ends with the number. Form B: any other path."""
    address = _EDITION.sub("", path.partition(_FORM_A)[2])
    if address in _ADDRESSES:
        return _ADDRESSES[address] == infno.removesuffix("A")
    last = path.rpartition("/")[2]
    return last == infno if _INFNO.fullmatch(last) else True


def _refuse_missing(call: Call, transaction: Transaction) -> None:
    for name, fields in transaction.required.items():
        found = call.nodes(name)
        if not found and isinstance(call.message.get("input"), dict) and name in call.message["input"]:
            continue  # an empty list: the handler says whether it needs one
        for node in found or [{}]:
            for key in fields.split():
                if not wire.text(node, key):
                    raise Refusal(f"FSI-{name}.{key}不能为空")
