"""Who a person is and what the person is entitled to: 1101, 2001, 5206, 5301 and the queries beside them."""

from terminal.centre.wire import Node
from terminal.centre.words import (
    C3,
    C4,
    C6,
    C10,
    C12,
    C20,
    C30,
    C32,
    C50,
    C200,
    C300,
    C500,
    Amount,
    Day,
    Instant,
    Must,
    Years,
)


class PersonQuery(Node, frozen=True):
    """1101 in ``data``; ``card_sn`` is the recognition code of a card and required with one."""

    mdtrt_cert_type: Must[C3] = ""
    mdtrt_cert_no: Must[C50] = ""
    card_sn: C32 = ""
    begntime: Instant = ""
    psn_cert_type: C6 = ""
    certno: C50 = ""
    psn_name: C50 = ""


class PersonRequest(Node, frozen=True):
    """1101 人员信息获取."""

    data: Must[PersonQuery | None] = None


class BaseInfo(Node, frozen=True):
    """Who the person is."""

    psn_no: Must[C30] = ""
    psn_cert_type: Must[C6] = ""
    certno: Must[C50] = ""
    psn_name: Must[C50] = ""
    gend: Must[C6] = ""
    naty: C3 = ""
    brdy: Day = ""
    age: Must[Years] = None


class InsuredInfo(Node, frozen=True):
    """One insurance of the person; ``balc`` of the account sits on the row of insurance type 310."""

    balc: Must[Amount] = None
    insutype: Must[C6] = ""
    psn_type: Must[C6] = ""
    psn_insu_stas: C6 = ""
    psn_insu_date: Day = ""
    paus_insu_date: Day = ""
    cvlserv_flag: Must[C3] = ""
    insuplc_admdvs: Must[C6] = ""
    emp_name: C200 = ""


class IdentityInfo(Node, frozen=True):
    """A special identity of the person."""

    psn_idet_type: Must[C3] = ""
    psn_type_lv: C3 = ""
    memo: C500 = ""
    begntime: Must[Instant] = ""
    endtime: Instant = ""


class CardInfo(Node, frozen=True):
    """What the local card read 1161 or code read 1162 adds."""

    psn_cert_type: C6 = ""
    certno: C50 = ""
    psn_name: C50 = ""
    cardno: C20 = ""
    card_sn: C32 = ""
    ecToken: C50 = ""


class PersonAnswer(Node, frozen=True):
    """1101, and 1161 / 1162 which add ``cardecinfo``."""

    baseinfo: Must[BaseInfo | None] = None
    insuinfo: tuple[InsuredInfo, ...] = ()
    idetinfo: tuple[IdentityInfo, ...] = ()
    cardecinfo: CardInfo | None = None


class EntitlementQuery(Node, frozen=True):
    """2001 in ``data``."""

    psn_no: Must[C30] = ""
    insutype: Must[C6] = ""
    fixmedins_code: Must[C12] = ""
    med_type: Must[C6] = ""
    begntime: Must[Instant] = ""
    endtime: Instant = ""
    dise_codg: C30 = ""
    dise_name: C500 = ""
    oprn_oprt_code: C30 = ""
    oprn_oprt_name: C500 = ""
    matn_type: C6 = ""
    birctrl_type: C6 = ""


class EntitlementRequest(Node, frozen=True):
    """2001 人员待遇享受检查."""

    data: Must[EntitlementQuery | None] = None


class Entitlement(Node, frozen=True):
    """Whether the person may use one fund; ``trt_chk_rslt`` says why not."""

    psn_no: Must[C30] = ""
    trt_chk_type: Must[C6] = ""
    fund_pay_type: Must[C6] = ""
    trt_enjymnt_flag: Must[C3] = ""
    begndate: Must[Day] = ""
    enddate: Day = ""
    trt_chk_rslt: C500 = ""


class EntitlementAnswer(Node, frozen=True):
    """2001."""

    trtinfo: tuple[Entitlement, ...] = ()


class AccumulatorQuery(Node, frozen=True):
    """5206 in ``data``; ``cum_ym`` narrows to one month."""

    psn_no: Must[C30] = ""
    cum_ym: C6 = ""


class AccumulatorRequest(Node, frozen=True):
    """5206 人员累计信息."""

    data: Must[AccumulatorQuery | None] = None


class Accumulated(Node, frozen=True):
    """One accumulator of one insurance."""

    insutype: Must[C6] = ""
    year: Must[C4] = ""
    cum_ym: C6 = ""
    cum_type_code: Must[C200] = ""
    cum: Must[Amount] = None


class AccumulatorAnswer(Node, frozen=True):
    """5206."""

    cuminfo: tuple[Accumulated, ...] = ()


class FilingQuery(Node, frozen=True):
    """5301 in ``data``."""

    psn_no: Must[C30] = ""


class FilingRequest(Node, frozen=True):
    """5301 人员慢特病备案查询."""

    data: Must[FilingQuery | None] = None


class Filing(Node, frozen=True):
    """One approved chronic or special disease."""

    opsp_dise_code: Must[C30] = ""
    opsp_dise_name: Must[C300] = ""
    begndate: Must[Day] = ""
    enddate: Day = ""


class FilingAnswer(Node, frozen=True):
    """5301; the node is called ``feedetail`` although it holds filings."""

    feedetail: tuple[Filing, ...] = ()


class DesignationQuery(Node, frozen=True):
    """5302 in ``data``."""

    psn_no: Must[C30] = ""
    biz_appy_type: Must[C10] = ""


class DesignationRequest(Node, frozen=True):
    """5302 人员定点信息查询."""

    data: Must[DesignationQuery | None] = None


class Designation(Node, frozen=True):
    """One institution the person is bound to."""

    psn_no: C30 = ""
    insutype: C6 = ""
    fix_srt_no: C3 = ""
    fixmedins_code: C12 = ""
    fixmedins_name: C200 = ""
    begndate: Day = ""
    enddate: Day = ""
    memo: C500 = ""


class DesignationAnswer(Node, frozen=True):
    """5302."""

    psnfixmedin: tuple[Designation, ...] = ()
