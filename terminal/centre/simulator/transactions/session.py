"""Sign in and out: 9001, 9002."""

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.wire import Node, Refusal


def sign_in(call: Call) -> Node:
    """9001: a number for one operator of one institution; it holds until it is signed out."""
    sign_no = f"{call.institution['admdvs']}G{call.ledger.next_number('sign_no'):012d}"
    call.ledger.insert(
        "sign",
        sign_no=sign_no,
        fixmedins_code=call.code,
        opter_no=wire.text(call.node("signIn"), "opter_no"),
        signed_at=wire.stamp(call.now),
    )
    return {"signinoutb": {"sign_time": wire.stamp(call.now), "sign_no": sign_no}}


def sign_out(call: Call) -> Node:
    """9002: the number is worth nothing afterwards."""
    node = call.node("signOut")
    sign_no = wire.text(node, "sign_no") or wire.text(call.message, "sign_no")
    changed = call.ledger.write(
        "update sign set signed_out_at = ? where sign_no = ? and fixmedins_code = ? and signed_out_at is null",
        wire.stamp(call.now), sign_no, call.code,
    )  # fmt: skip
    if not changed:
        raise Refusal("FSI-签到流水号不存在或已签退")
    return {"signoutoutb": {"sign_time": wire.stamp(call.now)}}


def refuse_not_signed_in(call: Call) -> None:
    """Every other transaction carries a number of this institution that is signed in. Raises Refusal."""
    if not call.ledger.row(
        "select 1 from sign where sign_no = ? and fixmedins_code = ? and signed_out_at is null",
        wire.text(call.message, "sign_no"), call.code,
    ):  # fmt: skip
        raise Refusal("FSI-未签到或签到流水号无效，请先签到")
