"""Every transaction the centre knows, one row each: handler, address, fields it cannot do without."""

from collections.abc import Mapping
from dataclasses import dataclass

from terminal.centre.simulator.call import Handler
from terminal.centre.simulator.transactions import (
    catalogues,
    files,
    inpatient,
    outpatient,
    persons,
    pharmacy,
    queries,
    reconciliation,
    reversal,
    session,
    stock,
)


@dataclass(frozen=True, slots=True)
class Transaction:
    """``address`` is the path below ``/fsi/api/`` where each transaction has its own; its misspellings are official."""

    handler: Handler
    address: str
    required: Mapping[str, str]
    """Fields, separated by blanks, that must not be empty, by node of ``input``."""


_BILL = "psn_no mdtrt_cert_type med_type medfee_sumamt psn_setlway mdtrt_id chrg_bchno acct_used_flag insutype"
_STAY_BILL = "psn_no mdtrt_cert_type medfee_sumamt psn_setlway mdtrt_id insutype acct_used_flag"
_STATEMENT = "stmt_begndate stmt_enddate medfee_sumamt fund_pay_sumamt fixmedins_setl_cnt"
_FOUR = "fulamt_ownpay_amt overlmt_selfpay preselfpay_amt inscp_scp_amt"
_PAGE = "updt_time page_num page_size"
_GOODS = "med_list_codg fixmedins_hilist_id fixmedins_hilist_name fixmedins_bchno rx_flag"
_PAGE_ADDRESSES = {
    "1304": "queryNatyPreparedByPage",
    "1312": "queryHilist",
    "1316": "queryMedinsHilistMapByPage",
    "1317": "queryMedListMapByPage",
    "1318": "queryLmtprcByPage",
    "1319": "querySelfpayByPage",
}
_DIAGNOSIS = "diag_type diag_srt_no diag_code diag_name diag_dept dise_dor_no dise_dor_name diag_time vali_flag"
_ROW = "feedetl_sn fee_ocur_time med_list_codg medins_list_codg det_item_fee_sumamt cnt pric"
_PURCHASE = {
    "druginfo": "psn_no mdtrt_cert_type begntime medfee_sumamt insutype acct_used_flag med_type",
    "drugdetail": f"{_ROW} rx_circ_flag",
}

TRANSACTIONS: Mapping[str, Transaction] = {
    "9001": Transaction(session.sign_in, "signInSignOutService/signIn", {"signIn": "opter_no mac ip"}),
    "9002": Transaction(session.sign_out, "signInSignOutService/signOut", {"signOut": "opter_no"}),
    "1101": Transaction(
        persons.identify, "fsiPsnInfoService/queryPsnInfo", {"data": "mdtrt_cert_type mdtrt_cert_no"}
    ),
    **{
        infno: Transaction(persons.identify_by_plugin, "", {"data": "mdtrt_cert_type mdtrt_cert_no"})
        for infno in ("1161", "1162")
    },
    "1201": Transaction(catalogues.institutions, "fsiFixMedInsService/queryFixMedIns", {}),
    **{
        infno: Transaction(catalogues.download, f"catalogdownservice/downCatalog{infno}", {"data": "ver"})
        for infno in catalogues.DOWNLOADS
    },
    **{
        infno: Transaction(handler, f"catalogqueryservice/{_PAGE_ADDRESSES[infno]}", {"data": _PAGE})
        for infno, handler in catalogues.PAGES.items()
    },
    "1901": Transaction(catalogues.dictionary, "catalogqueryservice/queryDataDic", {"data": "type"}),
    "2001": Transaction(
        persons.benefits, "fsiPsnPriorityInfoService/queryPsnPriorityInfo",
        {"data": "psn_no insutype fixmedins_code med_type begntime"},
    ),
    "5206": Transaction(persons.accumulators, "fsiIntegratedQueryService/queryFixmedinsPracPsnSum", {"data": "psn_no"}),
    "5301": Transaction(persons.chronic_filings, "fsiIntegratedQueryService/queryPsnOpspReg", {"data": "psn_no"}),
    "2101": Transaction(pharmacy.trial, "", _PURCHASE),
    "2102": Transaction(pharmacy.settle, "", _PURCHASE),
    "2103": Transaction(pharmacy.cancel, "", {"data": "psn_no setl_id mdtrt_id"}),
    "2201": Transaction(
        outpatient.register, "outpatientDocInfoService/outpatientRregistration",
        {"data": "psn_no insutype begntime mdtrt_cert_type ipt_otp_no atddr_no dr_name dept_code dept_name caty"},
    ),
    "2202": Transaction(
        outpatient.cancel_registration, "outpatientDocInfoService/outpatientRegistrationCancel",
        {"data": "psn_no mdtrt_id ipt_otp_no"},
    ),
    "2203": Transaction(
        outpatient.describe, "outpatientDocInfoService/outpatientMdtrtinfoUp",
        {
            "mdtrtinfo": "mdtrt_id psn_no med_type begntime",
            "diseinfo": _DIAGNOSIS,
        },
    ),
    "2204": Transaction(
        outpatient.upload_fees, "outpatientDocInfoService/outpatientFeeListUp",
        {"feedetail": f"{_ROW} mdtrt_id psn_no chrg_bchno bilg_dept_codg bilg_dept_name bilg_dr_codg bilg_dr_name"},
    ),
    "2205": Transaction(
        outpatient.delete_fees, "outpatientDocInfoService/outpatientFeeListUpCancel",
        {"data": "mdtrt_id chrg_bchno psn_no"},
    ),
    "2206": Transaction(outpatient.trial, "outpatientSettleService/preSettletment", {"data": _BILL}),
    "2207": Transaction(outpatient.settle, "outpatientSettleService/saveSettletment", {"data": f"{_BILL} {_FOUR}"}),
    "2208": Transaction(
        outpatient.cancel, "outpatientSettleService/cancleSettletment", {"data": "setl_id mdtrt_id psn_no"}
    ),
    "2301": Transaction(
        inpatient.upload_fees, "hospFeeDtlService/feeDtlUp",
        {"feedetail": f"{_ROW} mdtrt_id psn_no med_type bilg_dept_codg bilg_dept_name bilg_dr_codg bilg_dr_name"},
    ),
    "2302": Transaction(inpatient.delete_fees, "hospFeeDtlService/feeDtlCl", {"data": "feedetl_sn mdtrt_id psn_no"}),
    "2303": Transaction(inpatient.trial, "hospSettService/preSett", {"data": _STAY_BILL}),
    "2304": Transaction(inpatient.settle, "hospSettService/sett", {"data": f"{_STAY_BILL} {_FOUR} mid_setl_flag"}),
    "2305": Transaction(inpatient.cancel, "hospSettService/settCl", {"data": "mdtrt_id setl_id psn_no"}),
    "2401": Transaction(
        inpatient.admit, "hospitalRegisterService/hospitalRegisterSave",
        {
            "mdtrtinfo": "psn_no insutype begntime mdtrt_cert_type med_type ipt_no atddr_no chfpdr_name adm_diag_dscr"
            " adm_dept_codg adm_dept_name adm_bed dscg_maindiag_code dscg_maindiag_name",
            "diseinfo": "diag_type maindiag_flag diag_srt_no diag_code diag_name diag_dept dise_dor_no dise_dor_name"
            " diag_time",
        },
    ),
    "2402": Transaction(
        inpatient.discharge, "dscgService/dischargeProcess",
        {"dscginfo": "mdtrt_id psn_no insutype endtime dscg_dept_codg dscg_dept_name dscg_way"},
    ),
    "2403": Transaction(
        inpatient.change, "hospitalRegisterService/hospitalRegisterEdit", {"adminfo": "mdtrt_id psn_no"}
    ),
    "2404": Transaction(
        inpatient.cancel_admission, "hospitalRegisterService/hospitalRegisterCancel", {"data": "mdtrt_id psn_no"}
    ),
    "2405": Transaction(inpatient.undo_discharge, "dscgService/dischargeUndo", {"data": "mdtrt_id psn_no"}),
    "2601": Transaction(reversal.reverse, "reverseService/revsMethod", {"data": "psn_no omsgid oinfno"}),
    "3301": Transaction(
        catalogues.map_items, "catalogCompService/catalogCompUp",
        {"data": "fixmedins_hilist_id fixmedins_hilist_name list_type begndate enddate"},
    ),
    "3302": Transaction(catalogues.unmap_items, "", {}),
    "3201": Transaction(
        reconciliation.totals, "ybSettlementStmtService/stmtTotal",
        {"data": f"insutype clr_type setl_optins {_STATEMENT} acct_pay"},
    ),
    "3202": Transaction(
        reconciliation.details, "ybSettlementStmtService/stmtDetail",
        {"data": f"setl_optins file_qury_no {_STATEMENT} cash_payamt"},
    ),
    "3203": Transaction(
        reconciliation.apply_for_clearing, "",
        {
            "data": "clr_type clr_way setlym psntime medfee_sumamt med_sumfee fund_appy_sum cash_payamt acct_pay"
            " begndate enddate"
        },
    ),
    "3211": Transaction(
        reconciliation.check_as_task, "", {"data": "clr_begin_ymd clr_end_ymd file_qury_no upload_file_name"}
    ),
    "3212": Transaction(reconciliation.task, "", {"data": "task_key"}),
    "3204": Transaction(reconciliation.withdraw_clearing, "", {"data": "clr_appy_evt_id"}),
    **{infno: Transaction(stock.upload, "", {node: _GOODS}) for infno, node in stock.NODES.items()},
    "3507": Transaction(stock.delete, "", {"data": "fixmedins_bchno inv_data_type"}),
    "5201": Transaction(queries.visits, "", {"data": "psn_no begntime endtime med_type"}),
    "5202": Transaction(queries.diagnoses, "", {"data": "psn_no mdtrt_id"}),
    "5203": Transaction(
        queries.settlement, "fsiIntegratedQueryService/querySetlInfo", {"data": "psn_no setl_id"}
    ),
    "5204": Transaction(queries.fee_rows, "fsiIntegratedQueryService/queryFeeList", {"data": "psn_no mdtrt_id"}),
    "5261": Transaction(queries.settlement, "", {"data": "psn_no setl_id mdtrt_id"}),
    "5262": Transaction(queries.sheet, "", {"data": "psn_no setl_id mdtrt_id"}),
    "5368": Transaction(persons.account, "", {"data": ""}),
    "5369": Transaction(queries.after_settlement, "", {"data": "setlId psnNo mdtrtId"}),
    "5302": Transaction(queries.places, "", {"data": "psn_no biz_appy_type"}),
    "5303": Transaction(
        queries.stays, "fsiIntegratedQueryService/queryInhospInfo", {"data": "psn_no begntime endtime"}
    ),
    "9101": Transaction(files.upload, "fileupload/upload", {"fsUploadIn": "in filename fixmedins_code"}),
    "9102": Transaction(
        files.download, "fileupload/download", {"fsDownloadIn": "file_qury_no filename fixmedins_code"}
    ),
}  # fmt: skip

TWINS = frozenset({"2203A", "2206A", "2207A", "2102A", "2304A", "2401A"})
"""Newer editions of a transaction with the same nodes; the suffix stays part of the number."""


def find(infno: str) -> Transaction | None:
    """The transaction of a number, A suffix allowed where there is such a twin."""
    return TRANSACTIONS.get(infno.removesuffix("A") if infno in TWINS else infno)
