"""The centre's lists of items by page (1312, 1317, 1318, 1319) as the documents the catalogue keeps."""

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from terminal.centre.exchange import Exchange
from terminal.centre.faults import CentreAnswerBroken
from terminal.centre.messages.catalogue import (
    ItemPage,
    ListedItem,
    MappedItem,
    MappingPage,
    OwnPayRatio,
    OwnPayRatioPage,
    PageQuery,
    PageRequest,
    PriceLimit,
    PriceLimitPage,
)
from terminal.centre.people import day
from terminal.documents import CatalogueItem, CatalogueRow, FirstSelfPay, HouseItem, ItemClass, PriceCeiling

PAGE = 1000
"""Rows asked for at once; the size a client in use asks for."""

CLASSES = {"01": ItemClass.A, "02": ItemClass.B, "03": ItemClass.C}
"""chrgitm_lv."""

LISTS: dict[str, Any] = {"1312": ItemPage, "1318": PriceLimitPage, "1319": OwnPayRatioPage, "1317": MappingPage}


def listings(exchange: Exchange, since: date) -> Iterator[CatalogueRow]:
    """Every row of the four lists that changed since a day. Raises the faults of the centre's questions."""
    for transaction, kind in LISTS.items():
        for row in _pages(exchange, transaction, kind, since):
            if (document := _document(row, exchange.endpoint.institution.code)) is not None:
                yield document


def _pages(exchange: Exchange, transaction: str, kind: Any, since: date) -> Iterator[Any]:
    number = seen = 0
    while True:
        number += 1
        query = PageQuery(updt_time=since.isoformat(), page_num=number, page_size=PAGE)
        page = exchange.ask(transaction, PageRequest(data=query), kind)
        rows: Sequence[Any] = page.data
        yield from rows
        seen += len(rows)
        if not rows or (page.recordCounts is not None and seen >= page.recordCounts):
            return
        if page.recordCounts is None and len(rows) < PAGE:
            return
        if number > 100_000:
            raise CentreAnswerBroken(transaction=transaction, place="output", found="has no last page")


def _document(row: object, institution: str) -> CatalogueRow | None:
    """None for a row without code or first day: the list of another edition, of no use here."""
    match row:
        case ListedItem():
            begin = day(row.begndate)
            if begin is None:
                return None
            return CatalogueItem(
                code=row.hilist_code,
                name=row.hilist_name,
                area=row.insu_admdvs,
                begin=begin,
                end=day(row.enddate),
                item_class=CLASSES.get(row.chrgitm_lv),
                category=row.med_chrgitm_type,
                list_type=row.list_type,
                initials=row.pinyin,
                wubi=row.wubi,
                memo=row.memo,
                valid=row.vali_flag != "0",
            )
        case PriceLimit():
            begin = day(row.begndate)
            if begin is None or row.hilist_pric_uplmt_amt is None:
                return None
            return PriceCeiling(
                code=row.hilist_code,
                area=row.insu_admdvs,
                kind=row.hilist_lmtpric_type,
                begin=begin,
                ceiling=row.hilist_pric_uplmt_amt,
                end=day(row.enddate),
                valid=row.vali_flag != "0",
            )
        case OwnPayRatio():
            begin = day(row.begndate)
            if begin is None or row.selfpay_prop is None:
                return None
            return FirstSelfPay(
                code=row.hilist_code,
                area=row.insu_admdvs,
                person_kind=row.selfpay_prop_psn_type,
                use_kind=row.selfpay_prop_type,
                begin=begin,
                rate=Fraction(row.selfpay_prop, 10_000),
                end=day(row.enddate),
                valid=row.vali_flag != "0",
            )
        case MappedItem():
            begin = day(row.begndate)
            if begin is None:
                return None
            return HouseItem(
                house_code=row.medins_list_codg,
                code=row.med_list_codg,
                institution=row.fixmedins_code or institution,
                begin=begin,
                name=row.medins_list_name,
                end=day(row.enddate),
                valid=row.vali_flag != "0",
            )
    return None
