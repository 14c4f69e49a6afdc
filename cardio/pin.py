"""The PIN of a social-security card: verify, tries left, change.

«社会保障（个人）卡规范» part 5 §6.14. A PIN is a ``bytearray`` of ASCII digits, overwritten by whoever made it (see
``wiped``); it enters no ``str``, no exception, no log. The commands are marked secret when they are built.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from cardio.apdu import Answer, Apdu
from cardio.faults import CardFault
from cardio.port import Leave
from cardio.session import Card
from cardio.status import SW

SHORTEST, LONGEST = 4, 16
"""Digits of a PIN."""


class PinWrong(CardFault):
    """The PIN was wrong; ``left`` tries remain."""

    code = "pin_wrong"
    exit = 1
    zh = "密码错误，还可再试 {left} 次。"
    en = "The PIN is wrong, {left} tries left."
    next_zh = "请持卡人重新输入；连续输错将锁卡。"
    next_en = "Let the card holder enter it again; the card locks when no try is left."


class PinLocked(CardFault):
    """No try is left; only the issuing office can unlock it."""

    code = "pin_locked"
    exit = 1
    zh = "密码已锁定。"
    en = "The PIN is locked."
    next_zh = "请持卡人到发卡机构办理密码重置。"
    next_en = "The issuing office can reset it for the card holder."


class PinCancelled(CardFault):
    """The card holder pressed "cancel": nothing was tried, nothing failed."""

    code = "pin_cancelled"
    exit = 1
    zh = "持卡人取消了密码输入。"
    en = "The card holder cancelled the PIN."
    next_zh = "需要时请重新开始。"
    next_en = "Start again when wanted."


class PinTimedOut(CardFault):
    """Nobody pressed a key in time."""

    code = "pin_timed_out"
    exit = 1
    zh = "密码输入超时。"
    en = "The PIN was not entered in time."
    next_zh = "请提醒持卡人后重新开始。"
    next_en = "Remind the card holder and start again."


class PinLength(CardFault):
    """Too few or too many digits, or something that is no digit."""

    code = "pin_length"
    exit = 2
    zh = "密码应为 {shortest} 至 {longest} 位数字。"
    en = "A PIN has {shortest} to {longest} digits."
    next_zh = "请重新输入。"
    next_en = "Enter it again."


class PinsDiffer(CardFault):
    """The new PIN was entered differently the second time."""

    code = "pins_differ"
    exit = 1
    zh = "两次输入的新密码不一致。"
    en = "The new PIN was entered differently the second time."
    next_zh = "请重新输入。"
    next_en = "Enter it again."


@contextmanager
def wiped(pin: bytearray) -> Iterator[bytearray]:
    """Overwrite the PIN when the block ends, however it ends."""
    try:
        yield pin
    finally:
        pin[:] = bytes(len(pin))


def packed(pin: bytearray) -> bytes:
    """Digits two to a byte, an odd count filled with F. Raises PinLength."""
    if not SHORTEST <= len(pin) <= LONGEST or not all(0x30 <= octet <= 0x39 for octet in pin):
        raise PinLength(shortest=SHORTEST, longest=LONGEST)
    with wiped(bytearray(pin)) as digits:
        if len(digits) % 2:
            digits.append(0x3F)
        return bytes((high & 0xF) << 4 | low & 0xF for high, low in zip(digits[::2], digits[1::2], strict=True))


def verify(card: Card, pin: bytearray) -> None:
    """VERIFY. The card is left reset afterwards. Raises PinWrong, PinLocked, PinLength, CardRefused."""
    card.leave = Leave.RESET
    judge(card.send(Apdu(0x00, 0x20, 0x00, 0x00, packed(pin), secret=True)))


def tries_left(card: Card) -> int | None:
    """Tries left, without using one; None when the card does not say (no PIN set, or the question is refused)."""
    return card.send(Apdu(0x00, 0x20, 0x00, 0x00)).sw.tries_left


def change(card: Card, old: bytearray, new: bytearray) -> None:
    """CHANGE PIN with the old one. Raises as ``verify`` does; when it raises the old PIN stays."""
    card.leave = Leave.RESET
    judge(card.send(Apdu(0x80, 0x5E, 0x01, 0x00, packed(old) + b"\xff" + packed(new), secret=True)))


def judge(answer: Answer) -> None:
    """Turn the answer to a PIN command, the card's or a keypad's, into nothing or a fault."""
    sw = answer.sw
    if sw.tries_left:
        raise PinWrong(left=sw.tries_left)
    if sw.tries_left == 0:
        raise PinLocked()
    if sw in KEYPAD:
        raise KEYPAD[sw](shortest=SHORTEST, longest=LONGEST)
    if not answer.ok:
        raise PinRefused(sw=str(sw))


class PinRefused(CardFault):
    """The card or the keypad refused the command itself; no try was used."""

    code = "pin_refused"
    exit = 1
    zh = "卡或密码键盘拒绝了密码操作（状态 {sw}）。"
    en = "The card or the keypad refused the PIN operation (status {sw})."
    next_zh = "请在电脑上输入密码，或换一台读卡器。"
    next_en = "Enter the PIN on the computer, or use another reader."


KEYPAD: dict[SW, type[CardFault]] = {
    SW(0x6400): PinTimedOut,
    SW(0x6401): PinCancelled,
    SW(0x6402): PinsDiffer,
    SW(0x6403): PinLength,
}
"""What a reader's keypad answers by itself (PC/SC part 10 §2.5.1); cancelled is not failed."""
