"""One session = one held handle = one generation: a card is never reopened by the name of its reader.

Inside ``with open_session(...) as card`` every exchange goes to the card that was there at the start, or fails. The
transaction shuts other programs out; how the card is left is said at the end, never left to a default.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from cardio import faults
from cardio.apdu import Answer, Apdu
from cardio.pipeline import Trace, pipeline
from cardio.port import Context, Generation, Handle, Leave, ReaderState

T = TypeVar("T")


class Card:
    """A card in a session: the only thing applications talk to."""

    def __init__(
        self, context: Context, handle: Handle, generation: Generation, atr: bytes, trace: Trace | None
    ) -> None:
        self._context = context
        self._handle = handle
        self._trace = trace
        self._stage = pipeline(handle.transmit, t0=handle.t0, trace=trace)
        self.generation = generation
        self.atr = atr
        self.leave = Leave.AS_IS
        """Set to RESET by whoever verifies a PIN or authenticates: the next program must not inherit it."""

    def send(self, apdu: Apdu) -> Answer:
        """The final answer to one command. Raises TransmitFailed, CardRemoved, CardReset, ServiceDown, BadAnswer."""
        return self._stage(apdu)

    def control(self, code: int, data: bytes) -> bytes:
        """A command to the reader itself, such as the PIN pad's."""
        return self._handle.control(code, data)

    def alive(self) -> None:
        """Touch the card without changing it: keeps a transaction from idling, raises if the card is gone."""
        self._handle.alive()

    def perform(self, step: Callable[["Card"], T]) -> T:
        """Run a step that may be begun again: after a reset by another program it is run once more, whole.

        Steps that move money are called directly, so that a reset ends them.
        """
        try:
            return step(self)
        except faults.CardReset:
            self.repair()
            return step(self)

    def repair(self) -> None:
        """Take the card back after a reset, in a transaction; all it knew is gone. Raises CardRemoved for another."""
        self._handle.reconnect()
        if state_of(self._context, self.generation.reader).counter != self.generation.counter:
            raise faults.CardRemoved()
        self._stage = pipeline(self._handle.transmit, t0=self._handle.t0, trace=self._trace)
        self._handle.begin()


def named(reader: str, wanted: str) -> bool:
    """Whether this reader's name contains ``wanted``, any case."""
    return wanted.casefold() in reader.casefold()


def find_readers(context: Context, wanted: str | None, but_not: Collection[str] = ()) -> tuple[str, ...]:
    """The readers whose name contains ``wanted`` and nothing of ``but_not``. Raises NoReader when there is none."""
    names = context.readers()
    matching = tuple(
        name for name in names if named(name, wanted or "") and not any(named(name, other) for other in but_not)
    )
    if not matching:
        raise faults.NoReader(wanted=wanted or "-", found=", ".join(names) or "-")
    return matching


def state_of(context: Context, reader: str) -> ReaderState:
    """How this reader is right now."""
    return context.wait((ReaderState(reader),), 0)[0]


def wait_for_card(context: Context, wanted: str | None, timeout: float, but_not: Collection[str] = ()) -> ReaderState:
    """The first matching reader (see ``find_readers``) that holds a card, waiting up to ``timeout`` seconds for one.

    Raises NoReader when none is attached in time, NoCard when all stay empty.
    """
    deadline = time.monotonic() + timeout
    states: tuple[ReaderState, ...] = ()
    while True:
        left = max(0.0, deadline - time.monotonic())
        try:
            names = find_readers(context, wanted, but_not)
        except faults.NoReader:
            if not left:
                raise
            names = ()
        known = {state.reader: state for state in states}
        states = tuple(known.get(name, ReaderState(name)) for name in names)
        if not all(state.word for state in states):
            states = context.wait(states, 0)
        for state in states:
            if state.present:
                return state
        if not left:
            raise faults.NoCard(reader=", ".join(names))
        states = context.wait(states, min(left, 5.0)) if states else _pause(left)


def _pause(left: float) -> tuple[ReaderState, ...]:
    time.sleep(min(left, 0.2))
    return ()


@contextmanager
def open_session(context: Context, state: ReaderState, trace: Trace | None = None) -> Iterator[Card]:
    """Hold the card that ``state`` saw, or whichever is there if it saw none yet, in a transaction, until the block
    ends.

    Raises CardMute, CardBusy, NoCard, and CardRemoved when the card was swapped between ``state`` and now.
    """
    if state.mute:
        raise faults.CardMute(reader=state.reader)
    handle = context.connect(state.reader)
    try:
        held = state_of(context, state.reader)
        if state.word and held.counter != state.counter:
            raise faults.CardRemoved()
        card = Card(context, handle, Generation(state.reader, context.boot, held.counter), held.atr, trace)
        try:
            handle.begin()
        except faults.CardReset:  # by whoever let go of the card a moment ago
            card.repair()
        try:
            yield card
        finally:
            with suppress(faults.CardFault):  # it ended with the card or the service; the first fault is on its way up
                handle.end(card.leave)
    finally:
        handle.close(Leave.AS_IS)
