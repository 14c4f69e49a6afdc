"""The catalogue: a keystroke against a LIKE scan by popularity of the same rows, and the time of an import."""

import random
import sqlite3
import time
from collections.abc import Iterator
from datetime import date
from functools import partial
from statistics import median, quantiles

from terminal.catalogue import Catalogue
from terminal.documents.catalogue import CatalogueItem
from tests.bench.timing import Work, disk, readable

ITEMS = 250_000
NAMES = 39_495
KEYSTROKES = 400
LETTERS = "阿莫西林头孢克洛维生素注射液片胶囊颗粒复方丹参钠盐酸米平诺沙星红霉罗布芬酮乙双黄连银翘感冒清热解毒重楼白术"
DAY = date(2026, 5, 6)


def rows(chance: random.Random) -> Iterator[CatalogueItem]:
    """As many items over as many names as the national drug list has."""
    names = ["".join(chance.choices(LETTERS, k=chance.randint(3, 11))) for _ in range(NAMES)]
    for place in range(ITEMS):
        yield CatalogueItem(f"X{place:08d}", chance.choice(names), "110100", DAY, barcode=f"69{place:011d}")


def _seconds(work: Work) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """One line for the import, one for each length of what is typed: the 99th percentile against the scan's median."""
    chance = random.Random(7)
    listed = list(rows(chance))
    with disk() as folder, Catalogue(folder / "catalogue.db", create=True) as catalogue:
        sold = {row.code: chance.randrange(10**6) for row in listed}
        built = _seconds(lambda: catalogue.update(listed, sold))
        print(f"{'catalogue: import 250,000 items':<44} {built / 60:>8.2f} x  {f'({readable(built)})':>12}  60 s")
        plain = sqlite3.connect(folder / "catalogue.db")
        texts = [text for (text,) in plain.execute(f"SELECT texts FROM label ORDER BY random() LIMIT {KEYSTROKES}")]
        plain.execute(
            "CREATE TEMP TABLE flat AS"
            " SELECT code, texts, random() AS sold FROM item JOIN label ON label.id = item.label"
        )
        scan = "SELECT code FROM flat WHERE texts LIKE ? ORDER BY sold DESC LIMIT 20"
        for length in (1, 2, 3, 4, 6, 8):
            ours, theirs = [], []
            for place, text in enumerate(texts):
                way = chance.choice(text.split("|"))
                typed = way[(start := chance.randrange(len(way))) : start + length]
                ours.append(_seconds(partial(catalogue.find, typed, DAY)))
                if place % 20 == 0:
                    theirs.append(_seconds(lambda t=typed: plain.execute(scan, (f"%{t}%",)).fetchall()))
            worst, whole = quantiles(ours, n=100)[98], median(theirs)
            name = f"catalogue: {length} typed, p99"
            print(f"{name:<44} {worst / whole:>8.3f} x  {f'({readable(worst)})':>12}  LIKE scan: {readable(whole)}")


if __name__ == "__main__":
    main()
