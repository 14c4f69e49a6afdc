"""What the functions share: the readers of one terminal, the PSAM, and a card that waits for a key service."""

import functools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Concatenate, Generic, ParamSpec, TypeVar

from cardio import faults
from cardio.applications.codecs import BEIJING
from cardio.applications.social_security import Issuer, read_issuer, select_environment
from cardio.faults import CardFault
from cardio.hsm import TOUCH
from cardio.pcsc import PcscPort
from cardio.port import Port
from cardio.psam import Psam
from cardio.psam import open_psam as open_psam_slot
from cardio.session import Card, open_session, wait_for_card
from cardio.standard38.codes import BadParameter, NoHsmNeeded, OtherCard, return_code

PATIENCE = 30.0
"""Seconds a caller may take between two steps; the published sessions take one."""

Result = tuple[int, str]
P = ParamSpec("P")
S = TypeVar("S", bound="Desk")
T = TypeVar("T")


def answering(work: Callable[Concatenate[S, P], str]) -> Callable[Concatenate[S, P], Result]:
    """A function that gives a line or raises, as one that gives a code and a text."""

    def function(self: S, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            with self.turn:
                return 0, work(self, *args, **kwargs)
        except CardFault as fault:
            return return_code(fault), fault.zh.format(**fault.data)

    functools.update_wrapper(function, work)
    return function


def today() -> date:
    return datetime.now(BEIJING).date()


@dataclass
class Waiting(Generic[T]):
    """A card that stays powered and held between two steps; ``what`` says what was begun."""

    stack: ExitStack
    card: Card
    what: T
    over: threading.Event = field(default_factory=threading.Event)


class Desk:
    """One terminal. ``contact`` and ``contactless`` name the readers, ``psam`` the slot, ``device`` the last field.

    ``patience``: seconds that a card is held between two steps, shut to every other program.
    """

    def __init__(
        self,
        contact: str | None = None,
        contactless: str | None = None,
        *,
        psam: str | None = None,
        device: str = "",
        port: Port | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._readers = (contact, contactless if contactless is not None else contact)
        self._psam = psam
        self._device = device
        self._port = port or PcscPort()
        self._patience = patience
        self._waiting: Waiting[object] | None = None
        self.turn = threading.RLock()
        """Held by whoever works with the card: a function, or the thread that keeps a waiting card awake."""

    def keep(self, stack: ExitStack, card: Card, what: object) -> None:
        """Hold the card of ``stack`` until the next step; whatever waited before is given up."""
        self.give_up()
        waiting = self._waiting = Waiting(stack.pop_all(), card, what)
        threading.Thread(target=self._wake, args=(waiting,), name="card waits for its key", daemon=True).start()

    def _wake(self, waiting: Waiting[object]) -> None:
        """Touch a waiting card, so that its transaction does not idle, until the step comes or patience ends."""
        deadline = time.monotonic() + self._patience
        while not waiting.over.wait(max(0.0, min(TOUCH, deadline - time.monotonic()))):
            with self.turn:
                if self._waiting is not waiting:
                    return
                try:
                    waiting.card.alive()
                except CardFault:
                    deadline = 0.0
                if time.monotonic() >= deadline:
                    self.give_up()

    @contextmanager
    def resumed(self, kind: type[T]) -> Iterator[tuple[ExitStack, Card, T]]:
        """The card and what was begun with it; both are let go at the end unless kept again. Raises NoHsmNeeded."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.over.set()
        if waiting is None or not isinstance(waiting.what, kind):
            if waiting is not None:
                waiting.stack.close()
            raise NoHsmNeeded()
        with waiting.stack as stack:
            yield stack, waiting.card, waiting.what

    def give_up(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.over.set()
            waiting.stack.close()

    @contextmanager
    def open_psam(self) -> Iterator[Psam]:
        context = self._port.establish()
        try:
            with open_psam_slot(context, self._psam or "") as psam:
                yield psam
        finally:
            context.release()

    @contextmanager
    def open(self, kind: int) -> Iterator[tuple[Card, str]]:
        """The card by ``iType``: 1 contact, 2 contactless, 3 contact first, 4 contactless first.

        A card that waits for a key service is given up: this opening would wait for it, and for ever.
        """
        self.give_up()
        if kind not in (1, 2, 3, 4):
            raise BadParameter(name="iType", found=kind)
        contact, contactless = self._readers
        others = () if self._psam is None else (self._psam,)
        wanted = {1: [contact], 2: [contactless], 3: [contact, contactless], 4: [contactless, contact]}[kind]
        context = self._port.establish()
        try:
            for name in wanted[:-1]:
                with suppress(faults.NoCard, faults.NoReader):
                    wanted = [wait_for_card(context, name, 0, others).reader]
                    break
            state = wait_for_card(context, wanted[-1], 0, others)
            with open_session(context, state) as card:
                yield card, state.reader
        finally:
            context.release()

    def same_card(self, card: Card, card_info: str) -> Issuer:
        code, number, *rest = f"{card_info}||".split("|")
        if rest[:-1] != [""] * (len(rest) - 1) or not code:
            raise BadParameter(name="pCardInfo", found=card_info[:60])
        issuer = read_issuer(card, select_environment(card))
        seen = issuer.contents.values.get("card_number")
        if issuer.code != code or (seen is not None and number != seen[:9]):
            raise OtherCard()
        return issuer
