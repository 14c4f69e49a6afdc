"""How a name may be typed: its initials in every accepted reading."""

import itertools
import unicodedata
from collections.abc import Iterable
from functools import cache

MOST = 16
"""Readings kept of one name; a name whose characters could be read in more ways keeps the commonest."""

OVERRIDES = {"重": "cz", "参": "sc", "术": "zs", "单": "ds", "长": "cz", "曲": "q", "芎": "x", "蛤": "gh", "拔": "b"}
"""Characters whose first reading in drug names is not their commonest one, or whose rare ones nobody types."""


def normal(text: str) -> str:
    """Text as it is compared: full-width letters and digits made plain, lower case, nothing but letters and digits."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


@cache
def initials_of(char: str) -> str:
    """The initials one character may have, commonest first; a letter or digit is itself."""
    if char.isascii():
        return char
    if found := OVERRIDES.get(char):
        return found
    from pypinyin import Style, pinyin  # only while a catalogue is built; an extra

    letters = pinyin(char, style=Style.FIRST_LETTER, heteronym=True, errors="ignore")
    return "".join(dict.fromkeys(letter for letter in (letters[0] if letters else []) if letter.isascii()))


def readings(name: str, own: Iterable[str] = ()) -> tuple[str, ...]:
    """The list's own mnemonic codes first, then the name's initials in every accepted reading.

    Raises ImportError where the extra ``catalogue`` is not installed and the name has Chinese characters.
    """
    choices = [letters for char in normal(name) if (letters := initials_of(char))]
    generated = ("".join(reading) for reading in itertools.islice(itertools.product(*choices), MOST))
    return tuple(dict.fromkeys(code for code in (*map(normal, own), *generated) if code))
