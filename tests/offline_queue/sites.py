"""A site for tests: an authority with its certificates, a hub, and terminals that send through it on the real clock.

    python -m tests.offline_queue.sites FOLDER PORT [GROUPS]

is the hub in a process of its own, over the same folder; with GROUPS it kills itself after that many commits, before
it answers.
"""

import ipaddress
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from offline_queue import FileKeys, Identity, NewItem, Policy, Queue, QueueFault
from offline_queue.hub.end import HubEnd
from offline_queue.hub.intake import Given, Intake
from offline_queue.hub.line import Way
from offline_queue.hub.site import Site
from offline_queue.hub.tls import Certificates
from offline_queue.hub.words import Told
from offline_queue.ports import FarEnd, Intent, Item, Outcome
from offline_queue.vocabulary import Kind, OnDoubt, OutcomeClass
from tests.offline_queue.victim import LOOSE, Ledger
from tests.offline_queue.world import Recorder

INSTITUTION = "H11010500001"
PERSONS = ("wang", "zhao")
WAITING = Policy(width=4, on_doubt=OnDoubt.WAIT)
_PEM = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def bill(key: str, lane: str, text: str = "") -> NewItem:
    """A claim."""
    return NewItem(key=key, lane=lane, kind=Kind.REQUEST, payload=(text or key).encode() * 20, amount_fen=100)


class Authority:
    """Signs for one site."""

    def __init__(self, folder: Path, name: str = "site") -> None:
        self._folder, self._name = folder, name
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(self._made(name, self._key.public_key(), True).public_bytes(Encoding.PEM))

    def files(self, name: str, trusted: Path | None = None) -> Certificates:
        """A certificate with its key; whom its owner trusts is the same authority, unless said otherwise."""
        key = ec.generate_private_key(ec.SECP256R1())
        own, private = (self._folder / f"{self._name}-{name}.{kind}" for kind in ("pem", "key"))
        own.write_bytes(self._made(name, key.public_key(), False).public_bytes(Encoding.PEM))
        private.write_bytes(key.private_bytes(*_PEM))
        return Certificates(own, private, trusted or self.file)

    def _made(self, name: str, key: ec.EllipticCurvePublicKey, signs: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self._name)]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(signs, None), critical=True)
            .add_extension(here, critical=False)
            .sign(self._key, hashes.SHA256())
        )


def open_queue(folder: Path, terminal: str, adopt: str = "") -> Queue:
    """A store with its keys beside it, on the real clock."""
    queue = Queue.open(
        folder / terminal / "home",
        identity=Identity(INSTITUTION, terminal),
        keys=FileKeys(folder / terminal / "keys"),
        clock=lambda: datetime.now(timezone(timedelta(hours=8))),
        limits=LOOSE,
        adopt=adopt,
    )
    queue.contact()
    return queue


@dataclass
class Gate(Recorder):
    """A far end whose answers wait until the gate is open."""

    gate: threading.Event = field(default_factory=threading.Event)

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        self.arrived.append((item.key, intent.number))
        assert self.gate.wait(20)
        return self._next(self.sends, Outcome(OutcomeClass.ACCEPTED, "0", b"answer to " + payload))


@dataclass
class Terminal:
    """A desk that sends through the hub."""

    queue: Queue
    end: HubEnd

    def forward(self) -> None:
        """Send what may be sent now, ask what may be asked."""
        with self.queue.forwarder(self.end, WAITING) as forwarder:
            forwarder.run(now=True)

    def close(self) -> None:
        self.end.close()
        self.queue.close()


class Yard:
    """The whole site, on one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder)
        self.files = self.authority.files("hub")
        self.far = Gate()
        self.far.gate.set()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        with open_queue(folder, "H0") as queue:
            self.key = Intake(queue).public_key
        self._queue: Queue | None = None
        self._site: Site | None = None
        self._terminals: list[Terminal] = []

    @property
    def site(self) -> Site:
        """The hub that is open."""
        assert self._site
        return self._site

    def open_hub(self, far_end: FarEnd | None = None) -> Site:
        """Its door on its port."""
        self._queue = open_queue(self.folder, "H0")
        self._site = Site(self._queue, far_end or self.far, WAITING, port=self.port, files=self.files)
        return self._site

    def close_hub(self) -> None:
        if self._site and self._queue:
            self._site.close()
            self._queue.close()
            self._site = self._queue = None

    def terminal(self, name: str, files: Certificates | None = None, direct: FarEnd | None = None) -> Terminal:
        """One of the site's, with its certificate."""
        way = Way(f"https://127.0.0.1:{self.port}", files or self.authority.files(name), seconds=5)
        queue = open_queue(self.folder, name)
        made = Terminal(queue, HubEnd(queue, way, self.key, direct=direct, settle_horizon=timedelta(0)))
        self._terminals.append(made)
        return made

    def settled(self, key: str) -> None:
        """Wait until the hub knows what became of it."""
        until(lambda: not any(item.key == key for item in self.site.intake.queue.items()))

    def close(self) -> None:
        self.far.gate.set()
        for terminal in self._terminals:
            terminal.close()
        self.close_hub()


def until(true: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for it, not for ever."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


class Fragile(Intake):
    """Dies after so many commits, with the answers unsent."""

    left = 0

    def take(self, group: Sequence[Given]) -> list[Told | QueueFault]:
        done = super().take(group)
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return done


def main(folder: Path, port: int, groups: int) -> None:
    """A hub that works until it is killed."""
    import random

    from offline_queue.hub import site

    Fragile.left = groups
    site.Intake = Fragile  # type: ignore[misc]
    name = folder / "site-hub.pem"
    files = Certificates(name, name.with_suffix(".key"), folder / "site.pem")
    queue = open_queue(folder, "H0")
    with (
        suppress(KeyboardInterrupt),
        Site(queue, Ledger(folder / "effects", random.Random(port)), WAITING, port=port, files=files) as hub,
    ):
        print("ready", flush=True)
        hub.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int((*sys.argv, "0")[3]))
