"""The policy that a site signs: its signature, and its place in the chain, so that an older one put back is seen.

The text stays readable; its last line is the signature over everything before it. What the words mean is the caller's.
"""

from typing import NamedTuple

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from msgspec.structs import replace

from offline_queue.book import Book
from offline_queue.limits import Limits, Signed, Unusable

NOTED, UNSIGNED = "limits", "limits_unsigned"
"""Kinds of the events that tell which policy came into force, and that none is signed any longer."""

_ACTOR = "queue"
_MARK = b"# signature: "


class Known(NamedTuple):
    """What the chain tells of signed policies: the newest, and whether it was given up since."""

    version: int = 0
    digest: str = ""
    given_up: bool = False


def make_key() -> bytes:
    """A new Ed25519 key as PEM, for the office that signs."""
    private = Ed25519PrivateKey.generate()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def sign(text: bytes, key: bytes) -> tuple[bytes, str]:
    """The text with its signature, and the public key in hexadecimal; ``key`` is an Ed25519 key as PEM.

    Raises ``ValueError`` for another key.
    """
    private = load_pem_private_key(key, None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    text = text.rstrip() + b"\n"
    signed = text + _MARK + private.sign(text).hex().encode() + b"\n"
    return signed, private.public_key().public_bytes_raw().hex()


def verified(file: bytes, site: bytes) -> bytes | None:
    """The text of a signed file; None unless the site's key (32 bytes, public) signed exactly this."""
    text, _, signature = file.rpartition(_MARK)
    try:
        Ed25519PublicKey.from_public_bytes(site).verify(bytes.fromhex(signature.decode()), text)
    except (InvalidSignature, ValueError):
        return None
    return text


def known(book: Book) -> Known:
    """What the chain tells of signed policies."""
    find = "SELECT seq, kind, changes FROM event WHERE item = 0 AND kind IN ({}) ORDER BY seq DESC LIMIT 1"
    newest = book.store.rows(find.format("?"), (NOTED,))
    if not newest:
        return Known()
    changes = msgspec.json.decode(newest[0]["changes"], type=dict[str, int | str])
    last = book.store.rows(find.format("?, ?"), (NOTED, UNSIGNED))[0]
    return Known(int(changes["version"]), str(changes["digest"]), last["kind"] == UNSIGNED)


def follow(book: Book, limits: Limits) -> Limits:
    """Notes the policy that comes into force, or that none is signed any longer.

    The limits come back, closed when their version is older than one the chain knows, or the same with another text.
    """
    signed = limits.signed
    if signed is None and not known(book).version:
        return limits

    def step() -> Limits:
        before = known(book)
        if signed is None:
            if not before.given_up:
                book.note(UNSIGNED, _ACTOR)
            return limits
        if _unusable(signed, book):
            return limits
        again = signed.version == before.version and signed.digest == before.digest
        if signed.version <= before.version and not again:
            return replace(limits, signed=replace(signed, unusable=Unusable.OLDER))
        if before.given_up or signed.version > before.version:
            book.note(NOTED, _ACTOR, version=signed.version, digest=signed.digest)
        return limits

    return book.conclude(step)


def why_closed(book: Book, limits: Limits) -> Unusable | None:
    """Why the signed policy lets nothing be stored now; None also where none is asked for."""
    if limits.signed is None:
        return None
    if why := _unusable(limits.signed, book):
        return why
    return Unusable.SUPERSEDED if known(book).version > limits.signed.version else None


def _unusable(signed: Signed, book: Book) -> Unusable | None:
    if signed.unusable or signed.until is None:
        return signed.unusable or Unusable.SHAPE
    return Unusable.EXPIRED if book.clock() >= signed.until else None
