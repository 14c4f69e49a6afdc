"""``python -m tests.bench.queues.hub FOLDER``: a hub on a real disk, in a process of its own; prints its address."""

import asyncio
import sys
from contextlib import ExitStack
from pathlib import Path

from offline_queue.hub.door import serve
from offline_queue.hub.intake import Intake
from tests.bench.queues.desk import Desk


def main(folder: Path) -> None:
    """Takes in until it is killed."""
    folder.mkdir()
    with ExitStack() as stack:
        intake = Intake(Desk(folder, stack).queue())

        async def run() -> None:
            await serve(
                intake, "127.0.0.1", 0, None, lambda port: print(f"127.0.0.1:{port}", flush=True), asyncio.Event()
            )

        asyncio.run(run())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
