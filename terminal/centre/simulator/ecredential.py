"""The e-credential service beside the national envelope: a scanned code or a face becomes a token for one person.

``{orgId, transType, data, extra}`` in, ``{code, message, orgId, data, extra}`` out; ``data`` is JSON text inside JSON.
A token is good for ``TOKEN_SECONDS``; then the code has to be scanned again.
"""

from datetime import datetime
from secrets import token_hex

from terminal.centre.simulator import wire
from terminal.centre.simulator.ledger import Ledger
from terminal.centre.simulator.wire import Node, Refusal

PATH = "/localcfc/api/hsecfc/localQrCodeQuery"
TOKEN_SECONDS = 1800


def answer(ledger: Ledger, body: bytes, now: datetime) -> Node:
    """What the service says to one request."""
    org = ""
    try:
        message = wire.decode(body)
        if not isinstance(message, dict):
            raise Refusal("请求不是对象")
        org = wire.text(message, "orgId")
        data = message.get("data") or {}
        node = wire.decode(data) if isinstance(data, str) else data
        if not isinstance(node, dict):
            raise Refusal("data不是对象")
        with ledger.transaction():
            found = _carry_out(ledger, wire.text(message, "transType"), node, now)
    except ValueError:
        return _envelope(org, 100001, "请求不是JSON", {})
    except Refusal as refusal:
        return _envelope(org, 100002, str(refusal), {})
    return _envelope(org, 0, "处理成功", found)


def _envelope(org: str, code: int, message: str, data: Node) -> Node:
    good = {"data": wire.encode(data).decode()} if code == 0 else {"success": False}
    return {"code": code, "message": message, "orgId": org, "extra": "", **good}


def _carry_out(ledger: Ledger, kind: str, node: Node, now: datetime) -> Node:
    match kind:
        case "ec.query" | "cn.nhsa.qrcode.get":
            code = wire.text(node, "qrCode") or wire.text(node, "ecQrCode")
            return _identity(ledger, "qr", code, now)
        case "cn.nhsa.ec.auth":
            if not wire.text(node, "outBizNo"):
                raise Refusal("outBizNo不能为空")
            return {"authNo": f"AUTH{wire.text(node, 'idNo')}"}
        case "cn.nhsa.auth.check":
            number = wire.text(node, "authNo")
            return {"authNo": number, **_identity(ledger, "certno", number.removeprefix("AUTH"), now)}
        case "cn.nhsa.settle.notify":
            return {"outBizNo": wire.text(node, "outBizNo")}
    raise Refusal(f"不支持的transType：{kind[:40]}")


def _identity(ledger: Ledger, column: str, value: str, now: datetime) -> Node:
    found = ledger.row(f"select body from person where {column} = ?", value)  # noqa: S608
    if found is None:
        raise Refusal("二维码无效或已过期")
    person: Node = wire.decode(found["body"])
    token = token_hex(16).upper()
    ledger.insert("token", token=token, psn_no=person["psn_no"], expires=now.timestamp() + TOKEN_SECONDS)
    return {
        "idNo": person["certno"],
        "idType": person["psn_cert_type"],
        "userName": person["psn_name"],
        "ecToken": token,
        "insuOrg": person["insurances"][0]["insuplc_admdvs"],
        "ecIndexNo": f"EC{person['psn_no']}",
        "gender": "男" if person["gend"] == "1" else "女",
        "birthday": person["brdy"].replace("-", "."),
        "nationality": "中国",
        "email": "",
        "extra": "",
    }
