"""Everything the engine may have to tell about a bill, each with its sentence in both languages."""

from datetime import date
from functools import lru_cache

from terminal.adjudication.values import Row
from terminal.documents import Finding, Severity

_WORDS: dict[str, tuple[Severity, str, str]] = {
    "no_lines": (Severity.STOP, "账单没有明细。", "The bill has no lines."),
    "duplicate_line": (Severity.STOP, "明细序号 {sn} 重复。", "Line number {sn} appears twice."),
    "negative_amount": (
        Severity.STOP, "明细 {sn} 金额为负；退费请整单冲正。",
        "Line {sn} is negative; a refund reverses the settled bill.",
    ),
    "too_large": (Severity.STOP, "账单总额 {amount} 超出可计算范围。", "A total of {amount} is beyond reckoning."),
    "line_does_not_multiply": (
        Severity.NOTE, "明细 {sn}：单价乘数量为 {product}，账单金额为 {amount}，按账单金额计算。",
        "Line {sn}: price times quantity is {product}, the bill says {amount}; the bill's amount is used.",
    ),
    "unknown_class": (
        Severity.STOP, "明细 {sn}（{item}）没有目录类别，无法分割。",
        "Line {sn} ({item}) has no catalogue class and cannot be split.",
    ),
    "unknown_class_own_pay": (
        Severity.NOTE, "明细 {sn}（{item}）没有目录类别，按政策包约定计为自费。",
        "Line {sn} ({item}) has no catalogue class; the pack counts it as own pay.",
    ),
    "policy_value_missing": (
        Severity.STOP, "政策未载明“{key}”在 {day} 的数值：{why}。", 'The policy states no "{key}" for {day}: {why}.',
    ),
    "fact_missing": (
        Severity.STOP, "缺少政策需要的信息“{fact}”{for_key}。", 'The policy needs "{fact}", not known here{for_key}.',
    ),
    "no_policy_on_date": (
        Severity.STOP, "政策包 {pack} 在 {day} 没有生效的政策（最早 {first}）。",
        "Pack {pack} has no policy in force on {day} (the first begins {first}).",
    ),
    "no_benefit": (
        Severity.STOP, "政策包 {pack} 没有“{visit}”类就诊的待遇规定。",
        'Pack {pack} has no benefit for a visit of type "{visit}".',
    ),
    "wrong_pack": (
        Severity.STOP, "参保地或险种（{area}，{scheme}）不属于政策包 {pack}。",
        "Insured area or scheme ({area}, {scheme}) is not that of pack {pack}.",
    ),
    "benefit_blocked": (
        Severity.STOP, "因“{reason}”尚未了结，不能直接结算。", 'Direct settlement is blocked while "{reason}" is open.',
    ),
    "benefits_suspended": (
        Severity.NOTE, "待遇已暂停（{reason}）：全部由个人现金支付，之后向经办机构申请。",
        "Benefits are suspended ({reason}): all is paid in cash and claimed from the agency later.",
    ),
    "opening_assumed_zero": (
        Severity.NOTE, "没有人提供累计“{zh}”（{period}）的期初值，按零计算。",
        'Nobody states the opening of "{en}" ({period}); zero is assumed.',
    ),
    "units_over_limit": (
        Severity.NOTE, "明细 {sn}：数量超出每日 {limit} 的上限。", "Line {sn}: the quantity exceeds {limit} a day.",
    ),
    "card_of_another": (
        Severity.STOP, "出示的是 {holder} 的卡：他人的卡只能共济账户余额，不能享受统筹待遇。",
        "The card is that of {holder}: another person's card may share its account, never its pooled benefits.",
    ),
    "family_refused": (
        Severity.NOTE, "共济账户 {holder} 不符合条件（{why}），未使用。",
        "The family account of {holder} does not meet the conditions ({why}) and is not used.",
    ),
}  # fmt: skip


def finding(code: str, place: str = "bill", **data: object) -> Finding:
    """A finding of the closed list above, its braces filled."""
    severity, zh, en = _WORDS[code]
    return Finding(code, severity, place, zh.format(**data), en.format(**data))


@lru_cache
def assumed_zero(accumulator: str, zh: str, en: str, period: str) -> Finding:
    """Nobody states an opening; found on most first bills of a year, so its sentence is kept."""
    return finding("opening_assumed_zero", accumulator, zh=zh, en=en, period=period)


def value_missing(key: str, day: date, row: Row | None, nearest: str) -> Finding:
    """A figure that no document states, or that no row states for this bill."""
    why = row.unstated if row is not None else f"nearest {nearest}" if nearest else "no row"
    return finding("policy_value_missing", key, key=key, day=day, why=why)


def fact_missing(fact: str, key: str = "") -> Finding:
    """A fact of the person or visit that the policy asks for and nobody gave."""
    return finding("fact_missing", fact, fact=fact, for_key=f" ({key})" if key else "")
