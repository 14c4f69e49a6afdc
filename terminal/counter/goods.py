"""What can be sold here: the insurance's catalogue finds an item, the house's own list prices it.

The insurance's lists have no selling prices. ``prices.csv`` in the data folder has, in the words of a claim's line:
``code,price`` and, where the house knows them, ``first_self_pay,ceiling,house_code``.
"""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from config.places import catalogue_file, prices_file
from terminal.catalogue import Catalogue
from terminal.counter.sale import Item
from terminal.documents import CatalogueItem
from terminal.faults import BadDocument
from terminal.money import MoneyText, Price, Rate, parse_price, parse_rate


class Priced(msgspec.Struct, frozen=True, gc=False):
    """A row of the house's price list."""

    price: Price
    first_self_pay: Rate | None = None
    ceiling: Price | None = None
    house_code: str = ""


class Goods:
    """The catalogue and the prices of one data folder, read once."""

    def __init__(self, home: Path) -> None:
        """Raises NoCatalogue, and BadDocument naming the line of the price list."""
        self.catalogue = Catalogue(catalogue_file(home))
        self.prices = dict(_prices(prices_file(home)))

    def find(self, text: str, on: date, limit: int = 6) -> list[Item]:
        """Items with a price that a few keystrokes mean on a day, most popular first."""
        found = self.catalogue.find(text, on, limit=4 * limit)
        return [self._item(row, self.prices[row.code]) for row in found if row.code in self.prices][:limit]

    def close(self) -> None:
        """Releases the catalogue."""
        self.catalogue.close()

    @staticmethod
    def _item(row: CatalogueItem, priced: Priced) -> Item:
        return Item(
            code=row.code,
            name=row.name,
            price=priced.price,
            item_class=row.item_class,
            first_self_pay=priced.first_self_pay,
            ceiling=priced.ceiling,
            house_code=priced.house_code,
            category=row.category,
        )


def _prices(file: Path) -> Iterator[tuple[str, Priced]]:
    if not file.exists():
        return
    with file.open(encoding="utf-8-sig", newline="") as text:
        for place, row in enumerate(csv.DictReader(text), 2):
            try:
                yield (
                    row["code"],
                    Priced(
                        parse_price(row["price"]),
                        parse_rate(row["first_self_pay"]) if row.get("first_self_pay") else None,
                        parse_price(row["ceiling"]) if row.get("ceiling") else None,
                        row.get("house_code") or "",
                    ),
                )
            except (KeyError, MoneyText) as error:
                raise BadDocument(file=file.name, place=str(place), found=str(error), expected="code,price") from error
