"""Open items carried to another terminal: sealed to exactly one receiver, signed by the sender, taken in once.

What leaves a living terminal is held there (reason ``exported``), so that only one of the two sends it; until that is
durable the file has no signature, and no receiver takes it in. What is taken from a dead terminal's disk, with the
site's recovery key, includes the calls nobody knows the end of: the receiver asks about them under the number they went
out with.
"""

import contextlib
import errno
import os
from collections.abc import Collection, Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from msgspec import Struct

from offline_queue import vocabulary
from offline_queue.book import Book, Contents
from offline_queue.datakeys import DataKeys, SiteWrapping
from offline_queue.decisions import may_stand
from offline_queue.entry import ended_item, enter, known_item
from offline_queue.faults import BadBundle, BundleUnfinished, BundleUnwritten, StoreBroken, StoreFailed
from offline_queue.items import Items
from offline_queue.journal import Journal
from offline_queue.outcomes import conclude
from offline_queue.place import PART, flush_folder
from offline_queue.ports import Intent, Item, NewItem, Outcome
from offline_queue.sealing import SUITES, unseal
from offline_queue.store import READABLE, Store
from offline_queue.verify import Verifier
from offline_queue.vocabulary import EXPORTED, OPEN, Kind, OnceFreed, OutcomeClass, State, Step

_SEALING = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_PURPOSE = b"queue bundle 1"
_SIGNATURE = 64
"""Bytes."""
DELIVERED = "delivered"
"""Kind of the event that says which exports have their file."""


class Carried(Struct, frozen=True, array_like=True):
    """One item on its way."""

    key: str
    kind: Kind
    lane: str
    payload: bytes
    amount_fen: int
    reverses: str
    once_freed: OnceFreed
    held: str
    """Why a person must look; empty when nobody must."""
    intent: Intent | None
    """Of a call whose end is unknown."""


class _Envelope(Struct, frozen=True, array_like=True):
    sender: bytes
    sealed: bytes
    signature: bytes


class Leaving(Struct, frozen=True):
    """An export on its way to its file, as the chain keeps it: in clear, because days may be erased before it ends."""

    file: str
    to: str
    items: list[int]
    digest: str
    """Of what is sealed in the file."""


class Imported(Struct, frozen=True):
    """What a bundle brought."""

    new: list[Item]
    known: list[Item]


def address(book: Book) -> bytes:
    """Where bundles for this terminal are sealed to (X25519, public)."""
    return _private(book.keys).public_key().public_bytes_raw()


def signer(book: Book) -> bytes:
    """By what others know this terminal's bundles (Ed25519, public)."""
    return _signing(book.keys).public_key().public_bytes_raw()


def sender(bundle: bytes) -> bytes:
    """Whose bundle it says it is; nothing is checked."""
    return msgspec.msgpack.decode(bundle, type=_Envelope).sender


def export(book: Book, to: bytes, actor: str, file: Path) -> int:
    """Pack what may still be sent into a new file for the receiver with this ``address``, and hold it here.

    What an earlier export for the same receiver held without finishing its file goes along: the receiver takes each in
    once. The file is whole and flushed, but without its signature, before anything is held; it is signed and gets its
    name once the hold is durable. Gives the number of items. Raises ``BundleUnwritten``, and then nothing is held, or
    ``BundleUnfinished``: they are held, and ``finish`` or the next export for this receiver goes on.
    """
    finish(book)
    part = _part(file)
    try:
        if file.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        with book.transaction():
            packed = dict(_waiting(book, to)) | dict(_hold(book, actor))
            envelope = _pack(book.keys, [packed[id] for id in sorted(packed)], to)
            _write(part, msgspec.structs.replace(envelope, signature=bytes(_SIGNATURE)))
            digest = book.suite.digest(envelope.sealed).hex()
            leaving = Leaving(str(file.absolute()), to.hex(), sorted(packed), digest)
            seq = book.note(EXPORTED, actor, **msgspec.structs.asdict(leaving))
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise BundleUnwritten(file=file, cause=error.strerror) from error
    _finish(book, seq, leaving)
    return len(packed)


def unfinished(book: Book) -> list[tuple[int, Leaving]]:
    """Exports whose file did not get its name, as far as is known, and whose items are still held for it."""
    notes = list(book.journal.notes((EXPORTED, DELIVERED), 0))
    done = {
        seq for note in notes if note.kind == DELIVERED for seq in msgspec.convert(note.changes["exports"], list[int])
    }
    left = [
        (note.seq, msgspec.convert(note.changes, Leaving))
        for note in notes
        if note.kind == EXPORTED and note.seq not in done
    ]
    held = {item.id for item in book.items.in_states([State.HELD]) if item.reason == EXPORTED} if left else set()
    return [(seq, leaving) for seq, leaving in left if held.intersection(leaving.items)]


def finish(book: Book) -> None:
    """Sign and name the files of exports that were cut off, where they are in reach."""
    for seq, leaving in unfinished(book):
        with contextlib.suppress(BundleUnfinished):
            _finish(book, seq, leaving)


def _waiting(book: Book, to: bytes) -> Iterator[tuple[int, Carried]]:
    """What is held for this receiver without a file."""
    for id in {id for _, leaving in unfinished(book) if leaving.to == to.hex() for id in leaving.items}:
        item = book.items.by_id(id)
        if item.state is State.HELD and item.reason == EXPORTED:
            carried = _carried(item, book.contents(item), book.intent(item) if may_stand(item) else None)
            yield id, msgspec.structs.replace(carried, held="")


def _hold(book: Book, actor: str) -> Iterator[tuple[int, Carried]]:
    for item in book.items.in_states((State.RECORDED, State.IN_DOUBT, State.REVERSING)):
        intent = book.intent(item) if item.state is not State.RECORDED else None
        yield item.id, _carried(item, book.contents(item), intent)
        book.move(item.id, Step.HOLD, actor=actor, reason=EXPORTED)


def _finish(book: Book, seq: int, leaving: Leaving) -> None:
    """Sign the file in place, which needs no room, then give it its name. What another process did stays done."""
    file = Path(leaving.file)
    part = _part(file)
    try:
        found = part if part.exists() else file
        envelope = msgspec.msgpack.decode(found.read_bytes(), type=_Envelope)
        if book.suite.digest(envelope.sealed).hex() != leaving.digest:
            raise BundleUnfinished(file=file, cause="another file has its name")
        if found is part:
            _write(part, _signed(book.keys, envelope.sealed))
            part.replace(file)
        flush_folder(file.parent)
    except (OSError, msgspec.DecodeError) as error:
        raise BundleUnfinished(file=file, cause=error) from error
    covered = [at for at, other in unfinished(book) if other.to == leaving.to and at <= seq]
    with contextlib.suppress(StoreFailed), book.transaction():  # whoever opens the store next sees the file
        book.note(DELIVERED, "queue", exports=covered)


def _write(file: Path, envelope: _Envelope) -> None:
    with file.open("r+b" if file.exists() else "xb") as target:
        target.write(msgspec.msgpack.encode(envelope))
        target.truncate()
        target.flush()
        os.fsync(target.fileno())


def _part(file: Path) -> Path:
    return file.with_name(f"{file.name}{PART}")


def recover(folder: Path, site: X25519PrivateKey, to: bytes) -> bytes:
    """Pack everything open from a dead terminal's folder, read with the site's recovery key.

    Raises ``KeysClosed`` for another key, ``OtherVersion`` for a newer program's store, and ``StoreBroken`` when the
    chain does not hold.
    """
    store = Store(folder)
    with contextlib.closing(store):
        store.check_schema(oldest=READABLE)
        row = store.rows("SELECT store, suite FROM store")[0]
        id, suite = row["store"], SUITES[vocabulary.Suite(row["suite"])]
        keys = DataKeys(store, suite, id, SiteWrapping(id, site), None)
        if traces := Verifier(store, suite, id, keys).everything().traces:
            raise StoreBroken(finding=traces[0])
        journal = Journal(store, suite, keys, id)
        packed = []
        for item in Items(store, journal, suite).in_states(OPEN):
            sealed = store.rows("SELECT sealed FROM item WHERE id = ?", (item.id,))[0]["sealed"]
            place = (id, "item", item.id, item.key, item.kind.value)
            plain = unseal(suite, keys.by_id(item.sealed_with), sealed, place)
            contents = msgspec.msgpack.decode(plain, type=Contents)
            in_doubt = item.number and item.state is not State.RECORDED
            packed.append(_carried(item, contents, journal.intent(item) if in_doubt else None))
        return msgspec.msgpack.encode(_pack(keys, packed, to))


def take_in(book: Book, bundle: bytes, trusted: Collection[bytes], actor: str, file: str = "") -> Imported:
    """Store what a bundle carries, once: what is known already stays as it is, and what was taken back stays so.

    The limits do not apply, for the money was taken under the sender's. Raises ``BadBundle`` unless one of the
    ``trusted`` signers made it for this terminal, and ``KeyReused``; then nothing is stored.
    """
    carried = _unpack(book, bundle, trusted, file)
    imported = Imported([], [])
    with book.transaction():
        for each in carried:
            new = NewItem(
                key=each.key,
                lane=each.lane,
                kind=each.kind,
                payload=each.payload,
                amount_fen=each.amount_fen,
                reverses=each.reverses,
                once_freed=each.once_freed,
            )
            if known := known_item(book, new) or ended_item(book, new):
                imported.known.append(known)
            else:
                imported.new.append(_store(book, new, each, actor))
    return imported


def _store(book: Book, new: NewItem, each: Carried, actor: str) -> Item:
    if each.intent is None:
        (item,) = enter(book, [new], Step.RECORD, actor)
    else:
        (begun,) = enter(book, [new], Step.BEGIN, actor, number=each.intent.number, intent=each.intent.data)
        item = conclude(book, begun, Outcome(OutcomeClass.IN_DOUBT, "imported"), actor)
    return book.move(item.id, Step.HOLD, actor=actor, reason=each.held) if each.held else item


def _carried(item: Item, contents: Contents, intent: Intent | None) -> Carried:
    return Carried(
        key=item.key,
        kind=item.kind,
        lane=contents.lane,
        payload=contents.payload,
        amount_fen=item.amount_fen,
        reverses=item.reverses,
        once_freed=item.once_freed,
        held=item.reason if item.state is State.HELD else "",
        intent=intent,
    )


def _pack(keys: DataKeys, carried: list[Carried], to: bytes) -> _Envelope:
    plain = msgspec.msgpack.encode(carried)
    return _signed(keys, _SEALING.encrypt(plain, X25519PublicKey.from_public_bytes(to), _PURPOSE))


def _signed(keys: DataKeys, sealed: bytes) -> _Envelope:
    key = _signing(keys)
    return _Envelope(key.public_key().public_bytes_raw(), sealed, key.sign(_PURPOSE + sealed))


def _unpack(book: Book, bundle: bytes, trusted: Collection[bytes], file: str) -> list[Carried]:
    try:
        envelope = msgspec.msgpack.decode(bundle, type=_Envelope)
        if envelope.sender not in trusted:
            raise BadBundle(file=file, found="signed by nobody this terminal trusts")
        Ed25519PublicKey.from_public_bytes(envelope.sender).verify(envelope.signature, _PURPOSE + envelope.sealed)
        plain = _SEALING.decrypt(envelope.sealed, _private(book.keys), _PURPOSE)
        return msgspec.msgpack.decode(plain, type=list[Carried])
    except InvalidSignature as error:
        raise BadBundle(file=file, found="altered") from error
    except InvalidTag as error:
        raise BadBundle(file=file, found="sealed for another terminal") from error
    except (msgspec.DecodeError, ValueError) as error:
        raise BadBundle(file=file, found="torn") from error


def _private(keys: DataKeys) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(keys.receiving)


def _signing(keys: DataKeys) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(keys.signing)
