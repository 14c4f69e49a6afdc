"""A till at the centre's line: against a scripted HTTP server that misbehaves to order, and against the simulator."""

import contextlib
import itertools
import json
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from config import profiles
from terminal.centre import Centre, Endpoint, Operator
from terminal.centre.simulator import Simulator
from terminal.clock import BEIJING
from terminal.clock import now as system_clock
from terminal.documents import Claim, Credential, CredentialKind, Institution, InstitutionKind, Tier, from_wire
from terminal.money import amount_of, parse_price, parse_quantity

HOSPITAL = Institution("H11010500001", "北京市测试医院", "110100", Tier.THREE)
PHARMACY = Institution("P11010500001", "北京市测试药店", "110100", Tier.NONE, InstitutionKind.PHARMACY)
ZHANG = Credential(CredentialKind.CARD, "X00000019", "张三", "110100D156000005000000A1FFFFFFFF", "110100")
NOON = datetime(2026, 5, 6, 12, 0, tzinfo=BEIJING)
STANDIN = (sys.executable, str(Path(__file__).parent / "simulator" / "standin.py"))

Behaviour = Callable[[socket.socket, dict[str, Any]], None]
"""What the scripted centre does with one request: it has the raw connection and the request's envelope."""


class Scripted:
    """An HTTP/1.1 server on loopback that answers each transaction as told and keeps what it was sent.

    ``script[infno]`` is an output (a dict, answered with infcode 0), or a behaviour.
    """

    def __init__(self) -> None:
        self.script: dict[str, Any] = {}
        self.received: list[dict[str, Any]] = []
        self.heads: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def requests(self, infno: str) -> list[dict[str, Any]]:
        return [message["input"] for message in self.received if message["infno"].startswith(infno)]

    def close(self) -> None:
        with contextlib.suppress(OSError):  # closing twice is how a test takes the centre away
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            pending = b""
            while True:
                while b"\r\n\r\n" not in pending:
                    more = connection.recv(65536)
                    if not more:
                        return
                    pending += more
                head, _, pending = pending.partition(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                while len(pending) < length:
                    pending += connection.recv(65536)
                body, pending = pending[:length], pending[length:]
                message = json.loads(body) if body[:1] == b"{" else {"form": body.decode()}
                self.received.append(message)
                self.heads.append(head)
                told = self.script.get(message.get("infno"))
                if told is None and message.get("infno") == "9001":
                    told = {"signinoutb": {"sign_time": "2026-05-06 00:00:00", "sign_no": "S0001"}}
                try:
                    if callable(told):
                        told(connection, message)
                    else:
                        respond(connection, {"infcode": 0, "err_msg": None, "output": told})
                except OSError:
                    return
                if connection.fileno() < 0:
                    return


def respond(connection: socket.socket, answer: Any, status: str = "200 OK") -> None:
    """A whole HTTP answer; ``answer`` is bytes as they are, or something for JSON."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json;charset=utf-8\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


@pytest.fixture
def zhang() -> Credential:
    """张三's card: an employee insured in Beijing, with supplementary rows beside the basic one."""
    return ZHANG


@pytest.fixture
def pharmacy() -> Institution:
    """北京市测试药店."""
    return PHARMACY


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    server = Scripted()
    yield server
    server.close()


@pytest.fixture(scope="session")
def numbers() -> Callable[[], str]:
    """Message numbers as the journal would give them."""
    serial = itertools.count(1)
    return lambda: f"H11010500001{datetime.now(BEIJING):%Y%m%d%H%M%S}{next(serial) % 10000:04d}"


@pytest.fixture
def till(scripted: Scripted, numbers: Callable[[], str]) -> Iterator[Callable[..., Centre]]:
    """``till()``: a client of the scripted centre; options change the profile."""
    opened: list[Centre] = []

    def make(*, answer_s: float = 2, **changes: Any) -> Centre:
        profile = profiles.load(changes.pop("profile", "simulator"))
        deadlines = msgspec.structs.replace(profile.deadlines, connect=1, answer=answer_s)
        profile = msgspec.structs.replace(profile, **{"deadlines": deadlines, **changes})
        endpoint = Endpoint(scripted.url, HOSPITAL, "demo", "demo-secret-0001")
        opened.append(Centre(profile, endpoint, Operator("op01", "收费员"), lambda: NOON, numbers))
        return opened[-1]

    yield make
    for centre in opened:
        centre.close()


@pytest.fixture(scope="session")
def play(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Simulator]:
    """``play()``: a simulated centre with the stand-in policy and books of its own."""
    return lambda: Simulator(tmp_path_factory.mktemp("centre") / "ledger.db", adjudicator_command=STANDIN)


@pytest.fixture(scope="session")
def simulator(play: Callable[[], Simulator]) -> Iterator[Simulator]:
    """One simulated centre for every test that leaves persons as it found them."""
    with play() as running:
        yield running


@pytest.fixture
def desk(simulator: Simulator, numbers: Callable[[], str]) -> Iterator[Callable[..., Centre]]:
    """``desk(institution)``: a client of the simulated centre."""
    opened: list[Centre] = []

    def make(institution: Institution = HOSPITAL, **changes: Any) -> Centre:
        profile = msgspec.structs.replace(profiles.load("simulator"), **changes)
        endpoint = Endpoint(f"http://127.0.0.1:{simulator.port}", institution, "demo", "demo-secret-0001")
        opened.append(Centre(profile, endpoint, Operator("op01", "收费员"), system_clock, numbers))
        return opened[-1]

    yield make
    for centre in opened:
        centre.close()


@pytest.fixture
def bill(numbers: Callable[[], str]) -> Callable[..., Claim]:
    """``bill(("code", "price", "quantity"), ...)``: a claim of today."""

    def make(*rows: tuple[str, str, str], institution: Institution = HOSPITAL, **fields: Any) -> Claim:
        rows = rows or (("XA01-TEST-0001", "12.50", "2"),)
        pharmacy = institution.kind is InstitutionKind.PHARMACY
        raw = {
            "bill": f"B{numbers()[-12:]}",
            "institution": msgspec.to_builtins(institution),
            "terminal": "01",
            "operator": "op01",
            "credential": msgspec.to_builtins(ZHANG),
            "visit": {
                "type": "pharmacy" if pharmacy else "outpatient",
                "begin": system_clock().replace(microsecond=0).isoformat(),
                **fields.pop("visit", {}),
            },
            "lines": [
                {
                    "sn": sn * 10,
                    "name": code,
                    "code": code,
                    "price": price,
                    "quantity": quantity,
                    "amount": _amount(price, quantity),
                }
                for sn, (code, price, quantity) in enumerate(rows, 1)
            ],
            **fields,
        }
        return msgspec.convert(raw, Claim, dec_hook=from_wire)

    return make


def _amount(price: str, quantity: str) -> str:
    return str(amount_of(parse_price(price), parse_quantity(quantity)))
