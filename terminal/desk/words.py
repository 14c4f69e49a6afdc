"""The words on the screens, in Chinese and in English; switching the language redraws from here."""

from terminal.counter.words import Language

_WORDS: dict[str, tuple[str, str]] = {
    # titles
    "charge": ("收费", "CHARGE"),
    "insured": ("参保人", "INSURED"),
    "items": ("项目", "ITEMS"),
    "trial": ("预结", "TRIAL"),
    "tender": ("收款", "TENDER"),
    "help": ("帮助", "HELP"),
    "why": ("为什么是这些金额", "WHY THESE AMOUNTS"),
    "exceptions": ("异常与待传", "OPEN BILLS"),
    "journal": ("日志", "JOURNAL"),
    "devices": ("设备", "DEVICES"),
    "find": ("查单与重打", "FIND A BILL"),
    "slip": ("结算单", "SLIP"),
    "manual": ("手工录入（卡读不出时）", "MANUAL NUMBER (card unreadable)"),
    "tender_title": ("支付方式（其余收现金）", "TENDER (the rest is cash)"),
    "locked": ("已锁屏，请登录", "LOCKED: please sign in"),
    # head
    "window": ("窗口", "Desk"),
    "online": ("联网", "ON"),
    "offline": ("断网", "OFF"),
    "queue": ("待传", "queue"),
    "held": ("异常", "held"),
    "minutes": ("分", "m"),
    "lamp.reader": ("读卡", "card"),
    "lamp.printer": ("打印", "print"),
    "lamp.display": ("客显", "disp"),
    "lamp.announcer": ("语音", "voice"),
    "lamp.bank_pos": ("POS", "POS"),
    "lamp_ok": ("正常", "ok"),
    "lamp_warning": ("注意", "warn"),
    "lamp_fault": ("故障", "fault"),
    "lamp_absent": ("未接", "absent"),
    # patient
    "waiting": ("请插卡或扫码（{key}）", "Insert a card or scan a code ({key})"),
    "as_of": ("离线资料{hours}小时前", "offline, {hours} h old"),
    "age": ("{years}岁", "{years}y"),
    "sex.male": ("男", "M"),
    "sex.female": ("女", "F"),
    "account": ("账户", "Account"),
    "account_off": ("不用", "off"),
    "visit": ("类别", "Visit"),
    # columns
    "column.sn": ("序", "No"),
    "column.name": (" 项目", " Item"),
    "column.class": ("类", "Cl"),
    "column.first": ("先付", "First"),
    "column.quantity": ("数量", "Qty"),
    "column.price": ("单价", "Price"),
    "column.amount": ("金额", "Amount"),
    "column.bill": ("单号", "Bill"),
    "column.state": ("状态", "State"),
    "column.age": ("已过", "Age"),
    "column.money": ("医保金额", "Insured"),
    "column.reason": ("原因", "Reason"),
    "column.seq": ("序号", "Seq"),
    "column.at": ("时间", "Time"),
    "column.kind": ("事件", "Event"),
    "column.actor": ("经办", "By"),
    "column.device": ("设备", "Device"),
    "column.lamp": ("灯", "Lamp"),
    "column.address": ("接口", "Port"),
    "column.says": ("说明", "It says"),
    # money
    "no_trial": ("未预结", "not tried yet"),
    "receivable": ("应收", "Due"),
    "received": ("实收", "Received"),
    "change": ("找零", "Change"),
    # what to type
    "search": ("简码、名称或条码；数量*简码", "code, name or bar code; qty*code"),
    "cash_prompt": ("收到现金（回车为正好）", "Cash received (Enter: exact)"),
    "pay_bank_card": ("银行卡", "Bank card"),
    "pay_code": ("扫码", "Code"),
    "find_bill": ("单号", "Bill number"),
    "manual_number": ("身份证号、卡号或医保码", "ID number, card number or e-credential"),
    "manual_reason": ("读不出卡的原因", "Why the card cannot be read"),
    "manual_reviewer": ("复核人", "REVIEWER"),
    "person_name": ("姓名或工号", "Name or number"),
    "person_number": ("工号", "Operator number"),
    "person_password": ("密码（空：刷卡）", "Password (empty: card)"),
    "decide": ("处理意见", "DECISION"),
    "decide_reason": ("理由", "Reason"),
    "first_person": ("第一人签名", "FIRST PERSON"),
    "second_person": ("第二人签名", "SECOND PERSON"),
    # what happens
    "reading": ("正在读卡……", "Reading the card..."),
    "asking": ("正在询问医保中心……", "Asking the insurance centre..."),
    "verifying": ("正在核对校验链……", "Checking the chain..."),
    "intact": ("校验链完好，没有改动。", "The chain is intact; nothing was changed."),
    "tampered": ("校验链不符：请立即通知信息科，不要继续收费。", "The chain is broken: call IT now and stop charging."),
    "unread": ("再按 {key} 手工录入。", "{key} again: by hand. "),
    "print_again": ("{key} 重打。", "{key}: print again. "),
    "nothing_found": ("没有此项目", "no such item"),
    "consent": ("以下为自费项目，请病人确认：", "These lines are full self-pay; the patient must agree:"),
    "consent_yes": ("回车：病人已同意　　Esc：返回", "Enter: the patient agrees    Esc: back"),
    "settling": ("结算中，请勿重复操作", "Settling; do not press again"),
    "seconds": ("秒", "s"),
    "done": ("{state}。下一位请按 {key}", "{state}. {key} for the next patient"),
    "moved": (
        "别的窗口刚为此人结算，金额已重算，请再给病人看后收费",
        "Another desk served this person; the split changed: show it again, then settle",
    ),
    "is_settled": ("本单已结算，下一位请按 {key}", "This bill is settled; {key} for the next patient"),
    "one_thing": ("请等当前操作完成", "Please wait until this is done"),
    "card_inside": ("卡还在读卡器里，请提醒病人取卡", "The card is still in the reader: remind the patient"),
    "parked": ("已挂单 {count}", "parked {count}"),
    "left": ("待传剩余 {count}", "{count} left in the queue"),
    "leave_open": ("还有未结的账单或待传，确认退出请再按一次", "A bill or the queue is open; press again to leave"),
    "need_items": ("请先录入项目", "enter items first"),
    "need_person": ("请先识别参保人", "identify the patient first"),
    "nothing_here": ("没有内容", "nothing here"),
    "no_ports": ("没有串口设备", "no serial port is attached"),
    # keys of windows
    "back": ("ESC 返回", "ESC back"),
    "print": ("打印", "print"),
    "handle": ("办理", "handle"),
    "test": ("测试", "test"),
    "ports": ("查接口", "ports"),
    "verify": ("核对", "verify"),
    "filter": ("过滤", "filter"),
    # why a bill waits
    "reason.split_differs": ("中心结果与本机不同", "the centre's split differs"),
    "reason.credential_expired": ("凭证已失效，须重新出示", "the credential has expired"),
    "reason.not_entitled": ("待遇已停", "no longer entitled"),
    "reason.not_reached": ("线路不通", "no line"),
    # what may be decided
    "decision.decide_send": ("按中心结果重新发送", "send with the centre's figures"),
    "decision.decide_reverse": ("冲正", "reverse"),
    "decision.decide_accept": ("认定中心已结算", "the centre has settled it"),
    "decision.decide_close": ("手工了结（不再发送）", "close by hand (never sent)"),
    # help on the focused field
    "help.search": (
        "输入拼音首字母、五笔、名称、条码或编码，上下键选择，回车加入；3*amxl 加三盒。空行回车即预结。",
        "Type initials, name, bar code or code, choose with the arrows, Enter adds; 3*amxl adds three. "
        "Enter on an empty line tries the bill.",
    ),
    "help.cash_prompt": (
        "病人交来的现金，例如 200 或 200.50；直接回车表示正好。",
        "The cash handed over, such as 200 or 200.50; Enter alone means exactly what is due.",
    ),
    "help.pay_bank_card": ("由银行卡支付的金额；空为不用。", "What is paid by bank card; empty for nothing."),
    "help.pay_code": ("由扫码支付的金额；空为不用。", "What is paid by code; empty for nothing."),
    "help.manual_number": (
        "十八位身份证号、社保卡号，或扫医保码。手工录入须有原因和复核人。",
        "Eighteen digits of the ID, the card's number, or a scanned e-credential. "
        "A number by hand needs a reason and a reviewer.",
    ),
    "help.find_bill": ("结算单上的单号；空为本单。", "The number on the slip."),
    "help.person_password": ("输入密码；不输直接回车则读卡。", "The password; Enter alone reads the card."),
    "help.rows": ("上下键选择，回车办理，ESC 返回。", "Arrows choose, Enter acts, ESC goes back."),
}


def say(phrase: str, language: Language, **data: object) -> str:
    """The words for a phrase; raises KeyError for one that does not exist."""
    zh, en = _WORDS[phrase]
    return (zh if language is Language.ZH else en).format(**data)


def has(phrase: str) -> bool:
    """Whether there are words for it: help texts and reasons do not cover everything."""
    return phrase in _WORDS
