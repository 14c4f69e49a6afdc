"""How files of a card are described: items, files, directories and what opens them. Data only."""

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from cardio.applications.codecs import Codec


class Shape(Enum):
    """Kinds of files, «社会保障（个人）卡规范» part 3 §5.3."""

    RECORDS = "records"
    """Tag-length-value records, addressed by tag."""
    CYCLIC = "cyclic"
    """Records without tags; number 1 is the newest."""
    BYTES = "bytes"
    """Transparent: a run of bytes."""


class Opens(Enum):
    """What the card wants to see before a file may be read."""

    NOTHING = "nothing"
    PIN = "pin"
    KEY = "key"
    PIN_OR_KEY = "pin_or_key"
    PIN_AND_KEY = "pin_and_key"


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of record. ``length`` is the documents'; the card's own length byte decides. ``count`` > 1: several
    records with this tag. ``parts``: the value is itself a list of such records."""

    tag: int
    name: str
    codec: Codec
    length: int
    count: int = 1
    parts: tuple["Item", ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record without tags."""

    name: str
    codec: Codec
    length: int


@dataclass(frozen=True)
class File:
    """One elementary file. ``key`` is the key reference (P2 of EXTERNAL AUTHENTICATE) where a key opens it."""

    number: int
    name: str
    items: tuple[Item, ...] = ()
    opens: Opens = Opens.NOTHING
    key: int | None = None
    shape: Shape = Shape.RECORDS
    fields: tuple[Field, ...] = ()
    size: int = 0

    @property
    def short_id(self) -> int:
        """The short file id is the low byte of the file id."""
        return self.number & 0xFF

    @cached_property
    def length(self) -> int:
        """Bytes of all records with their tags and lengths: the Le of a whole-file read."""
        return sum((item.length + 2) * item.count for item in self.items)


@dataclass(frozen=True, slots=True)
class Directory:
    """One application directory. ``number`` 0 is the social-security environment itself."""

    number: int
    name: str
    files: tuple[File, ...]

    def file(self, number: int) -> File | None:
        return next((file for file in self.files if file.number == number), None)
