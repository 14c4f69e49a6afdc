"""Other queues that ours is compared with, in their most durable settings; each makes one work: store one payload."""

import asyncio
import json
import logging
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from tests.bench.queues.payload import PAYLOAD
from tests.bench.timing import NotHere, Work


def _persist_queue(folder: Path, stack: ExitStack) -> Work:
    from persistqueue import SQLiteQueue

    queue = SQLiteQueue(str(folder), auto_commit=True)
    return lambda: queue.put(PAYLOAD)


def _huey(folder: Path, stack: ExitStack) -> Work:
    from huey import SqliteHuey

    folder.mkdir()
    huey = SqliteHuey(filename=str(folder / "huey.db"), fsync=True, results=False)
    task = huey.task()(lambda payload: None)
    return lambda: task(PAYLOAD.decode())


def _dbos(folder: Path, stack: ExitStack) -> Work:
    from dbos import DBOS, DBOSClient

    logging.disable(logging.INFO)  # it tells of each of its hundred migrations
    folder.mkdir()
    where = f"sqlite:///{folder}/dbos.sqlite"
    DBOS(config={"name": "bench", "system_database_url": where, "run_admin_server": False})
    DBOS.launch()  # makes the tables
    DBOS.destroy()
    client = DBOSClient(system_database_url=where)
    return lambda: client.enqueue({"queue_name": "bills", "workflow_name": "send"}, PAYLOAD.decode())


def _sqlcipher(folder: Path, stack: ExitStack) -> Work:
    """Pages are encrypted instead of records; the indexes are those of a queue: number, bill, what is open."""
    from sqlcipher3 import dbapi2

    folder.mkdir()
    conn = dbapi2.connect(str(folder / "cipher.db"), isolation_level=None)
    for pragma in ("key = \"x'" + "2d" * 32 + "'\"", "journal_mode = WAL", "synchronous = FULL"):
        conn.execute(f"PRAGMA {pragma}")
    conn.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, number TEXT UNIQUE, key TEXT, state TEXT, body BLOB)")
    conn.execute("CREATE UNIQUE INDEX item_key ON item (key) WHERE state NOT IN ('refused', 'reversed')")
    conn.execute("CREATE INDEX item_open ON item (id) WHERE state NOT IN ('accepted', 'refused', 'reversed')")
    numbers = count()

    def work() -> None:
        n = next(numbers)
        values = (f"H11010500001{n:018}", f"bill-{n}", "recorded", PAYLOAD)
        conn.execute("INSERT INTO item (number, key, state, body) VALUES (?, ?, ?, ?)", values)

    return work


def nats_server(folder: Path, stack: ExitStack) -> str:
    """A server that flushes at each message (2.10 and later); gives its address."""
    folder.mkdir()
    settings = folder / "nats.conf"
    settings.write_text(
        f'host: 127.0.0.1\nport: -1\nports_file_dir: "{folder}"\n'
        f'jetstream {{ store_dir: "{folder}/js", sync_interval: always }}\n'
    )
    server = subprocess.Popen(
        [str(Path(sys.prefix) / "bin" / "nats-server"), "-c", str(settings)], stderr=subprocess.DEVNULL
    )
    stack.callback(server.wait)
    stack.callback(server.kill)
    for _ in range(100):
        for file in folder.glob("nats-server*.ports"):
            if found := json.loads(file.read_bytes() or b"{}").get("nats"):
                return str(found[0])
        time.sleep(0.1)
    raise NotHere("nats-server did not start")


def bills(address: str) -> None:
    """Make the stream."""
    import nats
    from nats.js.api import StreamConfig

    async def make() -> None:
        line = await nats.connect(address)
        await line.jetstream().add_stream(StreamConfig(name="bills", subjects=["bills"]))
        await line.close()

    asyncio.run(make())


def _nats(folder: Path, stack: ExitStack) -> Work:
    """One in flight, with the key by which it knows duplicates."""
    import nats

    address = nats_server(folder, stack)
    bills(address)
    loop = stack.enter_context(asyncio.Runner())
    line = loop.run(nats.connect(address))
    stack.callback(lambda: loop.run(line.close()))
    stream = line.jetstream()
    numbers = count()
    return lambda: loop.run(stream.publish("bills", PAYLOAD, headers={"Nats-Msg-Id": f"bill-{next(numbers)}"}))


PEERS: dict[str, Callable[[Path, ExitStack], Work]] = {
    "3": _persist_queue,
    "4": _huey,
    "5": _dbos,
    "6": _nats,
    "7": _sqlcipher,
}
"""By the row of the table."""
