"""A key service in software, over real HTTP on loopback, holding the virtual world's keys."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cardio.applications.environment import KEY
from cardio.psam import levels
from cardio.reading import Algorithm
from cardio.virtual import cipher

FIELDS = 8


def answer(line: str) -> str:
    """The Step 2 key for a Step 1 line. Raises ValueError for anything else."""
    *fields, rest = line.strip().split("|")
    if len(fields) != FIELDS or rest:
        raise ValueError(f"{len(fields)} fields, expected {FIELDS} each ended by a bar")
    region, historical, algorithm, _, *numbers = fields
    key = cipher.diversified(Algorithm(algorithm), cipher.master_key(KEY), levels(region, bytes.fromhex(historical)))
    parts = []
    for factor, raw in (numbers[:2], numbers[2:]):
        made = (
            cipher.authentication(Algorithm(algorithm), key, bytes.fromhex(factor), bytes.fromhex(raw)) if raw else b""
        )
        parts.append(f"{made.hex().upper()}{raw}|")
    return "".join(parts)


@contextmanager
def key_service(answering: Callable[[str], str] = answer, *, thinks: float = 0.0) -> Iterator[str]:
    """Serve until the block ends; gives the URL. ``thinks``: seconds before each answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            line = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii", "replace")
            time.sleep(thinks)
            try:
                status, body = 200, answering(line)
            except ValueError as error:
                status, body = 400, str(error)
            with suppress(ConnectionError):  # whoever asked may have given up
                self.send_response(status)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Cryptograms belong into no log."""

    with serving(Handler) as url:
        yield url


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Any HTTP service on loopback until the block ends; gives the URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="key service")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
