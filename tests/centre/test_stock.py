"""Stock and sales become the transactions that report them, where the profile asks for it."""

from datetime import date, datetime

import pytest
from msgspec.structs import replace

from terminal.centre import Article, BreaksText, Changed, Counted, Delivered, Sold, Withdrawn
from terminal.clock import BEIJING
from terminal.money import parse_price, parse_quantity

AT = datetime(2026, 5, 6, 9, 30, tzinfo=BEIJING)
GOODS = Article("XA01-TEST-0001", "H7", "阿莫西林胶囊", "B20260506", lot="L1", expires=date(2027, 1, 1))
TWO, PRICE = parse_quantity("2"), parse_price("12.5")
SALE = Sold(GOODS, "R1", TWO, AT, "王店员", "刘药师", "ZY0001", "M1", "S1", price=PRICE, trace_code="8" * 20)
DELIVERY = Delivered(GOODS, "供应商", "厂家", "国药准字H00000000", "F1", TWO, AT, "王店员")

RECORDS = [
    ("3501", "invinfo", Counted(GOODS, date(2026, 5, 6), TWO), {"invdate": "2026-05-06", "inv_cnt": 2}),
    ("3502", "invinfo", Changed(GOODS, "101", TWO, AT), {"inv_chg_type": "101", "inv_chg_time": "2026-05-06 09:30:00"}),
    ("3503", "purcinfo", DELIVERY, {"spler_name": "供应商", "purc_retn_cnt": 2}),
    ("3504", "purcinfo", replace(DELIVERY, returned=True), {"purc_invo_no": "F1"}),
    ("3505", "selinfo", SALE, {"setl_id": "S1", "finl_trns_pric": 12.5, "drug_trac_codg": "8" * 20, "trdn_flag": "0"}),
    ("3506", "selinfo", replace(SALE, returned=True), {"rtal_docno": "R1"}),
    ("3507", "data", Withdrawn("B20260506", "4"), {"fixmedins_bchno": "B20260506", "inv_data_type": "4"}),
]


@pytest.mark.parametrize(("transaction", "node", "record", "expected"), RECORDS)
def test_each_record_has_its_transaction(scripted, till, transaction, node, record, expected):
    till(stock_upload=True).report(record)
    (sent,) = scripted.requests(transaction)
    assert expected.items() <= sent[node].items()


def test_nothing_is_sent_where_the_profile_does_not_ask_for_it(scripted, till):
    till().report(SALE)
    assert scripted.received == []


def test_a_sale_without_a_pharmacist_is_not_sent(scripted, till):
    with pytest.raises(BreaksText) as told:
        till(stock_upload=True).report(replace(SALE, pharmacist=""))
    assert told.value.data["name"] == "药师姓名" and scripted.requests("3505") == []


def test_the_simulated_centre_takes_a_sale(desk, pharmacy):
    desk(pharmacy, stock_upload=True).report(SALE)
