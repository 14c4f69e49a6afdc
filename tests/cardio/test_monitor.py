"""The event loop: every change is told once, in order, whatever the service does."""

import threading
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from cardio.monitor import CardEvent, EventKind, Monitor, watch
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.quirks import Quirk

READER = VirtualPort.READER


def take(monitor: Monitor, count: int) -> list[tuple[EventKind, str]]:
    return [(event.kind, event.reader) for event in islice(monitor, count)]


@pytest.fixture
def port() -> VirtualPort:
    return VirtualPort()


@pytest.fixture
def monitor(port: VirtualPort) -> Iterator[Monitor]:
    with Monitor(port) as monitor:
        assert take(monitor, 1) == [(EventKind.READER_ADDED, READER)]
        yield monitor


def test_a_card_comes_and_goes(port: VirtualPort, monitor: Monitor) -> None:
    port.insert(card("zhang"))
    assert take(monitor, 1) == [(EventKind.CARD_IN, READER)]
    port.remove()
    assert take(monitor, 1) == [(EventKind.CARD_OUT, READER)]


def test_a_swap_for_a_card_with_the_same_atr_is_an_out_and_an_in(port: VirtualPort, monitor: Monitor) -> None:
    port.insert(card("zhang"))
    take(monitor, 1)
    port.swap(card("zhang"))
    assert take(monitor, 2) == [(EventKind.CARD_OUT, READER), (EventKind.CARD_IN, READER)]


def test_two_insertions_are_two_generations(port: VirtualPort, monitor: Monitor) -> None:
    events: Iterator[CardEvent] = iter(monitor)
    port.insert(card("zhang"))
    first = next(events)
    port.swap(card("zhang"))
    _, second = next(events), next(events)
    assert first.generation != second.generation
    assert first.atr == second.atr


def test_a_reader_that_is_unplugged_takes_its_card_along(port: VirtualPort, monitor: Monitor) -> None:
    port.insert(card("li"))
    take(monitor, 1)
    port.unplug(READER)
    assert take(monitor, 2) == [(EventKind.CARD_OUT, READER), (EventKind.READER_REMOVED, READER)]
    port.plug("Other Reader")
    assert take(monitor, 1) == [(EventKind.READER_ADDED, "Other Reader")]


def test_a_mute_card_is_told_as_mute(port: VirtualPort, monitor: Monitor) -> None:
    port.insert(card("li", quirks=[Quirk.MUTE]))
    assert next(iter(monitor)).mute


def test_the_service_going_away_and_coming_back_is_told_once_each(port: VirtualPort, monitor: Monitor) -> None:
    port.insert(card("zhang"))
    take(monitor, 1)
    port.stop_service()
    assert take(monitor, 3) == [
        (EventKind.CARD_OUT, READER),
        (EventKind.READER_REMOVED, READER),
        (EventKind.SERVICE_LOST, ""),
    ]
    time.sleep(0.25)
    port.start_service()
    assert take(monitor, 3) == [
        (EventKind.SERVICE_FOUND, ""),
        (EventKind.READER_ADDED, READER),
        (EventKind.CARD_IN, READER),
    ]


def test_watching_starts_without_a_service(port: VirtualPort) -> None:
    port.stop_service()
    with Monitor(port) as monitor:
        assert take(monitor, 1) == [(EventKind.SERVICE_LOST, "")]
        port.start_service()
        assert take(monitor, 2) == [(EventKind.SERVICE_FOUND, ""), (EventKind.READER_ADDED, READER)]


def test_watch_ends_within_50_ms_of_its_stop(port: VirtualPort) -> None:
    """Bounded ten times looser, for a busy machine."""
    stop, seen = threading.Event(), threading.Event()
    watching = threading.Thread(target=watch, args=(lambda event: seen.set(), stop, port))
    watching.start()
    assert seen.wait(1)
    time.sleep(0.1)
    before = time.monotonic()
    stop.set()
    watching.join(1)
    assert time.monotonic() - before < 0.5
