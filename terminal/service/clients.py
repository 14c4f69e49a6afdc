"""Programs that may call the service: each has a token of its own, kept only as a hash, and acts for one operator."""

import hashlib
import hmac
import os
import secrets
from enum import StrEnum
from pathlib import Path

import msgspec

from terminal.faults import Exit, Fault


class Right(StrEnum):
    """What a call needs."""

    READ = "read"
    CARD = "card"
    MONEY = "money"
    REFUND = "refund"


class Role(StrEnum):
    """In which role a program acts."""

    CASHIER = "cashier"
    OFFICE = "office"
    AUDITOR = "auditor"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CASHIER: frozenset(Right),
    Role.OFFICE: frozenset({Right.READ}),
    Role.AUDITOR: frozenset({Right.READ}),
}


class Client(msgspec.Struct, frozen=True):
    """A program. ``digest`` is the SHA-256 of its token; the token itself was shown once and is kept nowhere."""

    name: str
    operator: str
    role: Role
    digest: str
    origins: tuple[str, ...] = ()
    """Web pages (scheme://host:port) that may use this token; empty for programs that are no page."""

    def may(self, right: Right) -> bool:
        """Whether its role has a right."""
        return right in RIGHTS[self.role]


class NameTaken(Fault):
    """A client's name names one program."""

    code = "client_exists"
    exit = Exit.INPUT
    zh = "接口程序 {name} 已经登记。"
    en = "The client {name} is registered already."
    next_zh = "请换一个名字，或先注销它。"
    next_en = "Choose another name, or revoke it first."


class UnknownClient(Fault):
    """No program has this name."""

    code = "unknown_client"
    exit = Exit.INPUT
    zh = "没有接口程序 {name}。"
    en = "There is no client {name}."
    next_zh = "`yibao client list` 列出全部程序。"
    next_en = "`yibao client list` shows them all."


class Clients:
    """The registered programs of one data folder. The file is read anew when it changes, so revoking works at once."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clients.json"
        self._seen: tuple[int, int] = (-1, -1)
        self._by_digest: dict[str, Client] = {}

    def all(self) -> list[Client]:
        """Every registered program, by name."""
        self._refresh()
        return sorted(self._by_digest.values(), key=lambda client: client.name)

    def add(self, name: str, operator: str, role: Role, origins: tuple[str, ...] = ()) -> str:
        """Registers a program and returns its token, which nobody can show again. Raises NameTaken."""
        if any(client.name == name for client in self.all()):
            raise NameTaken(name=name)
        token = secrets.token_urlsafe(32)
        self._write([*self.all(), Client(name, operator, role, _digest(token), origins)])
        return token

    def revoke(self, name: str) -> None:
        """Takes a program's token away. Raises UnknownClient."""
        rest = [client for client in self.all() if client.name != name]
        if len(rest) == len(self.all()):
            raise UnknownClient(name=name)
        self._write(rest)

    def holding(self, token: str) -> Client | None:
        """The program that holds a token."""
        self._refresh()
        wanted = _digest(token)
        found = [client for digest, client in self._by_digest.items() if hmac.compare_digest(digest, wanted)]
        return found[0] if found else None

    def origins(self) -> frozenset[str]:
        """Every web page that some client names."""
        return frozenset(origin for client in self.all() for origin in client.origins)

    def _refresh(self) -> None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._by_digest = {}
            return
        if self._seen != (status.st_mtime_ns, status.st_ino):
            rows = msgspec.json.decode(self._file.read_bytes(), type=list[Client])
            self._by_digest = {client.digest: client for client in rows}
            self._seen = (status.st_mtime_ns, status.st_ino)

    def _write(self, clients: list[Client]) -> None:
        fresh = self._file.with_suffix(f".{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(msgspec.json.encode(clients))
        fresh.replace(self._file)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
