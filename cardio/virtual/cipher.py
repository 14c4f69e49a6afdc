"""The cryptography of the virtual world: what a card, a PSAM and a key service compute from keys of our own making.

Rules: «社会保障（个人）卡规范» part 4 (session keys, authentication data) for both block sizes. The keys
are derived from a fixed text and open nothing but virtual cards.
"""

import hashlib
from collections.abc import Iterable

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

from cardio.reading import Algorithm


def encrypt(algorithm: Algorithm, key: bytes, data: bytes) -> bytes:
    """ECB without padding. SSF33 is not public: virtual cards that claim it use 3DES."""
    cipher = SM4(key) if algorithm is Algorithm.SM4 else TripleDES(key + key[:8])
    encryptor = Cipher(cipher, modes.ECB()).encryptor()  # noqa: S305 - the card's rules say so
    return encryptor.update(data) + encryptor.finalize()


def authentication(algorithm: Algorithm, key: bytes, factor: bytes, raw: bytes) -> bytes:
    """Eight bytes that prove knowledge of ``key``: session key from ``factor``, then ``raw`` under it."""
    if algorithm is not Algorithm.SM4:
        session = encrypt(algorithm, key, factor)
        return encrypt(algorithm, session * 2, raw)
    session = encrypt(algorithm, key, factor + bytes(8))
    whole = encrypt(algorithm, session, raw + bytes(8))
    return bytes(a ^ b for a, b in zip(whole[:8], whole[8:], strict=True))


def master_key(reference: int) -> bytes:
    """The issuer's key behind a card's key reference."""
    return hashlib.sha256(b"virtual key %02X" % reference).digest()[:16]


def diversified(algorithm: Algorithm, master: bytes, levels: Iterable[bytes]) -> bytes:
    """A card's own key: the master taken down level by level, eight bytes of level data each."""
    for level in levels:
        master = encrypt(algorithm, master, level + bytes(octet ^ 0xFF for octet in level))
    return master
