"""The words of bills in Chinese and English; a language is one column of this table."""

from enum import StrEnum


class Language(StrEnum):
    """Languages of slips and explanations."""

    ZH = "zh"
    EN = "en"


_WORDS: dict[str, tuple[str, str]] = {
    "slip": ("医疗费用结算单", "MEDICAL SETTLEMENT SLIP"),
    "bill": ("单号", "Bill"),
    "settlement_number": ("结算号", "Settlement no."),
    "message_number": ("报文号", "Message no."),
    "receipt": ("票据号", "Receipt"),
    "window": ("窗口", "Window"),
    "operator": ("收费员", "Operator"),
    "person": ("参保人", "Insured"),
    "time": ("时间", "Time"),
    "items": ("项目", "Items"),
    "total": ("费用总额", "Total"),
    "own_pay": ("自费", "Full self-pay"),
    "over_limit": ("超限价", "Over limit"),
    "first_self_pay": ("先行自付", "First self-pay"),
    "in_scope": ("政策范围内", "In scope"),
    "deductible": ("其中起付线", "of it deductible"),
    "funds": ("基金支付", "Paid by funds"),
    "account": ("个人账户", "Personal account"),
    "family_account": ("共济账户", "Family account"),
    "cash": ("现金", "Cash"),
    "hospital": ("医院承担", "Hospital part"),
    "account_balance": ("账户余额", "Account balance"),
    "pack": ("政策包", "Policy pack"),
    "source.local": ("本机按政策包计算", "computed by this terminal's policy pack"),
    "source.centre": ("医保中心计算", "computed by the insurance centre"),
    "fund.pooled": ("统筹基金", "Pooled fund"),
    "fund.large_amount": ("大额互助", "Large amount"),
    "fund.serious_illness": ("大病保险", "Serious illness"),
    "fund.assistance": ("医疗救助", "Assistance"),
    "fund.tilt": ("倾斜救助", "Tilt"),
    "fund.guarantee": ("兜底保障", "Guarantee"),
    "fund.civil_servant": ("公务员补助", "Civil servant"),
    "fund.supplement": ("补充保险", "Supplement"),
    "fund.other": ("其他基金", "Other fund"),
    "tender.cash": ("收现金", "Cash received"),
    "tender.bank_card": ("银行卡", "Bank card"),
    "tender.code": ("扫码", "Code"),
    "tender.rounding": ("抹零", "Rounding"),
    "tender.change": ("找零", "Change"),
    "state.draft": ("草稿", "draft"),
    "state.trial": ("预结算", "trial"),
    "state.settling": ("结算中", "settling"),
    "state.settled": ("已结算", "settled"),
    "state.provisional": ("暂结", "provisional"),
    "state.in_doubt": ("待确认", "in doubt"),
    "state.refused": ("已拒绝", "refused"),
    "state.exception": ("异常", "exception"),
    "state.reversed": ("已冲正", "reversed"),
    "state.reconciled": ("已对账", "reconciled"),
    "admission": ("住院号", "Admission"),
    "balance": ("余额", "Balance"),
    "prepaid": ("住院预交金收据", "PAID AHEAD FOR A STAY"),
    "part.patient": ("第一联 病人", "part 1: patient"),
    "part.house": ("第二联 存根", "part 2: house"),
    "notice.provisional": (
        "脱机暂结：医保尚未结算，金额以中心结算为准。请保留本单，网络恢复后由本窗口补传。",
        "PROVISIONAL: not yet settled with the centre, whose figures decide. Keep this slip; "
        "the counter forwards the bill when the line is back.",
    ),
    "paid_in_full": ("断网全额收费 未经医保分割", "PAID IN FULL in an outage, not split"),
    "owed.settled_differently": ("中心结算与实收不同：", "Settled otherwise than was paid: "),
    "owed.paid_in_full": ("断网时全额收费，现已结算：", "Paid in full in an outage, settled since: "),
    "owed.not_settled": ("医保未结算，由病人自付：", "Not settled, the patient's own pay: "),
    "owed.taken_back": ("已退费，与实收仍有差额：", "Refunded, what was paid differs: "),
    "owed.collect": ("请向病人收 {amount}", "collect {amount} from the patient"),
    "owed.pay": ("请退给病人 {amount}（{ways}）", "pay the patient {amount} ({ways})"),
    "touched": (
        "该参保人其后的账单会有不同结果；不会自动改，由医保中心决定：",
        "Later bills of this person would split otherwise; none is changed, the centre decides:",
    ),
    "touched.none": ("没有受影响的后续账单。", "No later bill is affected."),
    "touched.untold": (
        "后续账单是否受影响无法重演，请问医保中心。",
        "Whether later bills are affected cannot be derived again; ask the centre.",
    ),
    "owed.finish": ("请先办完退费单 {refund}", "finish refund {refund} first"),
    "notice.paid_in_full": (
        "本单已全额收费，医保尚未结算，不是最终金额。医保部分在网络恢复后由本窗口补结，应退的钱退还给您："
        "请保留本单和收费票据，留下电话，接到通知或下次就诊时凭本单和医保卡来退。",
        "You have PAID THIS BILL IN FULL; the insurance has not settled it yet. When the line is back this counter "
        "settles the insurance part and it is paid back to you: keep this slip and the receipt, leave a phone number, "
        "and come with both and your card when called or at your next visit.",
    ),
    "notice.paid_in_full.settled": (
        "断网时已全额收费，现医保已结算：以上现金为您应付的部分，多收的退还。尚未退的，凭本单、收费票据和医保卡到本窗口领取。",
        "You paid this bill in full in an outage; the insurance has settled it now. The cash above is your part; the "
        "rest is paid back: if you have not had it yet, bring this slip, the receipt and your card to this counter.",
    ),
    "notice.paid_in_full.not_settled": (
        "断网时已全额收费，医保未能结算：您不欠款，未退费的可到参保地经办机构手工报销。所需材料：收费票据原件、费用清单、"
        "门诊病历或处方、社保卡或身份证、银行卡。",
        "You paid this bill in full in an outage and the insurance did not settle it: you owe nothing; what was not "
        "refunded can be claimed by hand at your insured area's office. Papers: original receipt, itemised list, "
        "medical record or prescription, social-security or ID card, bank card.",
    ),
    "notice.in_doubt": (
        "待确认：中心没有答复，本窗口正在查询，不会重复扣款。请保留本单，接到通知再来。",
        "IN DOUBT: the centre has not answered; the counter is asking and will not charge twice. "
        "Keep this slip and come back when called.",
    ),
    "scheme.employee": ("职工医保", "employee"),
    "scheme.resident": ("居民医保", "resident"),
    "scheme.urban_resident": ("城镇居民", "urban resident"),
    "scheme.rural_cooperative": ("新农合", "rural cooperative"),
    "scheme.other": ("其他险种", "other insurance"),
    "employment.active": ("在职", "active"),
    "employment.retired": ("退休", "retired"),
    "employment.minor": ("未成年", "minor"),
    "employment.student": ("学生", "student"),
    "employment.adult": ("成年", "adult"),
    "employment.elderly": ("老年", "elderly"),
    "employment.other": ("", ""),
    "credential.card": ("社保卡", "card"),
    "credential.id_number": ("身份证号", "ID number"),
    "credential.e_credential": ("医保码", "e-credential"),
    "credential.manual": ("手工", "by hand"),
    "class.A": ("甲", "A"),
    "class.B": ("乙", "B"),
    "class.C": ("丙", "C"),
    "visit.outpatient": ("普通门诊", "outpatient"),
    "visit.emergency": ("急诊", "emergency"),
    "visit.chronic": ("慢特病", "chronic"),
    "visit.pharmacy": ("药店购药", "pharmacy"),
    "visit.maternity": ("生育", "maternity"),
    "visit.inpatient": ("住院", "inpatient"),
    "visit.observation": ("留观", "observation"),
    "visit.internet_followup": ("互联网复诊", "internet follow-up"),
    "difference": ("与中心差异", "Differs from the centre"),
    "shift": ("班次报表", "SHIFT REPORT"),
    "section.bills": ("账单", "Bills"),
    "section.sales": ("收款", "Taken"),
    "section.refunds": ("退款", "Given back"),
    "section.evened": ("补收退还差额", "Differences evened out"),
    "section.prepaid": ("预交金", "Paid ahead"),
    "section.drawn": ("预交金冲抵", "Drawn from paid ahead"),
    "section.moves": ("现金存取", "Cash moved"),
    "section.paid": ("各方支付", "Who paid"),
    "section.paid_back": ("各方退回", "Paid back to"),
    "section.late": ("前班账单的结果", "Results of earlier bills"),
    "section.open": ("未了账单", "Bills still open"),
    "section.receipts": ("票据", "Receipts"),
    "section.numbers.used": ("使用的票号", "Numbers used"),
    "section.numbers.void": ("作废的票号", "Numbers void"),
    "section.numbers.lost": ("遗失的票号", "Numbers lost"),
    "section.card_open": ("银行卡未了", "Card money open"),
    "section.no_sale": ("无收费开钱箱", "Drawer opened without a sale"),
    "section.given_up": ("挂单作废", "Parked, given up"),
    "section.counted": ("点钞", "Counted"),
    "receipt.used": ("使用", "used"),
    "receipt.reprinted": ("补打", "reprinted"),
    "receipt.void": ("作废", "void"),
    "receipt.lost": ("遗失", "lost"),
    "cash.float": ("备用金", "Float"),
    "cash.expected": ("应有现金", "Expected cash"),
    "cash.counted": ("实点现金", "Counted cash"),
    "cash.over": ("长短款", "Over / short"),
}


def word(key: str, language: Language) -> str:
    """The word for a key in a language; raises KeyError for a key that does not exist."""
    zh, en = _WORDS[key]
    return zh if language is Language.ZH else en


class Worded(str):
    """A word of a document in the data of a fault: itself in JSON; ``{kind.zh}`` and ``{kind.en}`` in sentences."""

    def __new__(cls, value: str, key: str) -> "Worded":
        """``key`` is that of the table of words."""
        made = super().__new__(cls, value)
        made._key = key
        return made

    _key: str

    @property
    def zh(self) -> str:
        """In Chinese."""
        return word(self._key, Language.ZH)

    @property
    def en(self) -> str:
        """In English."""
        return word(self._key, Language.EN)
