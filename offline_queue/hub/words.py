"""What a terminal and its hub say to each other: bodies in MessagePack, digests, ends of chains, countersignatures."""

import hashlib

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from offline_queue.faults import QueueFault
from offline_queue.numbers import PER_SECOND, Share
from offline_queue.ports import Anchor, Intent
from offline_queue.vocabulary import Kind, OnceFreed, State

LARGEST = 16 << 20
"""Bytes of one message; a claim of a thousand lines stays far below."""

PARTS = 12
_OF_PART = PER_SECOND // PARTS
_PURPOSE = b"offline_queue hub receipt 1\n"


class Posted(Struct, frozen=True, array_like=True):
    """Body of ``PUT /txn/{key}``: an item as the terminal recorded it."""

    lane: str
    kind: Kind
    payload: bytes
    amount_fen: int = 0
    reverses: str = ""
    once_freed: OnceFreed = OnceFreed.SEND_AGAIN


class Head(Struct, frozen=True, array_like=True):
    """The end of a terminal's chain. ``epoch`` rises when persons decide to go on from an older copy."""

    store: bytes
    epoch: int
    seq: int
    hash: bytes

    @property
    def anchor(self) -> Anchor:
        """As ``Queue.verify`` takes it."""
        return Anchor(self.seq, self.hash)

    def beyond(self, known: "Head | None") -> bool:
        """Whether more has happened than at this end."""
        return known is None or (self.epoch, self.seq) > (known.epoch, known.seq)


class Lease(Struct, frozen=True, array_like=True):
    """Which of a terminal's message numbers one folder may give out: no two folders ever have one of them together."""

    terminal: str
    store: bytes
    epoch: int
    part: int
    """Of the counts of every second, which are cut into ``PARTS``."""
    start: int
    end: int
    """Seconds that stand in the numbers, Unix time; the end is not in it."""

    @property
    def share(self) -> Share:
        """As the numbers of a store take it."""
        low = self.part * _OF_PART
        return Share(low, low + _OF_PART, self.start * PER_SECOND, self.end * PER_SECOND)

    def belongs(self, head: Head) -> bool:
        """Whether it was given to the folder whose chain ends so."""
        return (self.store, self.epoch) == (head.store, head.epoch)


class Asked(Struct, frozen=True, array_like=True):
    """Body of ``PUT /slot``: who wants to give out numbers from a second on."""

    head: Head
    second: int


class Receipt(Struct, frozen=True, array_like=True):
    """What the hub has seen of its terminals' chains, and granted them; in its own chain before it is signed."""

    hub: bytes
    at: str
    heads: list[tuple[str, Head]]
    """By terminal."""
    leases: list[Lease] = []
    epoch: int = 0
    """The hub's own: it rises when persons decide to go on from an older copy of it."""

    @property
    def memory(self) -> bytes:
        """Names the hub's unbroken memory: what it took in since, it knows."""
        return self.hub + self.epoch.to_bytes(4)


class Countersigned(Struct, frozen=True, array_like=True):
    """A receipt as it was signed (Ed25519)."""

    receipt: bytes
    signature: bytes


class Told(Struct, frozen=True, array_like=True):
    """What the hub knows of an item."""

    state: State
    reason: str = ""
    answer: bytes = b""
    """The far end's, once there is one."""
    seen: Countersigned | None = None
    call: Intent | None = None
    """Of an item that the far end has: by what it knows it."""


class Said(Struct, frozen=True, array_like=True):
    """Body of every answer that is a no."""

    code: str
    zh: str = ""
    en: str = ""


def said(fault: QueueFault) -> Said:
    """A fault as it travels."""
    return Said(fault.code, fault.zh.format(**fault.data), str(fault))


def digest(body: bytes) -> bytes:
    """By which the same item is known again."""
    return hashlib.sha256(body).digest()


def countersign(key: Ed25519PrivateKey, receipt: bytes) -> Countersigned:
    """Sign what was committed."""
    return Countersigned(receipt, key.sign(_PURPOSE + receipt))


def checked(seen: Countersigned, key: bytes) -> Receipt | None:
    """The receipt, if the hub with this public key (32 bytes) signed it."""
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(seen.signature, _PURPOSE + seen.receipt)
        return msgspec.msgpack.decode(seen.receipt, type=Receipt)
    except (InvalidSignature, ValueError, msgspec.DecodeError):
        return None


def spell(head: Head) -> str:
    """A head as a header line."""
    return f"{head.store.hex()} {head.epoch} {head.seq} {head.hash.hex()}"


def read_head(line: str) -> Head:
    """A head from its header line. Raises ``ValueError``."""
    store, epoch, seq, hash = line.split(" ")
    return Head(bytes.fromhex(store), int(epoch), int(seq), bytes.fromhex(hash))
