"""The operator's card: who stands at the desk, and how sure that is.

Two kinds. A card of our own profile holds an operator's number and an Ed25519 key that signs a challenge: nobody can
copy it. Any social-security card whose number is registered serves as well, but a number can be read by anybody: that
only counts as *presented*.

Our profile: application ``F0`` ‖ ``yibao.operator``; READ BINARY of short file 1 gives the number (text); INTERNAL
AUTHENTICATE over 32 bytes gives the signature (64 bytes) of ``CONTEXT`` ‖ those bytes, after the PIN where the card
has one.
"""

import secrets
from enum import StrEnum

import msgspec

from cardio.apdu import Apdu
from cardio.applications.authentication import INTERNAL_AUTHENTICATE, AuthenticationFailed
from cardio.applications.codecs import TEXT
from cardio.applications.reader import READ_BINARY, SELECT
from cardio.applications.social_security import read_issuer, select_environment
from cardio.faults import BadAnswer
from cardio.pin import verify
from cardio.session import Card

APPLICATION = b"\xf0yibao.operator"
NUMBER_FILE = 0x01
LONGEST_NUMBER = 32
CONTEXT = b"yibao-terminal operator 1\0"
"""What is signed begins with this, so that a signature is of no use anywhere else."""


class Assurance(StrEnum):
    """How sure it is that the operator is there; refunds want PIN or better."""

    PRESENTED = "presented"
    PIN = "pin"
    SIGNED = "signed"


class OperatorPresence(msgspec.Struct, frozen=True):
    """Who presented a card. ``number`` is the operator's on a card of our profile, else the card's own number."""

    number: str
    own_profile: bool
    assurance: Assurance


def present(card: Card, public_key: bytes | None = None, pin: bytearray | None = None) -> OperatorPresence:
    """Read who presents the card in the reader.

    ``pin`` is verified when given; ``public_key`` (32 bytes, as registered for the number) is challenged when given.
    Raises NotSocialSecurityCard when the card is of neither kind, the faults of ``cardio.pin.verify``, and
    AuthenticationFailed when the signature is not the registered key's.
    """
    number = _own_number(card)
    own_profile = number is not None
    if number is None:
        issuer = read_issuer(card, select_environment(card))
        number = str(issuer.contents.values.get("card_number") or issuer.code)[:LONGEST_NUMBER]
    assurance = Assurance.PRESENTED
    if pin is not None:
        verify(card, pin)
        assurance = Assurance.PIN
    if public_key is not None:
        if not own_profile:
            raise AuthenticationFailed(side="card", found="a card without a signing key")
        _challenge(card, public_key)
        assurance = Assurance.SIGNED
    return OperatorPresence(number, own_profile, assurance)


def _own_number(card: Card) -> str | None:
    if not card.send(Apdu(0x00, SELECT, 0x04, 0x00, APPLICATION, le=0x100)).ok:
        return None
    answer = card.send(Apdu(0x00, READ_BINARY, 0x80 | NUMBER_FILE, 0x00, le=LONGEST_NUMBER))
    number, odd = TEXT.decode(answer.data)
    if not answer.ok or odd or not number:
        raise BadAnswer(found=f"operator number {answer.sw}", expected="a text")
    return str(number)


def _challenge(card: Card, public_key: bytes) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    nonce = secrets.token_bytes(32)
    signed = card.send(Apdu(0x00, INTERNAL_AUTHENTICATE, 0x00, 0x01, nonce, le=64))
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signed.data, CONTEXT + nonce)
    except (InvalidSignature, ValueError):
        raise AuthenticationFailed(side="card", found=f"signature {signed.sw}") from None
