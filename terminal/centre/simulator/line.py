"""The line to the centre: HTTP/1.1 on loopback, and everything that can happen to a message on it.

``port`` carries the national interface, and is what goes down. ``control`` never does: there, and on ``port`` while it
is up, ``GET /_ledger`` shows the books, ``GET /_faults`` the fault plan and ``POST /_faults`` replaces it.
"""

import contextlib
import socket
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from terminal.centre.simulator import ecredential, wire
from terminal.centre.simulator.faults import BadFaultPlan, FaultKind, Stroke, Trouble
from terminal.centre.simulator.signing import TOKEN_PATH
from terminal.centre.simulator.spoiling import Sent, spoiled, unreadable, whole
from terminal.centre.simulator.wire import Node, Refusal, Request, Unreadable
from terminal.faults import Exit, Fault

LOOPBACK = "127.0.0.1"
_LARGEST = 64 * 2**20


class PortTaken(Fault):
    """The port cannot be had."""

    code = "centre_port_taken"
    exit = Exit.INPUT
    zh = "端口 {port} 不能使用：{reason}。"
    en = "Port {port} cannot be used: {reason}."
    next_zh = "请换一个端口，或用 0 任选一个。"
    next_en = "Choose another, or 0 for any."


class Behind(Protocol):
    """What the line leads to."""

    trouble: Trouble

    def read(self, path: str, headers: dict[str, str], body: bytes) -> Request:
        """The envelope; raises Unreadable."""

    def handle(self, request: Request, skew: float) -> Node | bytes:
        """Carry it out and answer; a file is answered as its bytes."""

    def keep_late(self, request: Request, seconds: float) -> None:
        """Take effect later."""

    def grant(self, headers: dict[str, str]) -> Node:
        """A bearer token; raises Refusal."""

    def credential(self, body: bytes) -> Node:
        """What the e-credential service answers."""

    def misbook(self, request: Request) -> None:
        """Let the books say something else than the answer did."""

    def books(self) -> Node:
        """The ledger's summary."""

    def line_down(self, seconds: float | None) -> None:
        """Break the line."""

    def pause(self, seconds: float) -> None:
        """Let time pass."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, behind: Behind) -> None:
        self.behind = behind
        self.open_connections: set[socket.socket] = set()
        self.handlers: set[threading.Thread] = set()
        super().__init__((LOOPBACK, port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self.open_connections.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self.open_connections.discard(request)
        super().shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        self.handlers.add(threading.current_thread())
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.handlers.discard(threading.current_thread())

    def stop(self) -> None:
        """Refuse connections from now on and break every open one."""
        for connection in (self.socket, *self.open_connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A peer that went away is the peer's affair; anything else is printed by the base class."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
        elif self.path == "/_faults":
            self._replace_plan(body)
        elif self.path == TOKEN_PATH:
            self._grant()
        elif self.path == ecredential.PATH:
            self._write(whole(self.server.behind.credential(body)))
        else:
            self._write(self._message(body))

    def do_GET(self) -> None:
        shown: Mapping[str, Any] = {
            "/_ledger": self.server.behind.books,
            "/_faults": self.server.behind.trouble.summary,
        }
        if self.path in shown:
            self._write(whole(shown[self.path]()))
        else:
            self._write(Sent(HTTPStatus.NOT_FOUND, "text/plain", b"", 0))

    def _body(self) -> bytes | None:
        """The request's body; None when it is cut, too large or of no length."""
        length = self.headers.get("Content-Length") or "0"
        if not length.isascii() or not length.isdigit() or int(length) > _LARGEST:
            return None
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else None

    def _replace_plan(self, body: bytes) -> None:
        try:
            self.server.behind.trouble.load(body, "/_faults")
        except BadFaultPlan as fault:
            answer = whole({"fault": {"code": fault.code, "en": str(fault)}})
            self._write(replace(answer, status=HTTPStatus.BAD_REQUEST))
        else:
            self._write(whole(self.server.behind.trouble.summary()))

    def _grant(self) -> None:
        try:
            self._write(whole(self.server.behind.grant(self._lowered())))
        except Refusal:
            self._write(replace(whole({"error": "invalid_client"}), status=HTTPStatus.UNAUTHORIZED))

    def _lowered(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def _message(self, body: bytes) -> Sent | None:
        """A message of the national interface, through whatever strikes it."""
        behind = self.server.behind
        try:
            request = behind.read(self.path, self._lowered(), body)
        except Unreadable as reason:
            return whole(unreadable(str(reason)))
        stroke = behind.trouble.strike(request.infno, wire.text(request.message, "msgid"))
        return self._struck(request, stroke) if stroke else whole(behind.handle(request, 0))

    def _struck(self, request: Request, stroke: Stroke) -> Sent | None:
        behind = self.server.behind
        match stroke.fault:
            case FaultKind.DOWN:
                behind.line_down(stroke.seconds)
                return None
            case FaultKind.LATE:
                behind.keep_late(request, stroke.seconds)
                return None
            case FaultKind.WRONG_ADDRESS:
                return whole(unreadable("FSI-交易报文不正确：未知交易编号！"))
            case FaultKind.DELAY:
                behind.pause(stroke.seconds)
        answer = behind.handle(request, stroke.seconds if stroke.fault is FaultKind.SKEW else 0) if stroke.done else {}
        match stroke.fault:
            case FaultKind.MISBOOK:
                behind.misbook(request)
            case FaultKind.DUPLICATE:
                behind.handle(request, 0)
        return spoiled(stroke.fault, answer)

    def _write(self, sent: Sent | None) -> None:
        """Write an answer; without one, or after half of one, the connection ends."""
        if sent is None:
            self.close_connection = True
            return
        self.send_response(sent.status)
        self.send_header("Content-Type", sent.kind)
        self.send_header("Content-Length", str(sent.promised))
        self.end_headers()
        self.wfile.write(sent.body)
        if len(sent.body) < sent.promised:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing: requests carry persons."""


class Line:
    """A port that can go down and come back. It stays reserved meanwhile. Raises PortTaken when it cannot be had."""

    def __init__(self, port: int, behind: Behind) -> None:
        self._behind = behind
        self._place = socket.socket()
        self._place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._place.bind((LOOPBACK, port))
        except (OSError, OverflowError) as error:
            self._place.close()
            raise PortTaken(port=port, reason=error) from error
        self.port: int = self._place.getsockname()[1]
        self._lock = threading.Lock()
        self._server: _Server | None = None
        self._past: list[_Server] = []
        try:
            self.up()
        except OSError as error:
            self._place.close()
            raise PortTaken(port=port, reason=error) from error

    def up(self) -> None:
        """Accept connections."""
        with self._lock:
            if self._server is None:
                self._server = _Server(self.port, self._behind)
                threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def down(self) -> None:
        """Refuse connections and break the open ones."""
        with self._lock:
            if self._server is not None:
                self._server.stop()
                self._past.append(self._server)
                self._server = None

    def close(self) -> None:
        """Go down for good, and wait for requests that are still being carried out."""
        self.down()
        self._place.close()
        for server in self._past:
            for handler in list(server.handlers):
                handler.join(timeout=5)
