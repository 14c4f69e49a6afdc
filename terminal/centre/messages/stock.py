"""A pharmacy's stock and sales: 3501-3507."""

from terminal.centre.wire import Node
from terminal.centre.words import C3, C6, C20, C30, C50, C100, C200, C500, Count, Day, Instant, Must, UnitPrice


class Article(Node, frozen=True):
    """What every row says of the goods."""

    med_list_codg: Must[C50] = ""
    fixmedins_hilist_id: Must[C30] = ""
    fixmedins_hilist_name: Must[C200] = ""
    rx_flag: Must[C3] = ""
    fixmedins_bchno: Must[C30] = ""
    manu_lotnum: C30 = ""
    manu_date: Day = ""
    expy_end: Day = ""
    memo: C500 = ""


class Stocktaking(Article, frozen=True):
    """3501 in ``invinfo``."""

    invdate: Must[Day] = ""
    inv_cnt: Must[Count] = None


class StockChange(Article, frozen=True):
    """3502 in ``invinfo``."""

    inv_chg_type: Must[C6] = ""
    pric: UnitPrice = None
    cnt: Must[Count] = None
    inv_chg_time: Must[Instant] = ""
    inv_chg_opter_name: C50 = ""
    trdn_flag: Must[C3] = ""


class Delivery(Article, frozen=True):
    """3503 and 3504 in ``purcinfo``."""

    dynt_no: C50 = ""
    spler_name: Must[C200] = ""
    spler_pmtno: C50 = ""
    prodentp_name: Must[C200] = ""
    aprvno: Must[C100] = ""
    finl_trns_pric: UnitPrice = None
    purc_retn_cnt: Must[Count] = None
    purc_invo_codg: C50 = ""
    purc_invo_no: Must[C50] = ""
    purc_retn_stoin_time: Must[Instant] = ""
    purc_retn_opter_name: Must[C50] = ""
    prod_geay_flag: C3 = ""


class Sale(Article, frozen=True):
    """3505 and 3506 in ``selinfo``; ``sel_retn_cnt`` pieces sold or returned."""

    prsc_dr_cert_type: C6 = ""
    prsc_dr_certno: C50 = ""
    prsc_dr_name: C50 = ""
    phar_cert_type: C6 = ""
    phar_certno: C50 = ""
    phar_name: Must[C50] = ""
    phar_prac_cert_no: Must[C50] = ""
    hi_feesetl_type: C6 = ""
    setl_id: C30 = ""
    mdtrt_sn: Must[C30] = ""
    psn_no: C30 = ""
    psn_cert_type: C6 = ""
    certno: C50 = ""
    psn_name: C50 = ""
    trdn_flag: Must[C3] = ""
    finl_trns_pric: UnitPrice = None
    rxno: C30 = ""
    rx_circ_flag: C3 = ""
    rtal_docno: Must[C30] = ""
    stoout_no: C30 = ""
    bchno: C30 = ""
    drug_trac_codg: C30 = ""
    drug_prod_barc: C30 = ""
    shelf_posi: C20 = ""
    sel_retn_cnt: Must[Count] = None
    sel_retn_time: Must[Instant] = ""
    sel_retn_opter_name: Must[C50] = ""


class StocktakingRequest(Node, frozen=True):
    """3501 商品盘存上传."""

    invinfo: Must[Stocktaking | None] = None


class StockChangeRequest(Node, frozen=True):
    """3502 商品库存变更."""

    invinfo: Must[StockChange | None] = None


class DeliveryRequest(Node, frozen=True):
    """3503 商品采购 and 3504 商品采购退货."""

    purcinfo: Must[Delivery | None] = None


class SaleRequest(Node, frozen=True):
    """3505 商品销售 and 3506 商品销售退货."""

    selinfo: Must[Sale | None] = None


class ArticleKey(Node, frozen=True):
    """3507 in ``data``."""

    fixmedins_bchno: Must[C30] = ""
    inv_data_type: Must[C6] = ""


class ArticleDeleteRequest(Node, frozen=True):
    """3507 商品信息删除."""

    data: Must[ArticleKey | None] = None
