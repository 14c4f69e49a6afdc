"""What a settlement answers with: ``setlinfo`` and ``setldetail`` of the national text, from a division.

Funds get their own column, or share ``oth_pay``; ``setldetail`` has one row for each fund that pays, for the account
and for the hospital's share.
"""

from collections.abc import Mapping
from enum import StrEnum

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.division import Bill, Division
from terminal.centre.simulator.ledger import Kind
from terminal.centre.simulator.wire import Node

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

_AMOUNTS = (
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


_CLEARING: Mapping[str, Clearing] = {
    Kind.OUTPATIENT: Clearing.OUTPATIENT,
    Kind.INPATIENT: Clearing.INPATIENT,
    Kind.PHARMACY: Clearing.PHARMACY,
}


def output(call: Call, bill: Bill, division: Division, setl_id: str | None) -> Node:
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


def red_ink(call: Call, original: Node, number: str) -> Node:
    """The copy that cancels a settlement: every amount turned round, a number and a time of its own."""
    info, detail = wire.decode(original["setlinfo"]), wire.decode(original["setldetail"])
    return {
        "setlinfo": {
            **info,
            **{key: -info[key] for key in _AMOUNTS},
            "setl_id": number,
            "setl_time": wire.stamp(call.now),
            "medins_setl_id": call.msgid,
        },
        "setldetail": [{**row, "fund_payamt": -row["fund_payamt"]} for row in detail],
    }


def paid_from_account(call: Call, original: Node, taken: int) -> Node:
    """A settlement after ``taken`` fen of its cash came from the account (5369)."""
    info, detail = wire.decode(original["setlinfo"]), wire.decode(original["setldetail"])
    moves = {"acct_pay": taken, "psn_cash_pay": -taken, "balc": -taken}
    if call.rooms.profile.fund_sum_includes_acct:
        moves["fund_pay_sumamt"] = taken
    code, name = _ACCOUNT
    account = sum(wire.fen(row, "fund_payamt") for row in detail if row["fund_pay_type"] == code) + taken
    return {
        "setlinfo": {**info, **{key: wire.yuan(wire.fen(info, key) + fen) for key, fen in moves.items()}},
        "setldetail": [
            *(row for row in detail if row["fund_pay_type"] != code),
            *([_part(code, name, account, wire.fen(info, "inscp_scp_amt"))] if account else []),
        ],
    }


def _detail(division: Division, insurance: Node, in_scope: int) -> list[Node]:
    """One row for each fund that pays, for the account and for the hospital's share."""
    resident = insurance["insutype"] in ("380", "390", "391")
    rows = [(_FUND_TYPE[fund][resident], _FUND_TYPE[fund][2], paid) for fund, paid in division.layers]
    rows.append((*_ACCOUNT, division.account))
    rows.append((*_HOSPITAL, division.hospital))
    return [_part(code, name, paid, in_scope) for code, name, paid in rows if paid]


def _part(code: str, name: str, paid: int, in_scope: int) -> Node:
    return {
        "fund_pay_type": code,
        "inscp_scp_amt": wire.yuan(in_scope),
        "crt_payb_lmt_amt": None,
        "fund_payamt": wire.yuan(paid),
        "fund_pay_type_name": name,
        "setl_proc_info": None,
    }


def age(call: Call, person: Node) -> int:
    """Full years on the day of the call."""
    born: str = person["brdy"]
    return call.now.year - int(born[:4]) - (f"{call.now:%m-%d}" < born[5:10])
