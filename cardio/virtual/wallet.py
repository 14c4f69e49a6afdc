"""A wallet in a virtual card, and a PSAM that can purchase from it.

MAC1 over amounts, type, terminal and time under a session key from the card's random number, its sequence number and
the last two bytes of the terminal's («社会保障（个人）卡规范» part 7); 3DES with the virtual world's purchase key.
"""

import secrets
from dataclasses import dataclass, field

from cardio.applications.wallet import CLASS, DEBIT, GET_BALANCE, GET_PROOF, INITIALIZE, Initialized, Kind, Payment
from cardio.reading import Algorithm
from cardio.status import SW
from cardio.virtual import cipher
from cardio.virtual.card import Answer, Command, VirtualCard

DPK = 0x7F
YEAR = bytes.fromhex("2024")


def mac(session: bytes, data: bytes) -> bytes:
    """Four bytes: pad 80 00…, CBC with a zero start, leftmost half of the last block."""
    padded = data + b"\x80" + bytes(-(len(data) + 1) % 8)
    block = bytes(8)
    for at in range(0, len(padded), 8):
        mixed = bytes(a ^ b for a, b in zip(block, padded[at : at + 8], strict=True))
        block = cipher.encrypt(Algorithm.DES, session * 2, mixed)
    return block[:4]


def session_key(random: bytes, sequence: int, terminal_sequence: bytes) -> bytes:
    seed = random + sequence.to_bytes(2, "big") + terminal_sequence[-2:]
    return cipher.encrypt(Algorithm.DES, cipher.master_key(DPK), seed)


@dataclass
class Wallet:
    """Put into a card with ``into``. ``lost_answer``: the next debit happens, but its answer never arrives."""

    balance_fen: int = 100_00
    year_self_fen: int = 0
    year_pooled_fen: int = 0
    sequence: int = 0
    lost_answer: bool = False
    proofs: dict[tuple[int, int], bytes] = field(default_factory=dict)
    debits: int = 0
    _prepared: tuple[bytes, bytes] | None = None

    def into(self, card: VirtualCard) -> "Wallet":
        card.instructions |= {
            (CLASS, GET_BALANCE): self._balance,
            (CLASS, INITIALIZE): self._initialize,
            (CLASS, DEBIT): lambda command: self._debit(card, command),
            (CLASS, GET_PROOF): self._proof,
        }
        return self

    def _balance(self, command: Command) -> Answer:
        amounts = {1: self.balance_fen, 2: self.year_self_fen, 3: self.year_pooled_fen}
        if command.p2 not in amounts:
            return b"", SW.WRONG_P1P2
        return amounts[command.p2].to_bytes(4, "big") + (YEAR if command.p2 > 1 else b""), SW.OK

    def _initialize(self, command: Command) -> Answer:
        if int.from_bytes(command.data[1:5], "big") > self.balance_fen:
            return b"", SW.NO_FUNDS
        random = secrets.token_bytes(4)
        self._prepared = command.data[1:], random
        sums = (self.balance_fen, self.year_self_fen, self.year_pooled_fen)
        head = b"".join(fen.to_bytes(4, "big") for fen in sums)
        return head + YEAR + (self.sequence + 1).to_bytes(2, "big") + b"\x01\x01" + random, SW.OK

    def _debit(self, card: VirtualCard, command: Command) -> Answer:
        prepared, self._prepared = self._prepared, None
        if prepared is None:
            return b"", SW.WRONG_STATE
        asked, random = prepared
        terminal_sequence, time, mac1 = command.data[:4], command.data[4:11], command.data[11:]
        key = session_key(random, self.sequence + 1, terminal_sequence)
        if mac(key, asked[:12] + bytes((Kind.PURCHASE,)) + asked[12:] + time) != mac1:
            return b"", SW.MAC_INVALID
        self.balance_fen -= int.from_bytes(asked[:4], "big")
        self.sequence, self.debits = self.sequence + 1, self.debits + 1
        tac, mac2 = mac(key, b"TAC"), mac(key, mac1)
        self.proofs[Kind.PURCHASE, self.sequence] = mac2 + tac
        if self.lost_answer:
            self.lost_answer, card.torn_at = False, 0
            card.process(b"")
        return tac + mac2, SW.OK

    def _proof(self, command: Command) -> Answer:
        found = self.proofs.get((command.p2, int.from_bytes(command.data, "big")))
        return (found, SW.OK) if found else (b"", SW.PROOF_NOT_AVAILABLE)


class VirtualPurchaseKeys:
    """See ``cardio.applications.wallet.PurchaseKeys``."""

    def __init__(self, terminal: str = "110100000001") -> None:
        self.terminal = terminal
        self._sequence = 0
        self._expected = b""

    def authorise(self, initialized: Initialized, payment: Payment) -> tuple[bytes, bytes]:
        self._sequence += 1
        terminal_sequence = self._sequence.to_bytes(4, "big")
        key = session_key(initialized.random, initialized.sequence, terminal_sequence)
        signed = payment.amounts() + bytes((Kind.PURCHASE,)) + bytes.fromhex(self.terminal) + payment.time()
        mac1 = mac(key, signed)
        self._expected = mac(key, mac1)
        return terminal_sequence, mac1

    def confirm(self, mac2: bytes) -> bool:
        return mac2 == self._expected
