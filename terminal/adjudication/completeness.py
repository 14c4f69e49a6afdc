"""Whether the figures of a key answer every case they are asked for, once: no gap, no overlap, nothing unreachable."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from terminal.adjudication.dimensions import ENDLESS, LISTED, WORDS, Fact, covers, span
from terminal.adjudication.mistakes import Mistake
from terminal.adjudication.pack import Pack
from terminal.adjudication.values import Row, Words


class Use:
    """Where a key is read: the cases its benefit, layer and stage leave over."""

    def __init__(self, whens: Sequence[Mapping[str, Words]]) -> None:
        self.whens = [when for when in whens if when]

    def admits(self, facts: Mapping[str, Fact]) -> bool:
        """Whether such a case reaches the key; a fact the cell does not name leaves it open."""
        return all(covers({name: words}, facts) for when in self.whens for name, words in when.items() if name in facts)


def incomplete(pack: Pack, rows: Mapping[str, Sequence[Row]], uses: Mapping[str, Sequence[Use]]) -> Iterator[Mistake]:
    """Gaps, overlaps and unreachable rows of all keys."""
    everywhere = [Use([])]
    for key, group in rows.items():
        yield from _key(pack, key, group, uses.get(key, everywhere))


def _key(pack: Pack, key: str, rows: Sequence[Row], uses: Sequence[Use]) -> Iterator[Mistake]:
    names = sorted({name for row in rows for name in row.when})
    domains = [_domain(pack, name, rows, uses) for name in names]
    days = sorted({row.begins for row in rows} | {row.ends for row in rows if row.ends is not None})
    fits = [_fitting(name, domain, rows) for name, domain in zip(names, domains, strict=True)]
    reached: set[int] = set()
    gap: tuple[dict[str, Fact], date] | None = None
    overlaps: set[tuple[int, int]] = set()
    for cell in product(*domains):
        facts = dict(zip(names, cell, strict=True))
        if not any(use.admits(facts) for use in uses):
            continue
        bits = (1 << len(rows)) - 1
        for fact, of_rows in zip(cell, fits, strict=True):
            bits &= of_rows[fact]
        fitting = [number for number in range(len(rows)) if bits >> number & 1]
        reached.update(fitting)
        for day in days:
            valid = [number for number in fitting if rows[number].valid(day)]
            if not valid and gap is None and (not fitting or _between(rows, fitting, day)):
                gap = facts, day
            for index, one in enumerate(valid):
                overlaps.update((one, two) for two in valid[index + 1 :] if rows[one].known == rows[two].known)
    if gap is not None:
        facts, day = gap
        case = ", ".join(f"{name} {word}" for name, word in facts.items()) or "any case"
        expected = "a row, or one that is unstated"
        yield Mistake(rows[0].file, rows[0].line, key, f"no figure for {case} on {day}", expected)
    for one, two in sorted(overlaps):
        found = f"the same cases and dates as line {rows[one].line}"
        yield Mistake(rows[two].file, rows[two].line, key, found, "rows that exclude each other")
    for number, row in enumerate(rows):
        if number not in reached:
            yield Mistake(row.file, row.line, key, "a row no case reaches", "words this pack's benefits admit")


def _fitting(name: str, domain: Sequence[Fact], rows: Sequence[Row]) -> dict[Fact, int]:
    """For each fact of a dimension the rows that cover it, as bits; a table may have a row for each fact."""
    found = dict.fromkeys(domain, 0)
    for number, row in enumerate(rows):
        for fact in _admitted(row.when[name], domain) if domain and name in row.when else domain:
            found[fact] |= 1 << number
    return found


def _admitted(words: Words, domain: Sequence[Any]) -> Iterable[Fact]:
    """The facts of a dimension that some words admit: words themselves, or numbers in ascending order."""
    if isinstance(domain[0], str):
        return [fact for fact in domain if fact in words]
    spans = filter(None, map(span, words))
    return {fact for low, high in spans for fact in domain[bisect_left(domain, low) : bisect_left(domain, high)]}


def _between(rows: Sequence[Row], fitting: Sequence[int], day: date) -> bool:
    """A day before the first figure of a case is no gap: the law had not begun."""
    return any(rows[number].begins <= day for number in fitting)


def _domain(pack: Pack, name: str, rows: Sequence[Row], uses: Sequence[Use]) -> list[Fact]:
    if name in WORDS:
        return list(pack.header.dimensions.get(name, WORDS[name]))
    if name in LISTED:
        return [*pack.header.dimensions.get(name, ()), LISTED[name]]
    first = 0 if name == "age" else 1
    words = [word for row in rows for word in row.when.get(name, ())]
    words += [word for use in uses for when in use.whens for word in when.get(name, ())]
    edges = {edge for bounds in filter(None, map(span, words)) for edge in bounds}
    return sorted({first, *(edge for edge in edges if first <= edge < ENDLESS)})
