"""Through the real pcscd: cards pulled at any moment, swapped for twins, the daemon killed under the reading."""

import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import islice
from statistics import median

import pytest

from cardio import CardFault, CardReading, EventKind, Monitor, read_card
from cardio.faults import CardMute, CardRemoved, CardReset, TransmitFailed
from cardio.monitor import CardEvent
from cardio.pcsc import PcscPort
from cardio.port import Leave
from cardio.session import open_session, state_of, wait_for_card
from cardio.virtual.daemon import NAMES, Daemon
from cardio.virtual.hsm import key_service
from cardio.virtual.persons import PERSONS, card
from cardio.virtual.psam import VirtualPsam
from cardio.virtual.quirks import Quirk

from .conftest import wait_until_empty

pytestmark = pytest.mark.pcscd


def read_when_there(timeout: float = 3.0) -> CardReading:
    return read_card(NAMES[0], timeout=timeout)


@pytest.mark.parametrize("quirk", [Quirk.ALWAYS_6C, Quirk.NO_WHOLE_FILE, Quirk.SSSE_MISSING])
def test_t0_with_61_and_6c_and_the_ways_around_them(daemon: Daemon, quirk: Quirk) -> None:
    daemon.readers[0].insert(card("zhang", quirks=[quirk]))
    assert read_when_there().social_security_number == "111111198101011110"


@pytest.mark.parametrize("contactless", [False, True])
def test_a_3_0_card_is_opened_by_a_key_service(daemon: Daemon, contactless: bool) -> None:
    daemon.readers[0].insert(card("zhang", "3.0", contactless=contactless))
    with key_service() as url:
        reading = read_card(NAMES[0], timeout=3, hsm=url)
    assert (reading.version, reading.name, reading.missing) == ("3.00", "张三", ())


def test_another_program_has_to_wait_while_a_key_service_thinks(daemon: Daemon) -> None:
    chip = card("zhang", "3.0")
    daemon.readers[0].insert(chip)
    context = PcscPort().establish()
    wait_for_card(context, NAMES[0], 3)
    other = context.connect(NAMES[0])
    with key_service(thinks=1.0) as url, ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read_card, NAMES[0], timeout=3, hsm=url)
        while not any(command[1] == 0x88 for command in chip.commands):
            time.sleep(0.01)
        with suppress(CardReset):  # what was opened is closed behind the reading
            other.transmit(bytes.fromhex("00A40000023F00"))
        assert reading.result(0.5).name == "张三"
    other.close(Leave.AS_IS)
    context.release()


def test_a_3_0_card_is_opened_by_a_psam_in_the_second_slot(daemon: Daemon) -> None:
    daemon.readers[1].insert(VirtualPsam())
    daemon.readers[0].insert(card("zhang", "3.0"))
    context = PcscPort().establish()
    wait_for_card(context, NAMES[1], 3)
    context.release()
    reading = read_card(timeout=3, psam="00 01")
    assert (reading.name, reading.terminal) == ("张三", "110100000001")


def test_a_card_pulled_at_every_exchange_in_turn_is_never_half_read(daemon: Daemon) -> None:
    whole = card("zhang")
    daemon.readers[0].insert(whole)
    read_when_there()
    for index in range(len(whole.commands)):
        daemon.readers[0].remove()
        wait_until_empty(NAMES)
        torn = card("zhang", torn_at=index)
        daemon.readers[0].insert(torn)
        with pytest.raises((TransmitFailed, CardRemoved)):
            read_when_there()
        assert len(torn.commands) == index + 1


def test_a_held_card_that_was_swapped_answers_no_more(daemon: Daemon) -> None:
    daemon.readers[0].insert(card("zhang"))
    context = PcscPort().establish()
    state = wait_for_card(context, NAMES[0], 3)
    with pytest.raises((CardRemoved, TransmitFailed)), open_session(context, state) as session:
        daemon.readers[0].swap(card("zhang"))
        session.alive()
        while state_of(context, NAMES[0]).counter == state.counter:
            time.sleep(0.01)
        session.alive()
    context.release()


def test_a_mute_card_is_said_to_be(daemon: Daemon) -> None:
    daemon.readers[0].insert(card("zhang", quirks=[Quirk.MUTE]))
    with pytest.raises(CardMute):
        read_when_there()


def next_of(events: Iterator[CardEvent], kind: EventKind) -> CardEvent:
    return next(event for event in events if event.kind is kind)


def test_a_swap_within_20_ms_for_a_card_with_the_same_atr_is_always_seen(
    daemon: Daemon, size: Callable[[int, int], int]
) -> None:
    """Both readers at once; the cards are held, as they are while somebody works with them."""
    context, seen, held, took = PcscPort().establish(), [], [], []
    with Monitor() as monitor:
        events = iter(monitor)
        for reader in daemon.readers:
            reader.insert(card("zhang"))
        for _ in range(0, size(25, 500), 2):
            arrived = [next_of(events, EventKind.CARD_IN) for _ in NAMES]
            seen += arrived
            held = [context.connect(event.reader) for event in arrived]
            for reader in daemon.readers:
                before = time.monotonic()
                reader.swap(card("zhang"))
                took.append(time.monotonic() - before)
            gone = [next_of(events, EventKind.CARD_OUT) for _ in NAMES]
            assert {event.generation for event in gone} == {event.generation for event in arrived}
            for handle in held:
                with pytest.raises((CardRemoved, TransmitFailed)):
                    handle.alive()
                handle.close(Leave.AS_IS)
    context.release()
    assert len({event.generation for event in seen}) == len(seen)
    assert len({event.atr for event in seen}) == 1
    assert median(took) < 0.02


def test_insertion_to_reading_takes_a_tenth_of_a_second_beyond_the_daemons_own_time(daemon: Daemon) -> None:
    """Bounded ten times looser, for a busy machine."""
    with Monitor() as monitor:
        events = iter(monitor)
        daemon.readers[0].insert(card("zhang"))
        next_of(events, EventKind.CARD_IN)
        before = time.monotonic()
        line = read_when_there().line38()
        assert time.monotonic() - before < 1.0
    assert line.count("|") == 11


def test_a_daemon_killed_under_the_reading_is_recovered_from_within_3_s(
    daemon: Daemon, size: Callable[[int, int], int]
) -> None:
    people = list(PERSONS)
    for round_ in range(size(5, 50)):
        who = people[round_ % len(people)]
        daemon.readers[0].insert(card(who))
        read_when_there()
        killer = threading.Timer(0.003 * (round_ % 7), daemon.kill)
        killer.start()
        while killer.is_alive():
            try:
                assert read_card(NAMES[0]).name == PERSONS[who].name
            except CardFault as fault:
                assert fault.zh.format(**fault.data)
        killer.join()
        daemon.start()
        other = people[(round_ + 1) % len(people)]
        before = time.monotonic()
        daemon.readers[0].insert(card(other))
        assert read_when_there().name == PERSONS[other].name
        assert time.monotonic() - before < 3
        daemon.readers[0].remove()
        wait_until_empty(NAMES)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_the_watch_tells_of_an_ended_daemon_and_finds_the_next_one(daemon: Daemon, how: signal.Signals) -> None:
    with Monitor() as monitor:
        events = iter(monitor)
        assert [event.kind for event in islice(events, 2)] == [EventKind.READER_ADDED] * 2
        daemon.kill(how)
        assert next(event for event in events if event.kind is EventKind.SERVICE_LOST).zh
        daemon.start()
        before = time.monotonic()
        daemon.readers[0].insert(card("li"))
        next_of(events, EventKind.CARD_IN)
        assert time.monotonic() - before < 3
    assert read_when_there().name == "李测试"


def test_an_idle_watch_costs_under_a_thousandth_of_a_core_and_stops_at_once(daemon: Daemon) -> None:
    """Bounded ten times looser, for a busy machine."""
    with Monitor() as monitor:
        list(islice(monitor, 2))
        before = resource.getrusage(resource.RUSAGE_SELF)
        time.sleep(2)
        after = resource.getrusage(resource.RUSAGE_SELF)
        begin = time.monotonic()
    assert time.monotonic() - begin < 0.5
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2 * 0.01
