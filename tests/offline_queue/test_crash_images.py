"""The write-ahead log torn behind the last acknowledged commit, in four ways: a whole prefix is always left."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from offline_queue import Queue
from offline_queue.vocabulary import Kind, State
from tests.offline_queue.world import DESK, World

SECTOR = 512


def _cut(log: bytearray, start: int, chance: random.Random) -> None:
    del log[chance.randrange(start, len(log) + 1) :]


def _zero(log: bytearray, start: int, chance: random.Random) -> None:
    for sector in range(start, len(log), SECTOR):
        if chance.random() < 0.5:
            log[sector : sector + SECTOR] = bytes(len(log[sector : sector + SECTOR]))


def _flip(log: bytearray, start: int, chance: random.Random) -> None:
    for _ in range(chance.randrange(1, 20)):
        if start < len(log):
            log[chance.randrange(start, len(log))] ^= 1 << chance.randrange(8)


def _scramble(log: bytearray, start: int, chance: random.Random) -> None:
    at = chance.randrange(start, len(log) + 1)
    log[at:] = chance.randbytes(len(log) - at)


DAMAGE = [_cut, _zero, _flip, _scramble]


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_every_acknowledged_commit_survives_and_at_most_one_more(
    world: World, seed: int, size: Callable[[int, int], int], damage: Callable[[bytearray, int, random.Random], None]
) -> None:
    chance = random.Random(seed)
    queue = world.queue()
    log = world.folder / "queue.db-wal"
    lengths = [log.stat().st_size]
    for _ in range(20):
        queue.record(world.bill(kind=Kind.ADVICE, payload=chance.randbytes(chance.randrange(3000))))
        lengths.append(log.stat().st_size)
    assert lengths == sorted(lengths)
    stored, whole = (world.folder / "queue.db").read_bytes(), log.read_bytes()

    image = world.folder.with_name("image")
    for _ in range(size(1500, 15000) // len(DAMAGE)):
        acknowledged = chance.randrange(20)
        image.mkdir()
        torn = bytearray(whole[: lengths[acknowledged + 1]])
        damage(torn, lengths[acknowledged], chance)
        (image / "queue.db").write_bytes(stored)
        (image / "queue.db-wal").write_bytes(torn)
        _check(world, image, acknowledged)
        shutil.rmtree(image)


def _check(world: World, image: Path, acknowledged: int) -> None:
    with Queue.open(image, identity=DESK, keys=world.keys, clock=world.time.clock) as queue:
        keys = [item.key for item in queue.items(State)]
        assert keys == [f"zhang-{n + 1}" for n in range(len(keys))]
        assert acknowledged <= len(keys) <= acknowledged + 1
        assert queue.verify().intact


def test_the_surgeon_bites_a_log_whose_acknowledged_part_is_hurt(world: World) -> None:
    """The harness must be able to fail: damage before the acknowledged end does lose records."""
    queue = world.queue()
    for _ in range(5):
        queue.record(world.bill(kind=Kind.ADVICE))
    log = world.folder / "queue.db-wal"
    torn = bytearray(log.read_bytes())
    _cut(torn, len(torn) // 2, random.Random(1))
    image = world.folder.with_name("image")
    image.mkdir()
    (image / "queue.db").write_bytes((world.folder / "queue.db").read_bytes())
    (image / "queue.db-wal").write_bytes(torn[: len(torn) // 2])
    with pytest.raises((AssertionError, sqlite3.Error)):
        _check(world, image, 5)
