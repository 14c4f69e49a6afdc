"""Money paid ahead for a stay: taken, topped up, drawn for the bill, and the rest given back the way it came.

Cash for money that came by card would turn a credit card, or insurance money, into notes; it is refused here as it is
for bills.
"""

from collections import Counter
from typing import Any, ClassVar

import msgspec

from terminal.counter import journal
from terminal.counter.faults import UnknownBill
from terminal.counter.office.card_faults import CashForCardMoney
from terminal.counter.office.faults import NotEnoughPaid
from terminal.counter.office.operators import Session
from terminal.counter.office.register import Document, Note, Tally, tally, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.counter.words import Language, word
from terminal.documents import Tender, TenderKind
from terminal.money import Fen
from terminal.width import centre, cut, pair


class Prepaid(Document, frozen=True):
    """A tender taken for an admission, or with a minus given back."""

    KIND: ClassVar[str] = "prepaid"
    admission: str
    tender: Tender


class Drawn(Document, frozen=True):
    """What a bill of the stay used up."""

    KIND: ClassVar[str] = "prepaid.drawn"
    admission: str
    bill: str
    amount: Fen


class Deposit(msgspec.Struct, frozen=True):
    """What lies here for one admission."""

    admission: str
    paid: tuple[Tender, ...]
    """By tender and reference, net of what was given back."""
    drawn: Fen
    balance: Fen
    low: bool = False
    """Less is left than the site wants: the patient is asked to top up."""


class _Stays(Tally):
    """Money by admission, and the bills that drew on it."""

    KINDS = (Prepaid, Drawn)

    def __init__(self) -> None:
        self.paid: dict[str, Counter[tuple[TenderKind, str]]] = {}
        self.drawn: Counter[str] = Counter()
        self.bills: set[str] = set()

    def take(self, note: Note[Any]) -> None:
        """Money comes, goes back, or is used up."""
        match note.document:
            case Prepaid(whose, tender):
                self.paid.setdefault(whose, Counter())[tender.kind, tender.reference] += tender.amount
            case Drawn(whose, bill, amount):
                self.drawn[whose] += amount
                self.bills.add(bill)


def deposits(till: Till) -> dict[str, Deposit]:
    """Every admission that ever paid ahead, oldest first."""
    return {whose: deposit(till, whose) for whose in tally(till, _Stays).paid}


def deposit(till: Till, admission: str) -> Deposit:
    """One admission's money; all zero for one that never paid ahead."""
    stays = tally(till, _Stays)
    paid, drawn = stays.paid.get(admission, Counter()), stays.drawn[admission]
    tenders = tuple(Tender(kind, Fen(amount), reference) for (kind, reference), amount in paid.items() if amount)
    balance = Fen(sum(tender.amount for tender in tenders) - drawn)
    low = bool(tenders) and balance < till.settings.deposit_low_fen
    return Deposit(admission, tenders, Fen(drawn), balance, low)


def voucher(till: Till, admission: str, tender: Tender, by: str, language: Language, width: int) -> list[list[str]]:
    """The receipt of money taken or given back, in its two parts: the patient's and the house's."""
    stands, now = deposit(till, admission), till.clock()
    window = f"{word('window', language)} {till.settings.terminal}"
    paid = cut(f"{word(f'tender.{tender.kind}', language)} {tender.reference}", width - 14)
    rows = [
        pair(f"{word('admission', language)} {admission}", window, width),
        pair(f"{now:%Y-%m-%d %H:%M:%S}", f"{word('operator', language)} {by}", width),
        pair(paid, str(tender.amount), width),
        pair(word("balance", language), str(stands.balance), width),
    ]
    title = centre(word("prepaid", language), width)
    return [[title, centre(word(part, language), width), *rows] for part in ("part.patient", "part.house")]


def pay_ahead(till: Till, admission: str, tender: Tender, by: Session) -> Deposit:
    """Takes money for a stay. Raises NotEnoughPaid for nothing or less, NotAllowed."""
    by.require(Right.SETTLE)
    if tender.amount <= 0:
        raise NotEnoughPaid(admission=admission, balance=deposit(till, admission).balance, amount=tender.amount)
    with writing(till) as write:
        write(Prepaid(admission, tender), by.number)
    return deposit(till, admission)


def draw(till: Till, admission: str, bill: str, by: Session) -> Deposit:
    """Uses the deposit for the cash part of a bill, as far as it reaches, once per bill.

    Raises UnknownBill, NotEnoughPaid when nothing is left, NotAllowed.
    """
    by.require(Right.SETTLE)
    item = journal.find(till.queue, bill)
    if item is None:
        raise UnknownBill(bill=bill)
    with writing(till) as write:
        if bill not in tally(till, _Stays).bills:
            cash = journal.standing(till.queue, item).cash
            amount = min(cash, deposit(till, admission).balance)
            _check(till, admission, amount)
            write(Drawn(admission, bill, amount), by.number)
    return deposit(till, admission)


def give_rest(till: Till, admission: str, tender: Tender, by: Session) -> Deposit:
    """Gives a part of the rest back by one tender, at most what came by it.

    Raises NotEnoughPaid, CashForCardMoney, NotAllowed.
    """
    by.require(Right.SETTLE)
    with writing(till) as write:
        _check(till, admission, tender.amount)
        came = sum(
            each.amount
            for each in deposit(till, admission).paid
            if (each.kind, each.reference) == (tender.kind, tender.reference)
        )
        if tender.amount > came:
            others = [each for each in deposit(till, admission).paid if each.kind is not tender.kind]
            kind = others[0].kind if others else tender.kind
            raise CashForCardMoney(bill=admission, kind=kind, amount=Fen(tender.amount - came))
        write(Prepaid(admission, Tender(tender.kind, Fen(-tender.amount), tender.reference)), by.number)
    return deposit(till, admission)


def _check(till: Till, admission: str, amount: Fen) -> None:
    balance = deposit(till, admission).balance
    if not 0 < amount <= balance:
        raise NotEnoughPaid(admission=admission, balance=balance, amount=amount)
