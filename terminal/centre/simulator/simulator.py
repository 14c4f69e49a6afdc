"""The running simulator: the centre, its line, its late effects and its books, as one thing to start and stop."""

import threading
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from terminal.centre.simulator import wire
from terminal.centre.simulator.adjudicator import COMMAND, Adjudicator
from terminal.centre.simulator.call import Rooms
from terminal.centre.simulator.catalogue import Catalogue
from terminal.centre.simulator.centre import Centre
from terminal.centre.simulator.faults import Trouble
from terminal.centre.simulator.ledger import Ledger
from terminal.centre.simulator.line import Line
from terminal.centre.simulator.policies import counted
from terminal.centre.simulator.profile import profiles
from terminal.centre.simulator.seeds import seed, shipped
from terminal.centre.simulator.wire import Node, Refusal, Request
from terminal.clock import Clock, now
from terminal.faults import Exit, Fault

HORIZON = 600.0
"""Seconds after which a message that was sent can take no effect any more."""


class UnknownProfile(Fault):
    """A profile nobody has described."""

    code = "unknown_centre_profile"
    exit = Exit.INPUT
    zh = "没有名为 {name} 的中心样式；可用：{known}。"
    en = "There is no centre profile {name}; known: {known}."
    next_zh = "请用其中一个名字重新启动。"
    next_en = "Start again with one of these names."


class Simulator:
    """An insurance centre on loopback. A context manager: leaving it stops the threads and ends the adjudicator.

    ``port`` and ``control`` are the listening ports; ``horizon`` bounds late effects, in seconds.
    Raises UnknownProfile, BadFaultPlan, BadSeed, BadLedger and PortTaken, and leaves nothing open then.
    """

    def __init__(
        self,
        ledger: Path | str,
        *,
        port: int = 0,
        profile: str = "national",
        faults: Path | None = None,
        horizon: float = HORIZON,
        strict: bool = False,
        adjudicator_command: Sequence[str] = COMMAND,
        clock: Clock = now,
        persons: Path | None = None,
        institutions: Path | None = None,
        items: Path | None = None,
    ) -> None:
        known = profiles()
        if profile not in known:
            raise UnknownProfile(name=profile, known=", ".join(known))
        self.trouble = Trouble(horizon)
        if faults:
            self.trouble.load_file(faults)
        catalogue, places = Catalogue(seed("items", items)), seed("institutions", institutions)
        people = seed("persons", persons)
        self._clock = clock
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._effects = threading.Lock()
        self._timers: list[threading.Timer] = []
        with ExitStack() as opened:
            self._ledger = Ledger(ledger)
            opened.callback(self._ledger.close)
            self._ledger.seed(people)
            adjudicator = Adjudicator(adjudicator_command)
            opened.callback(adjudicator.close)
            rooms = Rooms(
                ledger=self._ledger,
                catalogue=catalogue,
                adjudicator=adjudicator,
                institutions={row["fixmedins_code"]: row for row in places},
                profile=known[profile],
                dictionary=wire.decode(shipped("dictionary")),
                counted=counted(),
            )
            self._centre = Centre(rooms, clock, strict)
            self._line = Line(port, self)
            opened.callback(self._line.close)
            self._control = Line(0, self)
            opened.callback(self._control.close)
            late = threading.Thread(target=self._watch_late, daemon=True)
            late.start()
            opened.callback(late.join)
            opened.callback(self._stop)
            self._opened = opened.pop_all()

    @property
    def port(self) -> int:
        """Where the national interface listens."""
        return self._line.port

    @property
    def control(self) -> int:
        """Where the books and the fault plan are reached even while the line is down."""
        return self._control.port

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything; the ledger's file stays."""
        self._opened.close()

    def _stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        for timer in self._timers:
            timer.cancel()

    def read(self, path: str, headers: dict[str, str], body: bytes) -> Request:
        """The envelope of a request. Raises Unreadable."""
        return self._centre.read(path, headers, body)

    def handle(self, request: Request, skew: float = 0) -> Node | bytes:
        """Carry a request out and answer it."""
        return self._centre.handle(request, skew)

    def grant(self, headers: dict[str, str]) -> Node:
        """A token of the gateway that wants one. Raises Refusal."""
        return self._centre.grant(headers)

    def credential(self, body: bytes) -> Node:
        """What the e-credential service answers."""
        return self._centre.credential(body)

    def misbook(self, request: Request) -> None:
        """Let the books say something else than the answer did."""
        self._ledger.write(
            "update settlement set fund_pay_sumamt = fund_pay_sumamt + 1, psn_cash_pay = psn_cash_pay - 1"
            " where msgid = ?",
            wire.text(request.message, "msgid"),
        )

    def books(self) -> Node:
        """What stands in the ledger, for a comparison."""
        return self._ledger.summary()

    def line_down(self, seconds: float | None = None) -> None:
        """Refuse connections, for some seconds or until ``line_up``."""
        self._line.down()
        if seconds is not None:
            timer = threading.Timer(seconds, self._line.up)
            timer.daemon = True
            self._timers.append(timer)
            timer.start()

    def line_up(self) -> None:
        """Accept connections again."""
        self._line.up()

    def pause(self, seconds: float) -> None:
        """Let time pass, unless the simulator is being closed."""
        self._stopping.wait(seconds)

    def keep_late(self, request: Request, seconds: float) -> None:
        """Admit a request now and let it take effect later, even after a restart. A bad one never does."""
        with suppress(Refusal):
            self._centre.admit(request)
            due = self._clock() + timedelta(seconds=seconds)
            self._ledger.insert(
                "late",
                due=due.timestamp(),
                path=request.path,
                headers=wire.encode(request.headers).decode(),
                body=request.body,
            )
            self._wake.set()

    def take_effect(self) -> None:
        """Carry out every late request whose time has come; also done all the while in the background."""
        with self._effects:
            for row in self._ledger.late_arrivals(self._clock()):
                request = self._centre.read(row["path"], wire.decode(row["headers"]), row["body"])

                def forget(number: int = row["id"]) -> None:
                    self._ledger.write("delete from late where id = ?", number)

                try:
                    self._centre.perform(request, first=forget)
                except Refusal:
                    forget()

    def _watch_late(self) -> None:
        while not self._stopping.is_set():
            self.take_effect()
            self._wake.wait(0.02 if self._ledger.row("select 1 from late") else None)
            self._wake.clear()
