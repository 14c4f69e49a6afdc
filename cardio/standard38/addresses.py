"""File addresses of ``iReadCard``: ``DF01EF0A|37|$DF01EF15|2A|40:2|$`` names items, the answer mirrors it with values.

``40:2`` is the second record with that tag. A file named alone is wanted whole: the records of a cyclic file, fields
ended by ``^`` and records by ``|``, or the bytes of a transparent one.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cardio.applications.environment import environment
from cardio.applications.layout import Directory, File
from cardio.applications.medical import directory, newer
from cardio.standard38.codes import BadParameter

NAME = re.compile(r"(SSSE|DF[0-9A-F]{2})(EF[0-9A-F]{2})")
ITEM = re.compile(r"([0-9A-F]{2})(?::([1-9]))?")


@dataclass(frozen=True, slots=True)
class Address:
    """One file and the wanted items as (tag, which of several). ``newer``: see ``medical.newer``."""

    directory: Directory
    file: File
    items: tuple[tuple[int, int], ...]
    newer: File | None = None

    @property
    def name(self) -> str:
        return f"{'SSSE' if self.directory.number == 0 else f'{self.directory.number:04X}'}{self.file.number:04X}"


def parse(line: str, major: int) -> list[Address]:
    """The files of an address line, as cards of version ``major`` have them. Raises BadParameter."""
    if not line.endswith("$"):
        raise BadParameter(name="pFileAddr", found=line[:40])
    return [_parse_file(part, major) for part in line[:-1].split("$")]


def _parse_file(part: str, major: int) -> Address:
    first, *rest = part.removesuffix("|").split("|")
    name = NAME.fullmatch(first)
    items = [ITEM.fullmatch(text) for text in rest]
    place = name and (environment(major) if name[1] == "SSSE" else directory(int(name[1], 16), major))
    file = place.file(int(name[2], 16)) if name and place else None
    if place is None or file is None or not part.endswith("|") or not all(items):
        raise BadParameter(name="pFileAddr", found=part[:40])
    wanted = tuple((int(item[1], 16), int(item[2] or 1)) for item in items if item)
    return Address(place, file, wanted, newer(place.number, file.number, major))


def shown(value: Any) -> str:
    """A value as the interface writes it: dates as digits, blanks empty, the parts of a template ended by ``^``."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y%m%d%H%M%S}"
    if isinstance(value, date):
        return f"{value:%Y%m%d}"
    if isinstance(value, bytes):
        return value.decode("gb18030", "replace")
    if isinstance(value, dict):
        return "".join(f"{shown(part)}^" for part in value.values())
    return str(value)
