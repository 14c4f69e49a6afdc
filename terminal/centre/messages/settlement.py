"""What every settlement answers: ``setlinfo``, the fund parts and how each item divides (result tables of the text)."""

from terminal.centre.wire import Node
from terminal.centre.words import (
    C3,
    C6,
    C30,
    C50,
    C200,
    C500,
    C4000,
    Amount,
    Count,
    Day,
    Instant,
    Must,
    Ratio,
    UnitPrice,
    Years,
)
from terminal.money import Fen


class SettlementInfo(Node, frozen=True):
    """结算信息. The person's part and the cash have other names in some transactions; each name is kept as sent.

    ``balc`` is the account after this settlement. A cancellation is negative throughout and has its own ``setl_id``.
    """

    mdtrt_id: Must[C30] = ""
    setl_id: C30 = ""
    psn_no: C30 = ""
    psn_name: C50 = ""
    psn_cert_type: C6 = ""
    certno: C50 = ""
    gend: C6 = ""
    naty: C3 = ""
    brdy: Day = ""
    age: Years = None
    insutype: C6 = ""
    psn_type: C6 = ""
    cvlserv_flag: C3 = ""
    setl_time: Instant = ""
    mdtrt_cert_type: C3 = ""
    med_type: C6 = ""
    medfee_sumamt: Must[Amount] = None
    fulamt_ownpay_amt: Must[Amount] = None
    overlmt_selfpay: Must[Amount] = None
    preselfpay_amt: Must[Amount] = None
    inscp_scp_amt: Must[Amount] = None
    act_pay_dedc: Amount = None
    hifp_pay: Must[Amount] = None
    pool_prop_selfpay: Must[Ratio] = None
    cvlserv_pay: Must[Amount] = None
    hifes_pay: Must[Amount] = None
    hifmi_pay: Must[Amount] = None
    hifob_pay: Must[Amount] = None
    maf_pay: Must[Amount] = None
    oth_pay: Must[Amount] = None
    hifdm_pay: Amount = None
    fund_pay_sumamt: Must[Amount] = None
    psn_part_amt: Amount = None
    psn_pay: Amount = None
    acct_pay: Must[Amount] = None
    psn_cash_pay: Amount = None
    pdn_cash_pay: Amount = None
    cash_payamt: Amount = None
    hosp_part_amt: Amount = None
    ownpay_hosp_part: Amount = None
    balc: Amount = None
    acct_mulaid_pay: Amount = None
    medins_setl_id: C30 = ""
    clr_optins: C6 = ""
    clr_way: C6 = ""
    clr_type: C6 = ""
    refd_setl_flag: C3 = ""
    invono: C30 = ""

    @property
    def personal(self) -> Fen | None:
        """The person's part, under whichever name it came."""
        return _first(self.psn_part_amt, self.psn_pay)

    @property
    def cash(self) -> Fen | None:
        """The person's cash, under whichever name it came."""
        return _first(self.psn_cash_pay, self.pdn_cash_pay, self.cash_payamt)

    @property
    def hospital(self) -> Fen:
        """The hospital's part; centres leave it out where there is none."""
        return _first(self.hosp_part_amt, self.ownpay_hosp_part) or Fen(0)


def _first(*amounts: Fen | None) -> Fen | None:
    return next((amount for amount in amounts if amount is not None), None)


class FundPart(Node, frozen=True):
    """结算基金分项: what one fund pays; the personal account and the hospital's share are rows here too."""

    fund_pay_type: C6 = ""
    inscp_scp_amt: Amount = None
    crt_payb_lmt_amt: Amount = None
    fund_payamt: Amount = None
    fund_pay_type_name: C200 = ""
    setl_proc_info: C4000 = ""


class ItemResult(Node, frozen=True):
    """How one item divides. A ``pric_uplmt_amt`` of 999999 or more means there is no limit."""

    feedetl_sn: Must[C30] = ""
    det_item_fee_sumamt: Must[Amount] = None
    cnt: Must[Count] = None
    pric: Must[UnitPrice] = None
    pric_uplmt_amt: UnitPrice = None
    selfpay_prop: Ratio = None
    fulamt_ownpay_amt: Amount = None
    overlmt_amt: Amount = None
    preselfpay_amt: Amount = None
    inscp_scp_amt: Amount = None
    chrgitm_lv: Must[C3] = ""
    med_chrgitm_type: C6 = ""
    bas_medn_flag: C3 = ""
    hi_nego_drug_flag: C3 = ""
    chld_medc_flag: C3 = ""
    list_sp_item_flag: C3 = ""
    drt_reim_flag: C3 = ""
    lmt_used_flag: C3 = ""
    memo: C500 = ""


class SettlementAnswer(Node, frozen=True):
    """2102, 2103, 2206-2208, 2303-2305, 5203; 2101 and 2102 add the items."""

    setlinfo: Must[SettlementInfo | None] = None
    setldetail: tuple[FundPart, ...] = ()
    detlcutinfo: tuple[ItemResult, ...] = ()


class ItemsAnswer(Node, frozen=True):
    """2204 and 2301."""

    result: Must[tuple[ItemResult, ...]] = ()


class NoAnswer(Node, frozen=True):
    """Transactions whose whole answer is the state of the envelope."""
