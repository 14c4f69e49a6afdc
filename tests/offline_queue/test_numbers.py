"""Message numbers: institution, time, terminal, count; unique for ever, never lower than the last."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offline_queue import Queue
from offline_queue.numbers import PER_SECOND, spell
from tests.offline_queue.world import DESK, START, World

VECTORS = [
    (0, "00"),
    (9, "09"),
    (10, "0A"),
    (35, "0Z"),
    (36, "10"),
    (PER_SECOND - 1, "ZZ"),
]


@pytest.mark.parametrize(("count", "text"), VECTORS)
def test_a_number_is_institution_time_terminal_and_count_in_base_36(count: int, text: str) -> None:
    value = int(START.timestamp()) * PER_SECOND + count
    assert spell(DESK, value) == f"H1101050000120260302090000{'01'}{text}"


@given(st.integers(0, 4_000_000_000 * PER_SECOND), st.integers(1, 4_000_000_000))
def test_a_higher_number_also_sorts_higher_as_text(value: int, more: int) -> None:
    assert spell(DESK, value) < spell(DESK, value + more)


def test_a_second_that_is_spent_rolls_on_to_the_next(world: World) -> None:
    queue = world.queue()
    numbers = [queue.numbers.next() for _ in range(PER_SECOND + 1)]
    assert numbers == sorted(set(numbers))
    assert numbers[-1][12:26] == "20260302090001"


def test_numbers_only_rise_whatever_the_clock_does_and_across_restarts(world: World, seed: int) -> None:
    chance = random.Random(seed)
    seen: list[str] = []
    queue = world.queue()
    for _ in range(200):
        world.time.set(seconds=chance.choice([0, 0, 1, 70, -5, -86400, 400 * 86400]))
        seen += [queue.numbers.next() for _ in range(chance.randrange(3))]
        if chance.random() < 0.2:
            queue = world.queue()
    assert seen == sorted(set(seen))


def test_several_processes_never_share_a_number(world: World) -> None:
    queues: list[Queue] = [world.queue() for _ in range(4)]
    each = {id(queue): [queue.numbers.next() for _ in range(100)] for queue in queues for _ in range(3)}
    assert all(numbers == sorted(numbers) for numbers in each.values())
    taken = [number for numbers in each.values() for number in numbers]
    assert len(set(taken)) == len(taken)


def test_a_number_is_not_much_older_than_its_use(world: World) -> None:
    queue = world.queue()
    queue.numbers.next()
    world.time.pass_(minutes=10)
    assert queue.numbers.next()[12:26] == "20260302091000"


def test_numbers_that_a_wrong_clock_drove_into_the_future_are_told(world: World) -> None:
    queue = world.queue()
    world.time.set(days=365)
    ahead = queue.numbers.next()
    world.time.set(days=-365)
    assert queue.numbers.next() > ahead
    assert queue.status().warnings == ("numbers_ahead",)
