"""Opening and reading the files of ``iReadCard``."""

from collections.abc import Callable

from cardio.applications.authentication import begin, finish
from cardio.applications.layout import File, Opens, Shape
from cardio.applications.medical import select_directory
from cardio.applications.reader import read_bytes, read_cyclic, read_records
from cardio.applications.social_security import Issuer, select_environment
from cardio.atr import historical_bytes
from cardio.pinpad import verify_on_keypad
from cardio.psam import NoPsam, Psam
from cardio.session import Card
from cardio.standard38.addresses import Address, shown
from cardio.standard38.codes import BadParameter

PIN, KEY = 1, 2
"""``iAuthType``: what to use where a file takes either."""


def enter(card: Card, directory: int) -> None:
    """Select a directory, 0 being the environment."""
    if directory:
        select_directory(card, directory)
    else:
        select_environment(card)


class Opener:
    """Does what a file wants before it is read, each thing once per directory."""

    def __init__(self, card: Card, reader: str, psam: Psam | None, issuer: Issuer, auth_type: int) -> None:
        if auth_type not in (PIN, KEY):
            raise BadParameter(name="iAuthType", found=auth_type)
        self._card, self._reader, self._psam, self._issuer = card, reader, psam, issuer
        self._by_pin = auth_type == PIN
        self._directory = 0
        self._done: set[object] = set()

    def open(self, address: Address) -> None:
        directory, file = address.directory.number, address.file
        if directory != self._directory:
            enter(self._card, directory)
            self._directory, self._done = directory, set()
        either = file.opens is Opens.PIN_OR_KEY
        if file.opens in (Opens.PIN, Opens.PIN_AND_KEY) or (either and self._by_pin):
            self._once(PIN, lambda: verify_on_keypad(self._card, self._reader))
        if file.opens in (Opens.KEY, Opens.PIN_AND_KEY) or (either and not self._by_pin):
            self._once(file.key, lambda: self._with_key(directory, file))

    def _once(self, what: object, act: Callable[[], None]) -> None:
        if what not in self._done:
            act()
            self._done.add(what)

    def _with_key(self, directory: int, file: File) -> None:
        if self._psam is None:
            raise NoPsam(reader="-", found="-")
        historical = historical_bytes(self._card.atr)
        if directory == 0:
            begun = begin(self._card, self._issuer.code, self._issuer.algorithm, historical)
            finish(self._card, begun, self._psam.answer(begun.step1, self._card))
        else:
            region = self._issuer.code[:6]
            self._psam.open_directory(self._card, region, historical, directory, file.key or 0)


def answer(card: Card, address: Address) -> str:
    """The line for one file that is open: its address with values in place of tags."""
    file = address.file
    if file.shape is Shape.CYCLIC:
        rows, _ = read_cyclic(card, file)
        body = "".join("".join(f"{shown(value)}^" for value in row.values()) + "|" for row in rows)
    elif file.shape is Shape.BYTES:
        body = f"{read_bytes(card, file).hex().upper()}|"
    else:
        values = read_records(card, file, address.newer).values
        body = ""
        own = {item.tag: item for item in file.items}
        anew = {item.tag: item.name for item in address.newer.items} if address.newer else {}
        for tag, which in address.items:
            if tag not in own:
                raise BadParameter(name="pFileAddr", found=f"{address.name} {tag:02X}")
            value = values.get(own[tag].name, values.get(anew.get(tag, "")))
            if own[tag].count > 1:
                value = value[which - 1] if value and len(value) >= which else None
            body += f"{shown(value)}|"
    return f"{address.name}|{body}$"
