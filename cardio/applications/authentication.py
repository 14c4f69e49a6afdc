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
class Begun:
    """The card has answered its challenge and waits for ours; it must stay powered until ``finish``."""

    step1: Step1
    said: bytes


def challenge(card: Card, length: int = 8) -> bytes:
    """GET CHALLENGE: a random number of the card, good for one use."""
    answer = card.send(Apdu(0x00, GET_CHALLENGE, 0x00, 0x00, le=length))
    if not answer.ok or len(answer.data) != length:
        raise AuthenticationFailed(side="card", found=f"GET CHALLENGE {answer.sw}")
    return answer.data


def begin(card: Card, code: str, algorithm: Algorithm, historical: bytes, *, external: bool = True) -> Begun:
    """INTERNAL AUTHENTICATE, and the challenges for EXTERNAL AUTHENTICATE unless the card does without.

    Raises AuthenticationFailed.
    """
    raw, factor = challenge(card), challenge(card)
    said = card.send(Apdu(0x00, INTERNAL_AUTHENTICATE, 0x00, 0x00, factor + raw, le=8, secret=True))
    if not said.ok:
        raise AuthenticationFailed(side="card", found=f"INTERNAL AUTHENTICATE {said.sw}")
    ours = (challenge(card), challenge(card))[::-1] if external else ()
    return Begun(Step1(code[:6], historical, algorithm, code, factor, raw, *ours), said.data)


def finish(card: Card, begun: Begun, cryptograms: Cryptograms) -> None:
    """Check what the card said, then prove ourselves. Raises AuthenticationFailed."""
    if cryptograms.internal != begun.said:
        raise AuthenticationFailed(side="card", found="the card's cryptogram is not the genuine one")
    if begun.step1.external_raw:
        prove(card, KEY, cryptograms.external, begun.step1.external_raw)


def prove(card: Card, key: int, cryptogram: bytes, raw: bytes) -> None:
    """EXTERNAL AUTHENTICATE with the key of reference ``key``. Raises AuthenticationFailed with the status word."""
    card.leave = Leave.RESET
    heard = card.send(Apdu(0x00, EXTERNAL_AUTHENTICATE, 0x00, key, cryptogram + raw, secret=True))
    if not heard.ok:
        raise AuthenticationFailed(side="terminal", found=f"EXTERNAL AUTHENTICATE {heard.sw}", sw=int(heard.sw))
