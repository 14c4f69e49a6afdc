"""The local catalogue: the centre's lists with their dates, the house's own codes, and the index that finds them."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Self

import msgspec

from terminal.catalogue import search
from terminal.catalogue.faults import NoCatalogue
from terminal.catalogue.readings import normal, readings
from terminal.documents.catalogue import CatalogueItem, CatalogueRow, FirstSelfPay, HouseItem, PriceCeiling
from terminal.documents.vocabulary import ItemClass
from terminal.money import Price, Rate, format_rate, parse_rate

SCHEMA = """
CREATE TABLE IF NOT EXISTS listed (
    code TEXT, area TEXT, begin TEXT, "end" TEXT, name TEXT, item_class TEXT, category TEXT, list_type TEXT,
    initials TEXT, wubi TEXT, barcode TEXT, unit TEXT, specification TEXT, memo TEXT, valid INTEGER,
    PRIMARY KEY (code, area, begin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ceiling (
    code TEXT, area TEXT, kind TEXT, begin TEXT, "end" TEXT, price INTEGER, valid INTEGER,
    PRIMARY KEY (code, area, kind, begin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS self_pay (
    code TEXT, area TEXT, person_kind TEXT, use_kind TEXT, begin TEXT, "end" TEXT, rate TEXT, valid INTEGER,
    PRIMARY KEY (code, area, person_kind, use_kind, begin)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS house (
    house_code TEXT, institution TEXT, begin TEXT, "end" TEXT, code TEXT, name TEXT, valid INTEGER,
    PRIMARY KEY (house_code, institution, begin)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS house_by_code ON house (code);
CREATE TABLE IF NOT EXISTS popularity (code TEXT PRIMARY KEY, sold INTEGER) WITHOUT ROWID;
"""

INDEX = """
DROP TABLE IF EXISTS item;
DROP TABLE IF EXISTS label;
DROP TABLE IF EXISTS entry;
DROP TABLE IF EXISTS hot;
CREATE TABLE item (id INTEGER PRIMARY KEY, code TEXT, label INTEGER, barcode TEXT);
CREATE TABLE label (id INTEGER PRIMARY KEY, texts TEXT);
CREATE TABLE entry (key TEXT, label INTEGER, PRIMARY KEY (key, label)) WITHOUT ROWID;
CREATE TABLE hot (text TEXT, item INTEGER, PRIMARY KEY (text, item)) WITHOUT ROWID;
"""

INDEXED = """
CREATE INDEX item_by_label ON item (label);
CREATE INDEX item_by_code ON item (code);
CREATE INDEX item_by_barcode ON item (barcode) WHERE barcode != '';
"""


class Terms(msgspec.Struct, frozen=True):
    """What the insurance says of one item on one day; None where the lists say nothing."""

    item_class: ItemClass | None
    first_self_pay: Rate | None
    ceiling: Price | None


def _until(end: date | None) -> str:
    return end.isoformat() if end else "9999-12-31"


class Catalogue:
    """One catalogue file. Many processes may read it while one updates; an update is whole or not there."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        """Raises NoCatalogue where there is none and ``create`` is not given."""
        if not create and not path.exists():
            raise NoCatalogue(file=str(path))
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._connection.executescript(SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Releases the file."""
        self._connection.close()

    def update(self, rows: Iterable[CatalogueRow], sold: Mapping[str, int] | None = None) -> int:
        """Takes rows, replacing those with the same key and first day, and builds the index anew; how many were taken.

        ``sold`` says how often each code was sold here; it orders what a search shows. Whatever goes wrong, also in the
        middle of ``rows``, leaves the catalogue as it was.
        """
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            count = sum(self._take(batch) for batch in _batches(rows))
            connection.executemany("INSERT OR REPLACE INTO popularity VALUES (?, ?)", (sold or {}).items())
            self._index()
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        return count

    def find(self, text: str, on: date, *, limit: int = 20) -> tuple[CatalogueItem, ...]:
        """Items that a few keystrokes mean on a day, most popular first.

        Initials in any accepted reading, wubi codes and parts of the name, a whole barcode, a national or house code.
        """
        exact = self._exact(text.strip(), on)
        found = dict.fromkeys(exact)
        seen = 0
        wanted = limit
        while len(found) < limit:
            numbers = list(search.find(self._connection, text, wanted))
            for number in numbers[seen:]:
                if (row := self._item(number, on)) is not None:
                    found.setdefault(row)
            seen = len(numbers)
            if seen < wanted:
                break
            wanted *= 2
        return tuple(found)[:limit]

    def item(self, code: str, on: date) -> CatalogueItem | None:
        """The list's row of a national code on a day."""
        row = self._connection.execute(
            'SELECT * FROM listed WHERE code = ? AND begin <= ? AND "end" >= ? AND valid ORDER BY begin DESC LIMIT 1',
            (code, on.isoformat(), on.isoformat()),
        ).fetchone()
        return _listed(row) if row else None

    def national_code(self, house_code: str, institution: str, on: date) -> str | None:
        """What one of the house's own codes maps to on a day."""
        row = self._connection.execute(
            'SELECT code FROM house WHERE house_code = ? AND institution = ? AND begin <= ? AND "end" >= ? AND valid'
            " ORDER BY begin DESC LIMIT 1",
            (house_code, institution, on.isoformat(), on.isoformat()),
        ).fetchone()
        return row[0] if row else None

    def terms(self, code: str, area: str, on: date, *, person_kind: str, use_kind: str, limit_kind: str) -> Terms:
        """Class, first self-pay and ceiling of an item for one kind of person, use and institution, in one region."""
        item, day = self.item(code, on), on.isoformat()
        valid = 'area = ? AND begin <= ? AND "end" >= ? AND valid ORDER BY begin DESC LIMIT 1'
        rate = self._connection.execute(
            f"SELECT rate FROM self_pay WHERE code = ? AND person_kind = ? AND use_kind = ? AND {valid}",  # noqa: S608
            (code, person_kind, use_kind, area, day, day),
        ).fetchone()
        price = self._connection.execute(
            f"SELECT price FROM ceiling WHERE code = ? AND kind = ? AND {valid}",  # noqa: S608 - a constant
            (code, limit_kind, area, day, day),
        ).fetchone()
        return Terms(
            item_class=item.item_class if item else None,
            first_self_pay=parse_rate(rate[0]) if rate else None,
            ceiling=Price(price[0]) if price else None,
        )

    def __len__(self) -> int:
        count: int = self._connection.execute("SELECT count(*) FROM item").fetchone()[0]
        return count

    def _take(self, rows: Sequence[CatalogueRow]) -> int:
        by_table: dict[str, list[tuple[object, ...]]] = defaultdict(list)
        for row in rows:
            by_table[_TABLES[type(row)]].append(_values(row))
        for table, values in by_table.items():
            marks = ", ".join("?" * len(values[0]))
            self._connection.executemany(f"INSERT OR REPLACE INTO {table} VALUES ({marks})", values)  # noqa: S608
        return len(rows)

    def _index(self) -> None:
        """Numbers the items by popularity and writes every way to type them."""
        connection = self._connection
        for statement in filter(str.strip, INDEX.split(";")):
            connection.execute(statement)
        rows = connection.execute(
            "SELECT listed.code, name, initials, wubi, barcode FROM listed LEFT JOIN popularity USING (code)"
            " GROUP BY listed.code HAVING begin = max(begin) ORDER BY coalesce(sold, 0) DESC, name, listed.code"
        ).fetchall()
        labels: dict[tuple[str, str, str], int] = {}
        members: dict[int, list[int]] = defaultdict(list)
        items = []
        for number, (code, name, initials, wubi, barcode) in enumerate(rows, 1):
            label = labels.setdefault((name, initials, wubi), len(labels) + 1)
            members[label].append(number)
            items.append((number, code, label, barcode))
        texts = {
            label: (normal(name), *readings(name, [initials]), *([normal(wubi)] if wubi else []))
            for (name, initials, wubi), label in labels.items()
        }
        connection.executemany("INSERT INTO item VALUES (?, ?, ?, ?)", items)
        connection.executemany("INSERT INTO label VALUES (?, ?)", ((label, "|".join(t)) for label, t in texts.items()))
        search.write(connection, ((label, texts[label], members[label]) for label in texts))
        for statement in filter(str.strip, INDEXED.split(";")):
            connection.execute(statement)

    def _item(self, number: int, on: date) -> CatalogueItem | None:
        row = self._connection.execute("SELECT code FROM item WHERE id = ?", (number,)).fetchone()
        return self.item(row[0], on) if row else None

    def _exact(self, text: str, on: date) -> Iterator[CatalogueItem]:
        codes = self._connection.execute(
            "SELECT code FROM item WHERE barcode = ?1 AND barcode != '' UNION SELECT code FROM item WHERE code = ?1"
            " UNION SELECT code FROM house WHERE house_code = ?1",
            (text,),
        )
        return (row for (code,) in codes.fetchall() if (row := self.item(code, on)) is not None)


_TABLES: Mapping[type, str] = {
    CatalogueItem: "listed",
    PriceCeiling: "ceiling",
    FirstSelfPay: "self_pay",
    HouseItem: "house",
}


def _batches(rows: Iterable[CatalogueRow], size: int = 5000) -> Iterator[list[CatalogueRow]]:
    batch: list[CatalogueRow] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    yield batch


def _values(row: CatalogueRow) -> tuple[object, ...]:
    begin, end = row.begin.isoformat(), _until(row.end)
    match row:
        case CatalogueItem():
            return (
                row.code, row.area, begin, end, row.name, row.item_class, row.category, row.list_type, row.initials,
                row.wubi, row.barcode, row.unit, row.specification, row.memo, row.valid,
            )  # fmt: skip
        case PriceCeiling():
            return row.code, row.area, row.kind, begin, end, int(row.ceiling), row.valid
        case FirstSelfPay():
            rate = format_rate(Fraction(row.rate))
            return row.code, row.area, row.person_kind, row.use_kind, begin, end, rate, row.valid
        case HouseItem():
            return row.house_code, row.institution, begin, end, row.code, row.name, row.valid


def _listed(row: tuple[str, ...]) -> CatalogueItem:
    (code, area, begin, end, name, item_class, category, list_type, initials, wubi, barcode, unit, specification,
     memo, _valid) = row  # fmt: skip
    return CatalogueItem(
        code=code,
        name=name,
        area=area,
        begin=date.fromisoformat(begin),
        end=None if end == "9999-12-31" else date.fromisoformat(end),
        item_class=ItemClass(item_class) if item_class else None,
        category=category,
        list_type=list_type,
        initials=initials,
        wubi=wubi,
        barcode=barcode,
        unit=unit,
        specification=specification,
        memo=memo,
    )
