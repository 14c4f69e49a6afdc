"""``python -m tests.bench.queues.traced open|record|forward FOLDER ITEMS``: what is done while flushes are counted."""

import sys
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from offline_queue import Policy
from tests.bench.queues.desk import Desk, bill
from tests.offline_queue.wire import WebFarEnd, server

LANES = 16


def main(work: str, folder: Path, items: int) -> None:
    """Opens a queue; then records items one by one, or stores them in groups and forwards them."""
    folder.mkdir()
    with ExitStack() as stack:
        queue = Desk(folder, stack).queue()
        if work == "record":
            for n in range(items):
                queue.record(bill(n))
        if work == "forward":
            for start in range(0, items, LANES):
                queue.record_all([bill(n, LANES) for n in range(start, start + LANES)])
            line = stack.enter_context(server(0.02))
            with queue.forwarder(WebFarEnd(line), Policy(width=LANES)) as forwarder:
                forwarder.run(timedelta(0))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
