"""The amount identities of the national interface hold on every answer, and the books always add up."""

from collections import Counter
from decimal import Decimal
from random import Random

import pytest

from terminal.centre.simulator import seed as shipped

PARTS = ("fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt")
FUNDS = ("hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay")
ITEMS = shipped("items")


def check(output: dict, rows: list[dict]) -> None:
    """A to F and H, to the fen; they hold with negative signs too."""
    info, detail = output["setlinfo"], output["setldetail"]
    sign = -1 if info["medfee_sumamt"] < 0 else 1
    assert info["medfee_sumamt"] == sum(info[key] for key in PARTS), "A"
    assert info["medfee_sumamt"] == info["fund_pay_sumamt"] + info["psn_part_amt"] + info["hosp_part_amt"], "B"
    assert info["psn_part_amt"] == info["acct_pay"] + info["psn_cash_pay"] + info["acct_mulaid_pay"], "C"
    assert info["fund_pay_sumamt"] == sum(info[key] for key in FUNDS), "D"
    item_parts = ("fulamt_ownpay_amt", "overlmt_amt", "preselfpay_amt", "inscp_scp_amt")
    for row in rows:
        assert row["det_item_fee_sumamt"] == sum(row[key] for key in item_parts), "E"
    for item_key, key in zip(("det_item_fee_sumamt", *item_parts), ("medfee_sumamt", *PARTS), strict=True):
        assert info[key] == sign * sum(row[item_key] for row in rows), "F"
    paid = info["fund_pay_sumamt"] + info["acct_pay"] + info["hosp_part_amt"]
    assert sum(row["fund_payamt"] for row in detail) == paid, "H"


def random_rows(random: Random, visit) -> list[dict]:
    rows = []
    for sn in range(1, random.randint(1, 6) + 1):
        item = random.choice(ITEMS)
        count = Decimal(random.randint(1, 30)) / random.choice([1, 1, 2])
        amount = (Decimal(item["pric"]) * count).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        rows.append(visit.row(sn, item["med_list_codg"], item["pric"], str(count), str(amount)))
    return rows


@pytest.fixture
def rounds(size) -> int:
    return size(60, 3000)


def test_random_lives_of_bills_keep_the_identities_and_the_books(desk, simulator, seed, rounds):
    random = Random(seed)
    life = Counter()
    for number in range(rounds):
        visit = desk.open(number=f"B{number}")
        rows = visit.upload(*random_rows(random, visit))
        medfee = str(sum(row["det_item_fee_sumamt"] for row in rows))
        used = random.choice(["0", "1"])
        check(visit.trial(medfee, acct_used_flag=used), rows)
        settled = visit.settle(medfee, acct_used_flag=used)
        check(settled, rows)
        info = settled["setlinfo"]
        end = random.choice(["stand", "cancel", "cancel_reverse", "reverse"])
        life[end] += 1
        if end.startswith("cancel"):
            red = desk.output("2208", visit.cancelling(info["setl_id"]))
            check(red, rows)
            if end == "cancel_reverse":
                assert desk.reverse(red["setlinfo"]["medins_setl_id"], "2208")["infcode"] == 0
        if end == "reverse":
            assert desk.reverse(info["medins_setl_id"], "2207")["infcode"] == 0
    books = simulator.books()
    counted = [row for row in books["settlements"] if row["state"] == "standing" and not row["cancels"]]
    assert len(counted) == life["stand"] + life["cancel_reverse"]
    assert desk.balance() == Decimal("1378.15") - sum(Decimal(row["acct_pay"]) for row in counted)
    assert desk.accumulators()["admissions"] == len(counted)
