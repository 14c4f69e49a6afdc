"""The night's work at a desk: when nobody is served, and an alarm on the screen when it fails."""

from datetime import timedelta

from terminal.clock import now
from terminal.counter.settle import settle
from tests.desk.playing import desk, play
from tests.world import AMOXICILLIN, claim


def _tomorrow(world, app_does, every=0.05):
    """A desk that stands idle two days after its only bill."""
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
    with world.till(clock=lambda: now() + timedelta(days=2)) as till:
        play(desk(till, look_after_every=every), app_does)


def test_an_idle_desk_copies_the_store_once_a_night(world):
    copies = world.home / "copies"

    async def script(c):
        await c.until(lambda: list(copies.glob("*/queue.db")) and c.app.till.queue.status().copied)
        assert "无新备份" not in c.screen

    _tomorrow(world, script)
    assert len(list(copies.iterdir())) == 1


def test_a_desk_that_serves_somebody_waits_with_it(world):
    async def script(c):
        await c.type("amxl")
        await c.app._look_after()
        assert not (world.home / "copies").exists()
        await c.press("ctrl+d")
        await c.app._look_after()
        assert (world.home / "copies").exists()

    _tomorrow(world, script, every=3600)


def test_a_copy_that_fails_shows_on_the_screen(world):
    (world.home / "copies").write_bytes(b"in the way")

    async def script(c):
        await c.until(lambda: "无新备份" in c.screen)

    _tomorrow(world, script)
