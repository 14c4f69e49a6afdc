"""What waits here carried to another terminal, when there is no line at all: sealed to one receiver, by two persons.

What leaves is held here, so that only one of the two sends it; what arrives twice is taken in once.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.places import store_folder
from offline_queue import bundle
from offline_queue.store import NAME
from terminal.counter.office.approvals import two_persons
from terminal.counter.office.faults import FileUnfit, NoCopy, NotAnAddress
from terminal.counter.office.operators import Session
from terminal.counter.office.roles import Right
from terminal.counter.till import Till

_KEY = 32
"""Bytes of an address and of a signer."""


class Address(msgspec.Struct, frozen=True):
    """Where bundles for a terminal are sealed to, and by what its own are known; both in hexadecimal."""

    address: str
    signer: str


class Arrived(msgspec.Struct, frozen=True):
    """What a bundle brought: bills that are new here, and bills that were here already."""

    new: tuple[str, ...]
    known: tuple[str, ...]


def parse(text: str) -> bytes:
    """An address or a signer as people hand it on. Raises NotAnAddress."""
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise NotAnAddress(text=text) from error
    if len(key) != _KEY:
        raise NotAnAddress(text=text)
    return key


def address(till: Till) -> Address:
    """This terminal's own."""
    return Address(bundle.address(till.queue.book).hex(), bundle.signer(till.queue.book).hex())


def export(till: Till, file: Path, to: bytes, by: Sequence[Session]) -> int:
    """Everything that may still be sent into a new file, for the terminal with this address; gives how many bills.

    Raises NotAllowed, SamePerson, BundleUnwritten: then nothing is held here; BundleUnfinished: export again.
    """
    head = till.queue.anchor()
    two_persons(till, "export", {"to": to.hex(), "seq": head.seq, "head": head.hash.hex()}, Right.EXPORT, by)
    return bundle.export(till.queue.book, to, " + ".join(session.number for session in by), file)


def make_recovery_key() -> tuple[bytes, str]:
    """A site's recovery key: the private half, to be locked away, and the public one for the settings."""
    key = X25519PrivateKey.generate()
    return key.private_bytes_raw(), key.public_key().public_bytes_raw().hex()


def recover(home: Path, key: bytes, to: bytes) -> tuple[bytes, str]:
    """Everything open in a dead terminal's data folder, for the terminal with this address, and who signed it.

    Raises KeysClosed for another key, StoreBroken, NoCopy when there is no store.
    """
    store = store_folder(home)
    if not (store / NAME).is_file():
        raise NoCopy(folder=store)
    packed = bundle.recover(store, X25519PrivateKey.from_private_bytes(key), to)
    return packed, bundle.sender(packed).hex()


def take_in(till: Till, data: bytes, trusted: Collection[bytes], by: Session, file: str = "") -> Arrived:
    """Takes in what a trusted terminal exported for this one. Raises BadBundle, KeyReused, NotAllowed."""
    by.require(Right.EXPORT)
    found = bundle.take_in(till.queue.book, data, trusted, by.number, file)
    return Arrived(tuple(item.key for item in found.new), tuple(item.key for item in found.known))


def take_in_from(till: Till, file: Path, trusted: Collection[bytes], by: Session) -> Arrived:
    """The same from a file. Raises FileUnfit."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise FileUnfit(file=file, cause=error.strerror) from error
    return take_in(till, data, trusted, by, str(file))
