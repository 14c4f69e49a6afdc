"""Watching the readers: one thread, our own loop, events into a queue.

Ready-made monitors tell cards apart by ATR and die with the daemon; two social-security cards can have one ATR, and a
wrong patient is not a risk to take. So presence is decided from the reader's insertion counter alone, and a service
that is away is a state, not an end.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from enum import StrEnum
from queue import SimpleQueue

import msgspec

from cardio.faults import CardFault
from cardio.pcsc import PcscPort
from cardio.port import Context, Generation, Port, ReaderState, WaitCancelled

LONGEST_WAIT = 5.0
"""Seconds; bounds how long a reader goes unnoticed where the service cannot announce new ones."""
BACK_OFF = (0.1, 2.0)
"""Seconds between attempts to find the service: the first, the longest."""
SPIN_TIME, SPIN_ROUNDS, SPIN_PAUSE = 0.05, 10, 1.0
"""A wait that returns at once without news so many times running is a broken service; then the loop pauses."""

log = logging.getLogger(__name__)


class EventKind(StrEnum):
    """What happened at the readers."""

    SERVICE_LOST = "service_lost"
    SERVICE_FOUND = "service_found"
    READER_ADDED = "reader_added"
    READER_REMOVED = "reader_removed"
    CARD_IN = "card_in"
    CARD_OUT = "card_out"


class CardEvent(msgspec.Struct, frozen=True):
    """One event. ``counter`` and ``boot`` tell two insertions apart, ``mute`` a card that does not answer.

    ``fault`` is the code of what took the service away, with its sentences beside.
    """

    kind: EventKind
    reader: str = ""
    atr: str = ""
    boot: int = 0
    counter: int = 0
    mute: bool = False
    fault: str = ""
    zh: str = ""
    en: str = ""

    @property
    def generation(self) -> Generation:
        return Generation(self.reader, self.boot, self.counter)


class Monitor:
    """Events of all readers, as a blocking iterator that ends when ``stop`` is called from anywhere.

    ``with Monitor(port) as monitor: for event in monitor: ...``
    """

    def __init__(self, port: Port | None = None) -> None:
        self._port = port or PcscPort()
        self._events: SimpleQueue[CardEvent | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._context: Context | None = None
        self._thread = threading.Thread(target=self._run, name="card monitor", daemon=True)

    def __enter__(self) -> "Monitor":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __iter__(self) -> Iterator[CardEvent]:
        while (event := self._events.get()) is not None:
            yield event

    def stop(self) -> None:
        """End the loop at once, and with it every iteration. May be called twice."""
        self._stopping.set()
        while self._thread.is_alive():
            context = self._context
            if context is not None:
                try:
                    context.cancel()
                except CardFault as fault:
                    log.debug("cancel: %s", fault)
            self._thread.join(0.01)  # a cancel that comes just before the wait is lost, so it is repeated
        self._events.put(None)

    def _run(self) -> None:
        pause = BACK_OFF[0]
        found = True
        while not self._stopping.is_set():
            try:
                self._context = self._port.establish()
                if not found:
                    self._events.put(CardEvent(EventKind.SERVICE_FOUND))
                found, pause = True, BACK_OFF[0]
                _Watch(self._context, self._events.put, self._stopping).run()
            except WaitCancelled:
                continue
            except CardFault as fault:
                if found:
                    zh, en = fault.zh.format(**fault.data), fault.en.format(**fault.data)
                    self._events.put(CardEvent(EventKind.SERVICE_LOST, fault=fault.code, zh=zh, en=en))
                found = False
                self._stopping.wait(pause)
                pause = min(2 * pause, BACK_OFF[1])
            finally:
                context, self._context = self._context, None
                if context is not None:
                    context.release()


class _Watch:
    """One life of the service: from a fresh context to the fault that ends it."""

    def __init__(self, context: Context, emit: Callable[[CardEvent], None], stopping: threading.Event) -> None:
        self._context = context
        self._emit = emit
        self._stopping = stopping
        self._known: dict[str, ReaderState] = {}
        self._idle_rounds = 0

    def run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._compare_readers()
                before = time.monotonic()
                now = self._context.wait(tuple(self._known.values()), LONGEST_WAIT)
                news = [state for state in now if self._compare(state)]
                self._guard(bool(news), time.monotonic() - before)
        except CardFault:
            for name in tuple(self._known):
                self._reader_removed(name)
            raise

    def _compare_readers(self) -> None:
        names = self._context.readers()
        for name in tuple(self._known):
            if name not in names:
                self._reader_removed(name)
        for name in names:
            if name not in self._known:
                self._known[name] = ReaderState(name)
                self._emit(CardEvent(EventKind.READER_ADDED, name))

    def _compare(self, now: ReaderState) -> bool:
        """Tell what changed between the known state and this one; a new counter with a card still there is a swap."""
        was = self._known.get(now.reader)
        if was is None or was.word == now.word:
            return False
        if now.gone:
            self._reader_removed(now.reader)
            return True
        self._known[now.reader] = now
        other = was.counter != now.counter
        if was.present and (other or not now.present):
            self._card_out(was)
        if now.present and (other or not was.present):
            atr = now.atr.hex().upper()
            self._emit(CardEvent(EventKind.CARD_IN, now.reader, atr, self._context.boot, now.counter, now.mute))
        return True

    def _card_out(self, was: ReaderState) -> None:
        self._emit(CardEvent(EventKind.CARD_OUT, was.reader, "", self._context.boot, was.counter))

    def _reader_removed(self, name: str) -> None:
        was = self._known.pop(name)
        if was.present:
            self._card_out(was)
        self._emit(CardEvent(EventKind.READER_REMOVED, name))

    def _guard(self, news: bool, took: float) -> None:
        self._idle_rounds = 0 if news or took >= SPIN_TIME else self._idle_rounds + 1
        if self._idle_rounds >= SPIN_ROUNDS:
            log.warning("the card service reports changes that are none; pausing")
            self._stopping.wait(SPIN_PAUSE)
            self._idle_rounds = 0


def watch(on_event: Callable[[CardEvent], None], stop: threading.Event, port: Port | None = None) -> None:
    """Call ``on_event`` for every event, in the caller's thread, until ``stop`` is set (from another thread or from
    within ``on_event``). Never ends by itself, whatever becomes of the service."""
    with Monitor(port) as monitor:

        def relay() -> None:
            stop.wait()
            monitor.stop()

        threading.Thread(target=relay, name="card watch stop", daemon=True).start()
        for event in monitor:
            on_event(event)
            if stop.is_set():
                return
