"""A drill: marked, scored, and apart from everything real."""

from cardio import Monitor
from terminal.desk.app import Desk
from terminal.desk.drill import drill
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
