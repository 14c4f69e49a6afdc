"""The wallet of offline cards (mode 2): balances, proofs, and a purchase that is never made twice.

«社会保障（个人）卡规范» part 5 §7 and part 7. The medical directory is selected and the PIN verified before. Looking is
for everybody; a purchase needs a PSAM's keys and is off unless the site switched it on. A debit whose answer was lost
is never repeated: the card is asked for a proof.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

import msgspec

from cardio import faults
from cardio.apdu import Apdu
from cardio.applications.authentication import AuthenticationFailed
from cardio.applications.medical import Transaction, transactions
from cardio.applications.reader import refused
from cardio.applications.social_security import read_issuer, select_environment
from cardio.faults import CardFault
from cardio.session import Card
from cardio.status import SW

CLASS = 0xB0
GET_BALANCE, INITIALIZE, DEBIT, GET_PROOF = 0x26, 0x28, 0x2C, 0x2E
PURCHASE_KEY = 0x01
LARGEST_FEN = 0xFFFF_FFFF
UNDEBITED = frozenset({SW.WRONG_STATE, SW.MAC_INVALID, SW.NO_FUNDS, SW.COUNTER_AT_MAXIMUM, SW.KEY_INDEX_UNKNOWN})
"""What a card says that refuses a debit (part 5 §7). Any other status may be GET RESPONSE's, after the money moved."""


class Kind(IntEnum):
    """Transaction types as GET TRANSACTION PROOF and the log number them."""

    LOAD = 0x31
    PURCHASE = 0x32


class DebitInDoubt(CardFault):
    """The card gave no clear answer to a debit, or was pulled before; ``debit`` says which, for ``resolve``."""

    code = "debit_in_doubt"
    zh = "扣款结果未知：卡没有给出明确的应答。"
    en = "The debit is in doubt: the card gave no clear answer."
    next_zh = "请立即插回同一张卡以查询结果；不要再次扣款。"
    next_en = "Insert the same card at once so that it can be asked; do not debit again."


class WalletOff(CardFault):
    """Purchases from cards are not switched on at this site."""

    code = "wallet_off"
    exit = 2
    zh = "本机未启用卡内账户消费。"
    en = "Purchases from the card's wallet are not switched on here."
    next_zh = "如确需使用，请由管理员启用并配备 PSAM 卡。"
    next_en = "If they are needed, let the administrator switch them on and supply a PSAM."


class OtherWallet(CardFault):
    """The card put back is not the one the debit was made on."""

    code = "other_wallet"
    exit = 1
    zh = "插回的不是原来的卡。"
    en = "This is not the card the debit was made on."
    next_zh = "请插回原来的卡。"
    next_en = "Insert the former card."


@dataclass(frozen=True, slots=True)
class Balance:
    """What the wallet holds, in fen, and the yearly sums of the pay year."""

    account_fen: int
    year_self_fen: int
    year_pooled_fen: int
    year: int


@dataclass(frozen=True, slots=True)
class Payment:
    """One purchase, in fen; ``self_fen`` is inside the pooled fund's scope and overlaps with ``account_fen``.

    Raises ValueError for an amount the card's four bytes cannot hold.
    """

    account_fen: int
    self_fen: int
    pooled_fen: int
    at: datetime

    def __post_init__(self) -> None:
        if not all(0 <= fen <= LARGEST_FEN for fen in (self.account_fen, self.self_fen, self.pooled_fen)):
            raise ValueError("an amount does not fit the card")

    def amounts(self) -> bytes:
        return b"".join(fen.to_bytes(4, "big") for fen in (self.account_fen, self.self_fen, self.pooled_fen))

    def time(self) -> bytes:
        return bytes.fromhex(f"{self.at:%Y%m%d%H%M%S}")


@dataclass(frozen=True, slots=True)
class Owner:
    """Which card: identification code and card number, compared before money moves and before a doubt is resolved."""

    code: str
    card_number: str | None


@dataclass(frozen=True, slots=True)
class Initialized:
    """The card's answer to INITIALIZE FOR PURCHASE; good for the next command only."""

    balance_fen: int
    sequence: int
    key_version: int
    algorithm: int
    random: bytes


@dataclass(frozen=True, slots=True)
class Debit:
    """A debit that was sent; enough to ask the card about it later."""

    owner: Owner
    sequence: int
    payment: Payment


@dataclass(frozen=True, slots=True)
class Proof:
    """The card's certificate that money moved (4 bytes each)."""

    tac: bytes
    mac: bytes


class Entry(msgspec.Struct, frozen=True):
    """A line of the card's log and the card's proof of it in hexadecimal; None where it keeps no proof any more."""

    transaction: Transaction
    tac: str | None = None
    mac: str | None = None


class Statement(msgspec.Struct, frozen=True):
    """Everything there is to see in a wallet."""

    balance: Balance
    entries: tuple[Entry, ...]


class PurchaseKeys(Protocol):
    """A PSAM that can purchase; its own commands are its maker's, only what it computes is standardised."""

    @property
    def terminal(self) -> str: ...
    def authorise(self, initialized: Initialized, payment: Payment) -> tuple[bytes, bytes]:
        """The terminal's sequence number (4 bytes) and MAC1 (4 bytes) over amounts, type, terminal and time."""

    def confirm(self, mac2: bytes) -> bool:
        """Whether MAC2 is the card's."""


def owner(card: Card) -> Owner:
    """Who the card in the reader is, read anew; leaves the environment selected."""
    issuer = read_issuer(card, select_environment(card))
    return Owner(issuer.code, issuer.contents.values.get("card_number"))


def balance(card: Card) -> Balance:
    """GET BALANCE. Raises CardRefused on cards without a wallet."""
    account = _ask(card, GET_BALANCE, 0x00, 0x01, b"", 4, "show its balance")
    own = _ask(card, GET_BALANCE, 0x00, 0x02, b"", 6, "show its yearly sums")
    pooled = _ask(card, GET_BALANCE, 0x00, 0x03, b"", 6, "show its yearly sums")
    year = pooled[4:].hex()
    return Balance(_fen(account), _fen(own[:4]), _fen(pooled[:4]), int(year) if year.isdigit() else 0)


def proof(card: Card, kind: Kind, sequence: int) -> Proof | None:
    """GET TRANSACTION PROOF: proof that this transaction happened, None when the card knows it did not."""
    command = Apdu(CLASS, GET_PROOF, 0x00, kind, sequence.to_bytes(2, "big"), le=8)
    answer = card.send(command)
    if answer.sw == SW.PROOF_NOT_AVAILABLE:
        return None
    if not answer.ok or len(answer.data) != 8:
        raise refused(answer, "prove a transaction")
    return Proof(tac=answer.data[4:], mac=answer.data[:4])


def statement(card: Card) -> Statement:
    """Balance and log, newest first, each line with its proof. Raises CardRefused on cards without a wallet."""
    return Statement(balance(card), tuple(_entry(card, line) for line in transactions(card)[0]))


def _entry(card: Card, line: Transaction) -> Entry:
    kind = ord(line.kind or "\0")
    found = proof(card, Kind(kind), line.sequence) if kind in tuple(Kind) else None
    return Entry(line) if found is None else Entry(line, found.tac.hex().upper(), found.mac.hex().upper())


def purchase(card: Card, who: Owner, keys: PurchaseKeys, payment: Payment, *, switched_on: bool = False) -> Proof:
    """Debit the wallet once. ``who`` was compared with the card under this very session, directory and PIN are open.

    Raises WalletOff; CardRefused (9401: not enough) before anything moved; DebitInDoubt when the answer was lost or is
    none that refuses, or when ``keys`` fail after it; AuthenticationFailed when the card's answer is not genuine, in
    which case the debit is in the card all the same.
    """
    if not switched_on:
        raise WalletOff()
    terminal = bytes.fromhex(keys.terminal)
    asked = bytes((PURCHASE_KEY,)) + payment.amounts() + terminal
    data = _ask(card, INITIALIZE, 0x01, 0x01, asked, 22, "prepare a purchase")
    initialized = Initialized(_fen(data[:4]), int.from_bytes(data[14:16], "big"), data[16], data[17], data[18:22])
    terminal_sequence, mac1 = keys.authorise(initialized, payment)
    debit = Debit(who, initialized.sequence, payment)
    command = Apdu(CLASS, DEBIT, 0x01, 0x00, terminal_sequence + payment.time() + mac1, le=8, secret=True, once=True)
    try:
        answer = card.send(command)
    except CardFault as fault:
        raise DebitInDoubt(debit=debit) from fault
    if answer.sw in UNDEBITED:
        raise refused(answer, "debit its wallet")
    if not answer.ok or len(answer.data) != 8:
        raise DebitInDoubt(debit=debit)
    try:
        genuine = keys.confirm(answer.data[4:])
    except CardFault as fault:
        raise DebitInDoubt(debit=debit) from fault
    if not genuine:
        raise AuthenticationFailed(side="card", found="MAC2 of the debit is not the card's")
    return Proof(tac=answer.data[:4], mac=answer.data[4:])


def resolve(card: Card, who: Owner, debit: Debit) -> Proof | None:
    """After ``DebitInDoubt``: the proof when the money moved, None when nothing did. Raises OtherWallet."""
    if who != debit.owner:
        raise OtherWallet()
    return proof(card, Kind.PURCHASE, debit.sequence)


def _ask(card: Card, ins: int, p1: int, p2: int, data: bytes, le: int, what: str) -> bytes:
    answer = card.send(Apdu(CLASS, ins, p1, p2, data, le=le))
    if not answer.ok:
        raise refused(answer, what)
    if len(answer.data) != le:
        raise faults.BadAnswer(found=f"{len(answer.data)} bytes", expected=f"{le}")
    return answer.data


def _fen(data: bytes) -> int:
    return int.from_bytes(data, "big")
