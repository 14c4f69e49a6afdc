"""The day's comparison and the month's claim: 3201 sums, 3202 rows, 3203 clearing, 3211 and 3212 as a task."""

from terminal.centre.messages.files import StoredFile
from terminal.centre.wire import Node
from terminal.centre.words import C6, C10, C20, C30, C100, C200, Amount, Day, Must, Whole


class StatementTotal(Node, frozen=True):
    """3201 in ``data``: the sums of one insurance type, clearing type and clearing office."""

    insutype: Must[C6] = ""
    clr_type: Must[C6] = ""
    setl_optins: Must[C6] = ""
    stmt_begndate: Must[Day] = ""
    stmt_enddate: Must[Day] = ""
    medfee_sumamt: Must[Amount] = None
    fund_pay_sumamt: Must[Amount] = None
    acct_pay: Must[Amount] = None
    fixmedins_setl_cnt: Must[Whole] = None
    refd_setl_flag: C6 = ""


class StatementTotalRequest(Node, frozen=True):
    """3201 医药机构费用结算对总账."""

    data: Must[StatementTotal | None] = None


class StatementResult(Node, frozen=True):
    """Whether the sums agree."""

    setl_optins: C6 = ""
    stmt_rslt: Must[C6] = ""
    stmt_rslt_dscr: C200 = ""


class StatementTotalAnswer(Node, frozen=True):
    """3201."""

    stmtinfo: Must[StatementResult | None] = None


class StatementDetail(Node, frozen=True):
    """3202 in ``data``: cash here, where 3201 wants the account; the rows are in the uploaded file."""

    setl_optins: Must[C6] = ""
    file_qury_no: Must[C200] = ""
    stmt_begndate: Must[Day] = ""
    stmt_enddate: Must[Day] = ""
    medfee_sumamt: Must[Amount] = None
    fund_pay_sumamt: Must[Amount] = None
    cash_payamt: Must[Amount] = None
    fixmedins_setl_cnt: Must[Whole] = None
    clr_type: C6 = ""
    refd_setl_flag: C6 = ""


class StatementDetailRequest(Node, frozen=True):
    """3202 医药机构费用结算对明细账."""

    data: Must[StatementDetail | None] = None


class FileAnswer(Node, frozen=True):
    """3202: where the result file waits."""

    fileinfo: Must[StoredFile | None] = None


class Clearing(Node, frozen=True):
    """3203 in ``data``."""

    clr_type: Must[C6] = ""
    clr_way: Must[C6] = ""
    setlym: Must[C6] = ""
    psntime: Must[Whole] = None
    medfee_sumamt: Must[Amount] = None
    med_sumfee: Must[Amount] = None
    fund_appy_sum: Must[Amount] = None
    cash_payamt: Must[Amount] = None
    acct_pay: Must[Amount] = None
    begndate: Must[Day] = ""
    enddate: Must[Day] = ""


class ClearingRequest(Node, frozen=True):
    """3203 清算申请."""

    data: Must[Clearing | None] = None


class ClearingKey(Node, frozen=True):
    """The number of an application for clearing."""

    clr_appy_evt_id: Must[C30] = ""


class ClearingAnswer(Node, frozen=True):
    """3203."""

    result: Must[ClearingKey | None] = None


class ClearingCancelRequest(Node, frozen=True):
    """3204 清算申请撤销."""

    data: Must[ClearingKey | None] = None


class DailyCheck(Node, frozen=True):
    """3211 in ``data``: the daily check as a task in the background."""

    clr_begin_ymd: Must[C20] = ""
    clr_end_ymd: Must[C20] = ""
    file_qury_no: Must[C200] = ""
    upload_file_name: Must[C200] = ""


class DailyCheckRequest(Node, frozen=True):
    """3211."""

    data: Must[DailyCheck | None] = None


class TaskKey(Node, frozen=True):
    """The number of a task."""

    task_key: Must[C100] = ""


class DailyCheckAnswer(Node, frozen=True):
    """3211."""

    fileinfo: Must[TaskKey | None] = None


class TaskRequest(Node, frozen=True):
    """3212."""

    data: Must[TaskKey | None] = None


class TaskState(Node, frozen=True):
    """How far a task is."""

    check_state: C10 = ""
    task_status: C10 = ""
    file_qury_no1: C200 = ""
    file_qury_no2: C200 = ""
    file_qury_no3: C200 = ""


class TaskAnswer(Node, frozen=True):
    """3212."""

    fileinfo: TaskState | None = None
    result: TaskState | None = None
