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
    "notice.provisional": (
        "脱机暂结：医保尚未结算，金额以中心结算为准。请保留本单，网络恢复后由本窗口补传。",
        "PROVISIONAL: not yet settled with the centre, whose figures decide. Keep this slip; "
        "the counter forwards the bill when the line is back.",
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
}


def word(key: str, language: Language) -> str:
    """The word for a key in a language; raises KeyError for a key that does not exist."""
    zh, en = _WORDS[key]
    return zh if language is Language.ZH else en
