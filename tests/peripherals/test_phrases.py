"""Amounts as they are spoken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.money import Fen
from terminal.peripherals.phrases import Phrase, amount_words, number_words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"),
        (7, "七"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (100, "一百"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1005, "一千零五"),
        (1050, "一千零五十"),
        (10203, "一万零二百零三"),
        (12000, "一万二千"),
        (100000, "十万"),
        (1000010, "一百万零一十"),
        (100000001, "一亿零一"),
        (120030405, "一亿二千零三万零四百零五"),
    ],
)
def test_a_number_is_spoken_as_people_say_it(number: int, words: str) -> None:
    assert number_words(number) == words


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元"),
        (5, "五分"),
        (50, "五角"),
        (100, "一元"),
        (105, "一元零五分"),
        (12345, "一百二十三元四角五分"),
        (100050, "一千元五角"),
        (-150, "负一元五角"),
    ],
)
def test_an_amount_is_spoken_in_yuan_jiao_and_fen(fen: int, words: str) -> None:
    assert amount_words(Fen(fen)) == words


def understood(words: str) -> int:
    """What a listener understands below one hundred million; written apart from the speaker."""
    above, below = ([*words.split("万"), ""] if "万" in words else ["", words])[:2]
    parts = [re.findall("([一二三四五六七八九]?)([千百十]?)", part) for part in (above, below)]
    return sum(
        10 ** (4 * (1 - place))
        * ("零一二三四五六七八九".index(digit) if digit else 1)
        * 10 ** " 十百千".index(unit or " ")
        for place, part in enumerate(parts)
        for digit, unit in part
        if digit or unit
    )


@given(st.integers(0, 10**8 - 1))
def test_a_listener_understands_the_number_that_was_meant(number: int) -> None:
    assert understood(number_words(number)) == number


def test_only_phrases_about_money_have_an_amount() -> None:
    assert {phrase for phrase in Phrase if phrase.has_amount} == {
        Phrase.FEE,
        Phrase.BALANCE,
        Phrase.SHORT,
        Phrase.PAY,
        Phrase.RECEIVED,
        Phrase.CHANGE,
    }
    assert all("{" not in phrase.zh("一元") and len(phrase.en) <= 20 for phrase in Phrase)
