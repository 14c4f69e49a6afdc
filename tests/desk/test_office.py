"""The people at the desk: signing in, locking, three for a refund, two for a decision, shift and receipts."""

import asyncio
from datetime import timedelta

import pytest

from cardio import CardEvent, EventKind, Monitor
from cardio.virtual.operator import VirtualOperatorCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from terminal.centre import Centre, CentreRefused
from terminal.clock import now
from terminal.counter import journal
from terminal.counter.cards import operator_card
from terminal.counter.office import carrying, operators, receipts, refunds, shifts
from terminal.counter.office.advice import answers
from terminal.counter.office.owed import owed
from terminal.counter.office.roles import RULES, Role
from terminal.counter.sale import Item
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.desk.app import CardMoved
from terminal.desk.lock import LockScreen
from terminal.documents import BillState, ItemClass
from terminal.money import Fen, parse_price, parse_quantity
from terminal.peripherals.lamp import Lamp
from tests.desk.playing import desk, play, stock
from tests.desk.scenes import fill
from tests.world import CT, claim

STAFF = {"0009": Role.MANAGER, "0001": Role.CASHIER, "0002": Role.REVIEWER, "0003": Role.AUDITOR, "0005": Role.OFFICE}


@pytest.fixture
def staffed(till):
    """A till where everybody has a password of their own, ``pass-`` and the number."""
    manager = None
    for number, role in STAFF.items():
        operators.add(till, number, f"演示{number}", [role], by=manager, password=f"first-{number}")
        if manager is None:
            operators.set_password(till, number, f"first-{number}", f"pass-{number}")
            manager = operators.login(till, number, operators.Password(f"pass-{number}"))
        elif number != "0001":
            operators.set_password(till, number, f"first-{number}", f"pass-{number}")
    operators.set_password(till, "0001", "first-0001", "pass-0001")
    return till


async def sign(c, number):
    await c.type(number)
    await c.type(f"pass-{number}")
    await c.until(lambda: not isinstance(c.app.screen, LockScreen))
    await c.rest()


async def serve(c):
    await fill(c)
    await c.press("f2", "enter")
    await c.type("")
    return c.app.charge.sale.bill


def test_nothing_is_seen_or_done_before_somebody_signs_in(staffed):
    async def script(c):
        assert isinstance(c.app.screen, LockScreen)
        await c.press("escape", "f6", "ctrl+o")
        assert isinstance(c.app.screen, LockScreen)
        await c.type("0001")
        await c.type("wrong-pass")
        await c.until(lambda: "密码" in c.screen and isinstance(c.app.screen, LockScreen))
        await c.type("pass-0001")
        await c.until(lambda: c.app.screen is c.app.charge)
        assert "演示0001" in c.lines[0]
        bill = await serve(c)
        assert journal.entry(staffed.queue, staffed.queue.item(bill)).claim.operator == "0001"

    play(desk(staffed), script)


def test_a_password_given_by_the_manager_is_changed_before_the_first_work(till):
    operators.add(till, "0009", "主管", [Role.MANAGER], by=None, password="manager-pass")
    manager = operators.login(till, "0009", operators.Password("manager-pass"))
    operators.add(till, "0001", "收费员", [Role.CASHIER], by=manager, password="temporary")

    async def script(c):
        await c.type("0001")
        await c.type("temporary")
        await c.until(lambda: c.app.screen.query_one("#row_new_password").display)
        await c.type("my-own-password")
        await c.until(lambda: c.app.screen is c.app.charge)

    play(desk(till), script)
    assert operators.login(till, "0001", operators.Password("my-own-password"))


def test_the_screen_locks_by_key_and_when_nobody_touches_it(world):
    passed = [timedelta(0)]
    with world.till(clock=lambda: now() + passed[0]) as till:
        operators.add(till, "0009", "主管", [Role.MANAGER], by=None, password="manager-pass")

        async def script(c):
            await c.type("0009")
            await c.type("manager-pass")
            await c.until(lambda: c.app.screen is c.app.charge)
            await c.press("ctrl+l")
            assert isinstance(c.app.screen, LockScreen)
            await c.type("0009")
            await c.type("manager-pass")
            await c.until(lambda: c.app.screen is c.app.charge)
            passed[0] = RULES.idle + timedelta(seconds=1)
            await c.until(lambda: isinstance(c.app.screen, LockScreen))

        play(desk(till), script)


def test_the_operators_card_opens_pulling_it_locks_and_pulling_a_patients_does_not(world):
    file = world.home / "settings.toml"
    file.write_text(
        'reader = "virtual"\noperator_reader = "operator"\n' + file.read_text(encoding="utf-8"), encoding="utf-8"
    )
    port = VirtualPort(card("zhang"))
    port.plug("Operator Reader 00")
    own = VirtualOperatorCard("OP-9")
    port.insert(own, "Operator Reader 00")
    with world.till() as till:
        key = own.public_key
        operators.add(till, "0009", "主管", [Role.MANAGER], by=None, password="manager-pass", card="OP-9", card_key=key)

        async def script(c):
            c.app.read_operator = lambda number: operator_card(till, number, port=port)
            await c.type("0009")
            await c.press("enter")
            await c.until(lambda: c.app.screen is c.app.charge and c.app.card_inside)
            assert c.app.session.assurance == "signed"
            port.remove(VirtualPort.READER)
            await c.until(lambda: not c.app.card_inside)
            assert c.app.screen is c.app.charge
            port.remove("Operator Reader 00")
            await c.until(lambda: isinstance(c.app.screen, LockScreen))
            port.stop_service()
            await c.until(lambda: c.app.reader is Lamp.FAULT)
            c.app.on_card_moved(CardMoved(CardEvent(EventKind.SERVICE_FOUND)))
            assert c.app.reader is Lamp.FAULT  # the service alone is no reader
            port.start_service()
            await c.until(lambda: c.app.reader is Lamp.OK)
            c.app.on_card_moved(CardMoved(CardEvent(EventKind.SERVICE_LOST)))
            assert c.app.reader is Lamp.FAULT

        play(desk(till, port=port, monitor=Monitor(port)), script)


def test_in_the_only_reader_the_operators_card_opens_and_is_not_taken_for_a_patients(world):
    own = VirtualOperatorCard("OP-9")
    port = VirtualPort(own)
    with world.till() as till:
        key = own.public_key
        operators.add(till, "0009", "主管", [Role.MANAGER], by=None, password="manager-pass", card="OP-9", card_key=key)

        async def script(c):
            c.app.read_operator = lambda number: operator_card(till, number, port=port)
            await c.until(lambda: c.app.card_inside)
            await c.type("0009")
            await c.press("enter")
            await c.until(lambda: c.app.screen is c.app.charge)
            await c.rest()
            assert not c.app.charge.unread
            port.remove()
            port.insert(card("zhang"))
            await c.until(lambda: "张*" in c.screen)

        play(desk(till, port=port, monitor=Monitor(port)), script)


def test_three_persons_give_money_back_and_the_centre_takes_it(staffed, world):
    async def script(c):
        await sign(c, "0001")
        receipts.add_roll(staffed, receipts.Roll("京", 1, 9), c.app.acting)
        bill = await serve(c)
        await asyncio.to_thread(settle, staffed, claim("B-LATER", "zhang", (CT, 8)))
        await c.press("f8", "n")
        for text in (bill, "药品未用", ""):
            await c.type(text)
        assert "原收费票据" in c.screen and "B-LATER  基金支付" in c.screen, "whom it touches is told before"
        await c.press("enter")
        number = f"{bill}-R1"
        await c.press("enter")
        await sign(c, "0001")
        assert refunds.find(staffed, number).state == "requested"
        for person, state in (("0002", "reviewed"), ("0003", "audited")):
            await c.press("enter")
            await c.until(lambda: "B-LATER  基金支付" in c.screen)
            await sign(c, person)
            assert refunds.find(staffed, number).state == state
        await c.press("enter")
        await c.until(lambda: refunds.find(staffed, number).state == "done")
        await c.until(lambda: not c.app.screen.busy)
        assert "已退费" in c.screen
        assert [receipts.of_bill(staffed, each).number for each in (bill, number)] == ["京00000001", "京00000002"]
        assert journal.standing(staffed.queue, staffed.queue.item(bill)).state is BillState.REVERSED

    play(desk(staffed), script)
    assert [*world.standing()] == ["B-LATER"]


def test_a_refund_whose_rest_the_centre_refuses_is_ended_by_two_persons(staffed, world, monkeypatch):
    def refused(*_):
        raise CentreRefused(transaction="2206", number=-1, text="暂停参保")

    async def script(c):
        await sign(c, "0001")
        bill = await serve(c)
        await c.press("f8", "n")
        for text in (bill, "药品未用", "1 2"):
            await c.type(text)
        await c.press("enter", "enter")
        await sign(c, "0001")
        for person in ("0002", "0003"):
            await c.press("enter")
            await sign(c, person)
        monkeypatch.setattr(Centre, "trial", refused)
        await c.press("enter")
        await c.until(lambda: not c.app.screen.busy)
        (due,) = owed(staffed)
        assert due.amount < 0
        await c.press("escape", "ctrl+y")
        assert f"请先办完退费单 {bill}-R1" in c.lines[22]
        await c.press("escape", "f8", "h")
        await c.type("病人同意自付")
        await sign(c, "0001")
        await sign(c, "0002")
        await c.until(lambda: refunds.find(staffed, f"{bill}-R1").state == "done")
        assert "已退费" in c.screen and "请向病人收 2105.00" in c.screen
        await c.press("escape", "ctrl+y", "enter")
        assert "已收回 2105.00" in c.screen

    play(desk(staffed), script)
    assert (owed(staffed), world.standing()) == ([], {})


@pytest.mark.parametrize(("key", "who", "state"), [("r", "0002", "rejected"), ("w", "", "withdrawn")])
def test_a_refund_that_ends_without_money_needs_a_reason(staffed, key, who, state):
    async def script(c):
        await sign(c, "0001")
        bill = await serve(c)
        await c.press("f8", "n")
        for text in (bill, "药品未用", ""):
            await c.type(text)
        await c.press("enter", "enter")
        await sign(c, "0001")
        number = f"{bill}-R1"
        await c.press(key)
        await c.type("")
        await c.until(lambda: not c.app.screen.busy)
        assert refunds.find(staffed, number).state == "requested"
        await c.press(key)
        await c.type("病人又要了")
        if who:
            await sign(c, who)
        await c.until(lambda: refunds.find(staffed, number).state == state)
        assert refunds.find(staffed, number).reason == "病人又要了"

    play(desk(staffed), script)


def test_a_refund_without_its_papers_is_not_asked_for(staffed):
    async def script(c):
        await sign(c, "0001")
        bill = await serve(c)
        await c.press("f8", "n")
        for text in (bill, "药品未用", ""):
            await c.type(text)
        await c.press("escape")

    play(desk(staffed), script)
    assert refunds.refunds(staffed) == {}


def test_two_persons_decide_what_the_centre_settles_differently(staffed, world):
    prices = world.home / "prices.csv"
    prices.write_text(prices.read_text(encoding="utf-8").replace("10%", "20%"), encoding="utf-8")

    async def script(c):
        await sign(c, "0001")
        await fill(c)
        world.centre.line_down()
        await c.press("f2", "enter")
        await c.type("")
        bill = c.app.charge.sale.bill
        world.centre.line_up()
        await c.press("ctrl+u", "ctrl+e")
        assert bill in c.screen
        assert "中心结果与本机不同" in c.screen
        assert "异常1" in c.app.charge.query_one("#head").content
        await c.press("enter")
        assert "手工了结" in c.screen
        await c.press("end", "enter")
        await c.type("病人已自费")
        await sign(c, "0002")
        await sign(c, "0005")
        await c.until(lambda: staffed.queue.items() == [])

    play(desk(staffed), script)


def test_a_shift_is_opened_moved_counted_and_closed(till):
    async def script(c):
        await c.press("ctrl+w", "o")
        await c.type("200")
        await c.press("escape")
        await serve(c)
        await c.press("ctrl+q")
        assert "请先交班" in c.lines[22]
        await c.press("ctrl+w", "m")
        await c.type("-50")
        await c.type("换零钱")
        await c.press("c")
        for count in ("8", "1", "1", "1", "", "4", "", "3", "1", "", ""):
            await c.type(count)

    play(desk(till), script)
    done = shifts.report(till)
    assert done.closed_by == "0001"
    assert (done.expected, done.counted, done.over) == (Fen(884_35), Fen(884_35), Fen(0))


def test_a_roll_is_drawn_and_a_number_voided(till):
    async def script(c):
        await c.press("ctrl+r", "a")
        for text in ("京", "00000001", "00000500"):
            await c.type(text)
        assert "京00000001" in c.screen
        await c.press("v")
        for text in ("京00000001", "打印错位"):
            await c.type(text)
        assert "京00000002" in c.screen

    play(desk(till), script)
    assert receipts.stock(till)[0].left == 499


def test_a_day_is_compared_with_the_centre_column_by_column(till):
    async def script(c):
        await serve(c)
        await c.press("ctrl+f", "d", "enter")
        await c.until(lambda: "1 笔全部相符" in c.screen)
        assert c.screen.count("2161.00") == 2

    play(desk(till), script)
    assert [state for _, state in journal.bills(till.queue)] == [BillState.RECONCILED]


def test_the_banks_file_is_matched_line_by_line(till, tmp_path):
    file = tmp_path / "bank.csv"

    async def script(c):
        await serve(c)
        await c.press("ctrl+f", "b")
        assert "选日期" in c.lines[22]
        await c.press("d", "enter")
        await c.until(lambda: "1 笔全部相符" in c.screen)
        file.write_text("参考号,金额,交易类型\n000123456789,10.00,消费\n", encoding="gb18030")
        await c.press("b")
        await c.type(str(file))
        assert "有不符" in c.screen and "! 000123456789" in c.screen
        file.write_text("参考号,金额,交易类型\n", encoding="gb18030")
        await c.press("b")
        await c.type(str(file))
        assert "1 笔全部相符" in c.screen
        await c.press("b")
        await c.type(str(tmp_path / "none.csv"))
        assert "No such file" in c.lines[22]

    play(desk(till), script)


def test_only_who_may_settle_charges_a_patient(staffed, world):
    async def script(c):
        await sign(c, "0002")
        await fill(c)
        await c.press("f2")
        assert "工号 0002 没有权限" in c.lines[22]
        assert c.app.charge.sale.settled is None

    play(desk(staffed), script)
    assert world.standing() == {}


def test_an_emergency_is_asked_about_other_liable_parties_and_the_answer_kept(till):
    async def script(c):
        await c.press("f6")
        await c.type("amxl")
        await c.press("f3")
        assert "急诊" in c.lines[1]
        await c.press("f2")
        assert "第三方责任" in c.screen
        await c.type("no")
        assert [each.answer for each in answers(till, c.app.charge.sale.bill)] == ["no"]

    play(desk(till), script)


def test_a_hint_is_answered_and_kept_before_the_bill_settles(till):
    async def script(c):
        await c.press("f6")
        oxygen = Item("XA01-TEST-0001", "吸氧", parse_price("1.25"), ItemClass.A)
        c.app.charge.sale.add(oxygen, parse_quantity("25"))
        await c.press("f2")
        assert "请核实并记录答复" in c.screen
        await c.press("escape")
        assert c.app.charge.sale.settled is None
        await c.press("f2")
        await c.type("昨夜起吸跨日")
        await c.until(lambda: c.app.charge.sale.settled is not None)
        (kept,) = answers(till, c.app.charge.sale.bill)
        assert kept.answer == "昨夜起吸跨日"

    play(desk(till), script)


@pytest.fixture
def other(world, tmp_path):
    """Another terminal of the institution, with a line and without people."""
    home = tmp_path / "other"
    home.mkdir()
    text = (world.home / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text(f'terminal = "02"\n{text}', encoding="utf-8")
    stock(home)
    with Till(home) as till:
        yield till


def test_what_waits_is_carried_to_another_desk_by_two_persons_and_settles_there_once(staffed, other, world, tmp_path):
    file = tmp_path / "bundle"
    bills = []

    async def away(c):
        await sign(c, "0001")
        await fill(c)
        world.centre.line_down()
        await c.press("f2", "enter")
        await c.type("")
        bills.append(c.app.charge.sale.bill)
        await c.press("ctrl+e", "e")
        assert carrying.address(staffed).signer in c.screen
        for text in (str(file), carrying.address(other).address):
            await c.type(text)
        await sign(c, "0003")
        await sign(c, "0003")
        assert not file.exists()
        await c.press("e")
        for text in (str(file), "not an address"):
            await c.type(text)
        assert "接收地址" in c.screen
        await c.press("e")
        for text in (str(file), carrying.address(other).address):
            await c.type(text)
        await sign(c, "0003")
        await sign(c, "0009")
        await c.until(file.exists)
        await c.until(lambda: "已封装" in c.screen)

    async def arrive(c):
        world.centre.line_up()
        for told in ("收到新账单 1 张，已有 0 张", "收到新账单 0 张，已有 1 张"):
            await c.press("ctrl+e", "i")
            assert carrying.address(other).address in c.screen
            for text in (str(file), carrying.address(staffed).signer):
                await c.type(text)
            await c.until(lambda: told in c.screen)  # noqa: B023 - awaited at once
            await c.press("escape")
        await c.press("ctrl+u")
        await c.until(lambda: not other.queue.items())

    play(desk(staffed), away)
    play(desk(other, None), arrive)
    assert list(world.standing().values()) == [1]
    assert staffed.queue.item(bills[0]).state == "held"
