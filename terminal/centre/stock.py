"""A pharmacy's stock and sales, as the centre wants to hear of them (3501-3507) where the profile says so.

Every record may be reported again: the centre keeps the latest under the batch number.
"""

from datetime import date, datetime
from typing import Any

import msgspec

from terminal.centre.claims import instant
from terminal.centre.messages import stock as national
from terminal.centre.wire import Node
from terminal.money import Price, Quantity


class Article(msgspec.Struct, frozen=True):
    """Goods of one delivery: ``batch`` is the pharmacy's own number of it, ``lot`` the maker's."""

    code: str
    house_code: str
    name: str
    batch: str
    prescription_only: bool = False
    lot: str = ""
    made: date | None = None
    expires: date | None = None


class Counted(msgspec.Struct, frozen=True):
    """A stocktaking."""

    article: Article
    on: date
    quantity: Quantity


class Changed(msgspec.Struct, frozen=True):
    """A change of stock other than purchase and sale; ``kind`` is the centre's code of the reason."""

    article: Article
    kind: str
    quantity: Quantity
    at: datetime
    clerk: str = ""
    price: Price | None = None
    split_pack: bool = False


class Delivered(msgspec.Struct, frozen=True):
    """A purchase from a supplier, or its return."""

    article: Article
    supplier: str
    maker: str
    approval_number: str
    invoice: str
    quantity: Quantity
    at: datetime
    clerk: str
    price: Price | None = None
    returned: bool = False


class Sold(msgspec.Struct, frozen=True):
    """A sale to a patient, or its return; a sale under the insurance names its settlement."""

    article: Article
    receipt: str
    quantity: Quantity
    at: datetime
    clerk: str
    pharmacist: str
    licence: str
    visit_number: str
    settlement_number: str = ""
    person_number: str = ""
    price: Price | None = None
    prescription: str = ""
    trace_code: str = ""
    barcode: str = ""
    split_pack: bool = False
    returned: bool = False


class Withdrawn(msgspec.Struct, frozen=True):
    """A record reported in error; ``kind`` is the centre's code of what it was."""

    batch: str
    kind: str


StockRecord = Counted | Changed | Delivered | Sold | Withdrawn


def message(record: StockRecord) -> tuple[str, Node]:
    """The transaction that reports a record, and its content."""
    match record:
        case Counted(article, on, quantity):
            row = national.Stocktaking(**_goods(article), invdate=on.isoformat(), inv_cnt=quantity)
            return "3501", national.StocktakingRequest(invinfo=row)
        case Changed(article):
            change = national.StockChange(
                **_goods(article),
                inv_chg_type=record.kind,
                pric=record.price,
                cnt=record.quantity,
                inv_chg_time=instant(record.at),
                inv_chg_opter_name=record.clerk,
                trdn_flag=_flag(record.split_pack),
            )
            return "3502", national.StockChangeRequest(invinfo=change)
        case Delivered(article):
            delivery = national.Delivery(
                **_goods(article),
                spler_name=record.supplier,
                prodentp_name=record.maker,
                aprvno=record.approval_number,
                finl_trns_pric=record.price,
                purc_retn_cnt=record.quantity,
                purc_invo_no=record.invoice,
                purc_retn_stoin_time=instant(record.at),
                purc_retn_opter_name=record.clerk,
            )
            return "3504" if record.returned else "3503", national.DeliveryRequest(purcinfo=delivery)
        case Sold(article):
            sale = national.Sale(
                **_goods(article),
                phar_name=record.pharmacist,
                phar_prac_cert_no=record.licence,
                setl_id=record.settlement_number,
                mdtrt_sn=record.visit_number,
                psn_no=record.person_number,
                trdn_flag=_flag(record.split_pack),
                finl_trns_pric=record.price,
                rxno=record.prescription,
                rtal_docno=record.receipt,
                drug_trac_codg=record.trace_code,
                drug_prod_barc=record.barcode,
                sel_retn_cnt=record.quantity,
                sel_retn_time=instant(record.at),
                sel_retn_opter_name=record.clerk,
            )
            return "3506" if record.returned else "3505", national.SaleRequest(selinfo=sale)
        case Withdrawn(batch, kind):
            key = national.ArticleKey(fixmedins_bchno=batch, inv_data_type=kind)
            return "3507", national.ArticleDeleteRequest(data=key)


def _flag(yes: bool) -> str:
    return "1" if yes else "0"


def _goods(article: Article) -> dict[str, Any]:
    return {
        "med_list_codg": article.code,
        "fixmedins_hilist_id": article.house_code,
        "fixmedins_hilist_name": article.name,
        "rx_flag": _flag(article.prescription_only),
        "fixmedins_bchno": article.batch,
        "manu_lotnum": article.lot,
        "manu_date": article.made.isoformat() if article.made else "",
        "expy_end": article.expires.isoformat() if article.expires else "",
    }
