"""What goes wrong between a terminal and the insurance centre, as sentences for a person."""

import re

from terminal.faults import Exit, Fault


class CentreUnreachable(Fault):
    """No connection, or no byte of the message left: nothing happened at the centre."""

    code = "centre_unreachable"
    exit = Exit.CENTRE
    zh = "连不上医保中心（{reason}），报文没有发出。"
    en = "The insurance centre cannot be reached ({reason}); nothing was sent."
    next_zh = "请检查网络；可以先暂结，恢复后再上传。"
    next_en = "Check the network; the bill can be settled provisionally and sent later."


class CentreSilent(Fault):
    """The message left and no complete answer came back: the centre may or may not have acted."""

    code = "centre_silent"
    exit = Exit.CENTRE
    zh = "医保中心没有给出完整应答（交易 {transaction}，{reason}）。"
    en = "The insurance centre gave no complete answer (transaction {transaction}, {reason})."
    next_zh = "结果待确认，请勿重复结算；终端会自动核实。"
    next_en = "The outcome is in doubt: do not settle again; the terminal finds out by itself."


class CentreAnswerBroken(Fault):
    """A complete answer that cannot be what it claims: not JSON, no state, missing fields, sums that do not hold."""

    code = "centre_answer_broken"
    exit = Exit.CENTRE
    zh = "医保中心的应答有错（交易 {transaction}，{place}：{found}）。"
    en = "The insurance centre's answer is broken (transaction {transaction}, {place}: {found})."
    next_zh = "请把报文编号告诉医保中心核对。"
    next_en = "Give the message number to the centre's staff."
    raw: bytes = b""
    """The answer as it came, for the journal's evidence; never shown."""


_WRAPPING = re.compile(r"^(?:FSI-)+|\[[^\[\]]*\]$|[\x00-\x1f\x7f-\x9f]")
"""What centres put around their sentences: a prefix, the class and line that raised it; control characters never."""


class CentreRefused(Fault):
    """A complete answer that says no: the centre's code, its words, and ``shown``, the part that a screen needs."""

    code = "centre_refused"
    exit = Exit.NO
    zh = "医保中心拒绝了交易 {transaction}：{shown}（{number}）。"
    en = "The insurance centre refused transaction {transaction}: {shown} ({number})."
    next_zh = "请按提示更正后重试。"
    next_en = "Correct what the centre objects to and try again."

    def __init__(self, *, transaction: str, number: int, text: str) -> None:
        shown = _WRAPPING.sub("", text).strip() or "-"
        super().__init__(transaction=transaction, number=number, text=text, shown=shown)


class BreaksText(Fault):
    """A message of ours that would break the national text; found before sending."""

    code = "breaks_text"
    exit = Exit.INPUT
    zh = "{name}（{place}）{rule_zh}，报文没有发出。"
    en = "{place} ({name}) {rule_en}; nothing was sent."
    next_zh = "请补正后重新提交。"
    next_en = "Correct it and submit again."


class BadMessage(Fault):
    """A file that is no message of the national interface at all."""

    code = "bad_message"
    exit = Exit.INPUT
    zh = "{file} 不是医保接口报文：{found}。"
    en = "{file} is not a message of the national interface: {found}."
    next_zh = "请给出一个 JSON 请求或应答。"
    next_en = "Give one JSON request or answer."


class ExtraMissing(Fault):
    """The profile needs a library that is installed as an extra."""

    code = "extra_missing"
    exit = Exit.INPUT
    zh = "这份中心配置需要附加组件 {extra}，本机没有安装。"
    en = "This centre profile needs the extra {extra}, which is not installed."
    next_zh = "运行 `pip install 'yibao-terminal[{extra}]'`。"
    next_en = "Run `pip install 'yibao-terminal[{extra}]'`."
