"""Proving a card genuine and ourselves to the card: what 3.0 asks for before it shows its holder.

The order of commands is that of two published sessions of the reader specification on 人社信息函〔2016〕38号 (§6, HSM
variants): two challenges and INTERNAL AUTHENTICATE, then two more and EXTERNAL AUTHENTICATE. Of each pair of
challenges the first is the raw value, the second, the card's newest, the process factor.
"""

from dataclasses import dataclass
from typing import Protocol

from cardio import faults
from cardio.apdu import Apdu
from cardio.applications.environment import KEY
from cardio.port import Leave
from cardio.reading import Algorithm
from cardio.session import Card

GET_CHALLENGE, INTERNAL_AUTHENTICATE, EXTERNAL_AUTHENTICATE = 0x84, 0x88, 0x82


class AuthenticationFailed(faults.CardFault):
    """One side could not prove itself; ``side`` says which."""

    code = "authentication_failed"
    exit = 1
    zh = "认证失败（{side}，{found}）。"
    en = "Authentication failed ({side}, {found})."
    next_zh = "请确认 PSAM 卡或加密机服务与发卡地区相符；若卡非真卡，请按规定处理。"
    next_en = (
        "Check that the PSAM or key service is the issuing region's; if the card is not genuine, follow the rules."
    )


@dataclass(frozen=True, slots=True)
class Step1:
    """What a key service needs to answer for a card: the line of ``iReadCardBas_HSM_Step1``."""

    region: str
    historical: bytes
    algorithm: Algorithm
    code: str
    internal_factor: bytes
    internal_raw: bytes
    external_factor: bytes = b""
    external_raw: bytes = b""

    def line(self) -> str:
        """Eight fields, each ended by a bar; the last two are empty unless the card is 3.0."""
        octets = (self.internal_factor, self.internal_raw, self.external_factor, self.external_raw)
        fields = (self.region, self.historical.hex(), self.algorithm, self.code, *(o.hex() for o in octets))
        return "".join(f"{field.upper()}|" for field in fields)


@dataclass(frozen=True, slots=True)
class Cryptograms:
    """The answer: what the genuine card must have said, and what the card wants to hear (8 bytes each)."""

    internal: bytes
    external: bytes


class KeySource(Protocol):
    """Somebody who holds the keys: a PSAM in a second slot, or a service on the network."""

    @property
    def terminal(self) -> str:
        """Twelve digits of the PSAM's terminal number; zeros when there is none."""

    def answer(self, step1: Step1, card: Card) -> Cryptograms:
        """May take seconds; keeps ``card`` alive meanwhile. Raises its own faults."""


@dataclass(frozen=True, slots=True)
class Authenticated:
    """Both sides proved themselves; lasts until power-off or selection of another application."""


def challenge(card: Card, length: int = 8) -> bytes:
    """GET CHALLENGE: a random number of the card, good for one use."""
    answer = card.send(Apdu(0x00, GET_CHALLENGE, 0x00, 0x00, le=length))
    if not answer.ok or len(answer.data) != length:
        raise AuthenticationFailed(side="card", found=f"GET CHALLENGE {answer.sw}")
    return answer.data


def authenticate(card: Card, keys: KeySource, code: str, algorithm: Algorithm, historical: bytes) -> Authenticated:
    """Internal then external authentication with the environment's key. Raises AuthenticationFailed, KeySource's."""
    internal_raw, internal_factor = challenge(card), challenge(card)
    said = card.send(Apdu(0x00, INTERNAL_AUTHENTICATE, 0x00, 0x00, internal_factor + internal_raw, le=8, secret=True))
    if not said.ok:
        raise AuthenticationFailed(side="card", found=f"INTERNAL AUTHENTICATE {said.sw}")
    external_raw, external_factor = challenge(card), challenge(card)
    step1 = Step1(code[:6], historical, algorithm, code, internal_factor, internal_raw, external_factor, external_raw)
    cryptograms = keys.answer(step1, card)
    if cryptograms.internal != said.data:
        raise AuthenticationFailed(side="card", found="the card's cryptogram is not the genuine one")
    card.leave = Leave.RESET
    heard = card.send(Apdu(0x00, EXTERNAL_AUTHENTICATE, 0x00, KEY, cryptograms.external + external_raw, secret=True))
    if not heard.ok:
        raise AuthenticationFailed(side="terminal", found=f"EXTERNAL AUTHENTICATE {heard.sw}")
    return Authenticated()
