"""A pharmacy purchase in one step: 2101 trial and 2102 settlement carry the items inside."""

from terminal.centre.messages.outpatient import TraceCode
from terminal.centre.wire import Node
from terminal.centre.words import (
    C1,
    C3,
    C6,
    C20,
    C30,
    C50,
    C150,
    C200,
    C500,
    Amount,
    Count,
    Days,
    Instant,
    Must,
    UnitPrice,
)


class Purchase(Node, frozen=True):
    """2101 and 2102 in ``druginfo``."""

    psn_no: Must[C30] = ""
    mdtrt_cert_type: Must[C3] = ""
    mdtrt_cert_no: C50 = ""
    begntime: Must[Instant] = ""
    medfee_sumamt: Must[Amount] = None
    invono: C20 = ""
    insutype: Must[C6] = ""
    dise_codg: C30 = ""
    dise_name: C500 = ""
    acct_used_flag: Must[C1] = ""
    med_type: Must[C6] = ""


class PurchasedItem(Node, frozen=True):
    """2101 and 2102 in ``drugdetail``."""

    feedetl_sn: Must[C30] = ""
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
    bilg_dr_codg: C30 = ""
    bilg_dr_name: C50 = ""
    tcmdrug_used_way: C6 = ""


class PurchaseRequest(Node, frozen=True):
    """2101 药店预结算 and 2102 药店结算."""

    druginfo: Must[Purchase | None] = None
    drugdetail: Must[tuple[PurchasedItem, ...]] = ()
    drug_trac_info: tuple[TraceCode, ...] = ()
