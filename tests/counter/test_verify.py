"""The chain is checked against the ends that were printed, with the terminal's keys or with the file alone."""

import sqlite3

import pytest

from terminal.counter.settle import settle
from tests.world import AMOXICILLIN, World, claim


@pytest.mark.parametrize("how", [(), ("--without-keys",)])
def test_a_printed_end_shows_that_the_chain_was_cut_off(world: World, how: tuple[str, ...]) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        end = till.queue.anchor()
    printed = ("--anchor", f"{end.seq}:{end.short}", "--json")
    code, (found,), _ = world.run("queue", "verify", *how, *printed)
    assert (code, found["keys"], found["traces"]) == (0, not how, [])
    later = ("--anchor", f"{end.seq + 1}:{end.short}", "--json")
    code, (found,), _ = world.run("queue", "verify", *how, *later)
    assert code == 5
    assert [trace["what"] for trace in found["traces"]] == ["cut_off"]
    assert world.run("queue", "verify", *how, "--anchor", "nothing")[0] == 2


def test_without_keys_a_changed_event_is_named(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
    with sqlite3.connect(world.home / "store" / "queue.db") as conn:
        conn.execute("UPDATE event SET actor = 'somebody' WHERE seq = 2")
    code, (found,), _ = world.run("queue", "verify", "--without-keys", "--json")
    assert code == 5
    assert "event_changed" in [trace["what"] for trace in found["traces"]]
