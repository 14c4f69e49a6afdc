"""A drill: marked, scored, and apart from everything real."""

import pytest

from cardio import Monitor
from terminal.counter.office import card_money
from terminal.desk.app import Desk
from terminal.desk.boards.drill import DrillBoard
from terminal.desk.drill import FAULTS, PATIENTS, PRANKS, drill
from terminal.money import Fen
from terminal.peripherals.bankpos.linked import LinkedPos
from terminal.peripherals.bankpos.port import Result
from terminal.peripherals.lamp import Device, Lamp
from tests.desk.playing import play


def test_a_drill_is_marked_scored_and_cannot_reach_a_real_centre():
    with drill() as (played, find):
        assert played.till.settings.centre.endpoint.startswith("http://127.0.0.1:")
        home = played.till.home

        async def script(c):
            assert c.app.charge.has_class("drill")
            await c.press("ctrl+n", "down", "enter", "escape")
            await c.until(lambda: c.app.charge.sale.who is not None or not c.app.charge.busy)
            if c.app.charge.sale.who is None:
                await c.press("f6")
            await c.type("20*amxl")
            played.centre.line_down()
            await c.press("f2")
            await c.press("enter")
            await c.press("ctrl+n")
            assert played.score().served == played.score().waiting == 1
            assert "成绩" in c.screen
            played.centre.line_up()
            await c.press("escape", "ctrl+u")
            score = played.score()
            assert (score.served, score.waiting, score.lost, score.doubled) == (1, 0, 0, 0)

        app = Desk(played.till, find, monitor=Monitor(played.port), drill=played, forward_every=3600)
        play(app, script)
    assert not home.exists()


async def do(c, word):
    """Presses Enter on a fault of the trainer's board."""
    await c.press("ctrl+n")
    assert isinstance(c.app.screen, DrillBoard)
    place = 1 + len(PATIENTS) + [*FAULTS, *PRANKS].index(word)
    await c.press(*["down"] * place, "enter", "escape")


@pytest.mark.parametrize(
    ("broken", "mended", "device", "lamp"),
    [
        ("paper_out", "paper_in", Device.PRINTER, Lamp.FAULT),
        ("display_out", "display_in", Device.DISPLAY, Lamp.ABSENT),
    ],
)
def test_a_device_fails_on_demand_and_its_lamp_says_so(broken, mended, device, lamp):
    with drill() as (played, find):

        async def script(c):
            for word, expected in ((broken, lamp), (broken, lamp), (mended, Lamp.OK), (mended, Lamp.OK)):
                await do(c, word)
                await c.until(lambda: c.app.devices.health[device].lamp is expected)  # noqa: B023 - awaited at once

        play(Desk(played.till, find, monitor=Monitor(played.port), drill=played, forward_every=3600), script)


def test_the_answer_of_the_pos_is_lost_on_demand_once():
    with drill() as (played, find):

        async def script(c):
            await do(c, "pos_answer_lost")
            pos = LinkedPos(c.app.devices.pos.outlet, patience=0.4, inquiry_patience=0.4)
            charge = card_money.charge(played.till, "B-1", Fen(100), c.app.acting, pos)
            assert charge.state is Result.IN_DOUBT
            assert [each.amount for each in played.props.pos.charged] == [100]
            assert card_money.inquire(played.till, charge.number, c.app.acting, pos).state is Result.APPROVED

        play(Desk(played.till, find, monitor=Monitor(played.port), drill=played, forward_every=3600), script)
