"""The centre's item catalogue, and how one row of a bill divides by it.

The division follows the national row fields (classes 甲 乙 丙, price limit, first self-pay); no text states the
order, this one reproduces every published answer row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from terminal.centre.simulator import wire
from terminal.centre.simulator.wire import Node

NO_LIMIT = Decimal(999999)
_UNKNOWN: Node = {
    "name": "",
    "chrgitm_lv": "03",
    "selfpay_prop": "1",
    "pric_uplmt_amt": "999999",
    "med_chrgitm_type": "14",
}


CLASSES = {"01": "A", "02": "B", "03": "C"}
"""chrgitm_lv 收费项目等级 as a claim's line says it."""


def price_list(items: Sequence[Node]) -> dict[str, dict[str, str | None]]:
    """Items by national code as a hospital keeps them, in the words of a claim's line; prices in yuan."""
    return {
        item["med_list_codg"]: {
            "code": item["med_list_codg"],
            "name": item["name"],
            "price": item["pric"],
            "item_class": CLASSES[item["chrgitm_lv"]],
            "first_self_pay": f"{Decimal(item['selfpay_prop']) * 100:f}%",
            "ceiling": item["pric_uplmt_amt"] if Decimal(item["pric_uplmt_amt"]) < NO_LIMIT else None,
        }
        for item in items
    }


@dataclass(frozen=True, slots=True)
class Split:
    """One row divided, in fen: ``amount`` = own_pay + over_limit + first_self_pay + in_scope."""

    amount: int
    own_pay: int
    over_limit: int
    first_self_pay: int
    in_scope: int


class Catalogue:
    """Items by national code."""

    def __init__(self, items: Sequence[Node]) -> None:
        self.items: Mapping[str, Node] = {item["med_list_codg"]: item for item in items}

    def item(self, code: str) -> Node:
        """An item's catalogue row; an unknown code is paid in full by the patient."""
        return self.items.get(code, _UNKNOWN)

    def full_own_pay(self, row: Node) -> bool:
        """Whether the patient pays a row alone: class 丙, rate 1, or restricted use not approved."""
        item = self.item(wire.text(row, "med_list_codg"))
        return (
            item["chrgitm_lv"] == "03" or Decimal(item["selfpay_prop"]) == 1 or wire.text(row, "hosp_appr_flag") == "2"
        )

    def split(self, row: Node) -> Split:
        """Divide one fee row."""
        amount = wire.fen(row, "det_item_fee_sumamt")
        if self.full_own_pay(row):
            return Split(amount, amount, 0, 0, 0)
        item = self.item(wire.text(row, "med_list_codg"))
        price, count = wire.number(row, "pric"), wire.number(row, "cnt")
        limit = Decimal(item["pric_uplmt_amt"])
        over = wire.rounded(max(Decimal(0), price - limit) * count) if limit < NO_LIMIT else 0
        first = wire.rounded(wire.yuan(amount - over) * Decimal(item["selfpay_prop"]))
        return Split(amount, 0, over, first, amount - over - first)

    def answer(self, row: Node, split: Split) -> Node:
        """The item result of 2204, 2301 and 2101: the row's own key and its division."""
        item = self.item(wire.text(row, "med_list_codg"))
        own = self.full_own_pay(row)
        expected = wire.rounded(wire.number(row, "pric") * wire.number(row, "cnt"))
        return {
            "feedetl_sn": wire.text(row, "feedetl_sn"),
            "det_item_fee_sumamt": wire.yuan(split.amount),
            "cnt": wire.number(row, "cnt"),
            "pric": wire.number(row, "pric"),
            "pric_uplmt_amt": Decimal(item["pric_uplmt_amt"]),
            "selfpay_prop": Decimal(1) if own else Decimal(item["selfpay_prop"]),
            "fulamt_ownpay_amt": wire.yuan(split.own_pay),
            "overlmt_amt": wire.yuan(split.over_limit),
            "preselfpay_amt": wire.yuan(split.first_self_pay),
            "inscp_scp_amt": wire.yuan(split.in_scope),
            "chrgitm_lv": item["chrgitm_lv"],
            "med_chrgitm_type": item["med_chrgitm_type"],
            "bas_medn_flag": "0",
            "hi_nego_drug_flag": "0",
            "chld_medc_flag": None,
            "list_sp_item_flag": None,
            "drt_reim_flag": "0",
            "lmt_used_flag": "0",
            "memo": None if abs(expected - split.amount) <= 1 else "单价乘数量与明细金额不符",
            "exp_content": None,
        }
