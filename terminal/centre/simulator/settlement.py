"""Settlements in the books: trial, settle, cancel, reverse."""

from collections.abc import Sequence
from dataclasses import dataclass

from terminal.centre.simulator import setlinfo, traces, wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.division import Bill, divide
from terminal.centre.simulator.ledger import Kind, SettlementState, VisitState
from terminal.centre.simulator.setlinfo import FOUR, Clearing
from terminal.centre.simulator.wire import Node, Refusal


@dataclass(frozen=True, slots=True)
class _Booking:
    """What the books keep of a settlement beside its answer."""

    mdtrt_id: str
    bill: str
    insuplc_admdvs: str
    fees: Sequence[str]
    postings: Sequence[Node]
    cancels: str | None = None


def trial(call: Call, bill: Bill) -> Node:
    """Compute and store nothing."""
    division = divide(call, bill)
    return setlinfo.output(call, bill, division, setl_id=None)


def settle(call: Call, bill: Bill, said: Node) -> Node:
    """Compute, compare with what the sender ``said``, and book: balance, accumulators, rows. Raises Refusal."""
    refuse_repeated(call)
    division = divide(call, bill)
    output = setlinfo.output(call, bill, division, _number(call))
    info = output["setlinfo"]
    for key in ("medfee_sumamt", *FOUR):
        if key in said and wire.fen(said, key) != wire.fen(info, key):
            raise Refusal(f"FSI-{key}与中心计算结果不一致：上传{wire.yuan(wire.fen(said, key))}，中心{info[key]}")
    area = bill.insurance["insuplc_admdvs"]
    booked = _book(call, output, _Booking(bill.visit["mdtrt_id"], bill.number, area, bill.fees, division.postings))
    _apply(call, booked, 1)
    traces.book(call, bill, booked["setl_id"])
    return output


def cancel(call: Call, node: Node, kind: Kind) -> Node:
    """Undo a settlement by its red-ink copy: new setl_id, every amount turned round. Raises Refusal."""
    refuse_repeated(call)
    visit = call.visit(node, kind)
    original = _find(call, wire.text(node, "setl_id"))
    if original["mdtrt_id"] != visit["mdtrt_id"] or original["cancels"]:
        raise Refusal(f"FSI-未查询到结算信息，结算ID{original['setl_id']}")
    if original["state"] != SettlementState.STANDING:
        raise Refusal("FSI-该结算信息的退费结算标志不是未退费，不能撤销")
    _apply(call, original, -1)
    _mark(call, original, SettlementState.REFUNDED)
    output = setlinfo.red_ink(call, original, _number(call))
    output["setlinfo"]["balc"] = wire.yuan(_balance(call, original))
    fees, postings = wire.decode(original["fees"]), wire.decode(original["postings"])
    mdtrt_id, bill, area = (original[key] for key in ("mdtrt_id", "bill", "insuplc_admdvs"))
    _book(call, output, _Booking(mdtrt_id, bill, area, fees, postings, cancels=original["setl_id"]))
    return output


def take_from_account(call: Call, setl_id: str) -> int:
    """Pay the cash of a standing settlement from the account, as far as it reaches; the fen taken. Raises Refusal."""
    found = _find(call, setl_id)
    if found["cancels"] or found["state"] != SettlementState.STANDING:
        raise Refusal("FSI-该结算已退费或冲正，不能使用个人账户支付")
    taken: int = max(0, min(_balance(call, found), found["psn_cash_pay"]))
    call.ledger.write(
        "update insurance set balc = balc - ? where psn_no = ? and insutype = ? and insuplc_admdvs = ?",
        taken, found["psn_no"], found["insutype"], found["insuplc_admdvs"],
    )  # fmt: skip
    output = setlinfo.paid_from_account(call, found, taken)
    info = output["setlinfo"]
    call.ledger.write(
        "update settlement set fund_pay_sumamt = ?, acct_pay = ?, psn_cash_pay = ?, setlinfo = ?, setldetail = ?"
        " where setl_id = ?",
        *(wire.fen(info, key) for key in ("fund_pay_sumamt", "acct_pay", "psn_cash_pay")),
        wire.encode(info).decode(), wire.encode(output["setldetail"]).decode(), setl_id,
    )  # fmt: skip
    return taken


def reverse(call: Call, omsgid: str, oinfno: str, psn_no: str) -> None:
    """Take back the effect of one message: a settlement is void, a cancellation leaves the original standing.

    Raises Refusal when the message is not known, or its settlement is refunded or reversed already.
    """
    found = call.ledger.row(
        "select * from settlement where fixmedins_code = ? and msgid = ? and infno = ? and psn_no = ?",
        call.code, omsgid, oinfno, psn_no,
    )  # fmt: skip
    if found is None:
        raise Refusal(f"FSI-未查询到需要冲正的交易，原发送方报文ID{omsgid}")
    if found["state"] != SettlementState.STANDING:
        raise Refusal("FSI-该结算信息的退费结算标志不是未退费，不能冲正")
    if found["cancels"]:
        original = _find(call, found["cancels"])
        _refuse_settled_again(call, original)
        _apply(call, original, 1)
        _mark(call, original, SettlementState.STANDING)
    else:
        _apply(call, found, -1)
    _mark(call, found, SettlementState.REVERSED)


def refuse_other_sum(bill: Bill, node: Node) -> None:
    """The sender's total must be that of the rows. Raises Refusal."""
    said = wire.fen(node, "medfee_sumamt")
    if said != bill.sums.amount:
        raise Refusal(f"FSI-医疗费总额与明细合计不一致：上传{wire.yuan(said)}，明细{wire.yuan(bill.sums.amount)}")


def refuse_repeated(call: Call) -> None:
    """A message number is unique for ever in an institution. Raises Refusal."""
    if call.ledger.row("select 1 from settlement where fixmedins_code = ? and msgid = ?", call.code, call.msgid):
        raise Refusal(f"FSI-发送方报文ID重复：{call.msgid}")


def _find(call: Call, setl_id: str) -> Node:
    found = call.ledger.row("select * from settlement where setl_id = ? and fixmedins_code = ?", setl_id, call.code)
    if found is None:
        raise Refusal(f"FSI-未查询到结算信息，结算ID{setl_id}")
    return found


def _refuse_settled_again(call: Call, original: Node) -> None:
    """The rows of a cancelled settlement may have been deleted or settled anew since."""
    free = {
        row["feedetl_sn"]
        for row in call.ledger.rows(
            "select feedetl_sn from fee where mdtrt_id = ? and setl_id is null", original["mdtrt_id"]
        )
    }
    if not free.issuperset(wire.decode(original["fees"])):
        raise Refusal("FSI-原结算的费用明细已撤销或已重新结算，不能冲正")


def _apply(call: Call, settlement: Node, sign: int) -> None:
    """Make a settlement's effect (1) or take it back (-1): balance, accumulators, rows, a pharmacy's visit."""
    call.ledger.write(
        "update insurance set balc = balc - ? where psn_no = ? and insutype = ? and insuplc_admdvs = ?",
        sign * settlement["acct_pay"], settlement["psn_no"], settlement["insutype"], settlement["insuplc_admdvs"],
    )  # fmt: skip
    call.ledger.post(settlement["psn_no"], settlement["insutype"], wire.decode(settlement["postings"]), sign)
    for sn in wire.decode(settlement["fees"]):
        call.ledger.write(
            "update fee set setl_id = ? where mdtrt_id = ? and feedetl_sn = ?",
            settlement["setl_id"] if sign > 0 else None, settlement["mdtrt_id"], sn,
        )  # fmt: skip
    if settlement["clr_type"] == Clearing.PHARMACY:
        call.ledger.write(
            "update visit set state = ? where mdtrt_id = ?",
            VisitState.OPEN if sign > 0 else VisitState.CANCELLED, settlement["mdtrt_id"],
        )  # fmt: skip


def _balance(call: Call, settlement: Node) -> int:
    found = call.ledger.row(
        "select balc from insurance where psn_no = ? and insutype = ? and insuplc_admdvs = ?",
        settlement["psn_no"], settlement["insutype"], settlement["insuplc_admdvs"],
    )  # fmt: skip
    return int(found["balc"]) if found else 0


def _number(call: Call) -> str:
    return f"{call.institution['admdvs']}S{call.ledger.next_number('setl_id'):012d}"


def _mark(call: Call, settlement: Node, state: SettlementState) -> None:
    call.ledger.write("update settlement set state = ? where setl_id = ?", state, settlement["setl_id"])


def _book(call: Call, output: Node, booking: _Booking) -> Node:
    """Enter a settlement and return its row."""
    info = output["setlinfo"]
    call.ledger.insert(
        "settlement",
        setl_id=info["setl_id"],
        fixmedins_code=call.code,
        msgid=call.msgid,
        infno=call.infno,
        psn_no=info["psn_no"],
        insuplc_admdvs=booking.insuplc_admdvs,
        mdtrt_id=booking.mdtrt_id,
        cancels=booking.cancels,
        bill=booking.bill,
        state=SettlementState.STANDING,
        setl_time=info["setl_time"],
        insutype=info["insutype"],
        clr_type=info["clr_type"],
        clr_optins=info["clr_optins"],
        medfee_sumamt=wire.fen(info, "medfee_sumamt"),
        fund_pay_sumamt=wire.fen(info, "fund_pay_sumamt"),
        acct_pay=wire.fen(info, "acct_pay"),
        psn_cash_pay=wire.fen(info, "psn_cash_pay"),
        fees=wire.encode(booking.fees).decode(),
        postings=wire.encode(booking.postings).decode(),
        setlinfo=wire.encode(info).decode(),
        setldetail=wire.encode(output["setldetail"]).decode(),
    )
    return _find(call, info["setl_id"])
