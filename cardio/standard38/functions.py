"""The functions of the interface, by their names in the standard.

Each returns the pair (return code, pOut): 0 and the line, or a negative code and a sentence in Chinese.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from cardio import faults
from cardio.applications import directories_2
from cardio.applications.authentication import Begun, begin, finish
from cardio.applications.codecs import BEIJING
from cardio.applications.layout import File, Opens, Shape
from cardio.applications.medical import select_directory
from cardio.applications.reader import read_bytes, read_cyclic, read_records
from cardio.applications.social_security import (
    NEWEST,
    Issuer,
    read_holder,
    read_identity,
    read_issuer,
    select_environment,
)
from cardio.atr import historical_bytes
from cardio.faults import CardFault
from cardio.hsm import step2
from cardio.pcsc import PcscPort
from cardio.pinpad import change_on_keypad, verify_on_keypad
from cardio.port import Port
from cardio.psam import NoPsam, Psam, open_psam
from cardio.reading import CardReading
from cardio.session import Card, open_session, wait_for_card
from cardio.standard38.addresses import Address, parse, shown
from cardio.standard38.codes import BadParameter, NoHsmNeeded, OtherCard, return_code

Result = tuple[int, str]
P = ParamSpec("P")
S = TypeVar("S")
PIN, KEY = 1, 2
"""``iAuthType``: what to use where a file takes either."""


def answering(work: Callable[Concatenate[S, P], str]) -> Callable[Concatenate[S, P], Result]:
    """A function that gives a line or raises, as one that gives a code and a text."""

    def function(self: S, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        try:
            return 0, work(self, *args, **kwargs)
        except CardFault as fault:
            return return_code(fault), fault.zh.format(**fault.data)

    functools.update_wrapper(function, work)
    return function


class Standard38:
    """One terminal. ``contact`` and ``contactless`` name the readers, ``psam`` the slot, ``device`` the last field."""

    def __init__(
        self,
        contact: str | None = None,
        contactless: str | None = None,
        *,
        psam: str | None = None,
        device: str = "",
        port: Port | None = None,
    ) -> None:
        self._readers = (contact, contactless if contactless is not None else contact)
        self._psam = psam
        self._device = device
        self._port = port or PcscPort()
        self._waiting: tuple[ExitStack, Card, str, Issuer, Begun] | None = None

    @answering
    def iReadCardBas(self, iType: int) -> str:
        """The eleven fields. A 3.0 card needs the PSAM; without it -2201, and the HSM variant must be called."""
        with ExitStack() as stack:
            psam = stack.enter_context(self._open_psam()) if self._psam is not None else None
            card, reader = stack.enter_context(self._open(iType))
            reading = read_identity(card, reader, psam, _today())
            if reading.major >= NEWEST and not reading.authenticated:
                raise NoPsam(reader=self._psam or "-", found="-")
            return self._line(reading)

    @answering
    def iReadCardBas_HSM_Step1(self, iType: int) -> str:
        """What a key service needs; the card stays powered and held until Step 2."""
        self._give_up()
        with ExitStack() as stack:
            card, reader = stack.enter_context(self._open(iType))
            issuer = read_issuer(card, select_environment(card))
            external = issuer.major >= NEWEST
            begun = begin(card, issuer.code, issuer.algorithm, historical_bytes(card.atr), external=external)
            self._waiting = stack.pop_all(), card, reader, issuer, begun
            return begun.step1.line()

    @answering
    def iReadCardBas_HSM_Step2(self, pKey: str) -> str:
        """The eleven fields, with the key service's answer to Step 1."""
        if self._waiting is None:
            raise NoHsmNeeded()
        stack, card, reader, issuer, begun = self._waiting
        self._waiting = None
        with stack:
            finish(card, begun, step2(pKey, begun.step1))
            return self._line(read_holder(card, reader, issuer, _today(), authenticated=True))

    @answering
    def iReadCard(self, iType: int, iAuthType: int, pCardInfo: str, pFileAddr: str) -> str:
        """Any items of any files. PINs are typed on the reader's keypad, keys come from the PSAM."""
        with ExitStack() as stack:
            psam = stack.enter_context(self._open_psam()) if self._psam is not None else None
            card, reader = stack.enter_context(self._open(iType))
            issuer = self._same_card(card, pCardInfo)
            opener = _Opener(card, reader, psam, issuer, iAuthType)
            return "".join(_answer(card, address, opener) for address in parse(pFileAddr, issuer.major))

    @answering
    def iVerifyPIN(self, iType: int) -> str:
        """The PIN from the reader's keypad."""
        with self._open(iType) as (card, reader):
            select_environment(card)
            verify_on_keypad(card, reader)
            return ""

    @answering
    def iChangePIN(self, iType: int) -> str:
        """Old PIN and new PIN, twice, from the reader's keypad."""
        with self._open(iType) as (card, reader):
            select_environment(card)
            change_on_keypad(card, reader)
            return ""

    @answering
    def iReadDebitRecord(self, iType: int) -> str:
        """The card's transactions, newest first: ``number^terminal^time^total^account and pooled^|`` in yuan.

        Terminals that debit through this interface store total and account-and-pooled where the file's own layout
        has the person's part and the pooled fund's.
        """
        with self._open(iType) as (card, reader):
            select_environment(card)
            select_directory(card, 0xDF04)
            verify_on_keypad(card, reader)
            rows, contents = read_cyclic(card, _file(0xDF04, 0xEF08))
            for sw in contents.missing.values():
                raise faults.CardRefused(what="show its transactions", sw=sw)
            return "".join(_debit(row) for row in rows)

    def _line(self, reading: CardReading) -> str:
        return msgspec.structs.replace(reading, device=self._device).line38()

    def _give_up(self) -> None:
        if self._waiting is not None:
            self._waiting[0].close()
            self._waiting = None

    @contextmanager
    def _open_psam(self) -> Iterator[Psam]:
        context = self._port.establish()
        try:
            with open_psam(context, self._psam or "") as psam:
                yield psam
        finally:
            context.release()

    @contextmanager
    def _open(self, kind: int) -> Iterator[tuple[Card, str]]:
        """The card by ``iType``: 1 contact, 2 contactless, 3 contact first, 4 contactless first."""
        if kind not in (1, 2, 3, 4):
            raise BadParameter(name="iType", found=kind)
        contact, contactless = self._readers
        wanted = {1: [contact], 2: [contactless], 3: [contact, contactless], 4: [contactless, contact]}[kind]
        context = self._port.establish()
        try:
            for name in wanted[:-1]:
                with suppress(faults.NoCard, faults.NoReader):
                    wanted = [wait_for_card(context, name, 0, self._psam).reader]
                    break
            state = wait_for_card(context, wanted[-1], 0, self._psam)
            with open_session(context, state) as card:
                yield card, state.reader
        finally:
            context.release()

    def _same_card(self, card: Card, card_info: str) -> Issuer:
        code, number, *rest = f"{card_info}||".split("|")
        if rest[:-1] != [""] * (len(rest) - 1) or not code:
            raise BadParameter(name="pCardInfo", found=card_info[:60])
        issuer = read_issuer(card, select_environment(card))
        seen = issuer.contents.values.get("card_number")
        if issuer.code != code or (seen is not None and number != seen[:9]):
            raise OtherCard()
        return issuer


class _Opener:
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
            if directory:
                select_directory(self._card, directory)
            else:
                select_environment(self._card)
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


def _answer(card: Card, address: Address, opener: _Opener) -> str:
    opener.open(address)
    file = address.file
    if file.shape is Shape.CYCLIC:
        rows, _ = read_cyclic(card, file)
        body = "".join("".join(f"{shown(value)}^" for value in row.values()) + "|" for row in rows)
    elif file.shape is Shape.BYTES:
        body = f"{read_bytes(card, file).hex().upper()}|"
    else:
        values = read_records(card, file).values
        by_tag = {item.tag: item for item in file.items}
        body = ""
        for tag, which in address.items:
            if tag not in by_tag:
                raise BadParameter(name="pFileAddr", found=f"{address.name} {tag:02X}")
            value = values.get(by_tag[tag].name)
            if by_tag[tag].count > 1:
                value = value[which - 1] if value and len(value) >= which else None
            body += f"{shown(value)}|"
    return f"{address.name}|{body}$"


def _debit(row: dict[str, Any]) -> str:
    amounts = (row.get("self_fen"), row.get("pooled_fen"))
    fields = (row["sequence"], row.get("terminal"), row.get("time"), *map(_yuan, amounts))
    return "".join(f"{shown(field)}^" for field in fields) + "|"


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


def _file(directory: int, number: int) -> File:
    return next(f for d in directories_2.DIRECTORIES if d.number == directory for f in d.files if f.number == number)


def _today() -> date:
    return datetime.now(BEIJING).date()
