"""The functions of the interface, by their names in the standard.

Each returns the pair (return code, pOut): 0 and the line, or a negative code and a sentence in Chinese.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import msgspec

from cardio import faults
from cardio.applications import directories_2
from cardio.applications.layout import File
from cardio.applications.medical import select_directory
from cardio.applications.reader import read_cyclic
from cardio.applications.social_security import NEWEST, read_identity, select_environment
from cardio.faults import CardFault
from cardio.pinpad import change_on_keypad, verify_on_keypad
from cardio.psam import NoPsam
from cardio.standard38.addresses import parse, shown
from cardio.standard38.codes import NotOffered
from cardio.standard38.desk import Desk, Result, answering, today
from cardio.standard38.files import Opener, answer
from cardio.standard38.two_steps import TwoSteps


def _refusing(fault: type[CardFault], **data: object) -> Callable[..., Result]:
    """A function that answers every call with this fault and touches no card."""

    @answering
    def function(self: Desk, *_: object) -> str:
        raise fault(**data)

    return function


class Standard38(TwoSteps):
    """All functions; how the terminal is described: see ``Desk``."""

    @answering
    def iReadCardBas(self, iType: int) -> str:
        """The eleven fields. A 3.0 card needs the PSAM; without it -2201, and the HSM variant must be called."""
        with ExitStack() as stack:
            psam = stack.enter_context(self.open_psam()) if self._psam is not None else None
            card, reader = stack.enter_context(self.open(iType))
            reading = read_identity(card, reader, psam, today())
            if reading.major >= NEWEST and not reading.authenticated:
                raise NoPsam(reader=self._psam or "-", found="-")
            return msgspec.structs.replace(reading, device=self._device).line38()

    @answering
    def iReadCard(self, iType: int, iAuthType: int, pCardInfo: str, pFileAddr: str) -> str:
        """Any items of any files. PINs are typed on the reader's keypad, keys come from the PSAM."""
        with ExitStack() as stack:
            psam = stack.enter_context(self.open_psam()) if self._psam is not None else None
            card, reader = stack.enter_context(self.open(iType))
            issuer = self.same_card(card, pCardInfo)
            opener, line = Opener(card, reader, psam, issuer, iAuthType), ""
            for address in parse(pFileAddr, issuer.major):
                opener.open(address)
                line += answer(card, address)
            return line

    @answering
    def iVerifyPIN(self, iType: int) -> str:
        """The PIN from the reader's keypad."""
        with self.open(iType) as (card, reader):
            select_environment(card)
            verify_on_keypad(card, reader)
            return ""

    @answering
    def iChangePIN(self, iType: int) -> str:
        """Old PIN and new PIN, twice, from the reader's keypad."""
        with self.open(iType) as (card, reader):
            select_environment(card)
            change_on_keypad(card, reader)
            return ""

    @answering
    def iReadDebitRecord(self, iType: int) -> str:
        """The card's transactions, newest first: ``number^terminal^time^total^account and pooled^|`` in yuan.

        Terminals that debit through this interface store total and account-and-pooled where the file's own layout
        has the person's part and the pooled fund's.
        """
        with self.open(iType) as (card, reader):
            select_environment(card)
            select_directory(card, 0xDF04)
            verify_on_keypad(card, reader)
            rows, contents = read_cyclic(card, _file(0xDF04, 0xEF08))
            for sw in contents.missing.values():
                raise faults.CardRefused(what="show its transactions", sw=sw)
            return "".join(_debit(row) for row in rows)

    iReloadPIN = iUnblockPIN = _refusing(NoPsam, reader="-", found="-")
    """Their keys are a key service's: -2201 sends the caller to the HSM variants, as the interface wants it."""
    iWriteCard = _refusing(NotOffered, name="iWriteCard")
    iWriteCard_HSM_Step1 = iWriteCard_HSM_Step2 = iWriteCard
    iDoDebit = _refusing(NotOffered, name="iDoDebit")
    iDoDebit_HSM_Step1 = iDoDebit_HSM_Step2 = iDoDebit
    """Why these touch no card: ``cardio/README.md``."""


def _debit(row: dict[str, Any]) -> str:
    amounts = (row.get("self_fen"), row.get("pooled_fen"))
    fields = (row["sequence"], row.get("terminal"), row.get("time"), *map(_yuan, amounts))
    return "".join(f"{shown(field)}^" for field in fields) + "|"


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100}.{fen % 100:02d}"


def _file(directory: int, number: int) -> File:
    return next(f for d in directories_2.DIRECTORIES if d.number == directory for f in d.files if f.number == number)
