"""Tag-length-value records: one byte of tag, one of length, then the value («社会保障（个人）卡规范» part 3 §5.3.1)."""

from collections.abc import Iterable, Iterator
from typing import Self


class Tlv(bytes):
    """A record as it lies on the card; it *is* its bytes, so it slices, compares and concatenates for free."""

    __slots__ = ()

    @classmethod
    def of(cls, tag: int, value: bytes) -> Self:
        """Build a record; raises ValueError for a value longer than 255 bytes."""
        return cls(bytes((tag, len(value))) + value)

    @property
    def tag(self) -> int:
        return self[0]

    @property
    def value(self) -> bytes:
        return bytes(self[2:])

    @classmethod
    def parse(cls, data: bytes) -> Iterator[Self]:
        """The records in ``data``; stops at padding (tag 00 or FF) or at the first record that is cut off.

        A record whose length byte promises more than there is ends the walk: half a value is no value.
        """
        at = 0
        while at + 2 <= len(data) and data[at] not in (0x00, 0xFF) and at + 2 + data[at + 1] <= len(data):
            yield cls(data[at : at + 2 + data[at + 1]])
            at += 2 + data[at + 1]


def find(tlvs: Iterable[Tlv], tag: int) -> bytes | None:
    """The value of the first record with this tag."""
    return next((tlv.value for tlv in tlvs if tlv.tag == tag), None)


def nested(template: bytes, *path: int) -> bytes | None:
    """Follow a path of tags into a constructed template such as a card's FCI (``6F/A5/9F0C/86``).

    Two-byte tags (first byte ending in five one-bits) are given as one number, ``0x9F0C``.
    """
    at, end = 0, len(template)
    for tag in path:
        while True:
            width = 2 if at < end and template[at] & 0x1F == 0x1F else 1
            value = at + width + 1
            if value > end or value + template[value - 1] > end:
                return None
            after = value + template[value - 1]
            if int.from_bytes(template[at : at + width], "big") == tag:
                at, end = value, after
                break
            at = after
    return template[at:end]
