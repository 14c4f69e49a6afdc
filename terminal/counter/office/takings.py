"""What a stretch of the chain brought in: by tender and by payer, refunds apart and negative, late results named."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from offline_queue.ports import Item
from offline_queue.vocabulary import OPEN, State
from terminal.counter import journal
from terminal.counter.office import card_money
from terminal.counter.office.owed import Evened, unbilled, was_served
from terminal.counter.office.prepayments import Drawn, Prepaid
from terminal.counter.office.receipts import Receipt, Reprinted, Spoilt
from terminal.counter.office.refunds import Moved, RefundState, refunds
from terminal.counter.office.register import read
from terminal.counter.till import Till
from terminal.documents import BillState, Settlement, Tender, TenderKind
from terminal.money import Fen

_DRAWER = (TenderKind.CASH, TenderKind.CHANGE)


class Row(msgspec.Struct, frozen=True):
    """One line of a report."""

    section: str
    name: str
    count: int
    amount: Fen


class Report(msgspec.Struct, frozen=True):
    """A shift's report. ``last`` is the last event of the chain it covers, ``anchor`` the chain's end in short."""

    shift: int
    terminal: str
    operator: str
    opened_at: datetime
    last: int
    anchor: str
    rows: tuple[Row, ...]
    float: Fen
    expected: Fen
    """Cash that must lie in the drawer."""
    counted: Fen | None = None
    closed_at: datetime | None = None
    closed_by: str = ""

    @property
    def over(self) -> Fen | None:
        """Counted more than expected; negative when it is short; None before the count."""
        return None if self.counted is None else Fen(self.counted - self.expected)

    def section(self, name: str) -> dict[str, Fen]:
        """The amounts of one section by name."""
        return {row.name: row.amount for row in self.rows if row.section == name}


class _Sums:
    """Rows added up by section and name."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, section: str, name: str, amount: int = 0, count: int = 1) -> None:
        entry = self._sums[section, name]
        entry[0] += count
        entry[1] += amount

    def tenders(self, section: str, tenders: Iterable[Tender]) -> None:
        for tender in tenders:
            self.add(section, tender.kind, tender.amount)

    def payers(self, section: str, settlement: Settlement) -> None:
        self.add(section, "total", settlement.total)
        for layer in settlement.layers:
            self.add(section, f"fund.{layer.fund}", layer.paid)
        for name in ("account", "family_account", "cash", "hospital"):
            if amount := getattr(settlement, name):
                self.add(section, name, amount)

    def rows(self) -> tuple[Row, ...]:
        return tuple(Row(section, name, count, Fen(fen)) for (section, name), (count, fen) in self._sums.items())


def takings(
    till: Till, shift: int, operator: str, opened_at: datetime, drawer: Fen, after: int, moves: tuple[Row, ...] = ()
) -> Report:
    """Everything since one event of the chain.

    Sections: ``bills`` by state; ``sales``, ``refunds``, ``evened``, ``prepaid`` and, negative, ``drawn`` by tender;
    ``paid`` and ``paid_back`` by payer; ``late`` results of earlier bills, bills still ``open``, ``receipts`` and
    their ``numbers``, and the given ``moves``.
    """
    head = till.queue.anchor()
    sums = _Sums()
    known = refunds(till)
    refunded = {refund.bill for refund in known.values() if refund.state is RefundState.DONE}
    for item in till.queue.touched(after, head.seq):
        if not item.reverses:
            _bill(till, item, after, sums, item.key in refunded)
    for note in read(till, Moved, after=after):
        if note.document.to is RefundState.DONE:
            back = known[note.document.refund].requested.back
            sums.add("bills", BillState.REVERSED, back.total)
            sums.tenders("refunds", back.tenders)
            sums.payers("paid_back", back)
    for evened in (note.document for note in read(till, Evened, after=after)):
        sums.tenders("evened", evened.ways)
    sums.tenders("prepaid", (note.document.tender for note in read(till, Prepaid, after=after)))
    for drawn in (note.document for note in read(till, Drawn, after=after)):
        sums.add("drawn", TenderKind.CASH, -drawn.amount)
    for charge in (*filter(None, [card_money.open_charge(till)]), *unbilled(till)):
        sums.add("card_open", f"{charge.number} {charge.reference or charge.state}", charge.amount)
    _receipts(till, after, sums)
    rows = (*sums.rows(), *moves)
    cash = sum(row.amount for row in rows if row.section == "moves" or _in_drawer(row))
    return Report(
        shift, till.settings.terminal, operator, opened_at, head.seq, head.short, rows, drawer, Fen(drawer + cash)
    )


def _in_drawer(row: Row) -> bool:
    return row.section in ("sales", "refunds", "evened", "prepaid", "drawn") and row.name in _DRAWER


def _bill(till: Till, item: Item, after: int, sums: _Sums, refunded: bool) -> None:
    first = next(till.queue.events(item=item))
    told, stands = journal.entry(till.queue, item).told, journal.standing(till.queue, item)
    if first.seq <= after:
        if item.state not in OPEN and stands.state is not BillState.RECONCILED:
            sums.add("late", f"{item.key} {stands.state}", stands.cash - told.cash)
        return
    without_effect = item.state in (State.REFUSED, State.REVERSED)
    if without_effect and not was_served(till, item):
        return  # refused while the patient stood there: no money moved
    sums.add("bills", stands.state, stands.total)
    sums.tenders("sales", told.tenders)
    if refunded or told.fully_paid or not (without_effect or item.state is State.CLOSED_BY_HAND):
        sums.payers("paid", stands)
    if item.state in OPEN:
        sums.add("open", f"{item.key} {stands.state}", told.total - told.cash)


def _receipts(till: Till, after: int, sums: _Sums) -> None:
    """A number drawn and voided in one shift is void, not used: used, void and lost are what left the roll."""
    used: list[str] = []
    gone: dict[str, list[str]] = {"void": [], "lost": []}
    for note in read(till, Receipt, Reprinted, Spoilt, after=after):
        match note.document:
            case Receipt(number):
                used.append(number)
            case Reprinted():
                sums.add("receipts", "reprinted")
            case Spoilt(numbers, lost):
                gone["lost" if lost else "void"] += numbers
    spoilt = {number for numbers in gone.values() for number in numbers}
    for name, each in {"used": [number for number in used if number not in spoilt], **gone}.items():
        if each:
            sums.add("receipts", name, count=len(each))
        for span, count in _spans(each):
            sums.add(f"numbers.{name}", span, count=count)


def _spans(numbers: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Numbers that follow each other as one span, with how many they are."""
    run: list[str] = []
    for number in [*sorted(numbers), ""]:
        if run and not _follows(run[-1], number):
            yield (run[0] if len(run) == 1 else f"{run[0]} - {run[-1]}"), len(run)
            run = []
        run.append(number)


def _follows(one: str, other: str) -> bool:
    head, tail = _counted(one)
    return len(one) == len(other) and _counted(other) == (head, tail + 1)


def _counted(number: str) -> tuple[str, int]:
    head = number.rstrip("0123456789")
    return head, int(number[len(head) :] or 0)
