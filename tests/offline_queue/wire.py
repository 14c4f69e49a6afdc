"""A far end over real HTTP on loopback: a server in a process of its own that answers after a delay.

python wire.py DELAY_SECONDS    prints its port
"""

import asyncio
import http.client
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from offline_queue.ports import Capabilities, Enquiry, Intent, Item, Outcome, Prepared
from offline_queue.vocabulary import Finding, OutcomeClass

_FIGURES = b", ".join(b'"item_%02d": "%d.00"' % (n, n * 7) for n in range(40))
_BODY = b'{"infcode": 0, "output": {"setlinfo": {%s}}}' % _FIGURES
_ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: centre\r\nDate: Mon, 02 Mar 2026 01:00:00 GMT\r\nContent-Type: application/json\r\n"
    b"Cache-Control: no-store\r\nX-Request-Id: 4f1c2a7e9b3d\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n%s"
    % (len(_BODY), _BODY)
)
"""As long as a settlement's figures, with the headers that servers send."""


class _Server(asyncio.Protocol):
    delay = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._seen = b""

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, found, body = self._seen.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        if len(body) >= length:
            self._seen = body[length:]
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._transport.write, _ANSWER)
            else:
                self._transport.write(_ANSWER)


async def _serve(delay: float) -> None:
    _Server.delay = delay
    server = await asyncio.get_running_loop().create_server(_Server, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@dataclass
class Line:
    """One kept connection per thread; says whether a byte left."""

    port: int
    _local: threading.local = field(default_factory=threading.local)

    def post(self, number: str, body: bytes) -> bytes:
        """One request, one answer."""
        if not hasattr(self._local, "connection"):
            self._local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection: http.client.HTTPConnection = self._local.connection
        connection.request("POST", "/" + number, body)
        return connection.getresponse().read()


@dataclass
class WebFarEnd:
    """Accepts everything it gets an answer to."""

    line: Line
    capabilities: Capabilities = field(default_factory=Capabilities)

    def prepare(self, item: Item, payload: bytes) -> Prepared:
        return Prepared(b"")

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        return Outcome(OutcomeClass.ACCEPTED, "0", self.line.post(intent.number, payload))

    def enquire(self, item: Item, payload: bytes, intent: Intent) -> Enquiry:
        return Enquiry(Finding.UNKNOWN)

    def reverse(self, item: Item, payload: bytes, intent: Intent, number: str, repeat: bool) -> Outcome:
        return Outcome(OutcomeClass.IN_DOUBT)

    def probe(self) -> bool:
        return True


@contextmanager
def server(delay: float) -> Iterator[Line]:
    """The far end's process, running."""
    process = subprocess.Popen([sys.executable, __file__, str(delay)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        yield Line(int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
