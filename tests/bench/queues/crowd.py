"""``python -m tests.bench.queues.crowd hub|nats ADDRESS``: sixteen who send at once, in a process of their own.

Each line of input is a number of messages; the answer is how many seconds they took, each acknowledged before its
sender goes on to the next.
"""

import asyncio
import hashlib
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import count

import msgspec

from offline_queue.hub.words import Head, Posted, spell
from offline_queue.vocabulary import Kind
from tests.bench.queues.payload import PAYLOAD

WIDTH = 16
Send = Callable[[int], Awaitable[object]]
_NUMBERS = count(1)


async def _hub(address: str, who: int) -> Send:
    """One terminal of its own each; 01 is the hub."""
    host, port = address.split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    store = bytes([who]) * 16

    async def send(number: int) -> None:
        body = msgspec.msgpack.encode(Posted(f"lane-{number}", Kind.ADVICE, PAYLOAD))
        head = spell(Head(store, 1, number, hashlib.sha256(body).digest()))
        writer.write(
            f"PUT /txn/bill-{number} HTTP/1.1\r\nHost: {host}\r\nTerminal: T{who:X}\r\n"
            f"Txn-Digest: {hashlib.sha256(body).hexdigest()}\r\nChain-Head: {head}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        await reader.readexactly(int(answer.rpartition(b":")[2]))

    return send


async def _nats(address: str, who: int) -> Send:
    import nats

    line = await nats.connect(address)
    stream = line.jetstream()

    async def send(number: int) -> None:
        await stream.publish("bills", PAYLOAD, headers={"Nats-Msg-Id": f"bill-{number}"})

    return send


async def _main(kind: str, address: str) -> None:
    senders = [await {"hub": _hub, "nats": _nats}[kind](address, who) for who in range(WIDTH)]

    async def work(send: Send, messages: int) -> None:
        for _ in range(messages):
            await send(next(_NUMBERS))

    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        start = time.perf_counter()
        await asyncio.gather(*(work(send, int(line) // WIDTH) for send in senders))
        print(time.perf_counter() - start, flush=True)


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
