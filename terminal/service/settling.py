"""Settlements in the background: a call returns at once, the bill tells the rest, a repeat finds the same bill."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from offline_queue.faults import AlreadyForwarding, KeyReused
from offline_queue.vocabulary import WITHOUT_EFFECT
from offline_queue.watch import FIRST
from terminal.counter import journal
from terminal.counter.far_end import forwarder
from terminal.counter.faults import UnknownBill
from terminal.counter.office.upkeep import look_after
from terminal.counter.settle import settle, stands
from terminal.counter.till import Till
from terminal.documents import BillState, Claim, Settlement
from terminal.service.answers import FAULTS, internal
from terminal.telling import Told, told

WIDTH = 8
"""Settlements at once; each has a line to the centre of its own."""
ROUND = timedelta(seconds=2)
LOOK_AFTER = timedelta(minutes=1)
"""Between two looks whether the night's work on the store is due."""


class Settling:
    """Runs settlements and, while no other process does, forwards what waits and looks after the store."""

    def __init__(self, till: Till, check_after: float = FIRST) -> None:
        self._till = till
        self._pool = ThreadPoolExecutor(WIDTH, "settle")
        self._running: dict[str, Claim] = {}
        self._refused: dict[str, Told] = {}
        self._persons: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._forwarder = threading.Thread(target=self._forward, daemon=True)
        self._forwarder.start()
        self._checking = till.queue.watch(first=check_after)

    def start(self, claim: Claim) -> BillState:
        """Starts a settlement unless this very claim is known; returns where it stands. Raises KeyReused."""
        with self._lock:
            if (running := self._running.get(claim.bill)) is not None:
                if running != claim:
                    raise KeyReused(key=claim.bill)
                return BillState.SETTLING
            known = stands(self._till, claim)
            if known is not None:
                return known.state
            person = self._persons.setdefault(claim.credential.number if claim.credential else "", threading.Lock())
            self._pool.submit(self._settle, claim, person)
            self._running[claim.bill] = claim
        return BillState.SETTLING

    def find(self, bill: str) -> Settlement | BillState | Told:
        """A bill's figures, its state while it is being settled, or why it was refused. Raises UnknownBill."""
        with self._lock:
            if bill in self._running:
                return BillState.SETTLING
            refused = self._refused.get(bill)
        item = journal.find(self._till.queue, bill)
        if refused is not None and (item is None or item.state in WITHOUT_EFFECT):
            return refused
        if item is None:
            raise UnknownBill(bill=bill)
        return journal.standing(self._till.queue, item)

    def close(self) -> None:
        """Waits for what is under way and stops."""
        self._stop.set()
        self._checking.close()
        self._pool.shutdown()
        self._forwarder.join()

    def _settle(self, claim: Claim, person: threading.Lock) -> None:
        try:
            with person:
                settle(self._till, claim)
        except FAULTS as fault:
            self._refused[claim.bill] = told(fault)
        except Exception as error:  # noqa: BLE001 the last door of this thread: nobody waits for its result
            self._refused[claim.bill] = told(internal(self._till.home, error))
        finally:
            with self._lock:
                self._running.pop(claim.bill, None)

    def _forward(self) -> None:
        looked = 0.0
        while not self._stop.wait(ROUND.total_seconds()):
            if time.monotonic() - looked > LOOK_AFTER.total_seconds() and not self._running:
                looked = time.monotonic()
                look_after(self._till)
            if not self._till.queue.items():
                continue
            try:
                with forwarder(self._till) as sender:
                    sender.run(ROUND)
            except AlreadyForwarding:
                continue
            except Exception as error:  # noqa: BLE001 the last door of this thread: the next round goes on
                internal(self._till.home, error)
