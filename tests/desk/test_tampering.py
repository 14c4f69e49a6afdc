"""A store that is changed while the desk is open: the desk finds it by itself, says so, and keeps no claim any more."""

import sqlite3
from contextlib import closing

from terminal.counter.checkup import checkup
from terminal.counter.settle import settle
from tests.desk.playing import desk, play
from tests.world import AMOXICILLIN, claim


def test_tampering_with_an_old_bill_raises_an_alarm_at_the_open_desk(world):
    with world.till() as till:
        for n in range(3):
            settle(till, claim(f"B-{n}", "zhang", (AMOXICILLIN, 1)))

    async def script(c):
        assert "账目被改动" not in c.screen
        with closing(sqlite3.connect(world.home / "store" / "queue.db")) as conn, conn:
            conn.execute("UPDATE item SET amount_fen = amount_fen + 1 WHERE key = 'B-1'")
        await c.until(lambda: "账目被改动" in c.screen)
        assert c.app.till.queue.broken()

    with world.till() as till:
        play(desk(till, check_after=0.3), script)
    assert "store_broken" in [check.code for check in checkup(world.home) if not check.ok]


def test_a_sound_store_is_checked_at_the_desk_without_a_word(world):
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))

    async def script(c):
        await c.until(lambda: "verified" in [event.kind for event in c.app.till.queue.events()])
        assert "账目被改动" not in c.screen

    with world.till() as till:
        play(desk(till, check_after=0.1), script)
