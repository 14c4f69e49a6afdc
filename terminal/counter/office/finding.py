"""Finding a bill by whatever the patient brings: its number, a receipt, a settlement number, a card, a name."""

from datetime import date

import msgspec

from terminal.counter import journal
from terminal.counter.journal import Entry
from terminal.counter.office.receipts import Receipt
from terminal.counter.office.refunds import refunds
from terminal.counter.office.register import read
from terminal.counter.slip import masked
from terminal.counter.till import Till
from terminal.documents import BillState, Settlement
from terminal.money import Fen


class Found(msgspec.Struct, frozen=True):
    """One bill, as much as a list may show."""

    bill: str
    state: BillState
    day: date
    name: str
    """Masked."""
    total: Fen
    receipt: str
    refund: str


def find(till: Till, text: str, day: date | None = None) -> list[Found]:
    """Bills on which this text stands, of one day, if given; newest first."""
    receipts = {note.document.bill: note.document.number for note in read(till, Receipt)}
    refunded = {refund.bill: refund.number for refund in refunds(till).values()}
    found = []
    for item, state in reversed(journal.readable(till.queue)):
        if day and item.created.date() != day:
            continue
        entry, stands = journal.entry(till.queue, item), journal.standing(till.queue, item)
        receipt = receipts.get(item.key, "")
        if text in item.key or text in {receipt, *_numbers(entry, stands)}:
            found.append(
                Found(
                    bill=item.key,
                    state=state,
                    day=item.created.date(),
                    name=masked(entry.person.name),
                    total=stands.total,
                    receipt=receipt,
                    refund=refunded.get(item.key, ""),
                )
            )
    return found


def _numbers(entry: Entry, stands: Settlement) -> set[str]:
    """What identifies a bill or its person in full; a part of a number finds nothing."""
    person, claim = entry.person, entry.claim
    names = {person.name, person.id_number, person.number, stands.settlement_number, stands.message_number}
    if claim.credential:
        names.add(claim.credential.number)
    names.update(code for line in claim.lines for code in line.trace_codes)
    return names - {""}
