"""The wallet: looking is for everybody, a debit happens once or provably not at all."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from cardio import pin
from cardio.applications.authentication import AuthenticationFailed
from cardio.applications.codecs import BEIJING
from cardio.applications.medical import select_directory
from cardio.applications.wallet import (
    Balance,
    DebitInDoubt,
    Kind,
    OtherWallet,
    Payment,
    WalletOff,
    balance,
    owner,
    proof,
    purchase,
    resolve,
)
from cardio.faults import BadAnswer, CardRefused, CardRemoved
from cardio.recorder import Recorder
from cardio.session import Card, open_session, state_of
from cardio.status import SW
from cardio.virtual.card import VirtualCard
from cardio.virtual.persons import card
from cardio.virtual.port import VirtualPort
from cardio.virtual.wallet import VirtualPurchaseKeys, Wallet

AT = datetime(2024, 3, 15, 9, 30, 15, tzinfo=BEIJING)
PAYMENT = Payment(account_fen=12_34, self_fen=5_00, pooled_fen=30_00, at=AT)


def with_wallet(wallet: Wallet, who: str = "zhang") -> VirtualCard:
    chip = card(who)
    wallet.into(chip)
    return chip


def at_wallet(chip: VirtualCard, step: Callable[[Card], Any]) -> Any:
    context = VirtualPort(chip).establish()
    with open_session(context, state_of(context, VirtualPort.READER), Recorder()) as session:
        who = owner(session)
        assert who.code
        select_directory(session, 0xDF04)
        pin.verify(session, bytearray(b"123456"))
        return step(session)


def pay(chip: VirtualCard, payment: Payment = PAYMENT, keys: VirtualPurchaseKeys | None = None) -> object:
    def step(session: Card) -> object:
        who = owner(session)
        select_directory(session, 0xDF04)
        pin.verify(session, bytearray(b"123456"))
        return purchase(session, who, keys or VirtualPurchaseKeys(), payment, switched_on=True)

    return at_wallet(chip, step)


def test_the_balance_is_looked_at_in_fen() -> None:
    wallet = Wallet(balance_fen=123_45, year_self_fen=60_00, year_pooled_fen=1000_50)
    assert at_wallet(with_wallet(wallet), balance) == Balance(12345, 6000, 100050, 2024)


def test_a_card_without_a_wallet_refuses() -> None:
    with pytest.raises(CardRefused):
        at_wallet(card("zhang"), balance)


def test_a_purchase_debits_the_account_part_once_and_can_be_proved() -> None:
    wallet = Wallet(balance_fen=100_00)
    chip = with_wallet(wallet)
    made = pay(chip)
    assert (wallet.balance_fen, wallet.debits) == (100_00 - 12_34, 1)
    assert at_wallet(chip, lambda session: proof(session, Kind.PURCHASE, 1)) == made
    assert at_wallet(chip, lambda session: proof(session, Kind.PURCHASE, 2)) is None


def test_purchases_are_off_unless_switched_on() -> None:
    wallet = Wallet()
    chip = with_wallet(wallet)
    with pytest.raises(WalletOff):
        at_wallet(chip, lambda s: purchase(s, owner(s), VirtualPurchaseKeys(), PAYMENT))
    assert wallet.debits == 0


def test_too_little_on_the_card_moves_nothing() -> None:
    wallet = Wallet(balance_fen=12_33)
    with pytest.raises(CardRefused, match="9401 no_funds"):
        pay(with_wallet(wallet))
    assert (wallet.balance_fen, wallet.debits) == (12_33, 0)


def test_a_terminal_without_the_right_key_moves_nothing() -> None:
    class Wrong(VirtualPurchaseKeys):
        def authorise(self, *args: object) -> tuple[bytes, bytes]:
            return bytes(4), bytes(4)

    wallet = Wallet()
    with pytest.raises(CardRefused, match="9302"):
        pay(with_wallet(wallet), keys=Wrong())
    assert wallet.debits == 0


def test_an_answer_that_is_not_the_cards_is_said_to_be() -> None:
    class Doubting(VirtualPurchaseKeys):
        def confirm(self, mac2: bytes) -> bool:
            return False

    with pytest.raises(AuthenticationFailed, match="MAC2"):
        pay(with_wallet(Wallet()), keys=Doubting())


def torn(chip: VirtualCard, exchange: Callable[[bytes], bool]) -> DebitInDoubt:
    """Pull the card during the first exchange that fits."""
    real = chip.process

    def process(command: bytes) -> bytes:
        if exchange(command):
            chip.torn_at = 0
        return real(command)

    chip.process = process  # type: ignore[method-assign]
    with pytest.raises(DebitInDoubt) as doubt:
        pay(chip)
    chip.process, chip.torn_at = real, None  # type: ignore[method-assign]
    return doubt.value


def test_a_card_pulled_before_the_debit_proves_that_nothing_moved() -> None:
    wallet = Wallet()
    chip = with_wallet(wallet)
    debit = torn(chip, lambda command: command[:2] == b"\xb0\x2c").data["debit"]
    assert wallet.debits == 0
    assert at_wallet(chip, lambda s: resolve(s, debit.owner, debit)) is None  # type: ignore[attr-defined]


@pytest.mark.parametrize("lost", ["answer", "response"])
def test_a_card_pulled_after_the_debit_proves_that_it_moved_and_is_not_debited_again(lost: str) -> None:
    wallet = Wallet(lost_answer=lost == "answer")
    chip = with_wallet(wallet)
    seen: list[bytes] = []

    def get_response_of_debit(command: bytes) -> bool:
        seen.append(command[:2])
        return lost == "response" and seen[-2:] == [b"\xb0\x2c", b"\x00\xc0"]

    debit = torn(chip, get_response_of_debit).data["debit"]
    assert wallet.debits == 1
    proved = at_wallet(chip, lambda s: resolve(s, debit.owner, debit))  # type: ignore[attr-defined]
    assert proved is not None
    assert wallet.debits == 1


def test_a_status_after_the_debit_that_refuses_nothing_leaves_it_in_doubt() -> None:
    wallet = Wallet()
    chip = with_wallet(wallet)
    real, seen = chip.process, [b""]

    def process(command: bytes) -> bytes:
        seen.append(command[:2])
        return b"\x6f\x00" if seen[-2:] == [b"\xb0\x2c", b"\x00\xc0"] else real(command)

    chip.process = process  # type: ignore[method-assign]
    with pytest.raises(DebitInDoubt) as doubt:
        pay(chip)
    assert wallet.debits == 1
    debit = doubt.value.data["debit"]
    assert at_wallet(chip, lambda s: resolve(s, debit.owner, debit)) is not None  # type: ignore[attr-defined]


def test_keys_that_go_away_after_the_debit_leave_it_in_doubt() -> None:
    class Pulled(VirtualPurchaseKeys):
        def confirm(self, mac2: bytes) -> bool:
            raise CardRemoved

    wallet = Wallet()
    with pytest.raises(DebitInDoubt):
        pay(with_wallet(wallet), keys=Pulled())
    assert wallet.debits == 1


def test_a_doubt_is_resolved_on_the_same_card_only() -> None:
    chip = with_wallet(Wallet(lost_answer=True))
    debit = torn(chip, lambda command: False).data["debit"]
    other = with_wallet(Wallet(), "wang")

    def ask(session: Card) -> object:
        return resolve(session, owner(session), debit)  # type: ignore[arg-type]

    with pytest.raises(OtherWallet):
        at_wallet(other, ask)


def test_a_debit_is_not_sent_again_when_the_card_asks_for_another_length() -> None:
    sent = []
    chip = with_wallet(Wallet())
    real = chip.process

    def process(command: bytes) -> bytes:
        sent.append(command)
        return b"\x6c\x08" if command[:2] == b"\xb0\x2c" else real(command)

    chip.process = process  # type: ignore[method-assign]
    with pytest.raises(DebitInDoubt):
        pay(chip)
    assert sum(command[:2] == b"\xb0\x2c" for command in sent) == 1


@pytest.mark.parametrize("amounts", [(-1, 0, 0), (0, 1 << 32, 0), (0, 0, -5)])
def test_amounts_the_card_cannot_hold_are_refused_when_made(amounts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        Payment(*amounts, at=AT)


def test_an_answer_of_another_length_is_a_bad_answer() -> None:
    chip = with_wallet(Wallet())
    chip.instructions[0xB0, 0x26] = lambda command: (bytes(3), SW.OK)
    with pytest.raises(BadAnswer, match="3 bytes"):
        at_wallet(chip, balance)
