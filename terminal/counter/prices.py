"""The house's price list, looked up by code in an index, so that its length costs nothing when a desk opens.

``prices.csv`` has, in the words of a claim's line, ``code,price`` and, where the house knows them,
``first_self_pay,ceiling,house_code``. The index beside it is made anew when the list has changed.
"""

import csv
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec

from config.places import price_index, prices_file
from terminal.faults import BadDocument
from terminal.money import MoneyText, Price, Rate, parse_price, parse_rate

_TABLES = (
    "DROP TABLE IF EXISTS price",
    "DROP TABLE IF EXISTS made_of",
    "CREATE TABLE price (code TEXT PRIMARY KEY, price TEXT, first_self_pay TEXT, ceiling TEXT, house_code TEXT)"
    " WITHOUT ROWID",
    "CREATE TABLE made_of (list TEXT)",
)


class Priced(msgspec.Struct, frozen=True, gc=False):
    """A row of the house's price list."""

    price: Price
    first_self_pay: Rate | None = None
    ceiling: Price | None = None
    house_code: str = ""


class Prices:
    """The price list of one data folder. Without a list nothing has a price."""

    def __init__(self, home: Path) -> None:
        """Raises BadDocument naming the line of the list."""
        self._list = prices_file(home)
        try:
            self._index = self._opened(str(price_index(home)))
        except sqlite3.Error:  # no room, no right to write, a torn file: a desk opens all the same, a second later
            self._index = self._opened(":memory:")

    def get(self, code: str) -> Priced | None:
        """What an item costs here; None when the house has no price for it."""
        row = self._index.execute(
            "SELECT price, first_self_pay, ceiling, house_code FROM price WHERE code = ?", (code,)
        ).fetchone()
        return _priced(*row) if row else None

    def close(self) -> None:
        """Releases the index."""
        self._index.close()

    def _opened(self, place: str) -> sqlite3.Connection:
        index = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        try:
            if not self._fits(index):
                index.execute("BEGIN IMMEDIATE")
                if not self._fits(index):  # another process may have made it while this one waited
                    self._make(index)
                index.execute("COMMIT")
        except BaseException:
            index.close()  # what was begun is undone
            raise
        return index

    def _fits(self, index: sqlite3.Connection) -> bool:
        with suppress(sqlite3.OperationalError):
            return index.execute("SELECT list FROM made_of").fetchall() == [(self._which(),)]
        return False

    def _which(self) -> str:
        """Tells one state of the list from another."""
        if not self._list.exists():
            return ""
        found = self._list.stat()
        return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"

    def _make(self, index: sqlite3.Connection) -> None:
        which = self._which()  # before reading: a list that is changed meanwhile is read again the next time
        for statement in _TABLES:
            index.execute(statement)
        index.executemany("INSERT OR REPLACE INTO price VALUES (?, ?, ?, ?, ?)", self._rows())
        index.execute("INSERT INTO made_of VALUES (?)", (which,))

    def _rows(self) -> Iterator[tuple[str, str, str, str, str]]:
        if not self._list.exists():
            return
        with self._list.open(encoding="utf-8-sig", newline="") as text:
            for place, row in enumerate(csv.DictReader(text), 2):
                try:
                    code = row["code"]
                    price, first, ceiling, own = row["price"] or "", *(row.get(name) or "" for name in _OPTIONAL)
                    _priced(price, first, ceiling, own)
                except (KeyError, MoneyText) as error:
                    raise BadDocument(
                        file=self._list.name, place=str(place), found=str(error), expected="code,price"
                    ) from error
                yield code, price, first, ceiling, own


_OPTIONAL = ("first_self_pay", "ceiling", "house_code")


def _priced(price: str, first_self_pay: str, ceiling: str, house_code: str) -> Priced:
    return Priced(
        parse_price(price),
        parse_rate(first_self_pay) if first_self_pay else None,
        parse_price(ceiling) if ceiling else None,
        house_code,
    )
