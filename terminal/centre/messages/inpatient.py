"""A stay: 2401 admission to 2405, fees 2301 and 2302, settlement 2303 to 2305."""

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
    C300,
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


class Stay(Node, frozen=True):
    """What 2401 and 2403 say of a stay."""

    mdtrt_id: C30 = ""
    psn_no: Must[C30] = ""
    insutype: C6 = ""
    coner_name: C50 = ""
    tel: C50 = ""
    begntime: Must[Instant] = ""
    endtime: Instant = ""
    mdtrt_cert_type: Must[C3] = ""
    mdtrt_cert_no: C50 = ""
    med_type: Must[C6] = ""
    ipt_no: Must[C30] = ""
    ipt_otp_no: C30 = ""
    medrcdno: C30 = ""
    atddr_no: Must[C30] = ""
    chfpdr_name: Must[C50] = ""
    adm_diag_dscr: Must[C200] = ""
    adm_dept_codg: Must[C30] = ""
    adm_dept_name: Must[C100] = ""
    adm_bed: Must[C30] = ""
    dscg_maindiag_code: Must[C20] = ""
    dscg_maindiag_name: Must[C300] = ""
    main_cond_dscr: C1000 = ""
    dise_codg: C30 = ""
    dise_name: C500 = ""
    oprn_oprt_code: C30 = ""
    oprn_oprt_name: C500 = ""
    fpsc_no: C50 = ""
    matn_type: C6 = ""
    birctrl_type: C6 = ""
    latechb_flag: C3 = ""
    geso_val: Whole = None
    fetts: Whole = None
    fetus_cnt: Whole = None
    pret_flag: C3 = ""
    birctrl_matn_date: Day = ""
    dise_type_code: C6 = ""


class StayDiagnosis(Node, frozen=True):
    """One diagnosis of a stay, at admission or discharge."""

    mdtrt_id: C30 = ""
    psn_no: Must[C30] = ""
    diag_type: Must[C3] = ""
    maindiag_flag: Must[C3] = ""
    diag_srt_no: Must[Whole] = None
    diag_code: Must[C20] = ""
    diag_name: Must[C100] = ""
    adm_cond: C500 = ""
    diag_dept: Must[C50] = ""
    dise_dor_no: Must[C30] = ""
    dise_dor_name: Must[C50] = ""
    diag_time: Must[Instant] = ""


class AdmissionRequest(Node, frozen=True):
    """2401 入院办理."""

    mdtrtinfo: Must[Stay | None] = None
    diseinfo: tuple[StayDiagnosis, ...] = ()


class Admitted(Node, frozen=True):
    """The stay's number at the centre."""

    mdtrt_id: Must[C30] = ""


class AdmissionAnswer(Node, frozen=True):
    """2401."""

    result: Must[Admitted | None] = None


class Discharge(Node, frozen=True):
    """2402 in ``dscginfo``."""

    mdtrt_id: Must[C30] = ""
    psn_no: Must[C30] = ""
    insutype: Must[C6] = ""
    endtime: Must[Instant] = ""
    dise_codg: C30 = ""
    dise_name: C500 = ""
    oprn_oprt_code: C30 = ""
    oprn_oprt_name: C500 = ""
    dscg_dept_codg: Must[C30] = ""
    dscg_dept_name: Must[C100] = ""
    dscg_bed: C30 = ""
    dscg_way: Must[C3] = ""
    die_date: Day = ""


class DischargeRequest(Node, frozen=True):
    """2402 出院办理."""

    dscginfo: Must[Discharge | None] = None
    diseinfo: tuple[StayDiagnosis, ...] = ()


class AdmissionChangeRequest(Node, frozen=True):
    """2403 住院信息变更."""

    adminfo: Must[Stay | None] = None
    diseinfo: tuple[StayDiagnosis, ...] = ()


class StayKey(Node, frozen=True):
    """2404 and 2405 in ``data``."""

    mdtrt_id: Must[C30] = ""
    psn_no: Must[C30] = ""


class StayCancelRequest(Node, frozen=True):
    """2404 入院撤销 and 2405 出院撤销."""

    data: Must[StayKey | None] = None


class StayFeeItem(Node, frozen=True):
    """2301 in ``feedetail``; a return has a negative count and names the row it returns."""

    feedetl_sn: Must[C30] = ""
    init_feedetl_sn: C30 = ""
    mdtrt_id: Must[C30] = ""
    drord_no: C30 = ""
    psn_no: Must[C30] = ""
    med_type: Must[C6] = ""
    fee_ocur_time: Must[Instant] = ""
    med_list_codg: Must[C50] = ""
    medins_list_codg: Must[C150] = ""
    det_item_fee_sumamt: Must[Amount] = None
    cnt: Must[Count] = None
    pric: Must[UnitPrice] = None
    prd_days: Days = None
    bilg_dept_codg: Must[C30] = ""
    bilg_dept_name: Must[C100] = ""
    bilg_dr_codg: Must[C30] = ""
    bilg_dr_name: Must[C50] = ""
    acord_dept_codg: C30 = ""
    acord_dept_name: C100 = ""
    orders_dr_code: C30 = ""
    orders_dr_name: C50 = ""
    hosp_appr_flag: C3 = ""
    tcmdrug_used_way: C6 = ""
    etip_flag: C3 = ""
    etip_hosp_code: C30 = ""
    dscg_tkdrug_flag: C3 = ""
    matn_fee_flag: C6 = ""
    memo: C500 = ""


class StayFeeRequest(Node, frozen=True):
    """2301 住院费用明细上传."""

    feedetail: Must[tuple[StayFeeItem, ...]] = ()


class StayFeeKey(Node, frozen=True):
    """2302 in ``data``; row ``"0000"`` means all."""

    feedetl_sn: Must[C30] = ""
    mdtrt_id: Must[C30] = ""
    psn_no: Must[C30] = ""


class StayFeeCancelRequest(Node, frozen=True):
    """2302 住院费用明细撤销."""

    data: Must[tuple[StayFeeKey, ...]] = ()


class StaySettlement(Node, frozen=True):
    """2303 and 2304 in ``data``; 2304 carries the four parts of 2303's answer."""

    psn_no: Must[C30] = ""
    mdtrt_cert_type: Must[C3] = ""
    mdtrt_cert_no: Must[C50] = ""
    medfee_sumamt: Must[Amount] = None
    psn_setlway: Must[C6] = ""
    mdtrt_id: Must[C30] = ""
    insutype: Must[C6] = ""
    acct_used_flag: C3 = ""
    invono: C20 = ""
    mid_setl_flag: Must[C3] = ""
    fulamt_ownpay_amt: Amount = None
    overlmt_selfpay: Amount = None
    preselfpay_amt: Amount = None
    inscp_scp_amt: Amount = None
    dscg_time: Day = ""


class StaySettlementRequest(Node, frozen=True):
    """2303 住院预结算 and 2304 住院结算."""

    data: Must[StaySettlement | None] = None
