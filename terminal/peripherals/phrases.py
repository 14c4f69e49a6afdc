"""What a cashier's desk says to the patient: one list for displays, announcers and screens."""

from collections.abc import Callable
from enum import StrEnum

from terminal.money import Fen


class Phrase(StrEnum):
    """The occasions; those with an amount have ``{amount}`` in their text."""

    HELLO = "hello"
    NAME = "name"
    CREDENTIAL = "credential"
    FEE = "fee"
    BALANCE = "balance"
    SHORT = "short"
    PAY = "pay"
    RECEIVED = "received"
    CHANGE = "change"
    COUNT = "count"
    THANKS = "thanks"
    TAKE_CARD = "take_card"
    IDLE = "idle"

    @property
    def has_amount(self) -> bool:
        return "{amount}" in _TEXTS[self][0]

    def zh(self, amount: str = "") -> str:
        """The Chinese sentence; ``amount`` brings its unit, in digits (``12.30元``) or words (十二元三角)."""
        return _TEXTS[self][0].format(amount=amount)

    @property
    def en(self) -> str:
        """At most ten letters: a label for a display of twenty."""
        return _TEXTS[self][1]


Dialect = Callable[[Phrase, Fen | None], bytes]
"""From a phrase and its amount to the bytes of one family of devices; none for what it cannot tell."""

_TEXTS = {
    Phrase.HELLO: ("您好，请稍等。", "WELCOME"),
    Phrase.NAME: ("请问您的姓名？", "YOUR NAME?"),
    Phrase.CREDENTIAL: ("请出示医保凭证。", "SHOW CARD"),
    Phrase.FEE: ("您的费用为{amount}。", "FEE"),
    Phrase.BALANCE: ("卡上余额{amount}。", "BALANCE"),
    Phrase.SHORT: ("余额不足，请付现金{amount}。", "PAY CASH"),
    Phrase.PAY: ("请付款{amount}。", "PLEASE PAY"),
    Phrase.RECEIVED: ("收您{amount}。", "RECEIVED"),
    Phrase.CHANGE: ("找零{amount}。", "CHANGE"),
    Phrase.COUNT: ("请当面点清，谢谢。", "COUNT IT"),
    Phrase.THANKS: ("谢谢。", "THANK YOU"),
    Phrase.TAKE_CARD: ("请取回您的卡。", "TAKE CARD"),
    Phrase.IDLE: ("本窗口空闲。", "NEXT"),
}

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")


def _four(number: int) -> str:
    words = ""
    for unit in (3, 2, 1, 0):
        digit = number // 10**unit % 10
        if digit:
            words += _DIGITS[digit] + _UNITS[unit]
        elif words and not words.endswith("零") and number % 10**unit:
            words += "零"
    return words


def number_words(number: int) -> str:
    """A whole number from 0 below 10^16 as it is spoken: 10203 -> 一万零二百零三, 12 -> 十二."""
    words, gap = "", False
    for group in (3, 2, 1, 0):
        part = number // 10 ** (4 * group) % 10**4
        if part:
            words += ("零" if words and (gap or part < 1000) else "") + _four(part) + _GROUPS[group]
        gap = bool(words) and not part
    words = words or "零"
    return words[1:] if words.startswith("一十") else words


def amount_words(amount: Fen) -> str:
    """An amount as it is spoken: 12345 fen -> 一百二十三元四角五分; 5 fen -> 五分; nothing -> 零元."""
    if amount < 0:
        return "负" + amount_words(Fen(-amount))
    yuan, jiao, fen = amount // 100, amount // 10 % 10, amount % 10
    words = number_words(yuan) + "元" if yuan or not amount else ""
    if jiao:
        words += _DIGITS[jiao] + "角"
    if fen:
        words += ("零" if yuan and not jiao else "") + _DIGITS[fen] + "分"
    return words
