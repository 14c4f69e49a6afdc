"""A pack that was read and checked, as bytes to keep: read back, it costs neither TOML nor the checks.

The bytes open with a seal over this program's version, the shape of everything in them, the pack's own files and the
rest of the bytes. Whatever differs, they are no pack and the files are read instead. The seal finds damage and age, not
malice: who may write a terminal's data folder may as well put a pack into it.
"""

import hashlib
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, get_args

import msgspec

from terminal import VERSION
from terminal.adjudication.pack import Benefits, Header, Pack
from terminal.adjudication.values import Row
from terminal.documents import from_wire, to_wire

_SEAL = hashlib.sha256().digest_size


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    header: Header
    benefits: Benefits
    rows: tuple[Row, ...]


def keep(pack: Pack) -> bytes:
    """What ``kept_pack`` reads. Raises OverflowError for a number beyond 64 bits."""
    body = msgspec.msgpack.encode(_Kept(pack.header, pack.benefits, pack.rows), enc_hook=to_wire)
    return _seal(pack.digest, body) + body


def kept_pack(data: bytes, files: Mapping[str, bytes]) -> Pack | None:
    """The pack that ``keep`` was given, if it was made of these files by this program; without its golden cases."""
    digest = digest_of(files)
    seal, body = data[:_SEAL], data[_SEAL:]
    if seal != _seal(digest, body):
        return None
    try:
        kept = msgspec.msgpack.decode(body, type=_Kept, dec_hook=from_wire)
    except msgspec.DecodeError:
        return None
    return Pack(header=kept.header, benefits=kept.benefits, rows=kept.rows, cases=(), digest=digest, files=files)


def digest_of(files: Mapping[str, bytes]) -> str:
    """SHA-256 over the names and bytes of all files, in the order of their names."""
    whole = hashlib.sha256()
    for name in sorted(files):
        whole.update(f"{name}\0{len(files[name])}\0".encode() + files[name])
    return whole.hexdigest()


def _seal(digest: str, body: bytes) -> bytes:
    return hashlib.sha256(_program() + digest.encode() + body).digest()


@cache
def _program() -> bytes:
    told: dict[Any, str] = {}
    _describe(_Kept, told)
    return hashlib.sha256("\0".join([VERSION, *told.values()]).encode()).digest()


def _describe(kind: Any, told: dict[Any, str]) -> None:
    """Tells every struct and vocabulary that a type is made of: fields, types, defaults, words."""
    if kind in told:
        return
    told[kind] = ""  # before its parts: a type may hold itself
    parts: tuple[Any, ...] = get_args(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        told[kind] = repr([*kind])
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        own = kind.__annotations__
        told[kind] = f"{kind.__struct_config__.tag} {kind.__struct_fields__} {kind.__struct_defaults__} {own}"
        parts = (*own.values(), *kind.__bases__)
    for part in parts:
        _describe(part, told)
