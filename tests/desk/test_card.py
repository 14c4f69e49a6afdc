"""Bank cards at the desk: charged from the tender key, waited for with seconds, and never twice."""

from collections.abc import Iterator

import pytest

from terminal.counter.office.card_money import charges, held, open_charge
from terminal.counter.office.drafts import drafts
from terminal.counter.till import Till
from terminal.documents import TenderKind
from terminal.money import Fen
from terminal.peripherals.bankpos.messages import Deal
from terminal.peripherals.bankpos.port import Result
from terminal.peripherals.simulators.bankpos import PosSimulator, Trouble
from terminal.peripherals.simulators.plug import Pty
from tests.desk.playing import desk, play
from tests.desk.scenes import copy_slip, fill

CARD = Fen(50000)


@pytest.fixture
def bank(tmp_path) -> Iterator[Pty]:
    """A POS on a pseudo-terminal."""
    with Pty(PosSimulator(), tmp_path / "pos") as plug:
        yield plug


@pytest.fixture
def linked(world, bank) -> Iterator[Till]:
    """A till with that POS in its settings."""
    with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'[devices]\nbank_pos = "{bank.address}"\n')
    with world.till() as till:
        yield till


def impatient(till, seconds=1.0):
    """A desk that waits for its POS less than a person does, and longer than one that answers takes under load."""
    app = desk(till)
    app.devices.pos.patience = app.devices.pos.inquiry_patience = seconds
    return app


async def by_card(c, amount="500"):
    await c.press("f4")
    await c.type(amount)
    await c.type("")


def test_the_card_is_charged_from_the_tender_key_and_its_reference_stands_in_the_settlement(linked, bank, world):
    async def script(c):
        await fill(c)
        await by_card(c)
        assert "银行卡已收 500.00，参考号 000000000001" in c.lines[22]
        assert "500.00" in "".join(c.lines[17:22])
        await c.press("f2", "enter", "enter")
        assert {(each.kind, each.amount, each.reference) for each in c.app.charge.sale.settled.tenders} == {
            (TenderKind.BANK_CARD, CARD, "000000000001"),
            (TenderKind.CASH, 23435, ""),
        }

    play(impatient(linked), script)
    assert [each.amount for each in bank.device.charged] == [CARD]
    assert list(world.standing().values()) == [1]
    assert drafts(linked) == {}


def test_the_screen_waits_with_seconds_and_takes_no_second_press(linked, bank):
    bank.device.trouble = Trouble.CUSTOMER_SLOW

    async def script(c):
        await fill(c)
        await c.press("f4")
        await c.type("500")
        await c.hit("enter")
        await c.until(lambda: "POS 办理中" in c.screen and "500.00  1 秒" in c.screen)
        await c.hit("enter", "f4", "f2", "escape")
        assert "POS 办理中" in c.screen
        bank.device.customer_pays()
        await c.until(lambda: "银行卡已收 500.00" in c.screen)

    app = impatient(linked)
    app.devices.pos.patience = 2.5
    play(app, script)
    assert len(bank.device.requests) == 1


@pytest.mark.parametrize(
    ("trouble", "says"),
    [(Trouble.DECLINED, "余额不足"), (Trouble.FRAME_REFUSED, "没有办理")],
)
def test_a_card_that_is_refused_is_said_and_cash_still_pays(linked, bank, trouble, says):
    bank.device.trouble = trouble

    async def script(c):
        await fill(c)
        await by_card(c)
        assert says in c.lines[22]
        await c.press("f2", "enter", "enter")
        assert [each.kind for each in c.app.charge.sale.settled.tenders] == [TenderKind.CASH]

    play(impatient(linked, 10), script)
    assert bank.device.charged == []


def test_a_lost_answer_is_asked_for_before_anything_else(linked, bank):
    async def script(c):
        await fill(c)
        await by_card(c, "100")
        bank.device.trouble = Trouble.ANSWER_LOST
        await by_card(c, "600")
        assert "银行卡已收 500.00，参考号 000000000002" in c.lines[22]
        await c.press("f2", "enter", "enter")
        assert sum(each.amount for each in c.app.charge.sale.settled.tenders if each.reference) == 60000

    play(impatient(linked), script)
    assert [each.amount for each in bank.device.charged] == [10000, CARD]


@pytest.mark.parametrize(
    ("keys", "state", "tenders"),
    [
        (("enter", *"R9", "enter"), Result.APPROVED, {TenderKind.BANK_CARD, TenderKind.CASH}),
        (("down", "enter"), Result.NOT_SENT, {TenderKind.CASH}),
    ],
)
def test_what_the_pos_cannot_say_the_cashier_reads_there(linked, bank, keys, state, tenders):
    bank.device.trouble = Trouble.WRONG_AMOUNT

    async def script(c):
        await fill(c)
        await by_card(c)
        assert "POS 结果不明" in c.screen
        await c.press("escape", "f2")
        assert c.app.charge.sale.settled is None
        await c.press("enter")
        assert "结果不明" in c.lines[22], "a bill settled while its card money was unknown"
        await c.press("f4")
        assert "POS 结果不明" in c.screen
        await c.press(*keys, "escape", "f2", "enter")
        assert {each.kind for each in c.app.charge.sale.settled.tenders} == tenders

    play(impatient(linked), script)
    assert [each.state for each in charges(linked).values()] == [state]
    assert len(bank.device.requests) == 1


def test_less_by_card_gives_what_was_charged_back_first(linked, bank):
    async def script(c):
        await fill(c)
        await by_card(c)
        await by_card(c, "200")
        await by_card(c, "0")

    play(impatient(linked), script)
    assert [(each.deal, each.amount) for each in bank.device.requests] == [
        (Deal.SALE, CARD), (Deal.VOID, CARD), (Deal.SALE, 20000), (Deal.VOID, 20000),
    ]  # fmt: skip
    assert held(linked) == []


def test_a_bill_with_card_money_that_is_put_aside_is_settled_by_the_next_desk(linked, bank, world):
    async def charge(c):
        await fill(c)
        await by_card(c)

    async def next_desk(c):
        assert "银行卡已收 500.00 元" in c.screen
        await c.press("escape", "f10")
        assert "500.00" in c.screen
        await c.press("f2", "enter", "enter")
        assert len(c.app.charge.sale.settled.tenders) == 2

    play(impatient(linked), charge)
    play(impatient(linked), next_desk)
    assert len(bank.device.charged) == 1
    assert list(world.standing().values()) == [1]


def test_card_money_without_a_bill_is_given_back_from_the_list_of_open_things(linked, bank):
    async def script(c):
        await fill(c)
        await by_card(c)
        await c.press("ctrl+e")
        assert "刷卡未结" in c.screen
        await c.press("enter", "enter")
        assert "已退回银行卡 500.00" in c.lines[22]

    play(impatient(linked), script)
    assert [each.deal for each in bank.device.requests] == [Deal.SALE, Deal.VOID]


def test_a_pos_that_is_unplugged_is_not_asked_for_money(linked, bank):
    bank.unplug()

    async def script(c):
        await fill(c)
        await by_card(c)
        assert "未连接" in c.lines[22]

    play(impatient(linked), script)
    assert charges(linked) == {}


def test_a_slip_with_another_amount_is_refused_and_one_left_open_is_told(till):
    async def script(c):
        await fill(c)
        await by_card(c)
        await copy_slip(c, "50", "R1")
        assert "不符" in c.screen
        await c.press("escape", "escape")
        assert open_charge(till).amount == CARD

    play(desk(till), script)
