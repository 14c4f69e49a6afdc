"""An outpatient visit: 2201 registration to 2208 cancellation of the settlement."""

from terminal.centre.wire import Node
from terminal.centre.words import (
    C3,
    C6,
    C20,
    C30,
    C50,
    C100,
    C150,
    C200,
    C500,
    C1000,
    Amount,
    Count,
    Day,
    Days,
    Instant,
    Must,
    UnitPrice,
    Whole,
)


class Registration(Node, frozen=True):
    """2201 in ``data``; ``ipt_otp_no`` is unique in the institution."""

    psn_no: Must[C30] = ""
    insutype: Must[C6] = ""
    begntime: Must[Instant] = ""
    mdtrt_cert_type: Must[C3] = ""
    mdtrt_cert_no: C50 = ""
    ipt_otp_no: Must[C30] = ""
    atddr_no: Must[C30] = ""
    dr_name: Must[C50] = ""
    dept_code: Must[C30] = ""
    dept_name: Must[C100] = ""
    caty: Must[C6] = ""


class RegistrationRequest(Node, frozen=True):
    """2201 门诊挂号."""

    data: Must[Registration | None] = None


class Registered(Node, frozen=True):
    """The visit's number at the centre."""

    mdtrt_id: Must[C30] = ""
    psn_no: Must[C30] = ""
    ipt_otp_no: Must[C30] = ""


class RegistrationAnswer(Node, frozen=True):
    """2201."""

    data: Must[Registered | None] = None


class VisitKey(Node, frozen=True):
    """2202 in ``data``."""

    psn_no: Must[C30] = ""
    mdtrt_id: Must[C30] = ""
    ipt_otp_no: Must[C30] = ""


class RegistrationCancelRequest(Node, frozen=True):
    """2202 门诊挂号撤销; only while nothing is settled."""

    data: Must[VisitKey | None] = None


class VisitInfo(Node, frozen=True):
    """2203 in ``mdtrtinfo``; 2203A adds ``matn_type`` and ``geso_val``."""

    mdtrt_id: Must[C30] = ""
    psn_no: Must[C30] = ""
    med_type: Must[C6] = ""
    begntime: Must[Instant] = ""
    main_cond_dscr: C1000 = ""
    dise_codg: C30 = ""
    dise_name: C500 = ""
    birctrl_type: C6 = ""
    birctrl_matn_date: Day = ""
    matn_type: C6 = ""
    geso_val: Whole = None


class Diagnosis(Node, frozen=True):
    """One diagnosis of an outpatient visit."""

    diag_type: Must[C3] = ""
    diag_srt_no: Must[Whole] = None
    diag_code: Must[C20] = ""
    diag_name: Must[C100] = ""
    diag_dept: Must[C50] = ""
    dise_dor_no: Must[C30] = ""
    dise_dor_name: Must[C50] = ""
    diag_time: Must[Instant] = ""
    vali_flag: Must[C3] = ""
    maindiag_flag: C3 = ""


class VisitRequest(Node, frozen=True):
    """2203 门诊就诊信息上传; a new upload replaces the old one."""

    mdtrtinfo: Must[VisitInfo | None] = None
    diseinfo: Must[tuple[Diagnosis, ...]] = ()


class FeeItem(Node, frozen=True):
    """2204 in ``feedetail``; ``feedetl_sn`` is unique inside one visit."""

    feedetl_sn: Must[C30] = ""
    mdtrt_id: Must[C30] = ""
    psn_no: Must[C30] = ""
    chrg_bchno: Must[C30] = ""
    dise_codg: C30 = ""
    rxno: C30 = ""
    rx_circ_flag: Must[C3] = ""
    fee_ocur_time: Must[Instant] = ""
    med_list_codg: Must[C50] = ""
    medins_list_codg: Must[C150] = ""
    det_item_fee_sumamt: Must[Amount] = None
    cnt: Must[Count] = None
    pric: Must[UnitPrice] = None
    sin_dos_dscr: C200 = ""
    used_frqu_dscr: C200 = ""
    prd_days: Days = None
    medc_way_dscr: C200 = ""
    bilg_dept_codg: Must[C30] = ""
    bilg_dept_name: Must[C100] = ""
    bilg_dr_codg: Must[C30] = ""
    bilg_dr_name: Must[C50] = ""
    acord_dept_codg: C30 = ""
    acord_dept_name: C100 = ""
    orders_dr_code: C30 = ""
    orders_dr_name: C50 = ""
    hosp_appr_flag: Must[C3] = ""
    tcmdrug_used_way: C6 = ""
    etip_flag: C3 = ""
    etip_hosp_code: C30 = ""
    dscg_tkdrug_flag: C3 = ""
    matn_fee_flag: C6 = ""


class FeeRequest(Node, frozen=True):
    """2204 门诊费用明细上传."""

    feedetail: Must[tuple[FeeItem, ...]] = ()


class FeeCancel(Node, frozen=True):
    """2205 in ``data``; batch ``"0000"`` means every unsettled row of the visit."""

    mdtrt_id: Must[C30] = ""
    chrg_bchno: Must[C30] = ""
    psn_no: Must[C30] = ""


class FeeCancelRequest(Node, frozen=True):
    """2205 门诊费用明细撤销."""

    data: Must[FeeCancel | None] = None


class PreSettlement(Node, frozen=True):
    """2206 in ``data``."""

    psn_no: Must[C30] = ""
    mdtrt_cert_type: Must[C3] = ""
    mdtrt_cert_no: C50 = ""
    med_type: Must[C6] = ""
    medfee_sumamt: Must[Amount] = None
    psn_setlway: Must[C6] = ""
    mdtrt_id: Must[C30] = ""
    chrg_bchno: Must[C30] = ""
    acct_used_flag: Must[C3] = ""
    insutype: Must[C6] = ""


class PreSettlementRequest(Node, frozen=True):
    """2206 门诊预结算; changes nothing at the centre."""

    data: Must[PreSettlement | None] = None


class VisitSettlement(PreSettlement, frozen=True):
    """2207 in ``data``: all of 2206 and the four parts copied from its answer."""

    invono: C20 = ""
    fulamt_ownpay_amt: Must[Amount] = None
    overlmt_selfpay: Must[Amount] = None
    preselfpay_amt: Must[Amount] = None
    inscp_scp_amt: Must[Amount] = None


class TraceCode(Node, frozen=True):
    """药品追溯码 of one row; the newest editions ask for them."""

    feedetl_sn: Must[C30] = ""
    drug_trac_codg: Must[C30] = ""
    trdn_flag: Must[C3] = ""
    min_prcunt_type: Must[C6] = ""


class VisitSettlementRequest(Node, frozen=True):
    """2207 门诊结算."""

    data: Must[VisitSettlement | None] = None
    drug_trac_info: tuple[TraceCode, ...] = ()


class SettlementKey(Node, frozen=True):
    """2103, 2208 and 2305 in ``data``."""

    psn_no: Must[C30] = ""
    setl_id: Must[C30] = ""
    mdtrt_id: Must[C30] = ""


class SettlementCancelRequest(Node, frozen=True):
    """2103 药店结算撤销, 2208 门诊结算撤销, 2305 住院结算撤销."""

    data: Must[SettlementKey | None] = None
