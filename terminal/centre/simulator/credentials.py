"""Whose a credential is: an e-credential by its token or its code, an identity number, a card number."""

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.wire import Node, Refusal

_SELECT = {
    "01": "select body from person where qr = ?",
    "02": "select body from person where certno = ?",
    "03": "select body from person where card_no = ?",
}
_E_CREDENTIAL = "01"


def holder(call: Call, kind: str, number: str) -> Node:
    """The person of a credential. Raises Refusal for an unknown kind, an unknown number or an old token."""
    if kind not in _SELECT:
        raise Refusal(f"FSI-就诊凭证类型不正确：{kind}")
    token = call.ledger.row("select * from token where token = ?", number) if kind == _E_CREDENTIAL else None
    if token:
        if token["expires"] < call.now.timestamp():
            raise Refusal("FSI-电子凭证令牌已过期，请重新扫码")
        return call.person(token["psn_no"])
    found = call.ledger.row(_SELECT[kind], number)
    if found is None:
        raise Refusal("FSI-未查询到人员信息")
    person: Node = wire.decode(found["body"])
    return person


def refuse_other_holder(call: Call, node: Node) -> None:
    """Wherever an e-credential comes with a person number it must be that person's, and fresh. Raises Refusal."""
    if wire.text(node, "mdtrt_cert_type") == _E_CREDENTIAL:
        person = holder(call, _E_CREDENTIAL, wire.text(node, "mdtrt_cert_no"))
        if person["psn_no"] != wire.text(node, "psn_no"):
            raise Refusal("FSI-电子凭证与人员编号不符")
