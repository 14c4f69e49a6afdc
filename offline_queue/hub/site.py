"""A hub at work: its door in one thread, the site's one forwarder in another."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Self

from offline_queue.errands import Policy
from offline_queue.faults import QueueFault
from offline_queue.hub import door
from offline_queue.hub.intake import Intake
from offline_queue.hub.tls import Certificates
from offline_queue.ports import FarEnd
from offline_queue.queue import Queue

_ROUND = timedelta(seconds=1)


class Site:
    """Serves while it is open. ``queue`` was opened by the caller and is closed by him."""

    def __init__(
        self,
        queue: Queue,
        far_end: FarEnd,
        policy: Policy,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        files: Certificates | None = None,
    ) -> None:
        """Raises ``NeedsTls``, ``BadHub`` and ``OSError`` when the door cannot be opened."""
        self.intake = Intake(queue, self._stored)
        self.port = 0
        self.fault: BaseException | None = None
        """Why nothing is sent at the moment, or why the door was closed."""
        self._queue, self._far_end, self._policy = queue, far_end, policy
        self._arrived, self._ending, self._open = threading.Event(), threading.Event(), threading.Event()
        self._close_door: Callable[[], object] = lambda: None
        self._door = threading.Thread(target=self._serve, args=(host, port, files), name="hub door")
        self._forwarding = threading.Thread(target=self._forward, name="hub forwarder")
        self._door.start()
        self._open.wait()
        if self.fault:
            self._door.join()
            raise self.fault
        self._forwarding.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def wait(self, seconds: float | None = None) -> bool:
        """Until the door is closed, by whom or what ever; says whether it is."""
        self._door.join(seconds)
        return not self._door.is_alive()

    def close(self) -> None:
        """Answer what was stored, let calls in flight end."""
        self._ending.set()
        self._arrived.set()
        self._close_door()
        self._door.join()
        self._forwarding.join()

    def _stored(self) -> None:
        self._arrived.set()

    def _serve(self, host: str, port: int, files: Certificates | None) -> None:
        async def run() -> None:
            loop, stop = asyncio.get_running_loop(), asyncio.Event()
            self._close_door = lambda: loop.is_closed() or loop.call_soon_threadsafe(stop.set)
            await door.serve(self.intake, host, port, files, self._opened, stop)

        try:
            asyncio.run(run())
        except (QueueFault, OSError) as fault:
            self.fault = fault
        finally:
            self._open.set()

    def _opened(self, port: int) -> None:
        self.port = port
        self._open.set()

    def _forward(self) -> None:
        """With a new forwarder after a fault: what was on the wire is then in doubt and is asked about."""
        while not self._ending.is_set():
            try:
                with self._queue.forwarder(self._far_end, self._policy) as forwarder:
                    self.fault = None
                    while not self._ending.is_set():
                        self._arrived.clear()
                        forwarder.run(_ROUND)
                        self._arrived.wait(_ROUND.total_seconds())
            except QueueFault as fault:
                self.fault = fault
                self._ending.wait(_ROUND.total_seconds())
