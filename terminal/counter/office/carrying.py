"""What waits here carried to another terminal, when there is no line at all: sealed to one receiver, by two persons.

What leaves is held here, so that only one of the two sends it; what arrives twice is taken in once.
"""

from collections.abc import Collection, Sequence

import msgspec

from offline_queue import bundle
from terminal.counter.office.approvals import two_persons
from terminal.counter.office.operators import Session
from terminal.counter.office.roles import Right
from terminal.counter.till import Till


class Address(msgspec.Struct, frozen=True):
    """Where bundles for a terminal are sealed to, and by what its own are known; both in hexadecimal."""

    address: str
    signer: str


class Arrived(msgspec.Struct, frozen=True):
    """What a bundle brought: bills that are new here, and bills that were here already."""

    new: tuple[str, ...]
    known: tuple[str, ...]


def address(till: Till) -> Address:
    """This terminal's own."""
    return Address(bundle.address(till.queue.book).hex(), bundle.signer(till.queue.book).hex())


def export(till: Till, to: bytes, by: Sequence[Session]) -> bytes:
    """Everything that may still be sent, for the terminal with this address. Raises NotAllowed, SamePerson."""
    head = till.queue.anchor()
    two_persons(till, "export", {"to": to.hex(), "seq": head.seq, "head": head.hash.hex()}, Right.EXPORT, by)
    return bundle.export(till.queue.book, to, " + ".join(session.number for session in by))


def take_in(till: Till, data: bytes, trusted: Collection[bytes], by: Session, file: str = "") -> Arrived:
    """Takes in what a trusted terminal exported for this one. Raises BadBundle, KeyReused, NotAllowed."""
    by.require(Right.EXPORT)
    found = bundle.take_in(till.queue.book, data, trusted, by.number, file)
    return Arrived(tuple(item.key for item in found.new), tuple(item.key for item in found.known))
