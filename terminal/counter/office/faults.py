"""What the office cannot do, told to a person."""

from terminal.counter.words import Worded
from terminal.documents import BillState
from terminal.faults import Exit, Fault


class NotRefundable(Fault):
    """A bill that has nothing to give back now."""

    code = "not_refundable"
    exit = Exit.NO
    zh = "账单 {bill} 现在是{state.zh}，不能退费。"
    en = "Bill {bill} is {state.en} and cannot be refunded now."
    next_zh = "待确认的请先等中心答复；异常的请先处理。"
    next_en = "Wait until the centre has answered about it, or resolve its exception first."

    def __init__(self, *, state: BillState, **data: object) -> None:
        super().__init__(state=Worded(state, f"state.{state}"), **data)


class AlreadyRequested(Fault):
    """One refund at a time for one bill."""

    code = "already_requested"
    exit = Exit.NO
    zh = "账单 {bill} 已有退费单 {refund}。"
    en = "Bill {bill} already has the refund {refund}."
    next_zh = "请继续办理该退费单，或先撤销。"
    next_en = "Go on with that one, or withdraw it first."


class PapersMissing(Fault):
    """Papers that a refund needs were not handed in."""

    code = "papers_missing"
    exit = Exit.INPUT
    zh = "账单 {bill} 的退费还缺材料：{papers}。"
    en = "The refund of bill {bill} lacks papers: {papers}."
    next_zh = "请补齐材料，用 --paper 逐一登记。"
    next_en = "Collect them and name each with --paper."


class RefundLimit(Fault):
    """A refund beyond what the desk may do by itself."""

    code = "refund_limit"
    exit = Exit.NO
    zh = "账单 {bill} 的退费超出限制 {limit}：{found}，上限 {allowed}。"
    en = "The refund of bill {bill} passes the limit {limit}: {found}, allowed {allowed}."
    next_zh = "请由医保办公室办理，或修改设置中的限制。"
    next_en = "Let the insurance office handle it, or change the limit in the settings."


class NoSuchLine(Fault):
    """Lines to keep that are not on the bill, or all of them."""

    code = "no_such_line"
    exit = Exit.INPUT
    zh = "账单 {bill} 没有可保留的行 {lines}。"
    en = "Bill {bill} cannot keep the lines {lines}."
    next_zh = "请核对行号；全部退费时不要指定保留行。"
    next_en = "Check the line numbers; for a full refund keep none."


class UnknownRefund(Fault):
    """No refund has this number."""

    code = "unknown_refund"
    exit = Exit.INPUT
    zh = "没有退费单 {refund}。"
    en = "There is no refund {refund}."
    next_zh = "请用 yibao refund list 查看。"
    next_en = "See: yibao refund list"


class WrongStep(Fault):
    """A refund that does not stand where this step begins."""

    code = "wrong_step"
    exit = Exit.NO
    zh = "退费单 {refund} 现在是 {state}，不能变为 {to}。"
    en = "Refund {refund} is {state}; it cannot become {to}."
    next_zh = "申请、复核、稽核、退费依次办理。"
    next_en = "It is requested, reviewed, audited and done, in this order."


class StandsDifferently(Fault):
    """The bill changed after its refund was approved."""

    code = "stands_differently"
    exit = Exit.NO
    zh = "账单 {bill} 在核准后有变动，退费单 {refund} 的金额不再相符。"
    en = "Bill {bill} has changed since refund {refund} was approved; its amounts no longer match."
    next_zh = "请撤销该退费单，按现在的金额重新申请。"
    next_en = "Withdraw it and request the refund again with the amounts as they stand."


class NothingKept(Fault):
    """Only a refund whose bill is taken back, and whose kept lines do not settle, is ended by hand."""

    code = "nothing_kept"
    exit = Exit.NO
    zh = "退费单 {refund} 现在是 {state}，没有无法结算的保留项目，不能手工了结。"
    en = "Refund {refund} is {state} and has no kept lines that cannot be settled; it is not ended by hand."
    next_zh = "请先办理退费（yibao refund do）；中心拒绝保留的项目后才由两人了结。"
    next_en = "Take its next step first (yibao refund do); two persons end it once the centre refuses what was kept."


class NothingOwed(Fault):
    """No money is owed on this bill in that direction."""

    code = "nothing_owed"
    exit = Exit.NO
    zh = "账单 {bill} 在此方向没有应收应付。"
    en = "Nothing is owed on bill {bill} in that direction."
    next_zh = "请用 yibao owed list 核对；正数应收，负数应退。"
    next_en = "See yibao owed list: a positive amount is collected, a negative one paid."


class WrongRoll(Fault):
    """A roll of receipts that is empty or was issued before."""

    code = "wrong_roll"
    exit = Exit.INPUT
    zh = "票据 {first} 至 {last} 的号段为空，或与已有号段重叠。"
    en = "The receipts {first} to {last} are none, or overlap a roll already here."
    next_zh = "请核对号段；没有任何改动生效。"
    next_en = "Check the numbers; nothing was changed."


class NoReceiptsLeft(Fault):
    """The stock is used up."""

    code = "no_receipts_left"
    exit = Exit.NO
    zh = "票据已用完。"
    en = "There are no receipts left."
    next_zh = "请先领用新票据：yibao receipt roll。账单不受影响，可稍后补开。"
    next_en = "Take a new roll into stock: yibao receipt roll. The bill stands; its receipt can follow."


class NoReceipt(Fault):
    """A bill without a receipt that stands."""

    code = "no_receipt"
    exit = Exit.INPUT
    zh = "账单 {bill} 没有有效票据。"
    en = "Bill {bill} has no valid receipt."
    next_zh = "请先开具票据。"
    next_en = "Issue one first."


class NumberTaken(Fault):
    """A receipt number that is not in stock, or is void or lost already."""

    code = "number_taken"
    exit = Exit.INPUT
    zh = "票据号 {number} 不在库存中，或已作废、遗失。"
    en = "The receipt {number} is not in stock, or is void or lost already."
    next_zh = "请核对票据号；没有任何改动生效。"
    next_en = "Check the number; nothing was changed."


class ShiftIsOpen(Fault):
    """One drawer, one shift."""

    code = "shift_is_open"
    exit = Exit.NO
    zh = "第 {shift} 班还没有结束，由 {operator} 当班。"
    en = "Shift {shift} of operator {operator} is still open."
    next_zh = "请先交班：yibao shift close。"
    next_en = "Close it first: yibao shift close."


class NoShift(Fault):
    """There is no such shift."""

    code = "no_shift"
    exit = Exit.NO
    zh = "没有进行中的班次，或没有这个班次。"
    en = "No shift is open, or there is none with this number."
    next_zh = "请先开班：yibao shift open。"
    next_en = "Open one first: yibao shift open."


class WrongCount(Fault):
    """A count of something that is no note and no coin."""

    code = "wrong_count"
    exit = Exit.INPUT
    zh = "没有面额 {denomination}，或张数 {count} 不对。"
    en = "There is no denomination {denomination}, or the count {count} is wrong."
    next_zh = "请重新清点；班次仍在进行。"
    next_en = "Count again; the shift is still open."


class UnknownCause(Fault):
    """A cause without a reason card."""

    code = "unknown_cause"
    exit = Exit.INPUT
    zh = "没有原因 {cause}。"
    en = "There is no cause {cause}."
    next_zh = "可用的原因：{known}。"
    next_en = "Known causes: {known}."


class NoCopy(Fault):
    """A folder that holds no copy of a store."""

    code = "no_copy"
    exit = Exit.INPUT
    zh = "{folder} 中没有备份。"
    en = "There is no copy in {folder}."
    next_zh = "请指定 yibao backup 建立的目录；现有存储未改动。"
    next_en = "Name a folder that yibao backup made; the store was not touched."


class StoreStands(Fault):
    """Starting over is for a lost store; this one is there."""

    code = "store_stands"
    exit = Exit.NO
    zh = "{folder} 的账库还在，没有另建。"
    en = "The store in {folder} is there; no new one was made."
    next_zh = "照常使用即可；要结束本终端，请用 yibao config retire。"
    next_en = "Go on as usual; to end this terminal run yibao config retire."


class FileUnfit(Fault):
    """A file that cannot be made or read."""

    code = "file_unfit"
    exit = Exit.INPUT
    zh = "文件 {file} 无法读写（{cause}）。"
    en = "The file {file} cannot be made or read ({cause})."
    next_zh = "请换一个文件名或位置；账单未改动。"
    next_en = "Name another file or place; no bill was touched."


class NotAnAddress(Fault):
    """Text that is not a terminal's address or signer."""

    code = "not_an_address"
    exit = Exit.INPUT
    zh = "这不是终端的接收地址或签名公钥：{text}。"
    en = "This is no terminal's address or signer: {text}."
    next_zh = "请照 yibao queue address 显示的 64 位十六进制输入。"
    next_en = "Type the 64 hexadecimal digits that yibao queue address shows."


class StoreInUse(Fault):
    """Another process has the store open."""

    code = "store_in_use"
    exit = Exit.STORE
    zh = "存储 {folder} 正被其他程序使用。"
    en = "The store {folder} is in use."
    next_zh = "请先关闭收费窗口和本机服务；现有存储未改动。"
    next_en = "Close the desk and the service first; the store was not touched."


class NotEnoughPaid(Fault):
    """A deposit that does not cover the amount, or an amount that is none."""

    code = "not_enough_paid"
    exit = Exit.NO
    zh = "住院号 {admission} 的预交金余额 {balance}，不能办理 {amount}。"
    en = "Admission {admission} has {balance} paid ahead; {amount} is not possible."
    next_zh = "请先补交预交金，或核对金额。"
    next_en = "Top it up first, or check the amount."


class UnknownDraft(Fault):
    """No parked bill has this number."""

    code = "unknown_draft"
    exit = Exit.INPUT
    zh = "没有挂单 {bill}。"
    en = "There is no parked bill {bill}."
    next_zh = "请用 yibao park list 核对。"
    next_en = "Check with yibao park list."


class DraftHoldsMoney(Fault):
    """A parked bill on which card money lies, or may lie, cannot be dropped."""

    code = "draft_holds_money"
    exit = Exit.NO
    zh = "挂单 {bill} 上有银行卡金额 {amount}，不能作废。"
    en = "Card money ({amount}) lies on the parked bill {bill}; it cannot be dropped."
    next_zh = "请先结算，或把钱退回银行卡。"
    next_en = "Settle it, or give the money back to the card first."


class ReasonMissing(Fault):
    """The drawer is opened without a sale and nobody said why."""

    code = "drawer_reason_missing"
    exit = Exit.INPUT
    zh = "没有收费而开钱箱须写明事由。"
    en = "Opening the drawer without a sale needs a reason."
    next_zh = "请写明事由；开箱会记入班次报表。"
    next_en = "Give the reason; it stands in the shift report."


class NoDrawer(Fault):
    """No printer is set up, and the drawer hangs on the printer."""

    code = "no_drawer"
    exit = Exit.DEVICE
    zh = "没有设置打印机，钱箱接在打印机上。"
    en = "No printer is set up; the drawer is opened through it."
    next_zh = "请在设置中填写打印机。"
    next_en = "Name the printer in the settings."
