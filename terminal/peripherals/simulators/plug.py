"""Where simulated devices are plugged in: a pseudo-terminal with a lasting name, or a TCP port."""

import os
import select
import socket
import threading
import tty
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self


class Simulated(Protocol):
    """A device's inside."""

    def feed(self, data: bytes) -> bytes:
        """Takes what arrived and returns what the device sends back."""


class _Plug:
    """A device on a line, served by one thread until it is unplugged; use as a context manager."""

    address: str

    def __init__(self, device: Simulated) -> None:
        self.device = device
        self._thread: threading.Thread | None = None
        self._stop = -1

    def plug(self) -> None:
        """Plugs it in: from now on its address can be opened."""
        stop, self._stop = os.pipe()
        served = self._appear()
        self._thread = threading.Thread(target=self._serve, args=(stop, served), daemon=True)
        self._thread.start()

    def unplug(self) -> None:
        """Pulls the plug, also in the middle of a transfer."""
        if self._thread:
            os.close(self._stop)
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        self.plug()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def _appear(self) -> tuple[int, ...]:
        raise NotImplementedError

    def _serve(self, stop: int, served: tuple[int, ...]) -> None:
        raise NotImplementedError


class Pty(_Plug):
    """A serial device; ``address`` keeps its name while the device is unplugged and plugged in again.

    The name dies with the process that plays the device, also a killed one: the system gives the number of a
    pseudo-terminal to the next one at once, and whoever still asks the dead device would talk into a stranger's line.
    """

    def __init__(self, device: Simulated, path: Path) -> None:
        super().__init__(device)
        self._path = path
        self.address = f"serial:{path}@9600"

    def _appear(self) -> tuple[int, ...]:
        master, slave = os.openpty()
        tty.setraw(slave)
        own = Path(f"/proc/{os.getpid()}/fd/{slave}")  # of Linux; elsewhere the number has to do
        self._path.symlink_to(own if own.exists() else os.ttyname(slave))
        return master, slave

    def _serve(self, stop: int, served: tuple[int, ...]) -> None:
        master, slave = served
        while stop not in (ready := select.select([stop, master], [], [])[0]):
            if answer := self.device.feed(os.read(ready[0], 4096)):
                os.write(master, answer)
        self._path.unlink()
        for handle in (master, slave, stop):
            os.close(handle)


class Tcp(_Plug):
    """A network device on loopback; ``address`` is known once it was plugged in for the first time."""

    def __init__(self, device: Simulated) -> None:
        super().__init__(device)
        self._port = 0
        self.address = ""

    def _appear(self) -> tuple[int, ...]:
        server = socket.create_server(("127.0.0.1", self._port))
        self._port = server.getsockname()[1]
        self.address = f"tcp:127.0.0.1:{self._port}"
        return (server.detach(),)

    def _serve(self, stop: int, served: tuple[int, ...]) -> None:
        server = socket.socket(fileno=served[0])
        customer: socket.socket | None = None
        while stop not in select.select([stop, customer.fileno() if customer else server.fileno()], [], [])[0]:
            if customer is None:
                customer = server.accept()[0]
            elif not self._answer(customer):
                customer.close()
                customer = None
        for end in (customer, server):
            if end:
                end.close()
        os.close(stop)

    def _answer(self, customer: socket.socket) -> bool:
        """Serves what arrived; False when the customer has gone."""
        try:
            data = customer.recv(4096)
            customer.sendall(self.device.feed(data))
        except ConnectionError:
            return False
        return data != b""
