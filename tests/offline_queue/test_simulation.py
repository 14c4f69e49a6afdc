"""Thousands of outages, each from one seed: nothing lost, nothing doubled, everything ends; and the harness bites."""

from collections import Counter
from collections.abc import Callable

import pytest

from offline_queue import items, outcomes
from offline_queue.vocabulary import OutcomeClass, State, Step
from tests.offline_queue.faulty import PAIRS, Fault
from tests.offline_queue.simulation import Story

CHAPTERS = range(4)
"""The campaign in pieces, so that several cores share it."""


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_no_story_loses_or_doubles_and_every_fault_meets_every_state(
    chapter: int, seed: int, size: Callable[[int, int], int]
) -> None:
    met: Counter[tuple[State, Fault]] = Counter()
    stories = size(2_000, 200_000) // len(CHAPTERS)
    for n in range(4 * stories):  # a rare pair may need more than a chapter of a small campaign
        if n >= stories and met.keys() >= PAIRS:
            break
        story = seed + n * len(CHAPTERS) + chapter
        try:
            Story(story, met).tell()
        except AssertionError as failure:
            raise AssertionError(f"YIBAO_SEED={story - chapter} replays: {failure}") from failure
    assert PAIRS - met.keys() == set()


def _broken(monkeypatch: pytest.MonkeyPatch, variant: str) -> dict[str, bool]:
    """Known ways to build a queue that loses or doubles; each is data put in the place of ours."""
    if variant == "synchronous=NORMAL":
        return {"lies": True}
    if variant == "resend on time-out":
        monkeypatch.setitem(outcomes.STEPS, OutcomeClass.IN_DOUBT, Step.NOT_SENT)
    if variant == "delete on get":
        monkeypatch.setattr(items, "TRANSITIONS", items.TRANSITIONS | {(State.SENDING, Step.DOUBT): State.ACCEPTED})
    return {}


@pytest.mark.parametrize("variant", ["synchronous=NORMAL", "resend on time-out", "delete on get"])
def test_a_queue_built_wrongly_is_caught(monkeypatch: pytest.MonkeyPatch, variant: str) -> None:
    options = _broken(monkeypatch, variant)
    caught = 0
    for story in range(40):
        try:
            Story(story, Counter(), **options).tell()
        except AssertionError:
            caught += 1
    assert caught >= 3
