"""What the centre says about items: lists 1304, 1312, 1316-1319 by page, dictionary 1901, the house's mapping 3301."""

from terminal.centre.wire import Node
from terminal.centre.words import C3, C6, C10, C20, C30, C40, C50, C100, C200, C500, Day, Must, Ratio, UnitPrice, Whole


class PageQuery(Node, frozen=True):
    """1304, 1312, 1316-1319 in ``data``: filters, all optional, and the page."""

    query_date: Day = ""
    hilist_code: C30 = ""
    insu_admdvs: C6 = ""
    begndate: Day = ""
    enddate: Day = ""
    hilist_name: C200 = ""
    wubi: C30 = ""
    pinyin: C30 = ""
    med_chrgitm_type: C6 = ""
    chrgitm_lv: C3 = ""
    lmt_used_flag: C3 = ""
    list_type: C6 = ""
    med_use_flag: C3 = ""
    matn_used_flag: C3 = ""
    hilist_use_type: C3 = ""
    lmt_cpnd_type: C3 = ""
    fixmedins_code: C30 = ""
    medins_list_codg: C30 = ""
    medins_list_name: C200 = ""
    med_list_codg: C30 = ""
    hilist_lmtpric_type: C6 = ""
    overlmt_dspo_way: C6 = ""
    selfpay_prop_psn_type: C6 = ""
    selfpay_prop_type: C6 = ""
    vali_flag: C3 = ""
    rid: C40 = ""
    tabname: C100 = ""
    poolarea_no: C6 = ""
    updt_time: Must[Day] = ""
    page_num: Must[Whole] = None
    page_size: Must[Whole] = None


class PageRequest(Node, frozen=True):
    """1304 民族药品, 1312 医保目录, 1316 and 1317 对照, 1318 限价, 1319 先自付比例."""

    data: Must[PageQuery | None] = None


class Page(Node, frozen=True):
    """Where a page stands among all."""

    firstPage: C10 = ""
    lastPage: C10 = ""
    size: Whole = None
    startRow: Whole = None
    endRow: Whole = None
    pageSize: Whole = None
    pageNum: Whole = None
    recordCounts: Whole = None
    pages: Whole = None


class ListedItem(Node, frozen=True):
    """1312: one item of the insurance's list."""

    hilist_code: Must[C30] = ""
    hilist_name: Must[C200] = ""
    insu_admdvs: Must[C6] = ""
    begndate: Must[Day] = ""
    enddate: Day = ""
    med_chrgitm_type: Must[C6] = ""
    chrgitm_lv: Must[C3] = ""
    lmt_used_flag: Must[C3] = ""
    list_type: Must[C6] = ""
    med_use_flag: Must[C3] = ""
    matn_used_flag: Must[C3] = ""
    hilist_use_type: Must[C3] = ""
    lmt_cpnd_type: Must[C3] = ""
    wubi: C30 = ""
    pinyin: C30 = ""
    memo: C500 = ""
    vali_flag: Must[C3] = ""
    rid: Must[C40] = ""
    updt_time: Must[C30] = ""
    poolarea_no: C6 = ""


class ItemPage(Page, frozen=True):
    """1312."""

    data: tuple[ListedItem, ...] = ()


class MappedItem(Node, frozen=True):
    """1316 and 1317: one national item, the insurance's or the institution's item it belongs to."""

    fixmedins_code: C30 = ""
    medins_list_codg: C30 = ""
    medins_list_name: C200 = ""
    hilist_code: C30 = ""
    med_list_codg: Must[C30] = ""
    list_type: C6 = ""
    insu_admdvs: C6 = ""
    begndate: Day = ""
    enddate: Day = ""
    aprvno: C100 = ""
    dosform: C200 = ""
    exct_cont: C200 = ""
    item_cont: C500 = ""
    prcunt: C100 = ""
    spec: C200 = ""
    pacspec: C200 = ""
    memo: C500 = ""
    vali_flag: C3 = ""
    rid: C40 = ""
    updt_time: C30 = ""
    poolarea_no: C6 = ""


class MappingPage(Page, frozen=True):
    """1316 and 1317."""

    data: tuple[MappedItem, ...] = ()


class PriceLimit(Node, frozen=True):
    """1318: the highest price the insurance takes, by kind of limit (level of hospital)."""

    hilist_code: Must[C30] = ""
    hilist_lmtpric_type: Must[C6] = ""
    overlmt_dspo_way: Must[C6] = ""
    insu_admdvs: Must[C6] = ""
    begndate: Must[Day] = ""
    enddate: Day = ""
    hilist_pric_uplmt_amt: Must[UnitPrice] = None
    vali_flag: C3 = ""
    rid: C40 = ""
    updt_time: C30 = ""
    tabname: C100 = ""
    poolarea_no: C6 = ""


class PriceLimitPage(Page, frozen=True):
    """1318."""

    data: tuple[PriceLimit, ...] = ()


class OwnPayRatio(Node, frozen=True):
    """1319: the first self-pay of an item by kind of person, kind of use, region and date."""

    hilist_code: Must[C30] = ""
    selfpay_prop_psn_type: Must[C6] = ""
    selfpay_prop_type: Must[C6] = ""
    insu_admdvs: Must[C6] = ""
    begndate: Must[Day] = ""
    enddate: Day = ""
    selfpay_prop: Must[Ratio] = None
    vali_flag: C3 = ""
    rid: C40 = ""
    updt_time: C30 = ""
    tabname: C100 = ""
    poolarea_no: C6 = ""


class OwnPayRatioPage(Page, frozen=True):
    """1319."""

    data: tuple[OwnPayRatio, ...] = ()


class NationalDrug(Node, frozen=True):
    """1304: one ethnic drug."""

    med_list_codg: Must[C50] = ""
    drug_prodname: C200 = ""
    genname_codg: C50 = ""
    drug_genname: C200 = ""
    ethdrug_type: C200 = ""
    begndate: Day = ""
    enddate: Day = ""
    vali_flag: C3 = ""
    ver: C20 = ""
    updt_time: C30 = ""


class NationalDrugPage(Page, frozen=True):
    """1304."""

    data: tuple[NationalDrug, ...] = ()


class DictionaryQuery(Node, frozen=True):
    """1901 in ``data``; one of the few nodes in camel case."""

    type: Must[C30] = ""
    parentValue: C10 = ""
    admdvs: Must[C6] = ""
    date: Must[Day] = ""
    valiFlag: Must[C3] = ""


class DictionaryRequest(Node, frozen=True):
    """1901 字典表查询."""

    data: Must[DictionaryQuery | None] = None


class DictionaryEntry(Node, frozen=True):
    """One code and its meaning."""

    type: C30 = ""
    label: C200 = ""
    value: C30 = ""
    parentValue: C30 = ""
    sort: C10 = ""
    valiFlag: C3 = ""
    createUser: C50 = ""
    createDate: C30 = ""
    version: C20 = ""


class DictionaryAnswer(Node, frozen=True):
    """1901."""

    list: tuple[DictionaryEntry, ...] = ()


class HouseItem(Node, frozen=True):
    """3301 in ``data``: one of the house's own items and the national code it maps to."""

    fixmedins_hilist_id: Must[C30] = ""
    fixmedins_hilist_name: Must[C200] = ""
    list_type: Must[C30] = ""
    med_list_codg: C30 = ""
    begndate: Must[Day] = ""
    enddate: Must[Day] = ""
    aprvno: C100 = ""
    dosform: C200 = ""
    exct_cont: C200 = ""
    item_cont: C500 = ""
    prcunt: C100 = ""
    spec: C200 = ""
    pacspec: C200 = ""
    memo: C500 = ""


class HouseItemRequest(Node, frozen=True):
    """3301 目录对照上传; one source takes 100 rows a call."""

    data: Must[tuple[HouseItem, ...]] = ()


class HouseItemKey(Node, frozen=True):
    """3302 in ``catalogcompin``."""

    fixmedins_code: C30 = ""
    fixmedins_hilist_id: Must[C30] = ""
    list_type: Must[C30] = ""
    med_list_codg: C30 = ""


class HouseItemCancelRequest(Node, frozen=True):
    """3302 目录对照撤销; ``data`` in some editions."""

    catalogcompin: HouseItemKey | None = None
    data: HouseItemKey | None = None
