"""Finding an item per keystroke: every tail of every way to type a name, and the hot list of what is typed in common.

An item's number is its place by popularity, so that "first by popularity" is "smallest numbers". A text that more
than ``CROWD`` items match has its first ``HOT`` items stored; the rest match so few that those are sorted.
That bounds the work at every length: two Chinese characters, one letter, or the whole name.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from terminal.catalogue.readings import normal

CROWD = 256
HOT = 48
LONGEST = 16
"""Characters of a tail that are stored; a longer text is looked up by these and then compared whole."""


def tails(text: str) -> Iterator[str]:
    """Every tail of a text, cut to the stored length."""
    return (text[start : start + LONGEST] for start in range(len(text)))


def write(connection: sqlite3.Connection, labels: Iterable[tuple[int, Sequence[str], Sequence[int]]]) -> None:
    """Fills ``entry`` and ``hot`` from (label, its texts, its items in order of popularity)."""
    owners: dict[str, list[int]] = defaultdict(list)
    items: dict[int, Sequence[int]] = {}
    for label, texts, members in labels:
        items[label] = members
        for key in {tail for text in texts for tail in tails(text)}:
            owners[key].append(label)
    ordered = sorted(owners)
    connection.executemany(
        "INSERT INTO entry (key, label) VALUES (?, ?)", ((key, label) for key in ordered for label in owners[key])
    )
    connection.executemany("INSERT INTO hot (text, item) VALUES (?, ?)", _hot(ordered, owners, items))


def _hot(
    ordered: Sequence[str], owners: Mapping[str, Sequence[int]], items: Mapping[int, Sequence[int]]
) -> Iterator[tuple[str, int]]:
    """The stored answers, found by halving a crowd at each further character."""
    crowds: list[tuple[int, int, int]] = [(0, len(ordered), 0)]
    while crowds:
        first, last, length = crowds.pop()
        members = {label for key in ordered[first:last] for label in owners[key]}
        if sum(len(items[label]) for label in members) <= CROWD:
            continue
        if length:
            best = sorted({item for label in members for item in items[label][:HOT]})[:HOT]
            yield from ((ordered[first][:length], item) for item in best)
        start = first
        while start < last and len(ordered[start]) <= length:
            start += 1
        while start < last:
            letter = ordered[start][length]
            end = start
            while end < last and ordered[end][length] == letter:
                end += 1
            if length < LONGEST:
                crowds.append((start, end, length + 1))
            start = end


def find(connection: sqlite3.Connection, text: str, limit: int) -> Iterator[int]:
    """Numbers of the items that match, most popular first; at least ``limit`` of them where there are as many."""
    wanted = normal(text)
    if not wanted:
        return
    hot = connection.execute("SELECT item FROM hot WHERE text = ? ORDER BY item", (wanted[:LONGEST],)).fetchall()
    if len(hot) >= limit and len(wanted) <= LONGEST:
        yield from (item for (item,) in islice(hot, limit))
        return
    stored = wanted[:LONGEST]
    yield from (
        item
        for (item,) in connection.execute(
            "SELECT DISTINCT item.id FROM entry JOIN label ON label.id = entry.label JOIN item ON item.label = label.id"
            " WHERE entry.key >= ? AND entry.key < ? AND (? OR instr(label.texts, ?)) ORDER BY item.id LIMIT ?",
            (stored, stored + "\U0010ffff", len(wanted) <= LONGEST, wanted, limit),
        )
    )
