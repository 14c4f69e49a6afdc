"""A pharmacy's counter: a prescription brings the lines, discounts, lot and expiry, a pharmacist's check."""

import json

import pytest

from terminal.counter import journal
from terminal.counter.office.advice import Check, answers
from terminal.counter.office.dispensing import dispensed
from tests.desk.playing import desk, play, stock
from tests.world import AMOXICILLIN, PHARMACY, World, bill


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path, site=PHARMACY)
    stock(world.home)
    folder = world.home / "prescriptions"
    folder.mkdir()
    lines = bill("B", "zhang", (AMOXICILLIN, 3))["lines"]
    (folder / "RX20260506.json").write_text(json.dumps({"number": "RX20260506", "lines": lines}), encoding="utf-8")
    yield world
    world.close()


async def given(c, *texts):
    """Fills the window of a line; an empty text leaves the field as it is."""
    for text in texts:
        await c.type(text)


def test_a_prescription_is_taken_by_its_number_once_and_its_lines_keep_it(till):
    async def script(c):
        await c.press("f6")
        await c.type("RX20260506")
        assert "处方 RX20260506：已录入 1 行" in c.screen and "37.50" in c.screen
        await c.type("RX20260506")
        assert [line.prescription for line in c.app.charge.sale.lines] == ["RX20260506"]

    play(desk(till), script)


def test_a_discount_before_the_trial_moves_price_and_amount_together(till):
    async def script(c):
        await c.press("f6")
        await c.type("2*amxl")
        await c.press("alt+2")
        await given(c, "", "90%", "", "", "")
        line = c.app.charge.sale.lines[0]
        assert (str(line.price), str(line.amount)) == ("11.25", "22.50")
        assert "11.25" in c.screen and "22.50" in c.screen
        await c.press("alt+2")
        await given(c, "", "50.00", "", "", "")
        assert "不能用" in c.screen
        assert c.app.charge.sale.lines[0] == line

    play(desk(till), script)


def test_a_medicine_without_lot_and_expiry_is_asked_about_and_one_past_its_day_refused(till):
    async def script(c):
        await c.press("f6")
        await c.type("amxl")
        await c.press("alt+2")
        await given(c, "", "", "", "L001", "2020-01-31")
        assert "过期" in c.screen and dispensed(till, c.app.charge.sale.bill) == {}
        await c.press("f2")
        assert "批号和有效期还没有登记" in c.screen
        await c.press("escape", "alt+2")
        await given(c, "", "", "", "L002", "2099-12-31")
        assert dispensed(till, c.app.charge.sale.bill)[1].lot == "L002"
        await c.press("f2")
        assert "登记" not in c.screen

    play(desk(till), script)


def test_a_prescription_is_checked_by_somebody_else_before_it_is_handed_out(till):
    async def script(c):
        await c.press("f6")
        await c.type("amxl")
        for pharmacist, known in (("0001", False), ("0007", True)):
            await c.press("alt+2")
            await given(c, "", "", "RX1", "L002", "2099-12-31")
            assert "药师审核" in c.screen
            await c.type(pharmacist)
            assert (1 in dispensed(till, c.app.charge.sale.bill)) is known
        assert dispensed(till, c.app.charge.sale.bill)[1].checked_by == "0007"
        assert c.app.charge.sale.lines[0].prescription == "RX1"

    play(desk(till), script)


def test_one_basket_holds_insured_and_cash_goods_and_settles_as_one_bill(till, world):
    async def script(c):
        await c.press("f6")
        for typed in ("2*amxl", "wss"):
            await c.type(typed)
        await c.press("f2")
        while "提示" in c.screen:
            await c.type("no")
        await c.press("enter")
        if "收到现金" in c.screen:
            await c.type("")
        number = c.app.charge.sale.bill
        settled = journal.standing(till.queue, till.queue.item(number))
        assert settled.own_pay == 5600 and settled.total == 8100
        assert {each.check for each in answers(till, number)} == {Check.LOT_UNKNOWN}

    play(desk(till), script)
    assert list(world.standing().values()) == [1]
