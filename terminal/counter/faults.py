"""What the counter cannot do, told to a person."""

from terminal.counter.words import Worded
from terminal.documents import BillState
from terminal.faults import Exit, Fault


class NotTheSettings(Fault):
    """A bill of another institution or terminal than this one."""

    code = "not_this_terminal"
    exit = Exit.INPUT
    zh = "账单 {bill} 的 {field} 是 {found}，本终端是 {expected}。"
    en = "Bill {bill} has {field} {found}; this terminal is {expected}."
    next_zh = "请在账单所属的终端上结算，或改正设置；没有任何改动生效。"
    next_en = "Settle it where it belongs, or correct the settings; nothing was changed."


class NoCentreSecret(Fault):
    """The file that signs for this institution at the centre cannot be read; nothing can be sent."""

    code = "no_centre_secret"
    exit = Exit.INPUT
    zh = "设置 {setting} 所指的文件 {file} 不可用：{found}；什么也没有发出。"
    en = "The file {file} that the setting {setting} names cannot be used: {found}; nothing was sent."
    next_zh = "请管理员把机构密钥放回该文件，或改正设置；待传账单留在队列中。"
    next_en = "Have the administrator put the secret back, or correct the setting; what waits stays queued."


class NoCredential(Fault):
    """A bill without anything that says who the patient is."""

    code = "no_credential"
    exit = Exit.INPUT
    zh = "账单 {bill} 没有凭证。"
    en = "Bill {bill} carries no credential."
    next_zh = "请读卡，或用 --credential 给出凭证。"
    next_en = "Read the card, or name the credential with --credential."


class PersonUnknownOffline(Fault):
    """The line is down and this terminal has never met the person."""

    code = "person_unknown_offline"
    exit = Exit.CENTRE
    zh = "线路中断，本机没有此人的资料，不能暂结。"
    en = "The line is down and this terminal does not know the person; no provisional settlement."
    next_zh = "请病人先自费并保留票据，或等线路恢复再结算。"
    next_en = "The patient pays in full and keeps the receipt, or waits until the line is back."


class SnapshotTooOld(Fault):
    """The line is down and what is known of the person is older than the site allows."""

    code = "snapshot_too_old"
    exit = Exit.CENTRE
    zh = "线路中断，此人的资料已有 {hours} 小时，超过 {allowed} 小时。"
    en = "The line is down and this person's data are {hours} hours old; allowed are {allowed}."
    next_zh = "请等线路恢复，或请病人先自费。"
    next_en = "Wait for the line, or let the patient pay in full."


class NotEntitled(Fault):
    """The person has no insurance that pays now."""

    code = "not_entitled"
    exit = Exit.NO
    zh = "此人现在不能用医保结算：{reason}。"
    en = "This person cannot settle with insurance now: {reason}."
    next_zh = "请告知病人原因；可自费结算，事后按规定报销。"
    next_en = "Tell the patient why; the bill can be paid in full and claimed later."


class OfflineNotAllowed(Fault):
    """The site does not settle provisionally."""

    code = "offline_not_allowed"
    exit = Exit.CENTRE
    zh = "线路中断，本单位不办暂结。"
    en = "The line is down and this site does not settle provisionally."
    next_zh = "请等线路恢复，或请病人先自费。"
    next_en = "Wait for the line, or let the patient pay in full."


class LineLost(Fault):
    """The line went between trial and settlement; nothing was sent, and without the line other figures hold."""

    code = "line_lost"
    exit = Exit.CENTRE
    zh = "账单 {bill} 发出前线路中断，没有结算，没有收款。"
    en = "The line went before bill {bill} was sent; nothing is settled and no money is booked."
    next_zh = "请再结算一次：没有线路时本单位全额收费，医保补结后退还。"
    next_en = "Settle it again: without the line this site takes full payment and pays the insurance part back later."


class RefusedByCentre(Fault):
    """The centre said no to the bill, completely."""

    code = "bill_refused"
    exit = Exit.NO
    zh = "医保中心拒绝了账单 {bill}：{text}（{number}）。"
    en = "The insurance centre refused bill {bill}: {text} ({number})."
    next_zh = "请按提示更正，用新单号重新提交。"
    next_en = "Correct what it objects to and submit under a new bill number."


class BadDiscount(Fault):
    """Neither a share nor an amount, or more than before."""

    code = "bad_discount"
    exit = Exit.INPUT
    zh = "折扣 {found} 不能用：应为 90% 或折后金额 19.80，且不高于原价。"
    en = "{found} is no discount: 90%, or the amount after it such as 19.80, and no more than before."
    next_zh = "请改正；本行没有改动。"
    next_en = "Correct it; the line is unchanged."


class NoPrescription(Fault):
    """A file of another number, or without lines."""

    code = "no_prescription"
    exit = Exit.INPUT
    zh = "处方 {number} 的文件内容不符。"
    en = "The file of prescription {number} does not hold it."
    next_zh = "请开方科室重新传送，或手工录入项目。"
    next_en = "Have it sent again, or enter the items by hand."


class Expired(Fault):
    """A medicine past its day."""

    code = "expired"
    exit = Exit.NO
    zh = "批号 {lot} 已于 {expires} 过期，不得售出。"
    en = "Lot {lot} expired on {expires} and must not be sold."
    next_zh = "请换一批，过期药品下架。"
    next_en = "Take another lot and remove this one from the shelf."


class PrescriptionUnchecked(Fault):
    """Nobody but the seller has looked at the prescription."""

    code = "prescription_unchecked"
    exit = Exit.NO
    zh = "处方 {prescription} 还没有药师审核。"
    en = "Prescription {prescription} has not been checked by a pharmacist."
    next_zh = "请药师审核并签名，审核人不能是收费员本人。"
    next_en = "A pharmacist other than the cashier checks and signs."


class TraceCodeTwice(Fault):
    """One box on two lines."""

    code = "trace_code_twice"
    exit = Exit.INPUT
    zh = "追溯码 {code} 已在本单第 {line} 行。"
    en = "The trace code {code} is on line {line} of this bill already."
    next_zh = "一盒一码，请扫另一盒。"
    next_en = "Every box has its own; scan another box."


class UnknownBill(Fault):
    """No bill has this number here."""

    code = "unknown_bill"
    exit = Exit.INPUT
    zh = "本机没有账单 {bill}。"
    en = "This terminal has no bill {bill}."
    next_zh = "请核对单号。"
    next_en = "Check the number."


class NoPackFor(Fault):
    """No policy pack covers the insured area and scheme."""

    code = "no_pack"
    exit = Exit.NO
    zh = "没有参保地 {area}（{scheme}）的政策包，本机不能分割。"
    en = "There is no policy pack for the insured area {area} ({scheme}); this terminal cannot split the bill."
    next_zh = "请安装该地的政策包；联网时由医保中心计算。"
    next_en = "Install that area's pack; online the centre splits it."


class CardWithoutNumber(Fault):
    """A card was read and gave neither its number nor the person's."""

    code = "card_without_number"
    exit = Exit.DEVICE
    zh = "卡已读出，但没有卡号和社会保障号码。{why}"
    en = "The card was read but gave neither card number nor social-security number."
    next_zh = "请接 PSAM 或加密机服务，或改用身份证、医保码。"
    next_en = "Attach a PSAM or a key service, or use the ID card or the e-credential."


class TenderDoesNotFit(Fault):
    """What was received does not pay the bill: too little, or change for money that is not cash."""

    code = "tender_does_not_fit"
    exit = Exit.INPUT
    zh = "应收 {due}，收到 {received}：不足，或非现金超出应收。"
    en = "Due is {due}, received {received}: too little, or change for money that is no cash."
    next_zh = "请重新输入；银行卡和扫码不找零。"
    next_en = "Enter it again; cards and codes give no change."


class NotSettled(Fault):
    """Only a bill that the centre has settled can be handed on as one."""

    code = "not_settled"
    exit = Exit.NO
    zh = "账单 {bill} 现为{state.zh}，还没有中心的结算。"
    en = "Bill {bill} is {state.en}; the centre has not settled it."
    next_zh = "请等结算完成后再导出。"
    next_en = "Export it once it is settled."

    def __init__(self, *, state: BillState, **data: object) -> None:
        super().__init__(state=Worded(state, f"state.{state}"), **data)


class NothingToExplain(Fault):
    """No local split was made for the bill, or the pack it was made with is not the one installed."""

    code = "nothing_to_explain"
    exit = Exit.NO
    zh = "账单 {bill} 没有可重演的本机分割（政策包 {pack}）。"
    en = "Bill {bill} has no local split that could be derived again (pack {pack})."
    next_zh = "以医保中心的结算单为准；如需说明请装回当时的政策包。"
    next_en = "The centre's settlement counts; install the pack of that time to explain it."
