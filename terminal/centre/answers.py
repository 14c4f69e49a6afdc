"""A national settlement answer as ``settlement/1``; an answer that does not add up is broken, never repaired."""

from collections.abc import Sequence
from datetime import datetime

from config.profiles import Profile
from terminal.centre.faults import CentreAnswerBroken
from terminal.centre.identities import FUND_FIELDS, family_account, settlement_breaches
from terminal.centre.messages.settlement import FundPart, ItemResult, SettlementAnswer, SettlementInfo
from terminal.centre.wire import Severity
from terminal.clock import BEIJING
from terminal.documents import BillState, Claim, Finding, Fund, Layer, LineSplit, Settlement, Source
from terminal.documents import Severity as Weight
from terminal.money import Fen

FUND_CODES = {"hifp_pay": ("3101", "3901"), "cvlserv_pay": ("3201",), "hifes_pay": ("3701",), "hifmi_pay": ("3902",),
              "hifob_pay": ("3301",), "maf_pay": ("6101",)}  # fmt: skip
"""Fund field -> first four digits of fund_pay_type; the last two, 00 or 01, are two editions of the same fund."""


def settlement(
    answer: SettlementAnswer,
    claim: Claim,
    profile: Profile,
    *,
    transaction: str,
    state: BillState,
    message_number: str,
    items: Sequence[ItemResult] = (),
) -> Settlement:
    """What the centre says about one bill. Raises CentreAnswerBroken where a figure is missing or a sum is wrong.

    ``items`` are the item results in the order of the claim's lines, from 2204 or from a pharmacy's own answer.
    """
    info = answer.setlinfo

    def broken(place: str, found: str) -> CentreAnswerBroken:
        return CentreAnswerBroken(transaction=transaction, place=place, found=found)

    if info is None:
        raise broken("setlinfo", "is absent")
    absent = [
        name
        for name in ("medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt",
                     "fund_pay_sumamt", "acct_pay")
        if getattr(info, name) is None
    ]  # fmt: skip
    if absent:
        raise broken(f"setlinfo.{absent[0]}", "is absent")
    breaches = settlement_breaches(
        info, answer.setldetail, items, fund_sum_includes_account=profile.fund_sum_includes_account
    )
    for breach in breaches:
        if breach.severity is Severity.WRONG:
            raise broken(breach.place, str(breach))
    own, family = family_account(info)
    result = Settlement(
        bill=claim.bill,
        state=state,
        source=Source.CENTRE,
        total=info.medfee_sumamt or Fen(0),
        own_pay=info.fulamt_ownpay_amt or Fen(0),
        over_limit=info.overlmt_selfpay or Fen(0),
        first_self_pay=info.preselfpay_amt or Fen(0),
        in_scope=info.inscp_scp_amt or Fen(0),
        deductible=info.act_pay_dedc or Fen(0),
        layers=_layers(info, answer.setldetail, profile),
        account=own,
        family_account=family,
        cash=_cash(info, profile),
        hospital=info.hospital,
        account_balance=info.balc,
        lines=_lines(claim, items),
        findings=tuple(
            Finding(f"centre_identity_{b.identity}", Weight.NOTE, b.place, f"中心金额恒等式 {b}", f"centre sum {b}")
            for b in breaches
        ),
        person=info.psn_name,
        settled_at=_instant(info.setl_time),
        settlement_number=info.setl_id,
        visit_number=info.mdtrt_id,
        message_number=message_number,
    )
    if not result.balanced():
        raise broken("setlinfo", "the payers do not add up to the bill")
    return result


def _cash(info: SettlementInfo, profile: Profile) -> Fen:
    if info.cash is not None:
        return info.cash
    account = 0 if profile.fund_sum_includes_account else (info.acct_pay or 0)
    return Fen((info.medfee_sumamt or 0) - (info.fund_pay_sumamt or 0) - account - info.hospital)


def _layers(info: SettlementInfo, parts: Sequence[FundPart], profile: Profile) -> tuple[Layer, ...]:
    layers = []
    for field in FUND_FIELDS:
        if paid := getattr(info, field):
            codes = FUND_CODES.get(field, ())
            part = next((part for part in parts if part.fund_pay_type[:4] in codes), None)
            base = part.inscp_scp_amt if part and part.inscp_scp_amt is not None else info.inscp_scp_amt
            name = part.fund_pay_type_name if part else ""
            layers.append(Layer(Fund(profile.funds[field][0]), base or Fen(0), paid, name))
    return tuple(layers)


def _lines(claim: Claim, items: Sequence[ItemResult]) -> tuple[LineSplit, ...]:
    places = {str(position): line for position, line in enumerate(claim.lines, 1)}
    return tuple(
        LineSplit(
            sn=places[item.feedetl_sn].sn,
            amount=item.det_item_fee_sumamt or Fen(0),
            own_pay=item.fulamt_ownpay_amt or Fen(0),
            over_limit=item.overlmt_amt or Fen(0),
            first_self_pay=item.preselfpay_amt or Fen(0),
            in_scope=item.inscp_scp_amt or Fen(0),
        )
        for item in items
        if item.feedetl_sn in places
    )


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING)
    except ValueError:
        return None
