"""Queues of ours on a real disk, and what is stored in them."""

from contextlib import ExitStack
from datetime import datetime
from itertools import count
from pathlib import Path

from offline_queue import FileKeys, Identity, Limits, NewItem, Queue
from offline_queue.keystores import Unhurried
from offline_queue.numbers import BEIJING
from offline_queue.vocabulary import Kind, Suite
from tests.bench.queues.payload import PAYLOAD

LOOSE = Limits(items_open=10**7, per_lane_open=10**7, sum_open_fen=10**15, free_disk=0)


class Desk:
    """Makes queues on the disk."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack, self._names = folder, stack, count()

    def queue(self, suite: Suite = Suite.INTERNATIONAL) -> Queue:
        """A new one, to which contact was made."""
        home = self._folder / f"home-{next(self._names)}"
        queue = Queue.open(
            home,
            identity=Identity("H11010500001", "01"),
            keys=Unhurried(FileKeys(self._folder / "keys")),
            clock=lambda: datetime.now(BEIJING),
            limits=LOOSE,
            suite=suite,
        )
        queue.contact()
        return self._stack.enter_context(queue)


def bill(n: int, lanes: int = 10**9) -> NewItem:
    """An advice of usual size."""
    return NewItem(key=f"bill-{n}", lane=f"lane-{n % lanes}", kind=Kind.ADVICE, payload=PAYLOAD)


def add_history(queue: Queue, rows: int) -> None:
    """Closed items by the number, copied from one; only their presence matters here."""
    queue.record(NewItem(key="seed", lane="seed", kind=Kind.ADVICE, payload=PAYLOAD))
    store = queue.book.store
    columns = [row["name"] for row in store.rows("SELECT name FROM pragma_table_info('item')")]
    settled = {"id": "n + 1", "key": "'old-' || n", "state": "'accepted'", "closed": "created", "shelved": "1"}
    values = ", ".join(settled.get(name, name) for name in columns)
    with store.transaction():
        store.change(
            "WITH RECURSIVE each (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM each WHERE n < ?)"
            f" INSERT INTO item SELECT {values} FROM item, each WHERE key = 'seed'",
            (rows,),
        )
        store.change("UPDATE item SET shelved = 2 WHERE key = 'seed'")
        store.change("UPDATE store SET near = (SELECT max(id) + 1 FROM item)")
    queue.book.journal.forget()  # rows without an event are nothing it could know of
