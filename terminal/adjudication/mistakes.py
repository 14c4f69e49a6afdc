"""Mistakes in a pack, each with its file, line and key, and the nearest word that would have been right."""

import difflib
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, NamedTuple, get_args, get_type_hints

import msgspec

from terminal.adjudication.mistake_words import in_chinese
from terminal.adjudication.pack import Benefits, GoldenCases, Header, ValueEntry


class Mistake(NamedTuple):
    """One mistake, told like a compiler would."""

    file: str
    line: int
    key: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: {self.found}; expected {self.expected}"

    @property
    def zh(self) -> str:
        """What was found and what was expected, in Chinese."""
        return f"{in_chinese(self.found)}；应为 {in_chinese(self.expected)}。"

    @property
    def en(self) -> str:
        """The same in English."""
        return f"{self.found}; expected {self.expected}."


_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\-]+)\s*\]\]?\s*(?:#.*)?$")
_FIELD = re.compile(r"`([^`]*)`")
_VALUE = re.compile(r"'([^']*)'")
_PLACE = re.compile(r" - at `\$?\.?(.*)`$")


class Mistakes:
    """Collects the mistakes of a pack while its files are read."""

    def __init__(self) -> None:
        self.found: list[Mistake] = []

    def add(self, file: str, line: int, key: str, found: str, expected: str) -> None:
        """Notes one mistake."""
        self.found.append(Mistake(file, line, key, found, expected))

    def from_conversion(self, file: str, text: str, prefix: str, error: str) -> None:
        """Notes what the typed conversion refused, with its line and the nearest known word."""
        place = _PLACE.search(error)
        inner = place[1] if place else ""
        path = ".".join(filter(None, (prefix, inner))).replace(".[", "[")
        what = _PLACE.sub("", error)
        last = path.rsplit(".", 1)[-1]
        if "unknown field" in what and (field := _FIELD.search(what)):
            key, found, expected = field[1], "an unknown key", nearest(field[1])
        elif "missing required" in what and (field := _FIELD.search(what)):
            key, found, expected = last, f'no key "{field[1]}"', "every required key"
        elif value := _VALUE.search(what):
            key, found, expected = last, repr(value[1]), nearest(value[1])
        else:
            found, _, expected = what.partition(", got ")
            expected, found = (found.replace("Expected ", ""), expected) if expected else ("every required key", found)
            key = last
        needle = key if key in text else (value[1] if (value := _VALUE.search(what)) else "")
        line = line_of(text, path, re.sub(r"\[\d*\]$", "", needle))
        self.add(file, line, key, found.strip("` "), expected.strip("` "))


def line_of(text: str, path: str, word: str = "") -> int:
    """The line where a path such as ``benefit[1].layer[0].stages[2].rate`` stands, as near as headings tell."""
    wanted = tuple(re.findall(r"[A-Za-z0-9_\-]+|\[\d+\]", path))
    best, best_length, end = 1, 0, 10**9
    for here, number in headings(text).items():
        if best_length and number < end and here[: len(wanted)] != wanted[: len(here)]:
            end = number
        if here == wanted[: len(here)] and len(here) >= best_length:
            best, best_length, end = number, len(here), 10**9
    if not word:
        return best
    pattern = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])")
    for number, line in enumerate(text.split("\n")[best - 1 : end - 1], best):
        if pattern.search(line):
            return number
    return best


@lru_cache(maxsize=16)
def headings(text: str) -> Mapping[tuple[str, ...], int]:
    """The lines of a file's headings, by path such as ``("benefit", "[1]", "layer", "[0]")``."""
    counts: dict[str, int] = {}
    found: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if heading := _HEADER.match(line):
            found[tuple(_concrete(heading[2], heading[1] == "[[", counts))] = number
    return found


def _concrete(name: str, repeated: bool, counts: dict[str, int]) -> list[str]:
    """A heading's path with the number of each repeated table in it."""
    steps: list[str] = []
    words = name.split(".")
    for depth, word in enumerate(words):
        plain = ".".join(words[: depth + 1])
        steps.append(word)
        if depth == len(words) - 1 and repeated:
            counts[plain] = counts.get(plain, -1) + 1
            for other in [o for o in counts if o.startswith(plain + ".")]:
                del counts[other]
        if plain in counts:
            steps.append(f"[{counts[plain]}]")
    return steps


def nearest(word: str, among: tuple[str, ...] = ()) -> str:
    """The known words most like this one, as a hint."""
    close = difflib.get_close_matches(word, among or vocabulary(), 2, 0.5)
    close = close or list(among[:6])
    return " or ".join(f'"{w}"' for w in close) if close else "a word of the guide (config/policies/README.md)"


@cache
def vocabulary() -> tuple[str, ...]:
    """Every key and closed word a pack may write."""
    words: set[str] = set()
    seen: set[Any] = set()

    def walk(kind: Any) -> None:
        if kind in seen:
            return
        seen.add(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            config = kind.__struct_config__
            words.update(kind.__struct_encode_fields__)
            if isinstance(config.tag, str):
                words.update((config.tag, config.tag_field or "kind"))
            for hint in get_type_hints(kind).values():
                walk(hint)
        elif isinstance(kind, type) and hasattr(kind, "__members__"):
            words.update(str(member.value) for member in kind)  # type: ignore[attr-defined]
        for part in get_args(kind):
            if not isinstance(part, list):
                walk(part)

    for root in (Header, Benefits, ValueEntry, GoldenCases):
        walk(root)
    return tuple(sorted(words))
