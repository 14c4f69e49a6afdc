"""The keys of one store: a master secret and one data key per business day, each wrapped twice.

Wrapped by the key-encrypting key of the keystore for this terminal, and by the site's recovery key so that another
machine can drain a dead terminal's disk. Destroying both wrappings of a day's key erases that day's contents; the proof
stays.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from offline_queue.faults import KeyErased, KeysClosed, SealBroken
from offline_queue.ports import Keystore
from offline_queue.sealing import Algorithms, DataKey, Place, data_key_of, seal, unseal
from offline_queue.store import Store

_MASTER = "master"
_FOR_SITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
"""RFC 9180, base mode."""


class Wrapping(Protocol):
    """One of the two ways to the data keys."""

    def wrap(self, id: int, secret: bytes) -> bytes: ...

    def unwrap(self, id: int, local: bytes | None, site: bytes | None) -> bytes:
        """The secret from the wrapping that is ours; raises ``KeysClosed``."""
        ...

    def others(self) -> Iterator["Wrapping"]:
        """What the same keeper holds besides: after a key change elsewhere, or one that was cut off."""
        ...

    def renewed(self) -> "LocalWrapping":
        """One with a fresh key, held besides ours until it is ``kept``; raises ``KeysClosed``."""
        ...


class LocalWrapping:
    """By the key that this terminal's keystore holds."""

    def __init__(self, suite: Algorithms, store: bytes, keys: Keystore, secret: bytes | None = None) -> None:
        secret = secret or keys.get(_key_name(store))
        if secret is None or len(secret) != 32:
            raise KeysClosed(cause="no key for this store")
        self._suite = suite
        self._store = store
        self._keys = keys
        self._secret = secret
        self._key = DataKey(0, secret)

    @staticmethod
    def make_key(store: bytes, keys: Keystore) -> None:
        """For a store that is being made."""
        keys.put(_key_name(store), os.urandom(32))

    def wrap(self, id: int, secret: bytes) -> bytes:
        return seal(self._suite, self._key, 0, secret, self._place(id))

    def unwrap(self, id: int, local: bytes | None, site: bytes | None) -> bytes:
        try:
            return unseal(self._suite, self._key, local or b"", self._place(id))
        except SealBroken as error:
            raise KeysClosed(cause="it holds the key of another store") from error

    def others(self) -> Iterator[Wrapping]:
        for name in (_key_name(self._store), _next_name(self._store)):
            if (secret := self._keys.get(name)) is not None and secret != self._secret:
                yield LocalWrapping(self._suite, self._store, self._keys, secret)

    def renewed(self) -> "LocalWrapping":
        self.kept()  # the place of the next key may hold the only copy of ours
        fresh = os.urandom(32)
        self._keys.put(_next_name(self._store), fresh)
        return LocalWrapping(self._suite, self._store, self._keys, fresh)

    def kept(self) -> None:
        """Take the place of the key before, which is gone then; raises ``KeysClosed``."""
        self._keys.put(_key_name(self._store), self._secret)

    def _place(self, id: int) -> Place:
        return (self._store, "key", id)


class SiteWrapping:
    """By the site's recovery key. With the private half it opens; making keys is not its business."""

    def __init__(self, store: bytes, private: X25519PrivateKey) -> None:
        self._store = store
        self._private = private

    def wrap(self, id: int, secret: bytes) -> bytes:
        raise KeysClosed(cause="the recovery key only reads")

    def unwrap(self, id: int, local: bytes | None, site: bytes | None) -> bytes:
        try:
            return _FOR_SITE.decrypt(site or b"", self._private, _info(self._store, id))
        except (InvalidTag, ValueError) as error:
            raise KeysClosed(cause="not wrapped for this recovery key") from error

    def others(self) -> Iterator[Wrapping]:
        return iter(())

    def renewed(self) -> LocalWrapping:
        raise KeysClosed(cause="the recovery key only reads")


class DataKeys:
    """Opens and, inside the caller's transaction, makes the keys of a store."""

    def __init__(self, store: Store, suite: Algorithms, id: bytes, wrapping: Wrapping, site: bytes | None) -> None:
        self._store = store
        self._id = id
        self._wrapping = wrapping
        self._site = site
        self._known: dict[int, DataKey] = {}
        self._days: dict[str, DataKey] = {}
        self._made = False
        """Whether any was made here."""
        self._lock = threading.Lock()
        master = self.of_day(_MASTER).secret
        self.chain = suite.keyed(suite.derive(master, "chain"))
        self.index = suite.keyed(suite.derive(master, "index"))
        self.content = suite.keyed(suite.derive(master, "content"))
        self.receiving = suite.derive(master, "export receiving")
        self.signing = suite.derive(master, "export signing")

    def of_day(self, day: str) -> DataKey:
        """The key under this name, made if nobody has; the caller is in a transaction.

        A day that comes again after its erasure, because the clock was wrong then, has another key.
        """
        if known := self._days.get(day):
            return known
        found = self._store.rows("SELECT id, wrapped FROM data_key WHERE day = ?", (day,))
        if found and found[0]["wrapped"] is None:
            self._store.change("UPDATE data_key SET day = day || ' ' || id WHERE day = ?", (day,))
        if not found or found[0]["wrapped"] is None:
            return self._make(day)
        key = self._days[day] = self.by_id(found[0][0])
        return key

    def by_id(self, id: int) -> DataKey:
        """Raises ``KeyErased`` when it was destroyed, ``KeysClosed`` when it does not open."""
        with self._lock:
            if known := self._known.get(id):
                return known
        key = self._read(id)
        with self._lock:
            self._known[id] = key
        return key

    def _read(self, id: int) -> DataKey:
        found = self._store.rows("SELECT wrapped, recovery FROM data_key WHERE id = ?", (id,))
        if found and found[0]["wrapped"] is None:
            raise KeyErased(what=f"data key {id}")
        local, site = found[0] if found else (None, None)
        return DataKey(id, self._unwrap(id, local, site)[0])

    def key_of(self, sealed: bytes) -> DataKey:
        """The key that a sealed record names."""
        return self.by_id(data_key_of(sealed))

    def forget(self) -> None:
        """Drop the day keys from memory: the file may hold others now."""
        with self._lock:
            self._known.clear()
        self._days.clear()
        self._made = False

    def undone(self) -> None:
        """A transaction was undone: one of the keys may have been made in it."""
        if self._made:
            self.forget()

    def wrap_for_site(self) -> None:
        """Wrap for the site's key what was made before there was one; the caller is in a transaction."""
        for (id,) in self._store.rows("SELECT id FROM data_key WHERE recovery IS NULL AND erased IS NULL"):
            recovery = self._for_site(id, self.by_id(id).secret)
            self._store.change("UPDATE data_key SET recovery = ? WHERE id = ?", (recovery, id))

    def renew(self) -> tuple[LocalWrapping, int]:
        """Wrap every key that was not destroyed by a fresh local key, and for the site by its key of today.

        The caller is in a transaction and lets the fresh key be ``kept`` after it; gives it, and the number of keys.
        """
        fresh = self._current().renewed()
        rows = self._store.rows("SELECT id, recovery FROM data_key WHERE wrapped NOT NULL")
        for id, recovery in rows:
            secret = self._read(id).secret
            self._store.change(
                "UPDATE data_key SET wrapped = ?, recovery = ? WHERE id = ?",
                (fresh.wrap(id, secret), self._for_site(id, secret) or recovery, id),
            )
        return fresh, len(rows)

    def _current(self) -> Wrapping:
        """The wrapping that opens the master secret as it stands: another process may have changed the key."""
        found = self._store.rows("SELECT id, wrapped, recovery FROM data_key WHERE day = ?", (_MASTER,))
        return self._unwrap(*found[0])[1] if found else self._wrapping

    def _unwrap(self, id: int, local: bytes | None, site: bytes | None) -> tuple[bytes, Wrapping]:
        held = self._wrapping
        try:
            return held.unwrap(id, local, site), held
        except KeysClosed:
            for other in held.others():
                with suppress(KeysClosed):
                    secret = other.unwrap(id, local, site)
                    self._wrapping = other
                    return secret, other
            raise

    def _make(self, day: str) -> DataKey:
        id: int = self._store.rows("SELECT coalesce(max(id), 0) + 1 FROM data_key")[0][0]
        secret = os.urandom(32)
        self._made = True
        self._store.change(
            "INSERT INTO data_key (id, day, wrapped, recovery) VALUES (?, ?, ?, ?)",
            (id, day, self._current().wrap(id, secret), self._for_site(id, secret)),
        )
        return DataKey(id, secret)

    def _for_site(self, id: int, secret: bytes) -> bytes | None:
        if self._site is None:
            return None
        return _FOR_SITE.encrypt(secret, X25519PublicKey.from_public_bytes(self._site), _info(self._id, id))


def _key_name(store: bytes) -> str:
    return f"queue-{store.hex()}-key"


def _next_name(store: bytes) -> str:
    return f"queue-{store.hex()}-key-next"


def _info(store: bytes, id: int) -> bytes:
    return b"queue data key %d " % id + store
