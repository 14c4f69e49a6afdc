"""The sums that every settlement answer must satisfy, each under its condition.

They hold to the fen on all recorded settlements (Hebei, Chongqing, Hunan, Shenzhen, Zhejiang). Where
``fund_pay_sumamt`` contains the personal account (Guangdong), B, D and H count the account once.
"""

from collections.abc import Iterator, Sequence

import msgspec

from terminal.centre.messages.settlement import FundPart, ItemResult, SettlementInfo
from terminal.centre.wire import Severity
from terminal.money import Fen, amount_of


class Breach(msgspec.Struct, frozen=True):
    """One sum that does not hold: its letter, what it says, both sides in fen."""

    identity: str
    says: str
    left: Fen
    right: Fen
    place: str
    severity: Severity = Severity.WRONG

    def __str__(self) -> str:
        return f"{self.identity}: {self.says}: {self.left} != {self.right}"


PARTS = (
    ("fulamt_ownpay_amt", "fulamt_ownpay_amt"),
    ("overlmt_selfpay", "overlmt_amt"),
    ("preselfpay_amt", "preselfpay_amt"),
    ("inscp_scp_amt", "inscp_scp_amt"),
)
"""The four parts of a bill: their names in a settlement and in an item."""

FUND_FIELDS = (
    "hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay", "hifdm_pay",
)  # fmt: skip


def _sum(node: SettlementInfo | ItemResult, names: Sequence[str]) -> Fen:
    return Fen(sum(getattr(node, name) or 0 for name in names))


def settlement_breaches(
    info: SettlementInfo,
    parts: Sequence[FundPart] = (),
    items: Sequence[ItemResult] = (),
    *,
    fund_sum_includes_account: bool = False,
) -> tuple[Breach, ...]:
    """A to H of one settlement; ``items`` are the rows of its batch where they are known."""
    return tuple(_settlement(info, parts, items, fund_sum_includes_account))


def _settlement(
    info: SettlementInfo, parts: Sequence[FundPart], items: Sequence[ItemResult], inside: bool
) -> Iterator[Breach]:
    def check(identity: str, says: str, left: Fen | None, right: int, place: str = "setlinfo") -> Iterator[Breach]:
        if left is not None and left != right:
            yield Breach(identity, says, left, Fen(right), place)

    total, fund, personal, cash = info.medfee_sumamt, info.fund_pay_sumamt or 0, info.personal, info.cash
    account, family = info.acct_pay or 0, info.acct_mulaid_pay or 0
    beside = 0 if inside else account
    yield from check("A", "medfee = own pay + over limit + first self-pay + in scope", total,
                     _sum(info, [name for name, _ in PARTS]))  # fmt: skip
    if cash is not None and _family_is_beside(info):
        yield from check("B", "medfee = fund + account + cash + hospital", total,
                         fund + beside + family + cash + info.hospital)  # fmt: skip
    elif cash is not None:
        yield from check("B", "medfee = fund + account + cash + hospital", total, fund + beside + cash + info.hospital)
    if personal is not None and cash is not None and not inside and personal != account + cash:
        yield from check("C", "personal = account + cash + family account", personal, account + cash + family)
    yield from check("D", "fund = its fields", Fen(fund), _sum(info, FUND_FIELDS) + (account if inside else 0))
    paid = [part.fund_payamt for part in parts if part.fund_payamt is not None]
    if paid:
        right = fund + beside + info.hospital
        allowed = {right, right + family}
        if sum(paid) not in allowed:
            yield Breach("H", "fund parts = fund + account + hospital", Fen(sum(paid)), Fen(right), "setldetail")
    yield from item_breaches(items)
    if items:
        yield from check("F", "items = medfee", total, sum(item.det_item_fee_sumamt or 0 for item in items))
        for whole, part in PARTS:
            yield from check("F", f"items = {whole}", getattr(info, whole), _sum_of(items, part))


def _sum_of(items: Sequence[ItemResult], name: str) -> int:
    return sum(getattr(item, name) or 0 for item in items)


def _family_is_beside(info: SettlementInfo) -> bool:
    """No source says whether the account already contains the family account; the personal part decides."""
    family = info.acct_mulaid_pay or 0
    if not family or info.cash is None:
        return False
    return info.personal is None or info.personal == (info.acct_pay or 0) + info.cash + family


def item_breaches(items: Sequence[ItemResult]) -> tuple[Breach, ...]:
    """E and G of each item; G off by one fen is a discount's rounding and a note."""
    found: list[Breach] = []
    for index, item in enumerate(items):
        amount, place = item.det_item_fee_sumamt, f"result[{index}]"
        if amount is None:
            continue
        parts = _sum(item, [name for _, name in PARTS])
        if amount != parts:
            found.append(Breach("E", "amount = own pay + over limit + first self-pay + in scope", amount, parts, place))
        if item.pric is not None and item.cnt is not None:
            product = amount_of(item.pric, item.cnt)
            if product != amount:
                severity = Severity.NOTE if abs(product - amount) <= 1 else Severity.WRONG
                found.append(Breach("G", "amount = price x quantity", amount, product, place, severity))
    return tuple(found)


def family_account(info: SettlementInfo) -> tuple[Fen, Fen]:
    """The person's own account and the family account, disjoint."""
    account, family = info.acct_pay or Fen(0), info.acct_mulaid_pay or Fen(0)
    return (account, family) if _family_is_beside(info) or not family else (Fen(account - family), family)
