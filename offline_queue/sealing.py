"""Sealing bytes to their place: authenticated encryption, digests and keyed digests, in two suites.

A sealed record is ``suite (1) | epoch (2) | data key (4) | nonce (12) | ciphertext | tag (16)``. The clear head and the
place (store, row, key, kind) are authenticated with it, so it cannot be moved to another row, day or terminal. The
nonce is random: one derived from a row number would repeat after a restore.
"""

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from struct import Struct
from typing import Protocol

import msgspec
import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from offline_queue import vocabulary
from offline_queue.faults import SealBroken

_HEAD = Struct(">BHI12s")
_TAG = 16
_BLOCK = 64
"""Bytes that SHA-256 and SM3 take in at a time."""
NAMES_KEY = slice(3, 7)
"""Where a sealed record names its data key."""

Place = tuple[str | int | bytes, ...]

Mac = Callable[[bytes], bytes]
"""A keyed digest with its key."""

Seal = Callable[[bytes, Place], bytes]
"""Compresses and seals under one key, bound to a place."""


class _Packing(threading.local):
    """A thread's own: setting one up costs more than a record takes."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(level=-1).compress
        self.unpack = zstandard.ZstdDecompressor().decompress


_PACKING = _Packing()
_SHORT = 512
"""Bytes that compressing would take longer than writing them."""
_AS_IT_IS = b"\0"
"""Begins what was not compressed; a frame of Zstandard begins with 28 hex (RFC 8878, 3.1.1)."""


def _unpacked(packed: bytes) -> bytes:
    return packed[1:] if packed.startswith(_AS_IT_IS) else _PACKING.unpack(packed)


class _Aead(Protocol):
    """A cipher under one key; ciphertexts end with their tag."""

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes, /) -> bytes: ...


class _Digest(Protocol):
    """Has taken in its data."""

    def digest(self) -> bytes: ...


@dataclass(frozen=True)
class Algorithms:
    """One suite: an AEAD, a hash, and what follows from it."""

    mark: int
    key_bytes: int
    hash: type[hashes.HashAlgorithm]
    digester: Callable[[bytes], "_Digest"]
    cipher: Callable[[bytes], "_Aead"]

    def digest(self, data: bytes) -> bytes:
        """The hash of these bytes."""
        return self.digester(data).digest()

    def keyed(self, key: bytes) -> Mac:
        """Digests under one key (HMAC, RFC 2104), made with the digest that is at work anyway."""
        padded = (key if len(key) <= _BLOCK else self.digest(key)).ljust(_BLOCK, b"\0")
        inner, outer = (bytes(byte ^ pad for byte in padded) for pad in (0x36, 0x5C))
        digester = self.digester

        def mac(data: bytes) -> bytes:
            return digester(outer + digester(inner + data).digest()).digest()

        return mac

    def derive(self, secret: bytes, purpose: str) -> bytes:
        """A 32-byte key for one purpose (HKDF, RFC 5869)."""
        return HKDF(self.hash(), 32, None, purpose.encode()).derive(secret)


class _Sm4:
    """SM4-GCM; the library offers it through its general interface only."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        work = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(associated)
        return work.update(data) + work.finalize() + work.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        work = Cipher(self._algorithm, modes.GCM(nonce, data[-_TAG:])).decryptor()
        work.authenticate_additional_data(associated)
        return work.update(data[:-_TAG]) + work.finalize()


class _Sm3:
    """SM3 in the manner of ``hashlib``, which has it on some systems only."""

    def __init__(self, data: bytes) -> None:
        self._state = hashes.Hash(hashes.SM3())
        self._state.update(data)

    def digest(self) -> bytes:
        return self._state.finalize()


SUITES = {
    vocabulary.Suite.INTERNATIONAL: Algorithms(1, 32, hashes.SHA256, hashlib.sha256, AESGCM),
    vocabulary.Suite.NATIONAL: Algorithms(2, 16, hashes.SM3, _Sm3, _Sm4),
}


@dataclass(frozen=True)
class DataKey:
    """One day's key; remembers the ciphers and sealers set up with it."""

    id: int
    secret: bytes
    _ciphers: dict[int, _Aead] = field(default_factory=dict, repr=False, compare=False)
    _sealers: dict[tuple[int, int], "Seal"] = field(default_factory=dict, repr=False, compare=False)

    def cipher(self, suite: Algorithms) -> _Aead:
        """The suite's cipher under this key."""
        if (known := self._ciphers.get(suite.mark)) is None:
            known = self._ciphers[suite.mark] = suite.cipher(self.secret[: suite.key_bytes])
        return known

    def sealer(self, suite: Algorithms, epoch: int) -> "Seal":
        """``seal`` with this key."""
        if (known := self._sealers.get((suite.mark, epoch))) is None:
            known = self._sealers[suite.mark, epoch] = _sealer(suite, self, epoch)
        return known


def seal(suite: Algorithms, key: DataKey, epoch: int, plain: bytes, place: Place) -> bytes:
    """Compress and seal, bound to its place."""
    return key.sealer(suite, epoch)(plain, place)


def _sealer(suite: Algorithms, key: DataKey, epoch: int) -> Seal:
    mark, id, encrypt, encode = suite.mark, key.id, key.cipher(suite).encrypt, msgspec.msgpack.encode

    def seal(plain: bytes, place: Place) -> bytes:
        nonce = os.urandom(12)
        head = _HEAD.pack(mark, epoch, id, nonce)
        packed = _AS_IT_IS + plain if len(plain) < _SHORT else _PACKING.pack(plain)
        return head + encrypt(nonce, packed, head + encode(place))

    return seal


def data_key_of(sealed: bytes) -> int:
    """Which data key a sealed record names. Raises ``SealBroken`` when it is torn."""
    return _split(sealed)[2]


def unseal(suite: Algorithms, key: DataKey, sealed: bytes, place: Place) -> bytes:
    """What was sealed. Raises ``SealBroken`` when key, place or bytes are not those it was sealed with."""
    _, _, _, nonce = _split(sealed)
    head, body = sealed[: _HEAD.size], sealed[_HEAD.size :]
    try:
        return _unpacked(key.cipher(suite).decrypt(nonce, body, head + msgspec.msgpack.encode(place)))
    except (InvalidTag, ValueError, zstandard.ZstdError) as error:
        raise SealBroken(what=_name(place)) from error


def opener(suite: Algorithms, key: DataKey) -> Callable[[bytes, Place], bytes]:
    """``unseal`` for who opens many with one key in one thread."""
    decrypt, encode = key.cipher(suite).decrypt, msgspec.msgpack.encode

    def open(sealed: bytes, place: Place) -> bytes:
        try:
            return _unpacked(decrypt(sealed[7:19], sealed[19:], sealed[:19] + encode(place)))
        except (InvalidTag, ValueError, zstandard.ZstdError) as error:
            raise SealBroken(what=_name(place)) from error

    return open


def _split(sealed: bytes) -> tuple[int, int, int, bytes]:
    if len(sealed) < _HEAD.size + _TAG:
        raise SealBroken(what="sealed record")
    mark, epoch, key, nonce = _HEAD.unpack_from(sealed)
    return mark, epoch, key, nonce


def _name(place: Place) -> str:
    return " ".join(str(part) for part in place if not isinstance(part, bytes))
