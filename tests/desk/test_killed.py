"""Killed (-9) in each state of the flow: the next start says exactly what happened and what to do; no fen is lost."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.counter import journal
from terminal.counter.office import card_money, operators, refunds
from terminal.counter.office.roles import Role
from terminal.counter.office.unfinished import unfinished
from terminal.counter.settle import settle
from terminal.documents import BillState, TenderKind
from terminal.money import Fen
from terminal.peripherals.bankpos.messages import Deal
from terminal.peripherals.bankpos.port import Result
from terminal.peripherals.simulators.bankpos import PosSimulator, Trouble
from terminal.peripherals.simulators.plug import Pty
from terminal.peripherals.simulators.printer import PrinterSimulator
from tests.desk.playing import PATIENCE, desk, play
from tests.world import claim

CARD = Fen(50000)


def kill(world, *words: str) -> None:
    """A desk that dies in this state."""
    env = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-m", "tests.desk.dying", str(world.home), *words]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == -9, done.stdout + done.stderr


def devices(world, **addresses: str) -> None:
    with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write("[devices]\n" + "".join(f'{name} = "{where}"\n' for name, where in addresses.items()))


@pytest.fixture
def bank(world, tmp_path) -> Iterator[PosSimulator]:
    """A POS on the till's cable."""
    with Pty(PosSimulator(), tmp_path / "pos") as plug:
        devices(world, bank_pos=plug.address)
        yield plug.device


def next_start(till, *keys: str, says: tuple[str, ...], sends: bool = False) -> str:
    """Opens the next desk, reads what it says, then presses keys, and sends until nothing is left.

    Returns the last screen. Sending by itself might clear a doubt before the desk can say so.
    """
    seen = []

    async def script(c):
        await c.until(lambda: all(map(c.says, says)))
        await c.press(*keys)
        end = time.monotonic() + PATIENCE
        while sends and till.queue.items():
            assert time.monotonic() < end, c.screen
            await c.press("ctrl+u")
        seen.append(c.screen)

    app = desk(till)
    if app.devices.pos:
        app.devices.pos.inquiry_patience = 1.0
    play(app, script)
    return seen[0]


@pytest.mark.parametrize("state", ["identified", "items", "trial", "tender", "consent"])
def test_before_any_money_nothing_is_left_and_the_next_desk_begins_anew(world, state):
    kill(world, state)
    with world.till() as till:
        assert "请插卡" in next_start(till, says=("请插卡",))
        assert unfinished(till) == []
        assert journal.bills(till.queue) == []
        assert till.queue.verify().intact
    assert world.standing() == {}


@pytest.mark.parametrize(
    ("trouble", "charged"), [(Trouble.ANSWER_LOST, 1), (Trouble.NEVER_HEARD, 0)], ids=["charged", "not charged"]
)
def test_killed_while_the_pos_is_asked_the_answer_is_found_and_the_bill_goes_on(world, bank, trouble, charged):
    with world.till() as till:
        me = operators.acting(till)
        earlier = card_money.charge(till, "T0", Fen(100), me, card_money.attached(till))
        card_money.give_back(till, earlier.number, me, card_money.attached(till))
    bank.trouble = trouble
    kill(world, "pos asked")
    with world.till() as till:
        says = ("银行POS 已被要求收款 500.00 元", "结果不明", "不要重复刷卡", "挂单")
        shown = next_start(till, "escape", "f10", "f4", "escape", says=says)
        assert ("500.00" in shown) is bool(charged)
        assert card_money.open_charge(till) is None
        next_start(till, "escape", "f10", "f2", "enter", "enter", says=("挂单",))
        ((item, state),) = journal.bills(till.queue)
        assert state is BillState.SETTLED
        tenders = journal.standing(till.queue, item).tenders
        assert sum(each.amount for each in tenders if each.kind is TenderKind.BANK_CARD) == CARD * charged
        assert unfinished(till) == []
    assert sum(each.amount == CARD for each in bank.charged) == charged
    assert list(world.standing().values()) == [1]


def test_killed_with_the_card_charged_the_money_is_told_and_used_or_given_back(world, bank):
    kill(world, "card charged")
    says = ("银行卡已收 500.00 元", "没有结算", "取出挂单继续结算，或经 POS 退回银行卡")
    with world.till() as till:
        next_start(till, "escape", "ctrl+e", "enter", "enter", says=says)
        assert card_money.held(till) == []
        next_start(till, says=("挂单",))
    assert [each.deal for each in bank.requests] == [Deal.SALE, Deal.VOID]


@pytest.mark.parametrize(
    ("trouble", "state", "says"),
    [
        ({"fault": "delay", "infno": "2207", "seconds": 20}, "settling", "正在结算时中断"),
        ({"fault": "late", "infno": "2207", "seconds": 1}, "in doubt", "待确认"),
    ],
    ids=["settling", "in doubt"],
)
def test_killed_while_it_settles_the_bill_is_shown_and_settles_once(world, trouble, state, says):
    world.trouble(trouble)
    kill(world, state)
    world.trouble()
    with world.till() as till:
        assert any(says in each.zh for each in unfinished(till))
        next_start(till, "escape", says=("不会重复结算",), sends=True)
        assert [state for _, state in journal.bills(till.queue)] == [BillState.SETTLED]
    assert list(world.standing().values()) == [1]


def test_killed_before_the_cash_was_counted_the_amount_is_told_and_noted_once_found(world):
    kill(world, "settled")
    with world.till() as till:
        next_start(
            till, "escape", "ctrl+e", "enter", "enter", says=("应收现金 734.35 元，没有登记收到", "问病人或点钞核对")
        )
        assert unfinished(till) == []
    assert list(world.standing().values()) == [1]


def test_killed_without_the_line_the_provisional_bill_goes_by_itself(world):
    world.trouble({"fault": "down", "infno": "2204", "seconds": 600})
    kill(world, "provisional")
    world.trouble()
    world.centre.line_up()
    with world.till() as till:
        next_start(till, "escape", says=("脱机暂结", "联网后自动上传"), sends=True)
        assert {state for _, state in journal.bills(till.queue)} == {BillState.SETTLED}
    assert set(world.standing().values()) == {1}


def test_killed_before_the_paper_the_slip_is_told_and_printed_without_a_reprint_mark(world, tmp_path):
    printer = PrinterSimulator()
    printer.paper_left = 0
    with Pty(printer, tmp_path / "printer") as plug:
        devices(world, printer=plug.address)
        kill(world, "unprinted")
        printer.load_paper()
        with world.till() as till:
            next_start(till, "escape", "ctrl+e", "enter", says=("结算单没有打出", "请打印后交给病人"))
            assert unfinished(till) == []
    assert printer.cuts == 1
    assert not any("重打" in line for line in printer.lines)


def test_killed_with_a_bill_parked_it_is_taken_up_again(world):
    kill(world, "parked")
    with world.till() as till:
        next_start(till, "escape", "f10", "f2", "enter", "enter", says=("挂单", "2161.00", "取单后继续"))
        assert unfinished(till) == []
    assert list(world.standing().values()) == [1]


@pytest.mark.parametrize("state", ["shift", "counting"])
def test_killed_with_a_shift_open_it_goes_on(world, state):
    kill(world, state)
    with world.till() as till:
        assert "200.00" in next_start(till, "ctrl+w", says=("第 1 班没有交班",))


STAFF = {"0009": Role.MANAGER, "0001": Role.CASHIER, "0002": Role.REVIEWER, "0003": Role.AUDITOR}


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("requested", ("B-1-R1 已申请，等复核签名", "请复核员")),
        ("reviewed", ("B-1-R1 已复核，等稽核签名", "请稽核员")),
        ("audited", ("B-1-R1 三人已签", "在退费屏按回车办理")),
        ("pos asked back", ("银行POS 已被要求退款 500.00 元", "不要重复退款", "账单已撤销，721.85 元还没有退给病人")),
    ],
)
def test_killed_in_each_state_of_a_refund_it_goes_on_where_it_stopped(world, bank, state, says):
    with world.till() as till:
        here = {}
        for number, role in STAFF.items():
            operators.add(till, number, f"演示{number}", [role], by=here.get("0009"), password=f"first-{number}")
            operators.set_password(till, number, f"first-{number}", f"pass-{number}")
            here[number] = operators.login(till, number, operators.Password(f"pass-{number}"))
        pos = card_money.attached(till)
        card_money.charge(till, "B-1", CARD, here["0001"], pos)
        settle(till, claim("B-1", "zhang"), cards=card_money.tenders(till, "B-1"))
    if state == "pos asked back":
        bank.trouble = Trouble.ANSWER_LOST
    kill(world, state, "B-1")
    with world.till() as till:

        async def look(c):
            assert "B-1" not in c.screen, "somebody else's money behind the lock"
            await c.type("0001")
            await c.type("pass-0001")
            await c.until(lambda: all(map(c.says, says)))

        play(desk(till), look)
        if state not in ("audited", "pos asked back"):
            return
        if (doubt := card_money.open_charge(till)) is not None:
            assert card_money.inquire(till, doubt.number, here["0001"], pos).state is Result.APPROVED
        assert refunds.give_back(till, "B-1-R1", here["0001"], pos=pos).state is refunds.RefundState.DONE
        assert unfinished(till) == []
    assert [each.deal for each in bank.requests] == [Deal.SALE, Deal.VOID]
    assert world.standing() == {}
