"""The operator's card: a registered number is presented, a PIN is better, a signature cannot be copied."""

import pytest

from cardio import pin
from cardio.applications.authentication import AuthenticationFailed
from cardio.applications.operator import Assurance, OperatorPresence, present
from cardio.faults import BadAnswer, NotSocialSecurityCard
from cardio.session import open_session, state_of
from cardio.virtual.chip import Chip
from cardio.virtual.operator import VirtualOperatorCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort


def shown(chip: Chip, public_key: bytes | None = None, digits: bytes | None = None) -> OperatorPresence:
    context = VirtualPort(chip).establish()
    with open_session(context, state_of(context, VirtualPort.READER)) as session:
        return present(session, public_key, None if digits is None else bytearray(digits))


def test_a_card_of_our_profile_is_presented_by_its_number() -> None:
    assert shown(VirtualOperatorCard("甲001")) == OperatorPresence("甲001", True, Assurance.PRESENTED)


def test_a_registered_key_makes_it_signed() -> None:
    chip = VirtualOperatorCard("001")
    assert shown(chip, chip.public_key).assurance is Assurance.SIGNED


def test_the_pin_is_verified_before_the_card_signs() -> None:
    chip = VirtualOperatorCard("001", pin="4711")
    assert shown(chip, digits=b"4711").assurance is Assurance.PIN
    assert shown(chip, chip.public_key, b"4711").assurance is Assurance.SIGNED
    with pytest.raises(AuthenticationFailed, match="6982"):
        shown(chip, chip.public_key)
    with pytest.raises(pin.PinWrong):
        shown(chip, chip.public_key, b"0815")


def test_another_cards_key_is_not_this_operators() -> None:
    with pytest.raises(AuthenticationFailed, match="signature"):
        shown(VirtualOperatorCard("001"), VirtualOperatorCard("001").public_key)


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32), b"\xff" * 32])
def test_a_registered_key_that_is_none_proves_nothing(key: bytes) -> None:
    with pytest.raises(AuthenticationFailed):
        shown(VirtualOperatorCard("001"), key)


def test_a_social_security_card_is_presented_by_its_card_number_and_cannot_sign() -> None:
    assert shown(card("chen")) == OperatorPresence("A00000054", False, Assurance.PRESENTED)
    assert shown(card("chen"), digits=b"123456").assurance is Assurance.PIN
    with pytest.raises(AuthenticationFailed, match="without a signing key"):
        shown(card("chen"), bytes(32))


def test_a_card_of_neither_kind_presents_nobody() -> None:
    chip = card("chen")
    chip.files = {0: {}}
    with pytest.raises(NotSocialSecurityCard):
        shown(chip)
    with pytest.raises(BadAnswer):
        shown(VirtualOperatorCard(""))
