"""One kept HTTP connection that knows whether a byte of the request left.

The difference decides money: a message of which nothing left may be sent again; a message of which anything left,
without a complete answer, is in doubt.
"""

import functools
import http.client
import io
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, cast
from urllib.parse import urlsplit

LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes; catalogue files are the largest answers and stay far below."""


class NothingLeft(Exception):
    """No byte of the request left this machine; the reason in words."""


class NoCompleteAnswer(Exception):
    """Something of the request left, and no complete answer with status 200 came back; the reason in words."""


class _Until(io.RawIOBase):
    """Reads a socket until a deadline, however slowly the other side drips."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._file = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(_remaining(self._deadline))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


class _Timed:
    """Stands for the socket where ``http.client`` opens it for reading."""

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._socket = sock
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Until(self._socket, self._deadline))


def _response(deadline: float, sock: socket.socket, **options: Any) -> http.client.HTTPResponse:
    return http.client.HTTPResponse(cast(socket.socket, _Timed(sock, deadline)), **options)


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the deadline passed")
    return left


class _Counting(http.client.HTTPConnection):
    """Sends head and body as one piece and counts the bytes the system accepted."""

    accepted = 0
    _held = b""

    def begin(self) -> None:
        """Forgets the exchange before, however it ended."""
        self.accepted, self._held = 0, b""

    def send(self, data: Any) -> None:
        self._held += data

    def flush(self, deadline: float) -> None:
        """Sends what ``request`` composed."""
        view, self._held = memoryview(self._held), b""
        while view:
            self.sock.settimeout(_remaining(deadline))
            count = self.sock.send(view)
            self.accepted += count
            view = view[count:]


class _CountingTls(_Counting, http.client.HTTPSConnection):
    """The same over TLS."""


class Line:
    """The connection to one centre, opened when needed and kept.

    ``connect`` and ``answer`` are seconds: to open the connection, and from the first byte sent to the last received.
    Safe to share between threads; one exchange runs at a time. Raises ValueError for what is no address.
    """

    def __init__(self, url: str, *, connect: float, answer: float) -> None:
        parts = urlsplit(url)
        self._base = parts.path.rstrip("/")
        self._connect, self._answer = connect, answer
        self._turn = threading.Lock()
        host, port = parts.hostname, parts.port
        if parts.scheme not in ("http", "https") or not host:
            raise ValueError(f"{url!r} is no address such as https://host:port")
        self._connection: _Counting
        if parts.scheme == "https":
            self._connection = _CountingTls(host, port, timeout=connect, context=ssl.create_default_context())
        else:
            self._connection = _Counting(host, port, timeout=connect)

    def post(
        self,
        path: str,
        headers: Mapping[str, str],
        body: bytes,
        on_first_byte: Callable[[], None] | None = None,
    ) -> bytes:
        """The body of the answer. ``on_first_byte`` runs once, connected and just before anything is sent.

        Raises NothingLeft or NoCompleteAnswer; whatever ``on_first_byte`` raises passes through, with nothing sent.
        """
        with self._turn:
            line = self._connection
            self._open(line)
            if on_first_byte is not None:
                on_first_byte()
            line.begin()
            deadline = time.monotonic() + self._answer
            line.response_class = functools.partial(_response, deadline)  # type: ignore[assignment]
            try:
                line.request("POST", self._base + path, body, dict(headers))
                line.flush(deadline)
                answer = line.getresponse()
                data = answer.read(LARGEST_ANSWER + 1)
            except (OSError, http.client.HTTPException, ValueError) as error:
                line.close()
                reason = f"{type(error).__name__}: {error}".rstrip(": ")
                raise (NoCompleteAnswer if line.accepted else NothingLeft)(reason) from error
            except BaseException:
                line.close()
                raise
            if len(data) > LARGEST_ANSWER or answer.will_close:
                line.close()
            if len(data) > LARGEST_ANSWER:
                raise NoCompleteAnswer(f"more than {LARGEST_ANSWER} bytes")
            if answer.status != 200:
                raise NoCompleteAnswer(f"HTTP {answer.status}")
            return data

    def close(self) -> None:
        """Ends the connection; the next exchange opens a new one."""
        with self._turn:
            self._connection.close()

    def _open(self, line: _Counting) -> None:
        if line.sock is not None and _ended(line.sock):
            line.close()
        if line.sock is None:
            try:
                line.timeout = self._connect
                line.connect()
            except (OSError, ValueError) as error:
                line.close()
                raise NothingLeft(f"{type(error).__name__}: {error}".rstrip(": ")) from error


def _ended(sock: socket.socket) -> bool:
    """Whether an idle connection has something to say, which can only be its end."""
    try:
        return bool(select.select([sock], [], [], 0)[0])
    except ValueError:  # more than a thousand files are open: a new connection costs less than a wrong answer
        return True
