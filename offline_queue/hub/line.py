"""A terminal's kept connection to its hub, which knows whether a byte of a request left."""

import http.client
import select
import socket
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from offline_queue.hub.faults import BadHub, NeedsTls
from offline_queue.hub.tls import Certificates, context, is_here
from offline_queue.hub.words import LARGEST


class NothingLeft(Exception):
    """No byte of the request left this machine."""


class NoAnswer(Exception):
    """Something of the request left, and no complete answer came."""


class Way:
    """Where the hub is and how it is spoken to. Raises ``NeedsTls`` and ``BadHub``."""

    def __init__(self, address: str, files: Certificates | None = None, seconds: float = 10.0) -> None:
        """``seconds``: to connect, and for each piece of an answer."""
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise BadHub(found=error) from error
        if parts.scheme not in ("http", "https") or not host or not port or parts.path.strip("/"):
            raise BadHub(found=f"{address!r}, https://host:port")
        if (parts.scheme == "http" and not is_here(host)) or (parts.scheme == "https" and files is None):
            raise NeedsTls(address=address)
        self.host, self.port, self.seconds = host, port, seconds
        self.tls = context(files, server=False) if files and parts.scheme == "https" else None

    def open(self) -> socket.socket:
        """A fresh connection. Raises ``OSError``; what a hub says to a certificate is heard with its first answer."""
        plain = socket.create_connection((self.host, self.port), self.seconds)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.tls is None:
            return plain
        try:
            return self.tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


class Line:
    """One exchange at a time; opened when needed and kept."""

    def __init__(self, way: Way) -> None:
        self._way = way
        self.memory = b""
        """The hub's, as it was told when the connection was made."""
        self._socket: socket.socket | None = None

    def connect(self) -> bool:
        """Have a connection; says whether it is a fresh one. Raises ``NothingLeft``."""
        if self._socket is not None and _ended(self._socket):
            self.close()
        if self._socket is not None:
            return False
        try:
            self._socket = self._way.open()
        except (OSError, ValueError) as error:
            raise NothingLeft(type(error).__name__) from error
        return True

    def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> tuple[int, bytes]:
        """Status and body of the answer. Raises ``NothingLeft`` or ``NoAnswer``."""
        self.connect()
        assert self._socket is not None  # noqa: S101 - connect has made it
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._way.host}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        message = memoryview("\r\n".join((*lines, "", "")).encode("ascii") + body)
        left = 0
        try:
            while left < len(message):
                left += self._socket.send(message[left:])
            with http.client.HTTPResponse(self._socket, method=method) as answer:
                answer.begin()
                data = answer.read(LARGEST + 1)
                if answer.will_close:
                    self.close()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise (NoAnswer if left else NothingLeft)(type(error).__name__) from error
        if len(data) > LARGEST:
            self.close()
            raise NoAnswer("too long")
        return answer.status, data

    def close(self) -> None:
        """End the connection; the next exchange opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _ended(connection: socket.socket) -> bool:
    """Whether an idle connection has something to say, which can only be its end."""
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    try:
        return bool(select.select([connection], [], [], 0)[0])
    except ValueError:  # more than a thousand files are open
        return True
