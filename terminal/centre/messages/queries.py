"""Queries that still answer after an unknown outcome: 5201-5204, 5261, 5262, 5303; Hainan's account 5368, 5369."""

from terminal.centre.messages.outpatient import Diagnosis
from terminal.centre.messages.settlement import FundPart, ItemResult, SettlementInfo
from terminal.centre.wire import Node
from terminal.centre.words import C3, C6, C12, C20, C30, C50, C100, C150, C200, C300, C500, Amount, Day, Instant, Must


class VisitQuery(Node, frozen=True):
    """5201 in ``data``."""

    psn_no: Must[C30] = ""
    begntime: Must[Instant] = ""
    endtime: Instant = ""
    med_type: Must[C6] = ""
    mdtrt_id: C30 = ""


class VisitQueryRequest(Node, frozen=True):
    """5201 就诊信息查询."""

    data: Must[VisitQuery | None] = None


class FoundVisit(Node, frozen=True):
    """A visit or stay as the centre keeps it; ``ipt_otp_no`` is the institution's own number."""

    mdtrt_id: Must[C30] = ""
    psn_no: C30 = ""
    psn_name: C50 = ""
    psn_cert_type: C6 = ""
    certno: C50 = ""
    gend: C6 = ""
    naty: C3 = ""
    brdy: Day = ""
    age: C6 = ""
    insutype: C6 = ""
    begntime: Instant = ""
    endtime: Instant = ""
    mdtrt_cert_type: C3 = ""
    med_type: C6 = ""
    ipt_otp_no: C30 = ""
    medrcdno: C30 = ""
    atddr_no: C30 = ""
    dr_name: C50 = ""
    dept_code: C30 = ""
    dept_name: C100 = ""
    adm_dept_codg: C30 = ""
    adm_dept_name: C100 = ""
    adm_bed: C30 = ""
    dscg_maindiag_code: C20 = ""
    dscg_maindiag_name: C300 = ""
    dise_codg: C30 = ""
    dise_name: C500 = ""
    inhosp_stas: C3 = ""
    fixmedins_code: C12 = ""
    fixmedins_name: C200 = ""


class VisitQueryAnswer(Node, frozen=True):
    """5201."""

    mdtrtinfo: tuple[FoundVisit, ...] = ()


class PersonVisit(Node, frozen=True):
    """5202 in ``data``."""

    psn_no: Must[C30] = ""
    mdtrt_id: Must[C30] = ""


class DiagnosisQueryRequest(Node, frozen=True):
    """5202 诊断信息查询."""

    data: Must[PersonVisit | None] = None


class DiagnosisQueryAnswer(Node, frozen=True):
    """5202."""

    diseinfo: tuple[Diagnosis, ...] = ()


class SettlementQuery(Node, frozen=True):
    """5203 in ``data``: it needs the settlement number, which an unanswered 2207 does not have."""

    psn_no: Must[C30] = ""
    setl_id: C30 = ""
    mdtrt_id: C30 = ""


class SettlementQueryRequest(Node, frozen=True):
    """5203 结算信息查询, 5204 费用明细查询, 5261 and 5262 结算单查询."""

    data: Must[SettlementQuery | None] = None


class FoundSettlement(SettlementInfo, frozen=True):
    """5203: a settlement and whether it still stands; the person's part is ``psn_pay``, the cash ``cash_payamt``."""

    insu_optins: C6 = ""
    emp_name: C200 = ""
    pay_loc: C3 = ""
    fixmedins_code: C12 = ""
    fixmedins_name: C200 = ""
    hosp_lv: C6 = ""
    fixmedins_poolarea: C6 = ""
    lmtpric_hosp_lv: C6 = ""
    dedc_hosp_lv: C6 = ""
    begndate: Day = ""
    enddate: Day = ""
    flxempe_flag: C3 = ""
    nwb_flag: C3 = ""
    year: C6 = ""
    dise_codg: C30 = ""
    dise_name: C500 = ""
    opter_id: C30 = ""
    opter_name: C50 = ""
    opt_time: C30 = ""


class SettlementQueryAnswer(Node, frozen=True):
    """5203, and the settlement sheet 5261 or 5262, which adds a sum per kind of charge."""

    setlinfo: Must[FoundSettlement | None] = None
    setldetail: tuple[FundPart, ...] = ()
    feesttinfo: tuple[ItemResult, ...] = ()


class FoundItem(ItemResult, frozen=True):
    """5204: one item with its codes, department and doctor."""

    mdtrt_id: C30 = ""
    setl_id: C30 = ""
    rx_drord_no: C30 = ""
    med_type: C6 = ""
    fee_ocur_time: Instant = ""
    hilist_code: C30 = ""
    hilist_name: C200 = ""
    list_type: C6 = ""
    med_list_codg: C50 = ""
    medins_list_codg: C150 = ""
    medins_list_name: C200 = ""
    bilg_dept_codg: C30 = ""
    bilg_dept_name: C100 = ""
    bilg_dr_codg: C30 = ""
    bilg_dr_name: C50 = ""
    acord_dept_codg: C30 = ""
    acord_dept_name: C100 = ""
    orders_dr_code: C30 = ""
    orders_dr_name: C50 = ""
    opter_id: C30 = ""
    opter_name: C50 = ""
    opt_time: C30 = ""


class ItemQueryAnswer(Node, frozen=True):
    """5204: ``output`` is the list itself."""

    items: tuple[FoundItem, ...] = ()


class StayQuery(Node, frozen=True):
    """5303 in ``data``."""

    psn_no: Must[C30] = ""
    begntime: Must[Instant] = ""
    endtime: Instant = ""


class StayQueryRequest(Node, frozen=True):
    """5303 在院信息查询."""

    data: Must[StayQuery | None] = None


class StayQueryAnswer(Node, frozen=True):
    """5303."""

    data: tuple[FoundVisit, ...] = ()


class AccountQuery(Node, frozen=True):
    """5368 and 5369 in ``data``: balance of, or take from, the account after a settlement."""

    psn_no: C30 = ""
    certno: C50 = ""
    setlId: C30 = ""
    psnNo: C30 = ""
    mdtrtId: C30 = ""


class AccountRequest(Node, frozen=True):
    """5368 and 5369."""

    data: Must[AccountQuery | None] = None


class AccountTaken(Node, frozen=True):
    """What the account paid and what is left to the person."""

    balc: Amount = None
    enttAcctPay: Amount = None
    psnPay: Amount = None


class AccountAnswer(Node, frozen=True):
    """5368 and 5369."""

    result: AccountTaken | None = None
