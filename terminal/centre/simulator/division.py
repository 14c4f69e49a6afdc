"""From fee rows to who pays what: builds ``claim/1``, asks the adjudicator, reads ``settlement/1`` as plain nodes.

Coded national values become the claim's words here, in tables; amounts are fen inside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from terminal.centre.simulator import wire
from terminal.centre.simulator.call import Call
from terminal.centre.simulator.catalogue import CLASSES, NO_LIMIT, Split
from terminal.centre.simulator.wire import Node, Refusal
from terminal.clock import BEIJING

_TIER: Mapping[str, str] = {
    "01": "3", "02": "3", "03": "3", "04": "3", "05": "2", "06": "2", "07": "2", "08": "1", "09": "1", "10": "1",
}  # fmt: skip
_SCHEME = {"310": "employee", "390": "resident", "391": "urban_resident", "380": "rural_cooperative"}
_EMPLOYMENT = {"11": "active", "12": "retired", "14": "minor", "1404": "student", "15": "adult", "16": "elderly"}
_VISIT = {"13": "emergency", "14": "chronic", "41": "pharmacy", "21": "inpatient", "51": "maternity", "52": "maternity"}


@dataclass(frozen=True, slots=True)
class Bill:
    """What is to be settled at once: rows of one visit with their divisions."""

    number: str
    visit: Node
    insurance: Node
    med_type: str
    account_use: bool
    rows: Sequence[tuple[Node, Split]]
    fees: Sequence[str]
    """Numbers of all fee rows that go into it, returns included."""

    @property
    def sums(self) -> Split:
        """The rows' divisions added up."""
        splits = [split for _, split in self.rows]
        return Split(
            sum(split.amount for split in splits),
            sum(split.own_pay for split in splits),
            sum(split.over_limit for split in splits),
            sum(split.first_self_pay for split in splits),
            sum(split.in_scope for split in splits),
        )


@dataclass(frozen=True, slots=True)
class Division:
    """Who pays a bill, in fen: ``amount`` = funds + account + family + cash + hospital."""

    parts: Split
    deductible: int
    layers: tuple[tuple[str, int], ...]
    account: int
    family: int
    cash: int
    hospital: int
    postings: tuple[Node, ...]

    @property
    def funds(self) -> int:
        """All funds together."""
        return sum(paid for _, paid in self.layers)


def refuse_unfiled(call: Call, bill: Bill) -> None:
    """A chronic-disease bill needs the disease on file on the day of the visit. Raises Refusal."""
    if not bill.med_type.startswith("14"):
        return
    disease, day = wire.text(bill.visit["body"], "dise_codg"), bill.visit["begntime"][:10]
    filed = call.person(bill.visit["psn_no"])["chronic"]
    if not any(row["opsp_dise_code"] == disease and row["begndate"] <= day <= row["enddate"] for row in filed):
        raise Refusal(f"FSI-该人员没有病种{disease or '（空）'}的门诊慢特病备案")


def divide(call: Call, bill: Bill) -> Division:
    """Ask the policies. Raises Refusal when they refuse, or when their answer contradicts the rows."""
    refuse_unfiled(call, bill)
    answer = call.rooms.adjudicator.settle(_claim(call, bill))
    parts = Split(*(wire.fen(answer, key) for key in ("total", "own_pay", "over_limit", "first_self_pay", "in_scope")))
    division = Division(
        parts=parts,
        deductible=wire.fen(answer, "deductible"),
        layers=tuple((layer["fund"], wire.fen(layer, "paid")) for layer in answer["layers"]),
        account=wire.fen(answer, "account"),
        family=wire.fen(answer, "family_account"),
        cash=wire.fen(answer, "cash"),
        hospital=wire.fen(answer, "hospital"),
        postings=tuple(answer.get("postings") or ()),
    )
    paid = division.funds + division.account + division.family + division.cash + division.hospital
    if parts != bill.sums or paid != parts.amount:
        raise Refusal("FSI-结算结果与明细分割不符，请联系经办机构")
    return division


def _claim(call: Call, bill: Bill) -> Node:
    institution, insurance, visit = call.institution, bill.insurance, bill.visit
    person = call.person(visit["psn_no"])
    return {
        "schema": "claim/1",
        "bill": bill.number or "-",
        "institution": {
            "code": institution["fixmedins_code"],
            "name": institution["fixmedins_name"],
            "area": institution["admdvs"],
            "tier": _TIER.get(institution["hosp_lv"], "none"),
            "kind": "pharmacy" if institution["fixmedins_type"] == "2" else "hospital",
        },
        "terminal": "00",
        "operator": wire.text(call.message, "opter"),
        "visit": {
            "type": _visit_type(bill.med_type),
            "begin": _instant(visit["begntime"]),
            "end": _instant(visit["endtime"]) if visit.get("endtime") else None,
            "referral": _referral(call, person, bill),
            "disease": wire.text(visit["body"], "dise_codg"),
            "disease_name": wire.text(visit["body"], "dise_name"),
            "admission_number": wire.text(visit["body"], "ipt_no"),
        },
        "lines": [_line(call, sn, row, split) for sn, (row, split) in enumerate(bill.rows, 1)],
        "account_use": bill.account_use,
        "insured": {
            "area": insurance["insuplc_admdvs"],
            "scheme": _SCHEME.get(insurance["insutype"], "other"),
            "employment": _by_prefix(_EMPLOYMENT, insurance["psn_type"], "other"),
            "born": person["brdy"],
            "identities": [row["psn_idet_type"] for row in person["identities"]],
            "civil_servant": insurance["cvlserv_flag"] == "1",
            "account_balance": f"{wire.yuan(insurance['balc'])}",
            "suspended": "" if insurance["psn_insu_stas"] == "1" else "暂停参保",
        },
        "openings": _openings(call, visit["psn_no"], insurance["insutype"]),
    }


def _openings(call: Call, psn_no: str, insutype: str) -> list[Node]:
    rows = call.ledger.rows(
        "select name, period, value from accumulator where psn_no = ? and insutype = ? order by name, period",
        psn_no,
        insutype,
    )
    day = call.now.date().isoformat()
    return [
        {
            "accumulator": row["name"],
            "period": row["period"],
            "value": row["value"],
            "as_of": day,
            "source": "centre",
        }
        for row in rows
    ]


def _line(call: Call, sn: int, row: Node, split: Split) -> Node:
    catalogue = call.rooms.catalogue
    item = catalogue.item(wire.text(row, "med_list_codg"))
    line: Node = {
        "sn": sn,
        "name": item["name"] or wire.text(row, "med_list_codg"),
        "price": f"{wire.number(row, 'pric').normalize():f}",
        "quantity": f"{wire.number(row, 'cnt').normalize():f}",
        "amount": f"{wire.yuan(split.amount)}",
        "code": wire.text(row, "med_list_codg"),
        "category": item["med_chrgitm_type"],
        "item_class": "C" if catalogue.full_own_pay(row) else CLASSES[item["chrgitm_lv"]],
    }
    if line["item_class"] != "C":
        line["first_self_pay"] = (
            f"{Fraction(item['selfpay_prop']).numerator}/{Fraction(item['selfpay_prop']).denominator}"
        )
        if Decimal(item["pric_uplmt_amt"]) < NO_LIMIT:
            line["ceiling"] = item["pric_uplmt_amt"]
    if fee_time := wire.text(row, "fee_ocur_time"):
        line["charged_at"] = _instant(fee_time)
    return line


def _visit_type(med_type: str) -> str:
    default = "inpatient" if med_type.startswith("2") else "outpatient"
    return _by_prefix(_VISIT, med_type, default)


def _referral(call: Call, person: Node, bill: Bill) -> str:
    care, insured = call.institution["admdvs"], bill.insurance["insuplc_admdvs"]
    if care[:4] == insured[:4]:
        return "local"
    day = bill.visit["begntime"][:10]
    filed = any(
        filing["area"][:4] == care[:4] and filing["begndate"] <= day <= filing["enddate"]
        for filing in person["filings"]
    )
    return "referred" if filed or bill.med_type == "23" else "unreferred"


def _by_prefix(table: Mapping[str, str], code: str, default: str) -> str:
    """National codes are refined by more digits: the longest known beginning decides."""
    return table.get(code[:4]) or table.get(code[:2]) or default


def _instant(stamp: str) -> str:
    """A date or date-time field as an instant in Beijing time. Raises Refusal."""
    try:
        return datetime.fromisoformat(stamp).replace(tzinfo=BEIJING).isoformat()
    except ValueError:
        raise Refusal(f"FSI-时间格式不正确：{stamp[:40]}") from None
