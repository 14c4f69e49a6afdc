"""The receipt of a settled bill or a finished refund, from its number to the paper.

Where numbers come from is the site's: the roll in use, or an electronic service (``receipts.service`` of the settings)
that may be away and is then asked again later. A site with neither has no receipts. What was drawn for the printer and
never came out of it stays ``unprinted``, whatever ended in between.
"""

import http.client
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

import msgspec

from terminal.counter import journal
from terminal.counter.office import receipts, refunds
from terminal.counter.office.faults import NoReceipt
from terminal.counter.office.operators import Session
from terminal.counter.office.receipts import Receipt, Service, Spoilt, Wanted
from terminal.counter.office.refunds import RefundState
from terminal.counter.office.register import Document, Note, Tally, Write, tally, write, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.documents import BillState, Claim, Settlement, encode

_PATIENCE = timedelta(seconds=10)


class Due(Document, frozen=True):
    """A number drawn for the printer."""

    KIND: ClassVar[str] = "receipt.due"
    number: str


class Printed(Document, frozen=True):
    """A number that is on paper in somebody's hand."""

    KIND: ClassVar[str] = "receipt.printed"
    number: str


class _Papers(Tally):
    """How far each receipt has come on its way to paper."""

    KINDS = (Wanted, Receipt, Due, Printed, Spoilt)

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.waiting: dict[str, None] = {}
        self.drawn: dict[str, Receipt] = {}
        self.numbered: set[str] = set()
        self.unprinted: dict[str, Receipt] = {}

    def take(self, note: Note[Any]) -> None:
        """A bill's receipt is wanted, gets its number, is due at the printer, and is on paper or spoilt."""
        match note.document:
            case Wanted(bill):
                self.asked.add(bill)
                if bill not in self.numbered:
                    self.waiting[bill] = None
            case Receipt(number, bill) as receipt:
                self.numbered.add(bill)
                self.waiting.pop(bill, None)
                self.drawn[number] = receipt
            case Due(number):
                self.unprinted[number] = self.drawn[number]
            case Printed(number):
                self.unprinted.pop(number, None)
            case Spoilt(numbers):
                for number in numbers:
                    self.unprinted.pop(number, None)


class Paper(msgspec.Struct, frozen=True):
    """What a slip says of its receipt. ``copy`` counts the prints of one number; ``waits`` for the service."""

    number: str = ""
    copy: int = 1
    waits: bool = False


def shown(till: Till, document: str) -> tuple[Settlement, Claim] | None:
    """What the receipt of a bill, or the red-ink receipt of a refund, shows; None while there is nothing to receipt."""
    if (refund := refunds.refunds(till).get(document)) is not None:
        claim = journal.entry(till.queue, till.queue.item(refund.bill)).claim
        red = msgspec.structs.replace(claim, bill=document)
        return (refund.requested.back, red) if refund.state is RefundState.DONE else None
    if (item := journal.find(till.queue, document)) is None:
        return None
    standing = journal.standing(till.queue, item)
    if standing.state not in (BillState.SETTLED, BillState.RECONCILED):
        return None
    return standing, journal.entry(till.queue, item).claim


def want(till: Till, document: str, by: Session) -> None:
    """Notes, before a bill or a refund settles, that its receipt is wanted; nothing where there are no receipts.

    Raises NotAllowed.
    """
    if not (till.settings.receipts.service or receipts.stock(till)):
        return
    by.require(Right.RECEIPTS)
    with writing(till) as pen:
        _want(till, pen, document, by)


def issue(till: Till, document: str, by: Session) -> Paper:
    """The receipt for a print that is about to begin: the first one draws, a further one is counted as a copy.

    Empty for a bill that has not settled and where there are no receipts. An electronic service is asked at once, and
    again by ``issue_wanted`` when it is away. Raises NoReceiptsLeft, NotAllowed.
    """
    by.require(Right.RECEIPTS)
    paper = _begun(till, document, by)
    if paper.waits:
        issue_wanted(till)
        number = receipts.of_bill(till, document)
        return Paper(number.number) if number else paper
    return paper


def printed(till: Till, number: str, by: Session) -> None:
    """Notes that the paper with this number came out. Raises NotAllowed."""
    by.require(Right.RECEIPTS)
    if number in tally(till, _Papers).unprinted:
        write(till, Printed(number), by.number)


def unprinted(till: Till) -> list[Receipt]:
    """Receipts of which nobody knows that they are on paper; without a number those that were not even drawn."""
    papers = tally(till, _Papers)
    drawn = list(papers.unprinted.values())
    if till.settings.receipts.service:
        return drawn
    return [*drawn, *(Receipt("", document) for document in papers.waiting if shown(till, document) is not None)]


def misprint(till: Till, document: str, reason: str, by: Session) -> Receipt:
    """Voids the receipt of a bill or refund and draws the next number for it, in one step.

    Raises NoReceipt, NoReceiptsLeft (then nothing is void), NotAllowed.
    """
    by.require(Right.RECEIPTS)
    with writing(till) as pen:
        if (spoilt := receipts.of_bill(till, document)) is None:
            raise NoReceipt(bill=document)
        number = receipts.next_number(till)
        pen(Spoilt((spoilt.number,), False, reason), by.number)
        return _noted(pen, number, document, by)


def under_way(till: Till) -> set[str]:
    """Bills and refunds whose receipt has no number yet, or was drawn and is not on paper."""
    papers = tally(till, _Papers)
    return {*papers.waiting, *(receipt.bill for receipt in papers.unprinted.values())}


def issue_wanted(till: Till, service: Service | None = None) -> int:
    """Lets the electronic service number what has settled, oldest first; returns how many still wait.

    Without a service of its own the one in the settings is asked.
    """
    if service is None and not till.settings.receipts.service:
        return 0
    asked = service or Electronic(till.settings.receipts.service)
    waiting = list(tally(till, _Papers).waiting)
    left = len(waiting)
    for document in waiting:
        if (found := shown(till, document)) is None:
            continue
        try:
            number = asked.issue(document, encode(found[0]))
        except OSError:
            return left
        with writing(till) as pen:
            if receipts.of_bill(till, document) is None:  # another process asked too and was told the same number
                pen(Receipt(number, document), "receipts")
        left -= 1
    return left


class Electronic:
    """The service at an address: ``PUT <address>/<bill>`` with the settlement answers ``{"number": ...}``."""

    def __init__(self, address: str) -> None:
        self._at = urlsplit(address)

    def issue(self, bill: str, settlement: bytes) -> str:
        """The number for a bill; the same bill twice has the same one. Raises OSError for every other answer."""
        make = http.client.HTTPSConnection if self._at.scheme == "https" else http.client.HTTPConnection
        line = make(self._at.netloc, timeout=_PATIENCE.total_seconds())
        try:
            line.request("PUT", f"{self._at.path}/{quote(bill)}", settlement, {"Content-Type": "application/json"})
            answer = line.getresponse()
            body = answer.read()
            if answer.status != http.client.OK:
                raise ConnectionError(answer.status)
            return msgspec.json.decode(body, type=_Numbered).number
        except (http.client.HTTPException, msgspec.DecodeError) as error:
            raise ConnectionError(str(error)) from error
        finally:
            line.close()


class _Numbered(msgspec.Struct):
    number: str


def _begun(till: Till, document: str, by: Session) -> Paper:
    with writing(till) as pen:
        if (known := receipts.of_bill(till, document)) is not None:
            if known.number in tally(till, _Papers).unprinted:
                return Paper(known.number)
            return Paper(known.number, receipts.copied(till, pen, known, by).copy)
        if till.settings.receipts.service:
            _want(till, pen, document, by)
            return Paper(waits=True)
        if not receipts.stock(till) or shown(till, document) is None:
            return Paper()
        return Paper(_draw(till, pen, document, by))


def _want(till: Till, pen: Write, document: str, by: Session) -> None:
    if document not in tally(till, _Papers).asked:
        pen(Wanted(document), by.number)


def _draw(till: Till, pen: Write, document: str, by: Session) -> str:
    return _noted(pen, receipts.next_number(till), document, by).number


def _noted(pen: Write, number: str, document: str, by: Session) -> Receipt:
    receipt = Receipt(number, document)
    pen(receipt, by.number)
    pen(Due(number), by.number)
    return receipt
