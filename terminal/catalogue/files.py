"""Catalogue files: one text between tabs, packed or not, as the centre's download gives it (1301-1315 with 9102).

The text has no header and its columns differ per list and edition, so a site says which column is which.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any

from terminal.catalogue.faults import BadCatalogueFile
from terminal.documents.catalogue import CatalogueItem
from terminal.documents.vocabulary import ItemClass

LARGEST = 1024 * 1024 * 1024
"""Bytes of a list once unpacked."""

COLUMNS = frozenset(CatalogueItem.__struct_fields__) - {"area", "valid"}

CLASSES: Mapping[str, ItemClass] = {"01": ItemClass.A, "02": ItemClass.B, "03": ItemClass.C, "甲": ItemClass.A,
                                    "乙": ItemClass.B, "丙": ItemClass.C, "A": ItemClass.A, "B": ItemClass.B,
                                    "C": ItemClass.C}  # fmt: skip
"""chrgitm_lv, the word, or ours."""


def read_file(path: Path, columns: Mapping[str, int], area: str) -> Iterator[CatalogueItem]:
    """The items of one file. ``columns`` maps fields of CatalogueItem to places counted from 0; code, name and begin
    are needed. Raises BadCatalogueFile naming file and row.
    """
    unknown = columns.keys() - COLUMNS
    if unknown or not {"code", "name", "begin"} <= columns.keys():
        found = f"columns {', '.join(sorted(unknown))}" if unknown else "columns code, name and begin are needed"
        raise BadCatalogueFile(file=str(path), row=0, found=found)
    with path.open("rb") as raw:
        packed = raw.read(2) == b"PK"
    try:
        if not packed:
            with path.open("rb") as text:
                yield from _rows(text, columns, area, str(path))
            return
        with zipfile.ZipFile(path) as archive:
            inner = archive.infolist()
            if len(inner) != 1 or inner[0].file_size > LARGEST:
                raise BadCatalogueFile(file=str(path), row=0, found=f"{len(inner)} files inside, or too large")
            with archive.open(inner[0]) as text:
                yield from _rows(text, columns, area, str(path))
    except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise BadCatalogueFile(file=str(path), row=0, found=str(error)) from error


def _rows(data: IO[bytes], columns: Mapping[str, int], area: str, file: str) -> Iterator[CatalogueItem]:
    row = 0
    try:
        for line in io.TextIOWrapper(data, "utf-8-sig", newline=""):
            row += 1
            cells = line.rstrip("\r\n").split("\t")
            if cells != [""]:
                yield _row({name: _cell(cells, place) for name, place in columns.items()}, area)
    except UnicodeDecodeError as error:
        raise BadCatalogueFile(file=file, row=row + 1, found=f"not UTF-8: {error}") from error
    except ValueError as error:
        raise BadCatalogueFile(file=file, row=row, found=str(error)) from error


def _cell(cells: list[str], place: int) -> str:
    if place >= len(cells):
        raise ValueError(f"{len(cells)} columns, column {place} is needed")
    return "" if cells[place] in ("null", "NULL") else cells[place].strip()


def _row(cells: dict[str, Any], area: str) -> CatalogueItem:
    begin, end, item_class = cells.pop("begin"), cells.pop("end", ""), cells.pop("item_class", "")
    if not cells["code"] or not cells["name"]:
        raise ValueError("code or name is empty")
    if item_class and item_class not in CLASSES:
        raise ValueError(f"class {item_class!r} is not one of {', '.join(CLASSES)}")
    return CatalogueItem(
        area=area,
        begin=date.fromisoformat(begin[:10]),
        end=date.fromisoformat(end[:10]) if end else None,
        item_class=CLASSES.get(item_class),
        **cells,
    )
