"""One patient after the other, by keyboard only."""

import pytest

from cardio import Monitor
from cardio.virtual.operator import VirtualOperatorCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from terminal.counter import journal
from terminal.counter.consent import Consent
from terminal.counter.office.card_money import charges
from terminal.counter.office.drafts import drafts
from terminal.counter.office.owed import owed
from terminal.counter.office.reasons import NotSettled
from terminal.counter.office.register import read
from terminal.documents import BillState, TenderKind, VisitType
from terminal.money import Fen
from tests.desk.playing import BARCODE, desk, play, stock
from tests.desk.scenes import copy_slip, fill
from tests.world import World

MONEY = "应收", "实收", "找零"


def test_a_patient_is_served_from_card_to_change(till, world):
    async def script(c):
        await fill(c)
        await c.press("f5")
        assert "734.35" in c.screen
        await c.press("f2")
        assert "维生素营养片  56.00" in c.screen
        await c.press("enter")
        await c.type("800")
        assert c.app.charge.sale.settled.state is BillState.SETTLED
        assert "已结算" in c.lines[22]
        assert [c.screen.count(word) for word in MONEY] == [1, 1, 1]
        assert "65.65" in c.screen
        await c.press("f12")
        assert "请插卡" in c.screen

    play(desk(till), script)
    assert list(world.standing().values()) == [1]


@pytest.mark.parametrize("typed", ["3*amxl", f"3*{BARCODE}", "3*阿莫", "3*XA01-TEST-0001"])
def test_an_item_is_found_by_initials_bar_code_name_or_code_with_its_quantity(till, typed):
    async def script(c):
        await c.type(typed)
        (line,) = c.app.charge.sale.lines
        assert (line.code, str(line.amount)) == ("XA01-TEST-0001", "37.50")

    play(desk(till), script)


def test_what_is_no_item_or_no_quantity_is_said_and_adds_nothing(till):
    async def script(c):
        await c.type("qqq")
        assert "没有此项目" in c.lines[22]
        await c.type("x*amxl")
        assert "x" in c.lines[22]
        assert c.app.charge.sale.lines == []

    play(desk(till), script)


def test_the_line_under_the_cursor_is_taken_out_and_the_trial_with_it(till):
    async def script(c):
        await fill(c)
        await c.press("f5", "up", "ctrl+d")
        assert [line.sn for line in c.app.charge.sale.lines] == [1, 3]
        assert c.app.charge.sale.trial is None
        assert "胸部" not in c.screen

    play(desk(till), script)


def test_enter_on_an_empty_line_tries_and_trying_again_says_why_line_by_line(till):
    async def script(c):
        await fill(c)
        await c.press("enter")
        assert c.app.charge.sale.trial is not None
        await c.press("f5")
        assert "胸部CT平扫：先行自付 208.00 元" in c.screen
        await c.press("escape")
        assert "参保人 普通门诊" in c.screen

    play(desk(till), script)


def test_a_patient_who_does_not_agree_to_self_paid_lines_is_not_charged(till):
    async def script(c):
        await fill(c)
        await c.press("f2", "escape")
        assert c.app.charge.sale.settled is None

    play(desk(till), script)
    assert till.queue.items() == []
    assert list(read(till, Consent)) == []


def test_consent_is_kept_with_its_lines(till):
    async def script(c):
        await fill(c)
        await c.press("f2", "enter", "enter")

    play(desk(till), script)
    (note,) = read(till, Consent)
    assert note.document.lines == (3,)


def test_the_money_is_counted_after_the_centre_has_settled_and_too_little_is_refused(till):
    async def script(c):
        await fill(c)
        await c.press("f2", "enter")
        assert c.app.charge.sale.settled.state is BillState.SETTLED
        await c.type("700")
        assert "不足" in c.screen
        await c.type("12,5")
        await c.type("")
        assert c.app.charge.change == 0

    play(desk(till), script)


def test_part_of_the_money_is_paid_by_card_and_code(till):
    async def script(c):
        await fill(c)
        await c.press("f4")
        await c.type("500")
        await c.type("34.35")
        await copy_slip(c, "500", "000000000001")
        await c.press("f2", "enter")
        await c.type("200")
        tenders = c.app.charge.sale.settled.tenders
        assert {(line.kind, line.amount, line.reference) for line in tenders} == {
            (TenderKind.BANK_CARD, 50000, "000000000001"),
            (TenderKind.CODE, 3435, ""),
            (TenderKind.CASH, 20000, ""),
        }

    play(desk(till), script)


def test_more_by_card_than_is_due_settles_nothing(till):
    async def script(c):
        await fill(c)
        await c.press("f4")
        await c.type("900")
        await c.type("")
        assert "非现金超出应收" in c.screen
        await c.press("escape")
        assert c.app.charge.sale.settled is None

    play(desk(till), script)
    assert till.queue.items() == []
    assert charges(till) == {}


def test_a_settled_bill_takes_no_more_items_and_no_second_press(till, world):
    async def script(c):
        await fill(c)
        await c.press("f2", "enter", "enter", "f2", "f2")
        await c.type("amxl")
        await c.press("ctrl+d", "f3")
        assert len(c.app.charge.sale.lines) == 3
        assert "本单已结算" in c.screen

    play(desk(till), script)
    assert list(world.standing().values()) == [1]


def test_keys_hit_while_the_centre_thinks_do_nothing(till, world):
    world.trouble({"fault": "delay", "infno": "2206", "seconds": 2})

    async def script(c):
        await fill(c)
        await c.hit("f5", "f2", "f5", "f2", "f12")
        assert "请等当前操作完成" in c.lines[22]
        await c.type("amxl")
        await c.rest()
        assert len(c.app.charge.sale.lines) == len(c.app.charge.sale.trial.claim.lines) == 3

    play(desk(till), script)


def test_an_unreadable_card_leads_to_a_number_with_reason_and_reviewer(till):
    async def script(c):
        await c.press("f6")
        assert "再按 F6 手工录入" in c.lines[22]
        await c.press("f6")
        await c.type("111111195001010002")
        await c.type("芯片损坏")
        await c.type("0002")
        credential = c.app.charge.sale.credential
        assert (credential.kind, credential.reason, credential.reviewer) == ("id_number", "芯片损坏", "0002")
        assert "李*试" in c.screen

    play(desk(till, who=None), script)


def test_a_card_put_in_after_an_unreadable_one_is_read_and_asks_for_no_number(till):
    port = VirtualPort(VirtualOperatorCard("OP-1"))

    async def script(c):
        await c.until(lambda: "再按 F6 手工录入" in c.screen)
        port.remove()
        await c.until(lambda: not c.app.card_inside)
        port.insert(card("zhang"))
        await c.until(lambda: "张*" in c.screen)

    play(desk(till, port=port, monitor=Monitor(port)), script)


@pytest.mark.parametrize("stop", [0, 1, 2])
def test_a_number_by_hand_without_reviewer_identifies_nobody(till, stop):
    async def script(c):
        await c.press("f6", "f6")
        for text in ("111111195001010002", "芯片损坏", "")[:stop]:
            await c.type(text)
        await c.press("escape")
        assert c.app.charge.sale.who is None

    play(desk(till, who=None), script)


def test_a_scanned_code_identifies_where_no_item_has_it(till):
    async def script(c):
        await c.type("TESTQR11010000000000000002")
        assert "[医保码] 李*试" in c.screen

    play(desk(till, who=None), script)


def test_the_kind_of_visit_and_the_use_of_the_account_change_the_trial(till):
    async def script(c):
        await fill(c)
        await c.press("f5", "ctrl+t")
        assert c.app.charge.sale.trial is None
        await c.press("f5")
        assert c.app.charge.sale.trial.told.account == 0
        await c.press("f3")
        assert c.app.charge.sale.visit is VisitType.EMERGENCY
        assert c.app.charge.sale.trial is None

    play(desk(till), script)


def test_leaving_and_signing_out_with_bills_that_wait_tell_count_and_sum(till, world):
    async def script(c):
        await fill(c)
        world.centre.line_down()
        await c.press("f2", "enter", "enter")
        (waiting,) = till.queue.items()
        told = f"{waiting.amount_fen // 100}.{waiting.amount_fen % 100:02d}"
        await c.press("ctrl+q")
        assert c.app.is_running
        assert f"待传 1 笔共 {told} 元" in c.lines[22]
        await c.press("ctrl+w", "q")
        assert f"还有 1 笔未了结，共 {told} 元，不能签退" in c.lines[22]
        await c.press("escape")
        world.centre.line_up()
        await c.press("ctrl+u", "ctrl+w", "q")
        assert "已向医保中心签退" in c.lines[22]

    play(desk(till), script)


def test_somebody_whose_insurance_is_suspended_gets_the_reason_card_and_is_counted(till):
    async def script(c):
        await c.press("f6")
        assert "告知病人" in c.screen
        assert "手工报销所需材料" in c.screen
        await c.press("escape")
        assert "不能用医保结算" in c.lines[22]

    play(desk(till, "chen"), script)
    assert [note.document.cause for note in read(till, NotSettled)] != []


def test_without_the_line_the_bill_is_provisional_under_a_countdown_and_goes_by_itself_later(till, world):
    async def script(c):
        await fill(c)
        world.centre.line_down()
        await c.press("f2", "enter", "enter")
        assert c.app.charge.sale.settled.state is BillState.PROVISIONAL
        assert "暂结" in c.lines[22]
        assert "[断网] -23:59" in c.lines[0]
        assert "待传1(0分)" in c.lines[0]
        bill = c.app.charge.sale.bill
        world.centre.line_up()
        await c.press("ctrl+u")
        assert journal.standing(till.queue, till.queue.item(bill)).state is BillState.SETTLED
        assert c.app.charge.sale.settled.state is BillState.SETTLED
        assert "[联网]" in c.lines[0]

    play(desk(till), script)
    assert list(world.standing().values()) == [1]


def test_a_doubt_is_cleared_in_the_background_while_the_next_patient_is_served(till, world):
    world.trouble({"fault": "drop", "infno": "2207"})

    async def script(c):
        await fill(c)
        await c.press("f2", "enter", "enter")
        assert c.app.charge.sale.settled.state is BillState.IN_DOUBT
        bill = c.app.charge.sale.bill
        await c.press("f12")
        await c.type("amxl")
        await c.until(lambda: journal.state_of(till.queue.item(bill)) is BillState.SETTLED)
        assert len(c.app.charge.sale.lines) == 1

    play(desk(till, forward_every=0.3), script)
    assert list(world.standing().values()) == [1]


def test_a_card_still_inside_is_called_out_before_the_next_patient(till):
    port = VirtualPort()

    async def script(c):
        port.insert(card("zhang"))
        await c.until(lambda: c.app.charge.sale.who is not None)
        await c.rest()
        await c.press("f12")
        assert "卡还在读卡器里" in c.lines[22]
        port.remove()
        await c.until(lambda: not c.app.card_inside)
        await c.press("f12")
        assert "卡还在读卡器里" not in c.screen

    play(desk(till, port=port, monitor=Monitor(port)), script)


def test_bills_are_parked_for_another_patient_and_one_is_taken_up_again(till):
    async def script(c):
        await fill(c)
        await c.press("f10")
        assert "已挂单 1" in c.lines[22]
        await c.type("amxl")
        await c.press("f12")
        assert "已挂单 2" in c.lines[22]
        await c.press("f10")
        assert "取哪一单" in c.screen
        await c.press("enter")
        assert len(c.app.charge.sale.lines) == 3
        assert c.app.charge.sale.who is not None

    play(desk(till), script)


def test_a_parked_bill_outlives_the_desk_and_settles_from_the_next_one(till, world):
    async def park(c):
        await fill(c)
        await c.press("f3", "ctrl+t", "f10")

    async def recall(c):
        assert "挂单" in c.screen and "2161.00" in c.screen
        await c.press("escape", "f10")
        sale = c.app.charge.sale
        assert (len(sale.lines), sale.visit, sale.account_use) == (3, VisitType.EMERGENCY, False)
        assert "张*" in c.screen
        await c.press("f2")
        await c.type("no")  # nobody else is liable for this emergency
        await c.press("enter", "enter")
        assert sale.settled.state is BillState.SETTLED

    play(desk(till), park)
    play(desk(till), recall)
    assert drafts(till) == {}
    assert list(world.standing().values()) == [1]


def test_an_emptied_bill_is_parked_no_more(till):
    async def script(c):
        await c.type("amxl")
        await c.press("f10", "f10", "ctrl+d", "f12")

    play(desk(till), script)
    assert drafts(till) == {}


def test_leaving_parks_the_bill_in_the_making(till):
    async def script(c):
        await fill(c)
        await c.press("ctrl+q")
        await c.hit("ctrl+q")

    app = desk(till)
    play(app, script)
    assert app.return_code == 0
    assert [len(note.document.claim.lines) for note in drafts(till).values()] == [3]


def test_leaving_with_something_open_is_asked_twice(till):
    async def script(c):
        await c.press("f6")
        await c.type("amxl")
        await c.press("ctrl+q")
        assert c.app.is_running
        assert "再按一次" in c.lines[22]
        await c.press("f3")
        await c.press("ctrl+q")
        assert c.app.is_running
        await c.hit("ctrl+q")

    app = desk(till)
    play(app, script)
    assert app.return_code == 0


def test_a_stored_bill_is_found_by_its_number_and_an_unknown_one_is_said(till):
    async def script(c):
        await fill(c)
        await c.press("f2", "enter", "enter", "f9", "enter")
        assert "医疗费用结算单 [已结算]" in c.screen
        await c.press("escape", "f12", "f9")
        await c.type("NONE")
        assert "本机没有账单 NONE" in c.screen

    play(desk(till), script)


def test_cash_is_rounded_to_the_jiao_where_the_site_does_so(world):
    settings = world.home / "settings.toml"
    settings.write_text("cash_to_jiao = true\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    with world.till() as till:

        async def script(c):
            await fill(c)
            await c.press("f4")
            await c.type("500")
            await c.type("")
            await copy_slip(c, "500", "1")
            await c.press("f2", "enter")
            assert "234.40" in c.screen
            await c.type("300")
            tenders = {line.kind: line.amount for line in c.app.charge.sale.settled.tenders}
            assert tenders == {TenderKind.BANK_CARD: 50000, TenderKind.CASH: 23440, TenderKind.ROUNDING: -5}
            assert c.app.charge.change == 6560

        play(desk(till), script)


class TestFullPayment:
    """A site that takes full payment while the line is down."""

    @pytest.fixture
    def world(self, tmp_path):
        world = World(tmp_path, offline={"on_outage": "full_payment"})
        stock(world.home)
        yield world
        world.close()

    def test_the_patient_pays_all_is_called_and_gets_the_insurance_part_back(self, till, world):
        async def script(c):
            await fill(c)
            world.centre.line_down()
            await c.press("f5")
            assert "断网全额收费" in c.screen and "基金" not in c.screen
            await c.press("f2", "enter")
            assert "2161.00" in c.screen
            await c.type("2200")
            await c.type("13800000000")
            sale = c.app.charge.sale
            assert (sale.settled.state, sale.settled.cash) == (BillState.PROVISIONAL, 216100)
            assert "39.00" in c.screen
            world.centre.line_up()
            await c.press("ctrl+u", "ctrl+y")
            stands = journal.standing(till.queue, till.queue.item(sale.bill))
            back = stands.total - stands.cash
            assert "13800000000" in c.screen and f"-{Fen(back)}" in c.screen and "全额已收" in c.screen
            await c.press("enter")
            assert f"已退还 {Fen(back)}" in c.screen

        play(desk(till), script)
        assert owed(till) == [] and list(world.standing().values()) == [1]

    def test_a_line_that_goes_after_the_trial_shows_the_new_figures_before_any_money(self, till, world):
        async def script(c):
            await fill(c)
            await c.press("f5")
            assert "734.35" in c.screen
            world.centre.line_down()
            await c.press("f2", "enter")
            assert c.app.charge.sale.settled is None and "断网全额收费" in c.screen
            assert "线路刚中断" in c.lines[22]
            await c.press("f2", "enter", "enter")
            assert c.app.charge.sale.settled.cash == 216100

        play(desk(till), script)
