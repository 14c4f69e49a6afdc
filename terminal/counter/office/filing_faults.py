"""What cannot be done with a filing, told to a person."""

from terminal.faults import Exit, Fault


class UnknownFiling(Fault):
    """No form has this number here."""

    code = "unknown_filing"
    exit = Exit.INPUT
    zh = "本机没有备案表 {filing}。"
    en = "This terminal has no filing {filing}."
    next_zh = "请用 yibao filing list 核对编号。"
    next_en = "Check the number with yibao filing list."


class AlreadyFiled(Fault):
    """The same thing is on file already."""

    code = "already_filed"
    exit = Exit.NO
    zh = "同一事项已有备案表 {filing}。"
    en = "Filing {filing} is about the same thing already."
    next_zh = "请办理原有的一张；没有任何改动生效。"
    next_en = "Go on with that one; nothing was changed."


class FilingPapersMissing(Fault):
    """Papers that a filing needs were not handed in."""

    code = "filing_papers_missing"
    exit = Exit.INPUT
    zh = "备案还缺材料：{papers}。"
    en = "The filing lacks papers: {papers}."
    next_zh = "请补齐材料，用 --paper 逐一登记。"
    next_en = "Collect them and name each with --paper."


class FilingStep(Fault):
    """A form that does not stand where this step begins."""

    code = "filing_step"
    exit = Exit.NO
    zh = "备案表 {filing} 现在是 {state}，不能变为 {to}。"
    en = "Filing {filing} is {state}; it cannot become {to}."
    next_zh = "先受理，再由医保办审核。"
    next_en = "It is collected first, then the office decides."


class FilingReasonMissing(Fault):
    """A form that ends without counting says why: the patient asks, and so does the next office."""

    code = "filing_reason_missing"
    exit = Exit.INPUT
    zh = "备案表 {filing} 拒绝或撤回须写明原因。"
    en = "Filing {filing} is rejected or withdrawn for a reason only."
    next_zh = "请写明原因后重试；没有任何改动生效。"
    next_en = "Give the reason and try again; nothing was changed."
