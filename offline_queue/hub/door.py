"""The hub's HTTP door: bare asyncio, because every terminal of the site waits here and few servers tell who is calling.

* ``PUT /txn/{key}``: an item, with its digest and the end of the terminal's chain; answered once it is durable
* ``GET /txn/{key}``: what became of it
* ``GET /head``: the end of the caller's chain as the hub knows it, countersigned
* ``PUT /head``: the caller's chain does not hold that end; this is how it ends
* ``PUT /slot``: the caller wants to give out message numbers; answered with its lease, countersigned
* ``GET /``: is anybody there?
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from urllib.parse import unquote

import msgspec

from offline_queue.faults import KeyReused, OnlineOnly, QueueFault, StoreBroken, StoreFailed
from offline_queue.hub.faults import NeedsTls, NotYourName, SetBack, SlotTaken, Unreadable, WrongDigest
from offline_queue.hub.intake import Given, Intake
from offline_queue.hub.tls import Certificates, context, is_here, name_in
from offline_queue.hub.words import LARGEST, Asked, Countersigned, Head, Posted, Said, Told, digest, read_head, said
from offline_queue.ports import NewItem

GROUP = 16
"""Records of one commit."""
_PATIENCE = 0.005
"""Seconds that a group waits for the others who are about to come."""
_LARGEST_HEAD = 8192
_SLOW = 10.0
"""Seconds within which a request must be complete."""

_STATUS: tuple[tuple[tuple[type[QueueFault], ...], int], ...] = (
    ((KeyReused, SetBack, SlotTaken), 409),
    ((WrongDigest, Unreadable, OnlineOnly), 400),
    ((NotYourName,), 403),
    ((StoreFailed, StoreBroken), 503),
)
"""503 means that nothing happened; whatever else goes wrong is a 500, after which nobody knows."""
_WORDS = {
    200: b"OK",
    400: b"Bad Request",
    403: b"Forbidden",
    404: b"Not Found",
    409: b"Conflict",
    500: b"Unknown Outcome",
    503: b"Nothing Stored",
}

Reply = Callable[[int, bytes], None]


class Writer:
    """The one thread that stores: what waits goes into one commit; answers go back to the loop together."""

    def __init__(self, intake: Intake, loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
        """``ended`` is called in the loop when nothing is stored any more, for whatever reason."""
        self._intake, self._loop, self._ended = intake, loop, ended
        self._waiting: SimpleQueue[tuple[Given, Reply] | None] = SimpleQueue()
        self._usual = 1
        self._thread = threading.Thread(target=self._work, name="hub", daemon=True)
        self._thread.start()

    def put(self, given: Given, reply: Reply) -> None:
        """``reply`` is called in the loop once the item is durable, or was refused."""
        self._waiting.put((given, reply))

    def close(self) -> None:
        """Store what waits, then end."""
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        try:
            while first := self._waiting.get():
                group = [first, *self._others()]
                told = self._intake.take([given for given, _ in group])
                answers = [(reply, *answer(each)) for (_, reply), each in zip(group, told, strict=True)]
                self._loop.call_soon_threadsafe(_deliver, answers)
        finally:
            self._loop.call_soon_threadsafe(self._ended)

    def _others(self) -> Iterator[tuple[Given, Reply]]:
        """Those who share the commit. Only where others came the last time is a moment given to them."""
        end = time.monotonic() + _PATIENCE
        count = 1
        while count < GROUP:
            rest = end - time.monotonic() if count < self._usual else 0.0
            try:
                following = self._waiting.get(timeout=rest) if rest > 0 else self._waiting.get_nowait()
            except Empty:
                break
            if following is None:
                self._waiting.put(None)
                break
            count += 1
            yield following
        self._usual = count


def _deliver(answers: list[tuple[Reply, int, bytes]]) -> None:
    for reply, status, body in answers:
        reply(status, body)


def answer(told: Told | Countersigned | QueueFault) -> tuple[int, bytes]:
    """Status and body."""
    if not isinstance(told, QueueFault):
        return 200, msgspec.msgpack.encode(told)
    status = next((status for kinds, status in _STATUS if isinstance(told, kinds)), 500)
    return status, msgspec.msgpack.encode(said(told))


def found(work: Callable[[], Told | Countersigned | None]) -> tuple[int, bytes]:
    """What some work gives, as status and body."""
    try:
        told = work()
    except QueueFault as fault:
        return answer(fault)
    return answer(told) if told else (404, msgspec.msgpack.encode(Said("unknown_key")))


class Door(asyncio.Protocol):
    """One connection of one terminal: a request, its answer, the next request."""

    def __init__(self, intake: Intake, writer: Writer, open_doors: set["Door"]) -> None:
        self._intake, self._writer, self._open_doors = intake, writer, open_doors
        self._buffer = b""
        self._terminal = ""
        self._busy = False
        self.since = 0.0
        """When the request began that is not complete; zero without one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is over: a certificate, if there is one, is the site's."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server makes
        self.transport = transport
        self._terminal = name_in(transport.get_extra_info("peercert"))
        self._secure = transport.get_extra_info("sslcontext") is not None
        self._open_doors.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Whoever waited will ask."""
        self._open_doors.discard(self)

    def data_received(self, data: bytes) -> None:
        """Collect a request; the next one waits until this one is answered."""
        self._buffer += data
        self._next()
        if len(self._buffer) > 2 * LARGEST:
            self.transport.abort()

    def _next(self) -> None:
        if self._busy or self.transport.is_closing():
            return
        head, complete, rest = self._buffer.partition(b"\r\n\r\n")
        if len(head) > _LARGEST_HEAD:
            self.transport.close()
        elif not complete:
            self.since = self.since or (time.monotonic() if head else 0.0)
        else:
            try:
                method, path, headers, length = _read(head)
            except ValueError:
                self._buffer = b""  # where the next request begins, nobody knows
                self._refuse(Unreadable())
                self.transport.close()
                return
            if len(rest) < length:
                self.since = self.since or time.monotonic()
                return
            self._buffer, self.since, self._busy = rest[length:], 0.0, True
            self._perform(method, path, headers, rest[:length])

    def _perform(self, method: str, path: str, headers: dict[str, str], body: bytes) -> None:
        terminal = self._terminal if self._secure else headers.get("terminal", "")
        if not (len(terminal) == 2 and terminal.isascii() and terminal.isalnum()):
            self._refuse(NotYourName(found=ascii(terminal)))
            return
        _, where, name = (*path.split("/", 2), "")[:3]
        try:
            if (method, where) == ("PUT", "txn"):
                self._put(terminal, unquote(name, errors="strict"), headers, body)
            elif (method, where) == ("GET", "txn"):
                key, wanted = unquote(name, errors="strict"), bytes.fromhex(headers["txn-digest"])
                self._aside(lambda: self._intake.look(key, wanted))
            elif (method, where) == ("GET", "head"):
                self._aside(lambda: self._intake.newest(terminal))
            elif (method, where) == ("PUT", "head"):
                end = msgspec.msgpack.decode(body, type=Head)
                self._aside(lambda: self._intake.doubt(terminal, end))
            elif (method, where) == ("PUT", "slot"):
                asked = msgspec.msgpack.decode(body, type=Asked)
                self._aside(lambda: self._intake.lease(terminal, asked))
            elif (method, path) == ("GET", "/"):
                self.reply(200, b"")
            else:
                self.reply(404, msgspec.msgpack.encode(Said("no_such_place")))
        except (KeyError, ValueError, msgspec.DecodeError):
            self._refuse(Unreadable())

    def _put(self, terminal: str, key: str, headers: dict[str, str], body: bytes) -> None:
        wanted, head = bytes.fromhex(headers["txn-digest"]), read_head(headers["chain-head"])
        if digest(body) != wanted:
            self._aside(lambda: self._altered(terminal, key))
            return
        posted = msgspec.msgpack.decode(body, type=Posted)
        new = NewItem(
            key=key,
            lane=posted.lane,
            kind=posted.kind,
            payload=posted.payload,
            asked=wanted,
            amount_fen=posted.amount_fen,
            reverses=posted.reverses,
            once_freed=posted.once_freed,
        )
        self._writer.put(Given(terminal, head, new), self.reply)

    def _altered(self, terminal: str, key: str) -> None:
        fault = WrongDigest(key=key, terminal=terminal)
        self._intake.alarm(fault.code, terminal, key)
        raise fault

    def _aside(self, work: Callable[[], Told | Countersigned | None]) -> None:
        """Read or note in another thread; the answer is what it gives."""

        async def run() -> None:
            self.reply(*await asyncio.to_thread(found, work))

        _TASKS.add(task := asyncio.get_running_loop().create_task(run()))
        task.add_done_callback(_TASKS.discard)

    def _refuse(self, fault: QueueFault) -> None:
        self.reply(*answer(fault))

    def reply(self, status: int, body: bytes) -> None:
        """Answer the request in hand and take up the next one."""
        self.transport.write(
            b"HTTP/1.1 %d %s\r\nContent-Length: %d\r\n\r\n" % (status, _WORDS[status], len(body)) + body
        )
        self._busy = False
        if self._buffer:
            asyncio.get_running_loop().call_soon(self._next)


_TASKS: set[asyncio.Task[None]] = set()
"""The loop itself holds tasks loosely."""


def _read(head: bytes) -> tuple[str, str, dict[str, str], int]:
    """Method, path, headers by their small names, length of the body. Raises ``ValueError``."""
    first, *lines = head.decode("ascii").split("\r\n")
    method, path, version = first.split(" ")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or name != name.strip() or name in headers:
            raise ValueError("not a header")
        headers[name] = value.strip()
    length = headers.get("content-length", "0")
    if version != "HTTP/1.1" or "transfer-encoding" in headers or not length.isdigit() or int(length) > LARGEST:
        raise ValueError("not a request of ours")
    return method, path, headers, int(length)


async def serve(
    intake: Intake, host: str, port: int, files: Certificates | None, ready: Callable[[int], None], stop: asyncio.Event
) -> None:
    """Answer until ``stop``; ``ready`` is told the port. Raises ``NeedsTls``, ``BadHub`` and ``OSError``."""
    if files is None and not is_here(host):
        raise NeedsTls(address=host)
    loop = asyncio.get_running_loop()
    writer, doors = Writer(intake, loop, stop.set), set[Door]()
    tls = context(files, server=True) if files else None
    try:
        server = await loop.create_server(lambda: Door(intake, writer, doors), host, port, ssl=tls, backlog=256)
        async with server:
            ready(server.sockets[0].getsockname()[1])
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _SLOW / 2)
                for door in [each for each in doors if each.since and time.monotonic() - each.since > _SLOW]:
                    door.transport.abort()
            server.close()
            for door in list(doors):
                door.transport.close()
    finally:
        await asyncio.to_thread(writer.close)
