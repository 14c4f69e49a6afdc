"""The bank's file of a day's card payments, matched line by line with what the terminal took and gave back."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

import msgspec

from terminal.counter import journal
from terminal.counter.office.owed import Evened
from terminal.counter.office.refunds import Moved, RefundState, refunds
from terminal.counter.office.register import read
from terminal.counter.till import Till
from terminal.documents import TenderKind
from terminal.faults import BadDocument
from terminal.money import Fen, MoneyText, parse_yuan

_HEADS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "reference": ("参考号", "检索参考号", "系统参考号", "交易参考号", "reference"),
        "amount": ("金额", "交易金额", "amount"),
        "kind": ("交易类型", "类型", "type"),
    }
)
"""What banks call the columns this needs; every other column is passed over."""

_BACK = ("退货", "退款", "撤销", "冲正", "refund", "void")
"""Words of a kind whose amount goes back to the card."""


class CardPayment(msgspec.Struct, frozen=True):
    """One payment by card, or with a minus one given back."""

    reference: str
    amount: Fen
    place: str
    """Its line in the bank's file, or its bill."""


class Match(msgspec.Struct, frozen=True):
    """The comparison; every payment stands in exactly one of the four."""

    agreed: tuple[CardPayment, ...]
    differing: tuple[tuple[CardPayment, CardPayment], ...]
    """Ours and the bank's under one reference with different amounts."""
    only_ours: tuple[CardPayment, ...]
    """Not with the bank: a swipe that was missed, or a charge that failed."""
    only_bank: tuple[CardPayment, ...]
    """Charged without a bill."""

    @property
    def ours(self) -> Fen:
        """What the terminal took by card, less what it gave back."""
        return _sum([*self.agreed, *(mine for mine, _ in self.differing), *self.only_ours])

    @property
    def bank(self) -> Fen:
        """What the bank has."""
        return _sum([*self.agreed, *(theirs for _, theirs in self.differing), *self.only_bank])


def read_bank_file(data: bytes, file: str) -> list[CardPayment]:
    """The payments of a CSV file with a head line, in UTF-8 or GB18030. Raises BadDocument naming the line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", errors="replace")
    rows = csv.reader(io.StringIO(text))
    heads = [head.strip() for head in next(rows, [])]
    places = {name: next((heads.index(word) for word in words if word in heads), -1) for name, words in _HEADS.items()}
    for name in ("reference", "amount"):
        if places[name] < 0:
            raise BadDocument(file=file, place="1", found="、".join(heads) or "-", expected="、".join(_HEADS[name]))
    return [_payment(row, places, f"{file}:{rows.line_num}") for row in rows if any(cell.strip() for cell in row)]


def card_payments(till: Till, day: date) -> list[CardPayment]:
    """What this terminal took by card on a day, and gave back."""
    taken = [
        CardPayment(tender.reference, tender.amount, item.key)
        for item, _ in journal.readable(till.queue)
        if item.created.date() == day
        for tender in journal.entry(till.queue, item).told.tenders
        if tender.kind is TenderKind.BANK_CARD
    ]
    known = refunds(till)
    back = [
        CardPayment(tender.reference, tender.amount, note.document.refund)
        for note in read(till, Moved)
        if note.document.to is RefundState.DONE and note.at.date() == day and note.document.refund in known
        for tender in known[note.document.refund].requested.back.tenders
        if tender.kind is TenderKind.BANK_CARD
    ]
    evened = [
        CardPayment(tender.reference, tender.amount, note.document.bill)
        for note in read(till, Evened)
        if note.at.date() == day
        for tender in note.document.ways
        if tender.kind is TenderKind.BANK_CARD
    ]
    return taken + back + evened


def match(ours: Iterable[CardPayment], bank: Iterable[CardPayment]) -> Match:
    """Pairs payments by reference and direction, first come first served; what has no reference pairs with nothing."""
    waiting: dict[tuple[str, bool], list[CardPayment]] = {}
    only_bank: list[CardPayment] = []
    for payment in bank:
        if payment.reference:
            waiting.setdefault(_key(payment), []).append(payment)
        else:
            only_bank.append(payment)
    agreed, differing, only_ours = [], [], []
    for payment in ours:
        theirs = waiting.get(_key(payment), [])
        if not theirs:
            only_ours.append(payment)
        elif theirs[0].amount == payment.amount:
            agreed.append(payment)
            theirs.pop(0)
        else:
            differing.append((payment, theirs.pop(0)))
    only_bank += [payment for rest in waiting.values() for payment in rest]
    return Match(tuple(agreed), tuple(differing), tuple(only_ours), tuple(only_bank))


def _key(payment: CardPayment) -> tuple[str, bool]:
    return payment.reference, payment.amount < 0


def _payment(row: list[str], places: Mapping[str, int], place: str) -> CardPayment:
    def cell(name: str) -> str:
        return row[places[name]].strip() if 0 <= places[name] < len(row) else ""

    try:
        amount = parse_yuan(cell("amount").replace(",", ""))
    except MoneyText as error:
        raise BadDocument(file=place, place="amount", found=cell("amount") or "-", expected="12.34") from error
    back = any(word in cell("kind").lower() for word in _BACK)
    return CardPayment(cell("reference"), Fen(-amount if back and amount > 0 else amount), place)


def _sum(payments: Iterable[CardPayment]) -> Fen:
    return Fen(sum(payment.amount for payment in payments))
