"""Thousands of outages, each from one seed: nothing lost, nothing doubled, everything ends; and the harness bites."""

from collections import Counter
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from offline_queue import book, bundle, items, outcomes, upkeep
from offline_queue.archives import Archives
from offline_queue.book import Book
from offline_queue.datakeys import DataKeys, LocalWrapping
from offline_queue.faults import QueueFault
from offline_queue.hub import end
from offline_queue.hub.words import Receipt
from offline_queue.vocabulary import Finding, OutcomeClass, State, Step
from tests.conftest import SOAK
from tests.offline_queue.faulty import CHORES, PAIRS, Chore, Fault
from tests.offline_queue.simulation import Story

CHAPTERS = range(200 if SOAK else 4)
"""The campaign in pieces, so that several cores share it, and a night that ends early still tells what it saw."""
SEEDS = 2_000
TRANSACTIONS = 1_000_000


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_story_loses_or_doubles_and_every_fault_meets_every_state(
    chapter: int, seed: int, size: Callable[[int, int], int], tell: Callable[[str], None]
) -> None:
    met: Counter[tuple[State | Chore, Fault]] = Counter()
    stories, transactions = (whole // len(CHAPTERS) for whole in (size(SEEDS, 0), size(0, TRANSACTIONS)))
    told = counted = 0
    while told < stories or counted < transactions or not met.keys() >= PAIRS | CHORES:
        assert told < 4 * SEEDS, f"never met: {(PAIRS | CHORES) - met.keys()}"
        story = Story(seed + chapter + told * len(CHAPTERS), met)
        try:
            story.tell()
        except BaseException as failure:
            tell(f"YIBAO_SEED={story.seed} replays {failure!r}")
            raise
        told += 1
        counted += story.transactions
    tell(f"{told} seeds from {seed + chapter} by {len(CHAPTERS)}, {counted} transactions")


def _unheld(held: Book, actor: str) -> Iterator[tuple[int, bundle.Carried]]:
    """An export that leaves the items free to be sent here as well."""
    for item in held.items.in_states([State.RECORDED]):
        yield item.id, bundle._carried(item, held.contents(item), None)


def _hasty(keys: DataKeys) -> tuple[LocalWrapping, int]:
    """A key change that lets go of the key before when the store still has its wrappings."""
    fresh, count = RENEW(keys)
    fresh.kept()
    return fresh, count


RENEW = DataKeys.renew
BROKEN: dict[str, tuple[Any, str, object]] = {
    "resend on time-out": (outcomes, "STEPS", outcomes.STEPS | {OutcomeClass.IN_DOUBT: Step.NOT_SENT}),
    "delete on get": (items, "TRANSITIONS", items.TRANSITIONS | {(State.SENDING, Step.DOUBT): State.ACCEPTED}),
    "a restored store sends what was open": (book, "OPEN", ()),
    "an export holds nothing": (bundle, "_hold", _unheld),
    "an unfinished export is forgotten": (bundle, "unfinished", lambda book: []),
    "a bundle is taken in twice": (bundle, "known_item", lambda book, new: None),
    "archives are not read": (Archives, "_find", lambda archives, table, id, names: None),
    "days are erased whatever is owed": (upkeep, "State", SimpleNamespace(ACCEPTED=State.REFUSED)),
    "old key gone before the new one counts": (DataKeys, "renew", _hasty),
}
"""Known ways to build a queue that loses or doubles; each is put in the place of ours."""
BROKEN_HUB: dict[str, tuple[Any, str, object]] = {
    "what a hub has is settled": (end, "_ENDS", dict.fromkeys(State, (OutcomeClass.ACCEPTED, Finding.FOUND_EQUAL))),
    "a hub put back is believed": (Receipt, "memory", b""),
}
"""The same of a hub; every site has one then."""


@pytest.mark.parametrize("variant", [*BROKEN, *BROKEN_HUB, "synchronous=NORMAL"])
def test_a_queue_built_wrongly_is_caught(monkeypatch: pytest.MonkeyPatch, variant: str) -> None:
    built = BROKEN | BROKEN_HUB
    if variant in built:
        monkeypatch.setattr(*built[variant])
    for story in range(300):
        try:
            Story(story, Counter(), lies=variant not in built, hubs=1.0 if variant in BROKEN_HUB else 0.0).tell()
        except (AssertionError, QueueFault):
            return
    raise AssertionError("nobody noticed")


@pytest.mark.parametrize("kept", [429, 684])
def test_a_story_in_which_a_hub_was_put_back_and_settled_bills_again(kept: int) -> None:
    Story(kept, Counter()).tell()


@pytest.mark.parametrize("kept", [20278945, 20514548])
def test_a_story_in_which_an_archive_took_the_name_of_another(kept: int) -> None:
    Story(kept, Counter()).tell()


def test_a_seed_tells_the_same_story_again(seed: int) -> None:
    told = []
    for story in (Story(seed, Counter()), Story(seed, Counter())):
        story.tell()
        told.append((story.time.wall, story.transactions, story.met, list(story.far.effects.items())))
    assert told[0] == told[1]
