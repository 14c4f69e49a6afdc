"""Keys typed faster than the desk draws: none is lost, none acts on another screen, none agrees to what nobody saw.

``burst`` has every key there before the first has done anything, as on a machine that is slow.
"""

import asyncio
import time
from contextlib import closing

import pytest
from textual.events import Key
from textual.widgets import Input

from terminal.counter.consent import Consent
from terminal.counter.office import operators, refunds, shifts
from terminal.counter.office.owed import owed
from terminal.counter.office.register import read
from terminal.counter.office.roles import Role
from terminal.counter.sale import Sale
from terminal.counter.words import Language
from terminal.desk import ahead
from terminal.desk.app import _BOARDS, Desk
from terminal.desk.dialogs import Ask, Prompt, Text
from terminal.desk.keys import PROFILES
from terminal.desk.lock import LockScreen
from terminal.desk.still import Search
from terminal.desk.words import say
from terminal.money import Fen
from tests.desk.playing import desk, play, stock
from tests.desk.scenes import fill
from tests.world import World

SLOW = 0.3
"""Seconds that a thing takes when it is slowed."""


@pytest.fixture
def staffed(till):
    operators.add(till, "0009", "演示主管", [Role.MANAGER], by=None, password="pass-of-0009")
    manager = operators.login(till, "0009", operators.Password("pass-of-0009"))
    operators.add(till, "0001", "演示0001", [Role.CASHIER], by=manager, password="first-0001")
    operators.set_password(till, "0001", "first-0001", "pass-0001")
    return till


@pytest.fixture
def told(monkeypatch):
    """What came up in the corner of the screen."""
    told = []
    monkeypatch.setattr(Desk, "notify", lambda _, text, **more: told.append(text))
    return told


def slowed(work):
    def slow(*given, **named):
        time.sleep(SLOW)
        return work(*given, **named)

    return slow


def test_a_password_typed_at_once_behind_the_number_lands_in_its_own_field(staffed):
    async def script(c):
        await c.burst(*"0001", "enter", *"pass-0001")
        assert [field.value for field in c.app.screen.query(Input)] == ["0001", "pass-0001", ""]
        await c.press("enter")
        await c.until(lambda: c.app.screen is c.app.charge)

    play(desk(staffed), script)


def test_who_locks_and_types_on_loses_no_digit_and_none_lands_in_the_bill(staffed):
    async def script(c):
        await c.burst(*"0001", "enter", *"pass-0001", "enter")
        await c.until(lambda: c.app.screen is c.app.charge)
        await c.burst("ctrl+l", *"0001", "enter", *"pass-0001")
        assert [field.value for field in c.app.screen.query(Input)] == ["0001", "pass-0001", ""]
        assert c.app.charge.query_one("#search", Input).value == ""

    play(desk(staffed), script)


def test_what_is_typed_behind_the_password_is_for_the_desk_that_opens(staffed, monkeypatch):
    monkeypatch.setattr("terminal.desk.lock.login", slowed(operators.login))

    async def script(c):
        await c.burst(*"0001", "enter", *"pass-0001", "enter", "ctrl+w", "o", *"200", "enter")
        await c.until(lambda: shifts.current(staffed) is not None)
        assert not isinstance(c.app.screen, LockScreen)

    play(desk(staffed), script)
    assert shifts.report(staffed).expected == 200_00


def test_a_shift_is_opened_by_keys_that_were_all_there_before_its_board(till):
    async def script(c):
        await c.burst("ctrl+w", "o", *"200", "enter")
        await c.until(lambda: shifts.current(till) is not None)

    play(desk(till), script)
    assert shifts.report(till).expected == 200_00


def test_a_form_of_three_fields_is_filled_in_one_go(staffed):
    async def script(c):
        await c.burst(*"0001", "enter", *"pass-0001", "enter")
        await c.until(lambda: c.app.screen is c.app.charge)
        await fill(c)
        await c.press("f2", "enter", "enter")
        bill = c.app.charge.sale.bill
        await c.burst("f8", "n", *bill, "enter", *"wrong drug", "enter", "enter")
        await c.until(lambda: isinstance(c.app.screen, Ask))
        await c.press("enter")
        await c.until(lambda: bool(refunds.refunds(staffed)))
        (refund,) = refunds.refunds(staffed).values()
        assert (refund.bill, refund.requested.reason) == (bill, "wrong drug")

    play(desk(staffed), script)


def test_lines_scanned_while_the_card_is_read_are_in_the_bill_in_their_order(till):
    async def script(c):
        c.app.read = slowed(c.app.read)
        await c.burst("f6", *"2*amxl", "enter", *"8*xbct", "enter", *"wss", "enter")
        await c.until(lambda: len(c.app.charge.sale.lines) == 3)
        assert c.app.charge.sale.who is not None
        assert [line.sn for line in c.app.charge.sale.lines] == [1, 2, 3]
        assert [str(line.quantity) for line in c.app.charge.sale.lines] == ["2", "8", "1"]

    play(desk(till), script)


def test_a_line_for_the_next_patient_is_not_wiped_with_the_last_ones_bill(till, monkeypatch):
    monkeypatch.setattr(Sale, "let_go", slowed(Sale.let_go))

    async def script(c):
        await fill(c)
        await c.press("f2", "enter", "enter")
        await c.burst("f12", *"2*amxl", "enter")
        await c.until(lambda: len(c.app.charge.sale.lines) == 1)
        assert c.app.charge.sale.settled is None

    play(desk(till), script)


def test_a_line_entered_while_the_bill_is_worked_out_stays_in_its_field_and_is_told(till, world):
    world.trouble({"fault": "delay", "infno": "2206", "seconds": 2})

    async def script(c):
        await fill(c)
        await c.hit("f5")
        await c.burst(*"amxl", "enter")
        assert c.app.charge.query_one("#search", Input).value == "amxl"
        assert len(c.app.charge.sale.lines) == 3
        await c.press("enter")
        assert len(c.app.charge.sale.lines) == 4

    play(desk(till), script)


def test_enter_typed_ahead_agrees_to_nothing_and_counts_no_cash(till, world):
    async def script(c):
        await fill(c)
        await c.burst("f2", "enter", "enter", "enter")
        await c.until(lambda: isinstance(c.app.screen, Ask))
        await c.rest()
        assert isinstance(c.app.screen, Ask)
        assert list(read(till, Consent)) == []
        await c.burst("enter", *"800", "enter")
        await c.until(lambda: isinstance(c.app.screen, Prompt))
        await c.rest()
        assert c.app.charge.received is None
        await c.type("800")
        assert c.app.charge.received == 800_00

    play(desk(till), script)
    assert list(world.standing().values()) == [1]


@pytest.mark.parametrize(("window", "before"), [(Ask, ["f2"]), (Prompt, ["f2", "enter"])])
def test_enter_hit_while_consent_or_cash_is_being_drawn_is_told_and_not_taken(till, told, monkeypatch, window, before):
    compose = window.compose

    def hit(made):
        key = Key("enter", "\r")
        key.set_sender(made.app)  # as a driver does
        made.app.post_message(key)
        return compose(made)

    async def script(c):
        await fill(c)
        monkeypatch.setattr(window, "compose", hit)
        await c.press(*before)
        assert isinstance(c.app.screen, window) and c.app.charge.received is None
        assert told == [say("too_early", Language.ZH)]

    play(desk(till), script)


def test_a_debt_nobody_has_seen_is_not_paid_by_a_key_typed_ahead(tmp_path, told):
    async def script(c):
        await fill(c)
        c.world.centre.line_down()
        await c.press("f2", "enter")
        await c.type("2200")
        await c.type("")
        c.world.centre.line_up()
        await c.press("ctrl+u")
        await c.burst("ctrl+y", "enter", "enter")
        assert told == [say("too_early", Language.ZH)]
        (due,) = owed(c.app.till)
        await c.press("enter")
        assert f"已退还 {Fen(-due.amount)}" in c.screen

    with closing(World(tmp_path, offline={"on_outage": "full_payment"})) as world:
        stock(world.home)
        with world.till() as till:
            play(desk(till), script, world)
            assert owed(till) == []


@pytest.mark.parametrize("action", [action for action in _BOARDS if action != "drill"])
def test_a_board_closed_before_it_is_drawn_leaves_the_line_where_it_was(till, action):
    key = PROFILES["default"][action].partition(",")[0]

    async def script(c):
        await c.burst(key, "escape", *"amxl", "enter")
        await c.until(lambda: c.app.screen is c.app.charge and bool(c.app.charge.sale.lines))

    play(desk(till), script)


def test_help_opened_in_a_form_takes_no_letter_from_it(till):
    async def script(c):
        await c.burst("ctrl+w", "o", *"2", "f1", "escape", *"00", "enter")
        await c.until(lambda: shifts.current(till) is not None)
        assert not isinstance(c.app.screen, Text)

    play(desk(till), script)
    assert shifts.report(till).expected == 200_00


def test_a_field_that_goes_with_its_key_does_not_take_the_keyboard_along(till, monkeypatch):
    monkeypatch.setattr(ahead, "_LOST", 0.1)
    post, lost = Search.post_message, []

    def gone(field, message):
        if isinstance(message, ahead.Followed) and not lost:
            lost.append(message)
            return True
        return post(field, message)

    async def script(c):
        monkeypatch.setattr(Search, "post_message", gone)
        await c.hit("a")
        await asyncio.sleep(0.2)
        await c.hit("m", "x")
        await c.rest()
        assert lost and c.app.charge.query_one("#search", Input).value == "amx"

    play(desk(till), script)
