"""Reading files: one whole-file read where the card can do it, tag by tag where it cannot.

Addressing after «社会保障（个人）卡规范» part 5 §6.10. Records are always addressed by their identifier (the tag) and
the first byte of the answer is checked, because record numbers shift between versions.
"""

from dataclasses import dataclass, field
from typing import Any

from cardio import faults
from cardio.apdu import Answer, Apdu
from cardio.applications.codecs import Odd
from cardio.applications.layout import File, Item
from cardio.session import Card
from cardio.status import SW
from cardio.tlv import Tlv

SELECT, READ_RECORD = 0xA4, 0xB2
WHOLE_FILE, BY_TAG, NEXT_WITH_TAG = 0b101, 0b000, 0b010

LONGEST = 0x100
"""Most bytes a short READ RECORD can bring."""

LOCKED = frozenset({SW.SECURITY_NOT_SATISFIED, SW.METHOD_LOCKED, SW.CONDITIONS_NOT_SATISFIED})
"""Answers that mean the file is there but closed: no other way of asking will open it."""


@dataclass
class Contents:
    """What a file held: values by item name, raw bytes, what was odd, which items were not there and why."""

    values: dict[str, Any] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)
    odd: list[tuple[Odd, str, bytes]] = field(default_factory=list)
    missing: dict[str, SW] = field(default_factory=dict)

    def take(self, item: Item, value: bytes) -> None:
        """Decode one value of an item; an item that occurs several times becomes a list."""
        if len(value) != item.length:
            self.odd.append((Odd.LENGTH, item.name, value))
        if item.parts:
            inner = Contents()
            by_tag = {part.tag: part for part in item.parts}
            for tlv in Tlv.parse(value):
                if tlv.tag in by_tag:
                    inner.take(by_tag[tlv.tag], tlv.value)
            decoded: Any = inner.values
            self.odd += inner.odd
        else:
            decoded, odd = item.codec.decode(value)
            if odd:
                self.odd.append((odd, item.name, value))
        if item.count > 1:
            self.values.setdefault(item.name, []).append(decoded)
        else:
            self.values[item.name], self.raw[item.name] = decoded, value


def select_file(card: Card, number: int) -> Answer:
    """SELECT an elementary file by its id: P1 = 02 as the document says, 00 for the cards that know only that."""
    answer = card.send(Apdu(0x00, SELECT, 0x02, 0x00, number.to_bytes(2, "big")))
    if answer.sw in (SW.WRONG_P1P2, SW.FILE_NOT_FOUND, SW.NOT_SUPPORTED):
        answer = card.send(Apdu(0x00, SELECT, 0x00, 0x00, number.to_bytes(2, "big")))
    return answer


def read_records(card: Card, file: File) -> Contents:
    """All records of a file that has tags. A closed file gives every item as missing with the card's status word."""
    contents = Contents()
    if file.length <= LONGEST:
        answer = _read(card, file.length, 1, file.short_id, WHOLE_FILE)
        records = list(Tlv.parse(answer.data)) if answer.ok else []
        if answer.sw in LOCKED:
            contents.missing = {item.name: answer.sw for item in file.items}
            return contents
        if any(record.tag == item.tag for record in records for item in file.items):
            _sort(records, file, contents)
            return contents
    _read_by_tag(card, file, contents)
    return contents


def _sort(records: list[Tlv], file: File, contents: Contents) -> None:
    for item in file.items:
        values = [record.value for record in records if record.tag == item.tag]
        for value in values[: item.count]:
            contents.take(item, value)
        if not values:
            contents.missing[item.name] = SW.RECORD_NOT_FOUND


def _read_by_tag(card: Card, file: File, contents: Contents) -> None:
    short_id = file.short_id
    probe = _read(card, file.items[0].length + 2, file.items[0].tag, short_id, BY_TAG)
    if not probe.ok and probe.sw not in LOCKED:
        selected = select_file(card, file.number)
        if not selected.ok:
            contents.missing = {item.name: selected.sw for item in file.items}
            return
        short_id = 0
    for item in file.items:
        mode = BY_TAG
        for _ in range(item.count):
            answer = _read(card, item.length + 2, item.tag, short_id, mode)
            if not answer.ok or answer.data[:1] != bytes((item.tag,)):
                break
            contents.take(item, _value(answer.data))
            mode = NEXT_WITH_TAG
        if item.name not in contents.values:
            contents.missing[item.name] = SW.RECORD_NOT_FOUND if answer.ok else answer.sw


def _value(record: bytes) -> bytes:
    """The value of one record; its own length byte is believed, as far as there are bytes."""
    return record[2 : 2 + record[1]] if len(record) > 1 else b""


def _read(card: Card, le: int, p1: int, short_id: int, mode: int) -> Answer:
    return card.send(Apdu(0x00, READ_RECORD, p1, short_id << 3 | mode, le=min(le, LONGEST)))


def refused(answer: Answer, what: str) -> faults.CardRefused:
    """The fault for a refusal, with the status word by name."""
    return faults.CardRefused(what=what, sw=str(answer.sw))
