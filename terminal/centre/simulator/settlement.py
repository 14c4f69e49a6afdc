"""Settlements in the books and on the wire: trial, settle, cancel, reverse, and the fields they answer with."""

from collections.abc import Mapping
from enum import StrEnum

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.division import Bill, Division, divide
from terminal.centre.simulator.ledger import Kind, SettlementState, VisitState
from terminal.centre.simulator.wire import Node, Refusal

_FIELD: Mapping[str, str] = {
    "pooled": "hifp_pay",
    "large_amount": "hifob_pay",
    "serious_illness": "hifmi_pay",
    "assistance": "maf_pay",
    "civil_servant": "cvlserv_pay",
    "supplement": "hifes_pay",
}
"""A fund's own column of setlinfo; the others share ``oth_pay``."""

_FUND_TYPE: Mapping[str, tuple[str, str, str]] = {
    "pooled": ("310100", "390100", "基本医疗保险统筹基金"),
    "large_amount": ("330100", "330100", "大额医疗费用补助基金"),
    "serious_illness": ("310300", "390200", "大病保险基金"),
    "assistance": ("610100", "610100", "医疗救助基金"),
    "tilt": ("610102", "610102", "再救助基金"),
    "guarantee": ("640100", "640100", "政府兜底"),
    "civil_servant": ("320100", "320100", "公务员医疗补助基金"),
    "supplement": ("370100", "370100", "企业补充医疗保险基金"),
    "other": ("999997", "999997", "其他基金"),
}
"""fund_pay_type for employees and for residents, and the fund's name (fund_pay_type 基金支付类型)."""

_ACCOUNT = ("310200", "个人账户基金")
_HOSPITAL = ("999996", "医院垫付")

AMOUNTS = (
    "medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "act_pay_dedc",
    "hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay", "fund_pay_sumamt",
    "psn_part_amt", "acct_pay", "psn_cash_pay", "hosp_part_amt", "acct_mulaid_pay",
)  # fmt: skip
"""The columns of setlinfo that a cancellation turns round."""

FOUR = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
"""The split that a settlement must repeat from its trial."""


class Clearing(StrEnum):
    """clr_type 清算类别."""

    OUTPATIENT = "11"
    INPATIENT = "21"
    PHARMACY = "41"


_CLEARING = {Kind.OUTPATIENT: Clearing.OUTPATIENT, Kind.INPATIENT: Clearing.INPATIENT, Kind.PHARMACY: Clearing.PHARMACY}


def trial(call: Call, bill: Bill) -> Node:
    """Compute and store nothing."""
    division = divide(call, bill)
    return _output(call, bill, division, setl_id=None)


def settle(call: Call, bill: Bill, said: Node) -> Node:
    """Compute, compare with what the sender ``said``, and book: balance, accumulators, rows. Raises Refusal."""
    refuse_repeated(call)
    division = divide(call, bill)
    parts = division.parts
    expected = dict(
        zip(
            ("medfee_sumamt", *FOUR),
            (parts.amount, parts.own_pay, parts.over_limit, parts.first_self_pay, parts.in_scope),
            strict=True,
        )
    )
    for key, amount in expected.items():
        if key in said and wire.fen(said, key) != amount:
            raise Refusal(
                f"FSI-{key}与中心计算结果不一致：上传{wire.yuan(wire.fen(said, key))}，中心{wire.yuan(amount)}"
            )
    setl_id = f"{call.institution['admdvs']}S{call.ledger.next_number('setl_id'):012d}"
    output = _output(call, bill, division, setl_id)
    mdtrt_id = bill.visit["mdtrt_id"]
    _book(
        call,
        output,
        mdtrt_id,
        bill.number,
        list(bill.fees),
        list(division.postings),
        bill.insurance["insuplc_admdvs"],
        None,
    )
    _apply(call, _find(call, setl_id), 1)
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
    call.ledger.write(
        "update settlement set state = ? where setl_id = ?", SettlementState.REFUNDED, original["setl_id"]
    )
    info, detail = wire.decode(original["setlinfo"]), wire.decode(original["setldetail"])
    setl_id = f"{call.institution['admdvs']}S{call.ledger.next_number('setl_id'):012d}"
    output = {
        "setlinfo": {
            **info,
            **{key: -info[key] for key in AMOUNTS},
            "setl_id": setl_id,
            "setl_time": wire.stamp(call.now),
            "medins_setl_id": call.msgid,
            "balc": wire.yuan(_balance(call, original)),
        },
        "setldetail": [{**row, "fund_payamt": -row["fund_payamt"]} for row in detail],
    }
    fees, postings = wire.decode(original["fees"]), wire.decode(original["postings"])
    _book(
        call,
        output,
        original["mdtrt_id"],
        original["bill"],
        fees,
        postings,
        original["insuplc_admdvs"],
        original["setl_id"],
    )
    return output


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
        call.ledger.write(
            "update settlement set state = ? where setl_id = ?", SettlementState.STANDING, original["setl_id"]
        )
    else:
        _apply(call, found, -1)
    call.ledger.write("update settlement set state = ? where setl_id = ?", SettlementState.REVERSED, found["setl_id"])


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


def _book(
    call: Call,
    output: Node,
    mdtrt_id: str,
    bill: str,
    fees: list[str],
    postings: list[Node],
    insuplc_admdvs: str,
    cancels: str | None,
) -> None:
    info = output["setlinfo"]
    call.ledger.insert(
        "settlement",
        setl_id=info["setl_id"],
        fixmedins_code=call.code,
        msgid=call.msgid,
        infno=call.infno,
        psn_no=info["psn_no"],
        insuplc_admdvs=insuplc_admdvs,
        mdtrt_id=mdtrt_id,
        cancels=cancels,
        bill=bill,
        state=SettlementState.STANDING,
        setl_time=info["setl_time"],
        insutype=info["insutype"],
        clr_type=info["clr_type"],
        clr_optins=info["clr_optins"],
        medfee_sumamt=wire.fen(info, "medfee_sumamt"),
        fund_pay_sumamt=wire.fen(info, "fund_pay_sumamt"),
        acct_pay=wire.fen(info, "acct_pay"),
        psn_cash_pay=wire.fen(info, "psn_cash_pay"),
        fees=wire.encode(fees).decode(),
        postings=wire.encode(postings).decode(),
        setlinfo=wire.encode(info).decode(),
        setldetail=wire.encode(output["setldetail"]).decode(),
    )


def _output(call: Call, bill: Bill, division: Division, setl_id: str | None) -> Node:
    """``setlinfo`` and ``setldetail``; a trial has no number, no time and no clearing office yet."""
    parts, settled = division.parts, setl_id is not None
    visit, insurance = bill.visit, bill.insurance
    person = call.person(visit["psn_no"])
    funds = dict.fromkeys((*_FIELD.values(), "oth_pay"), 0)
    for fund, paid in division.layers:
        funds[_FIELD.get(fund, "oth_pay")] += paid
    in_sum = division.account if call.rooms.profile.fund_sum_includes_acct else 0
    care, insured = call.institution["admdvs"], insurance["insuplc_admdvs"]
    info: Node = {
        "mdtrt_id": visit["mdtrt_id"],
        "setl_id": setl_id,
        "psn_no": person["psn_no"],
        "psn_name": person["psn_name"],
        "psn_cert_type": person["psn_cert_type"],
        "certno": person["certno"],
        "gend": person["gend"],
        "naty": person["naty"],
        "brdy": person["brdy"],
        "age": age(call, person),
        "insutype": insurance["insutype"],
        "psn_type": insurance["psn_type"],
        "cvlserv_flag": insurance["cvlserv_flag"],
        "setl_time": wire.stamp(call.now) if settled else None,
        "mdtrt_cert_type": wire.text(visit["body"], "mdtrt_cert_type"),
        "med_type": bill.med_type,
        **{
            key: wire.yuan(amount)
            for key, amount in (
                ("medfee_sumamt", parts.amount),
                ("fulamt_ownpay_amt", parts.own_pay),
                ("overlmt_selfpay", parts.over_limit),
                ("preselfpay_amt", parts.first_self_pay),
                ("inscp_scp_amt", parts.in_scope),
                ("act_pay_dedc", division.deductible),
                *funds.items(),
                ("fund_pay_sumamt", division.funds + in_sum),
                ("psn_part_amt", division.account + division.family + division.cash),
                ("acct_pay", division.account),
                ("psn_cash_pay", division.cash),
                ("hosp_part_amt", division.hospital),
                ("balc", insurance["balc"] - division.account),
                ("acct_mulaid_pay", division.family),
            )
        },
        "pool_prop_selfpay": wire.yuan(0),
        "medins_setl_id": call.msgid,
        "clr_optins": (care if care[:4] == insured[:4] else insured) if settled else None,
        "clr_way": "1" if settled else None,
        "clr_type": _CLEARING[visit["kind"]],
    }
    return {"setlinfo": info, "setldetail": _detail(division, insurance, parts.in_scope), "expContent": None}


def _detail(division: Division, insurance: Node, in_scope: int) -> list[Node]:
    """One row for each fund that pays, for the account and for the hospital's share."""
    resident = insurance["insutype"] in ("380", "390", "391")
    rows = [(_FUND_TYPE[fund][resident], _FUND_TYPE[fund][2], paid) for fund, paid in division.layers]
    rows.append((*_ACCOUNT, division.account))
    rows.append((*_HOSPITAL, division.hospital))
    return [
        {
            "fund_pay_type": code,
            "inscp_scp_amt": wire.yuan(in_scope),
            "crt_payb_lmt_amt": None,
            "fund_payamt": wire.yuan(paid),
            "fund_pay_type_name": name,
            "setl_proc_info": None,
        }
        for code, name, paid in rows
        if paid
    ]


def age(call: Call, person: Node) -> int:
    """Full years on the day of the call."""
    born: str = person["brdy"]
    return call.now.year - int(born[:4]) - (f"{call.now:%m-%d}" < born[5:10])
