"""The running simulator: the centre, its line, its late effects and its books, as one thing to start and stop."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from importlib.resources import files
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


def seed(name: str, file: Path | None = None) -> list[Node]:
    """Rows of ``persons``, ``institutions`` or ``items``: the shipped ones, or a file of the same shape."""
    rows: list[Node] = wire.decode(file.read_bytes() if file else _shipped(name))
    return rows


def _shipped(name: str) -> bytes:
    return files(__package__).joinpath(f"{name}.json").read_bytes()


class Simulator:
    """An insurance centre on loopback. A context manager: leaving it stops the threads and ends the adjudicator.

    ``port`` and ``control`` are the listening ports; ``horizon`` bounds late effects, in seconds.
    Raises UnknownProfile, BadFaultPlan, and OSError when the port is taken.
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
        self._clock = clock
        self._ledger = Ledger(ledger)
        self._ledger.seed(seed("persons", persons))
        self._adjudicator = Adjudicator(adjudicator_command)
        rooms = Rooms(
            ledger=self._ledger,
            catalogue=Catalogue(seed("items", items)),
            adjudicator=self._adjudicator,
            institutions={row["fixmedins_code"]: row for row in seed("institutions", institutions)},
            profile=known[profile],
            dictionary=wire.decode(_shipped("dictionary")),
            counted=counted(),
        )
        self._centre = Centre(rooms, clock, strict)
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._effects = threading.Lock()
        self._timers: list[threading.Timer] = []
        self._late = threading.Thread(target=self._watch_late, daemon=True)
        self._late.start()
        self._line = Line(port, self)
        self._control = Line(0, self)

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
        self._stopping.set()
        self._wake.set()
        for timer in self._timers:
            timer.cancel()
        self._line.close()
        self._control.close()
        self._late.join()
        self._adjudicator.close()
        self._ledger.close()

    def read(self, path: str, headers: dict[str, str], body: bytes) -> Request:
        """The envelope of a request. Raises Unreadable."""
        return self._centre.read(path, headers, body)

    def handle(self, request: Request, skew: float = 0) -> Node | bytes:
        """Carry a request out and answer it."""
        return self._centre.handle(request, skew)

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
