"""What can be sold here: the insurance's catalogue finds an item, the house's own list prices it.

The insurance's lists have no selling prices; see ``prices``.
"""

from datetime import date
from itertools import islice
from pathlib import Path

from config.places import catalogue_file
from terminal.catalogue import Catalogue
from terminal.counter.prices import Priced, Prices
from terminal.counter.sale import Item
from terminal.documents import CatalogueItem


class Goods:
    """The catalogue and the prices of one data folder."""

    def __init__(self, home: Path) -> None:
        """Raises NoCatalogue, and BadDocument naming the line of the price list."""
        self.catalogue = Catalogue(catalogue_file(home))
        self.prices = Prices(home)

    def find(self, text: str, on: date, limit: int = 6) -> list[Item]:
        """Items with a price that a few keystrokes mean on a day, most popular first."""
        found = self.catalogue.find(text, on, limit=4 * limit)
        priced = ((row, self.prices.get(row.code)) for row in found)
        return list(islice((self._item(row, price) for row, price in priced if price), limit))

    def close(self) -> None:
        """Releases both."""
        self.catalogue.close()
        self.prices.close()

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
