"""Reading files: one whole-file read where the card can do it, tag by tag where it cannot.

Addressing after «社会保障（个人）卡规范» part 5 §6.10. Records are always addressed by their identifier (the tag) and
the first byte of the answer is checked, because record numbers shift between versions.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cardio import faults
from cardio.apdu import Answer, Apdu
from cardio.applications.directories_1 import FOLLOWS, REUSED
from cardio.applications.layout import Field, File, Item
from cardio.reading import Odd
from cardio.session import Card
from cardio.status import SW
from cardio.tlv import Tlv

SELECT, READ_RECORD, READ_BINARY = 0xA4, 0xB2, 0xB0
WHOLE_FILE, BY_NUMBER, BY_TAG, NEXT_WITH_TAG = 0b101, 0b100, 0b000, 0b010
MOST_RECORDS = 0xFE
CURRENT = 0
"""In place of a short file id: the file that was selected."""
STEP = 0xF0
"""Bytes per READ BINARY; some readers cannot bring 256."""

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
        decoded = self._template(item, value) if item.parts else self.plain(item, value)
        if item.count > 1:
            self.values.setdefault(item.name, []).append(decoded)
        else:
            self.values[item.name], self.raw[item.name] = decoded, value

    def plain(self, item: Item | Field, value: bytes) -> Any:
        """Decode one value and note what is odd about it."""
        decoded, odd = item.codec.decode(value)
        if odd:
            self.odd.append((odd, item.name, value))
        return decoded

    def _template(self, item: Item, value: bytes) -> dict[str, Any]:
        inner = Contents()
        inner.take_all(item.parts, list(Tlv.parse(value)))
        self.odd += inner.odd
        return inner.values

    def take_all(self, items: Iterable[Item], found: list[Tlv]) -> None:
        """Decode what is there of ``items``; note as missing what is not, unless it is known to be refused."""
        by_tag: dict[int, list[Tlv]] = {}
        for record in found:
            by_tag.setdefault(record[0], []).append(record)
        for item in items:
            records = by_tag.get(item.tag)
            if records is None:
                self.missing.setdefault(item.name, SW.RECORD_NOT_FOUND)
                continue
            self.missing.pop(item.name, None)
            for record in records[: item.count]:
                self.take(item, record.value)

    def take_fields(self, fields: Iterable[Field], record: bytes) -> dict[str, Any]:
        """Decode a record without tags; fields beyond its end are left out."""
        values, at = {}, 0
        for each in fields:
            if at + each.length > len(record):
                break
            values[each.name] = self.plain(each, record[at : at + each.length])
            at += each.length
        return values


def select_file(card: Card, number: int) -> Answer:
    """SELECT an elementary file by its id: P1 = 02 as the document says, 00 for the cards that know only that."""
    answer = card.send(Apdu(0x00, SELECT, 0x02, 0x00, number.to_bytes(2, "big")))
    if answer.sw in (SW.WRONG_P1P2, SW.FILE_NOT_FOUND, SW.NOT_SUPPORTED):
        answer = card.send(Apdu(0x00, SELECT, 0x00, 0x00, number.to_bytes(2, "big")))
    return answer


def read_records(card: Card, file: File, newer: File | None = None) -> Contents:
    """All records of a file that has tags. A closed file gives every item as missing with the card's status word.

    ``newer`` is the same file's description in 2.0, given for a 1.x card: a reused tag whose value ends in EE was
    written with its new meaning and only as long as that (人社信息函〔2012〕37号 appendix C).
    """
    contents = Contents()
    found = _records(card, file, contents)
    items: Iterable[Item] = file.items
    if newer is not None:
        items, found = _with_new_meaning(file, newer, found, contents)
    contents.take_all(items, found)
    return contents


def _records(card: Card, file: File, contents: Contents) -> list[Tlv]:
    """By short file id, which saves the SELECT, and for cards that do not know that after a SELECT."""
    found = _without_select(card, file, contents)
    if found is not None:
        return found
    selected = select_file(card, file.number)
    if not selected.ok:
        contents.missing = {item.name: selected.sw for item in file.items}
        return []
    found = _whole_file(card, file, CURRENT, contents)
    return _tag_by_tag(card, file, CURRENT, contents) if found is None else found


def _without_select(card: Card, file: File, contents: Contents) -> list[Tlv] | None:
    found = _whole_file(card, file, file.short_id, contents)
    if found is not None:
        return found
    first = _read(card, file.items[0].length + 2, file.items[0].tag, file.short_id, BY_TAG)
    if not first.ok and first.sw not in LOCKED:
        return None
    return _tag_by_tag(card, file, file.short_id, contents)


def _whole_file(card: Card, file: File, short_id: int, contents: Contents) -> list[Tlv] | None:
    """The records by one read; none if the file is closed; None if the card cannot do it this way."""
    if file.length > LONGEST:
        return None
    answer = _read(card, file.length, 1, short_id, WHOLE_FILE)
    if answer.sw in LOCKED:
        contents.missing = {item.name: answer.sw for item in file.items}
        return []
    records = list(Tlv.parse(answer.data)) if answer.ok else []
    return records if any(record.tag == item.tag for record in records for item in file.items) else None


def _tag_by_tag(card: Card, file: File, short_id: int, contents: Contents) -> list[Tlv]:
    found = []
    for item in file.items:
        mode = BY_TAG
        for _ in range(item.count):
            answer = _read(card, item.length + 2, item.tag, short_id, mode)
            if not answer.ok or answer.data[:1] != bytes((item.tag,)):
                contents.missing[item.name] = SW.RECORD_NOT_FOUND if answer.ok else answer.sw
                break
            found.append(Tlv.of(item.tag, _value(answer.data)))
            mode = NEXT_WITH_TAG
    return found


def _with_new_meaning(file: File, newer: File, found: list[Tlv], contents: Contents) -> tuple[list[Item], list[Tlv]]:
    """The items as this card means them, and their records cut to what belongs to the meaning."""
    marked = {record.tag for record in found if record.tag in REUSED and record[2:].endswith(b"\xee")}
    anew = marked | {tag for tag, lead in FOLLOWS.items() if lead in marked}
    meant = {item.tag: item for item in newer.items if item.tag in anew}
    for record in found:
        if record.tag in meant:
            contents.odd.append((Odd.WRITTEN_ANEW, meant[record.tag].name, record.value))
    items = [meant.get(item.tag, item) for item in file.items]
    cut = [Tlv.of(r.tag, r.value[: meant[r.tag].length]) if r.tag in meant else r for r in found]
    return items, cut


def read_cyclic(card: Card, file: File) -> tuple[list[dict[str, Any]], Contents]:
    """The records of a cyclic file, newest first, by number until the card has no more."""
    contents, rows = Contents(), []
    size = sum(each.length for each in file.fields)
    for number in range(1, MOST_RECORDS + 1):
        answer = _read(card, size, number, file.short_id, BY_NUMBER)
        if not answer.ok:
            if number == 1 and answer.sw is not SW.RECORD_NOT_FOUND:
                contents.missing[file.name] = answer.sw
            break
        rows.append(contents.take_fields(file.fields, answer.data))
    return rows, contents


def read_bytes(card: Card, file: File) -> bytes:
    """A transparent file, step by step to its end. Raises CardRefused when the card does not show it."""
    selected = select_file(card, file.number)
    if not selected.ok:
        raise refused(selected, f"open {file.name}")
    content = b""
    while len(content) < file.size:
        answer = card.send(
            Apdu(0x00, READ_BINARY, *divmod(len(content), 0x100), le=min(STEP, file.size - len(content)))
        )
        if answer.sw == SW.WRONG_OFFSET or (answer.ok and not answer.data):
            break
        if not answer.ok:
            raise refused(answer, f"read {file.name}")
        content += answer.data
    return content


def _value(record: bytes) -> bytes:
    """The value of one record; its own length byte is believed, as far as there are bytes."""
    return record[2 : 2 + record[1]] if len(record) > 1 else b""


def _read(card: Card, le: int, p1: int, short_id: int, mode: int) -> Answer:
    return card.send(Apdu(0x00, READ_RECORD, p1, short_id << 3 | mode, le=min(le, LONGEST)))


def refused(answer: Answer, what: str) -> faults.CardRefused:
    """The fault for a refusal, with the status word by name."""
    return faults.CardRefused(what=what, sw=str(answer.sw))
