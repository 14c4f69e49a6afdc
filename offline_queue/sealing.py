"""Sealing bytes to their place: authenticated encryption, digests and keyed digests, in two suites.

A sealed record is ``suite (1) | epoch (2) | data key (4) | nonce (12) | ciphertext | tag (16)``. The clear head and the
place (store, row, key, kind) are authenticated with it, so it cannot be moved to another row, day or terminal. The
nonce is random: one derived from a row number would repeat after a restore.
"""

import hashlib
import os
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from offline_queue import vocabulary
from offline_queue.faults import SealBroken

_HEAD = Struct(">BHI12s")
_TAG = 16

Place = tuple[str | int | bytes, ...]


@dataclass(frozen=True)
class Algorithms:
    """One suite: an AEAD, a hash, and what follows from it."""

    mark: int
    key_bytes: int
    hash: type[hashes.HashAlgorithm]
    hashed: Callable[[bytes], bytes]
    encrypt: Callable[[bytes, bytes, bytes, bytes], bytes]
    """(key, nonce, plain, associated) -> ciphertext with tag."""
    decrypt: Callable[[bytes, bytes, bytes, bytes], bytes]

    def digest(self, *parts: bytes) -> bytes:
        """Hash of the parts, one after the other."""
        return self.hashed(b"".join(parts))

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Keyed digest."""
        state = hmac.HMAC(key, self.hash())
        state.update(data)
        return state.finalize()

    def derive(self, secret: bytes, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF, RFC 5869)."""
        return HKDF(self.hash(), 32, None, purpose.encode()).derive(secret)


def _aes_seal(key: bytes, nonce: bytes, plain: bytes, associated: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plain, associated)


def _aes_open(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, sealed, associated)


def _sm4_seal(key: bytes, nonce: bytes, plain: bytes, associated: bytes) -> bytes:
    work = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    work.authenticate_additional_data(associated)
    return work.update(plain) + work.finalize() + work.tag


def _sm4_open(key: bytes, nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
    work = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-_TAG:])).decryptor()
    work.authenticate_additional_data(associated)
    return work.update(sealed[:-_TAG]) + work.finalize()


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()  # a third of what the general interface costs


def _sm3(data: bytes) -> bytes:
    state = hashes.Hash(hashes.SM3())  # not every system's hashlib has it
    state.update(data)
    return state.finalize()


SUITES = {
    vocabulary.Suite.INTERNATIONAL: Algorithms(1, 32, hashes.SHA256, _sha256, _aes_seal, _aes_open),
    vocabulary.Suite.NATIONAL: Algorithms(2, 16, hashes.SM3, _sm3, _sm4_seal, _sm4_open),
}


@dataclass(frozen=True)
class DataKey:
    """One day's key."""

    id: int
    secret: bytes


def seal(suite: Algorithms, key: DataKey, epoch: int, plain: bytes, place: Place) -> bytes:
    """Compress and seal, bound to its place."""
    nonce = os.urandom(12)
    head = _HEAD.pack(suite.mark, epoch, key.id, nonce)
    secret = key.secret[: suite.key_bytes]
    return head + suite.encrypt(secret, nonce, zlib.compress(plain, 1), _associated(head, place))


def data_key_of(sealed: bytes) -> int:
    """Which data key a sealed record names. Raises ``SealBroken`` when it is torn."""
    return _split(sealed)[2]


def unseal(suite: Algorithms, key: DataKey, sealed: bytes, place: Place) -> bytes:
    """What was sealed. Raises ``SealBroken`` when key, place or bytes are not those it was sealed with."""
    _, _, _, nonce = _split(sealed)
    head, body = sealed[: _HEAD.size], sealed[_HEAD.size :]
    try:
        return zlib.decompress(suite.decrypt(key.secret[: suite.key_bytes], nonce, body, _associated(head, place)))
    except (InvalidTag, ValueError, zlib.error) as error:
        raise SealBroken(what=_name(place)) from error


def _split(sealed: bytes) -> tuple[int, int, int, bytes]:
    if len(sealed) < _HEAD.size + _TAG:
        raise SealBroken(what="sealed record")
    mark, epoch, key, nonce = _HEAD.unpack_from(sealed)
    return mark, epoch, key, nonce


def _associated(head: bytes, place: Place) -> bytes:
    return head + msgspec.msgpack.encode(place)


def _name(place: Place) -> str:
    return " ".join(str(part) for part in place if not isinstance(part, bytes))
