"""What can go wrong with money on a bank card."""

from terminal.counter.words import Worded
from terminal.documents import TenderKind
from terminal.faults import Exit, Fault


class CashForCardMoney(Fault):
    """Money goes back the way it came."""

    code = "cash_for_card_money"
    exit = Exit.NO
    zh = "账单 {bill} 的 {amount} 元是以{kind.zh}支付的，必须原路退回。"
    en = "{amount} of bill {bill} came as {kind.en} and goes back the same way."
    next_zh = "请按原支付方式退费；银行卡用原交易参考号。"
    next_en = "Refund to the original tender; a bank card by the reference of its charge."

    def __init__(self, *, kind: TenderKind, **data: object) -> None:
        key = "cash" if kind is TenderKind.CASH else f"tender.{kind}"
        super().__init__(kind=Worded(kind, key), **data)


class PosAnswerOpen(Fault):
    """The bank POS was asked for something and nobody knows whether it did it: nothing else is asked before."""

    code = "pos_answer_open"
    exit = Exit.DEVICE
    zh = "银行POS 结果不明：曾要求 {amount} 元，账单 {bill}（{charge}）。"
    en = "The answer of the bank POS is unknown: it was asked for {amount}, bill {bill} ({charge})."
    next_zh = "先查 POS 最后一笔交易并登记有或无，再刷卡；不要重复刷卡。"
    next_en = "Ask the POS for its last transaction, or read it there, before any other; do not charge again."


class PosSaysNo(Fault):
    """The bank POS refused, or provably did nothing."""

    code = "pos_says_no"
    exit = Exit.NO
    zh = "银行POS 没有办理 {amount} 元（{charge}）：{text}。"
    en = "The bank POS did not do {amount} ({charge}): {text}."
    next_zh = "可换卡再试，或改用其他方式；未动用卡内资金。"
    next_en = "Try another card or another tender; no money of the card was moved."


class UnknownCharge(Fault):
    """No request to the bank POS has this number."""

    code = "unknown_charge"
    exit = Exit.INPUT
    zh = "没有银行卡收退款 {charge}。"
    en = "There is no card payment {charge}."
    next_zh = "请用 yibao pos list 核对编号。"
    next_en = "Check the number with yibao pos list."


class NothingOnCard(Fault):
    """No money of this charge lies here, or an amount that is none."""

    code = "nothing_on_card"
    exit = Exit.INPUT
    zh = "{charge} 没有可刷或可退的银行卡金额。"
    en = "{charge} has nothing to be charged or given back."
    next_zh = "请核对金额和编号。"
    next_en = "Check amount and number."


class CardMoneyThere(Fault):
    """The answer of the bank POS is known; nobody decides it by hand."""

    code = "pos_answer_known"
    exit = Exit.INPUT
    zh = "{charge} 的结果已知：{state}。"
    en = "The answer to {charge} is known: {state}."
    next_zh = "无需登记；如要退回请办理退卡。"
    next_en = "Nothing to note; give it back if it must go back."


class PosReferenceMissing(Fault):
    """A charge taken at somebody's word needs the reference that its slip bears."""

    code = "pos_reference_missing"
    exit = Exit.INPUT
    zh = "{charge}：登记为已收须有签购单上的参考号。"
    en = "{charge}: to note it as taken, give the reference on the POS's slip."
    next_zh = "请从签购单或 POS 查询中抄录参考号。"
    next_en = "Copy it from the slip or the POS's display."


class CardMoneyNotBack(Fault):
    """Card money has still to go back, through a POS that stands alone."""

    code = "card_money_not_back"
    exit = Exit.DEVICE
    zh = "账单 {bill} 的银行卡 {amount} 元（参考号 {reference}，{charge}）还没有退回。"
    en = "{amount} of bill {bill} (reference {reference}, {charge}) has still to go back to the card."
    next_zh = "请在 POS 上原路退回，再登记退货单的参考号。"
    next_en = "Refund it on the POS, then note the reference of its slip."
