"""Giving money back: requested, reviewed and audited by three different persons, then cancelled at the centre.

The document three persons approve is the whole red-ink entry. Money leaves the till only once the centre has taken the
cancellation (or had never heard of the bill). What remains of a partial refund settles as a new bill, and the refund is
done only when that one is in the journal; until then ``owed`` tells that the patient's money waits.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar

import msgspec

from offline_queue.faults import AlreadyForwarding
from offline_queue.ports import Item, NewItem
from offline_queue.vocabulary import EXPORTED, Decision, Kind, State
from terminal.counter import journal
from terminal.counter.compare import differences
from terminal.counter.far_end import call_of, forwarder
from terminal.counter.faults import UnknownBill
from terminal.counter.journal import Original
from terminal.counter.office import card_money
from terminal.counter.office.approvals import Approved, approve, digest
from terminal.counter.office.card_money import Charge
from terminal.counter.office.faults import (
    AlreadyRequested,
    NoSuchLine,
    NotRefundable,
    PapersMissing,
    RefundLimit,
    StandsDifferently,
    UnknownRefund,
    WrongStep,
)
from terminal.counter.office.operators import Session
from terminal.counter.office.red_ink import red_ink
from terminal.counter.office.register import Document, Note, Tally, tally, writing
from terminal.counter.office.roles import Right
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import Approval, Assurance, Settlement, Tender, TenderKind, VisitType, encode
from terminal.money import Fen
from terminal.peripherals.bankpos.port import BankPos


class RefundState(StrEnum):
    """Where a refund stands."""

    REQUESTED = "requested"
    REVIEWED = "reviewed"
    AUDITED = "audited"
    DONE = "done"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


_STEPS: Mapping[tuple[RefundState, RefundState], Right] = MappingProxyType(
    {
        (RefundState.REQUESTED, RefundState.REVIEWED): Right.REFUND_REVIEW,
        (RefundState.REVIEWED, RefundState.AUDITED): Right.REFUND_AUDIT,
        (RefundState.AUDITED, RefundState.DONE): Right.REFUND_REQUEST,
        (RefundState.REQUESTED, RefundState.REJECTED): Right.REFUND_REVIEW,
        (RefundState.REVIEWED, RefundState.REJECTED): Right.REFUND_AUDIT,
        (RefundState.REQUESTED, RefundState.WITHDRAWN): Right.REFUND_REQUEST,
        (RefundState.REVIEWED, RefundState.WITHDRAWN): Right.REFUND_REQUEST,
        (RefundState.AUDITED, RefundState.WITHDRAWN): Right.REFUND_REQUEST,
    }
)
"""The only ways through the states, and whose step each is."""

_OVER = (RefundState.REJECTED, RefundState.WITHDRAWN)


class Paper(StrEnum):
    """A paper the patient or a department hands in."""

    ORIGINAL_RECEIPT = "original_receipt"
    REFUND_NOTICE = "refund_notice"
    GOODS_BACK = "goods_back"
    DOCTOR_REASON = "doctor_reason"
    NOT_DONE = "not_done"
    ID_DOCUMENT = "id_document"


_OUTPATIENT = (Paper.ORIGINAL_RECEIPT, Paper.REFUND_NOTICE, Paper.DOCTOR_REASON, Paper.NOT_DONE)
PAPERS: Mapping[VisitType, tuple[Paper, ...]] = MappingProxyType(
    dict.fromkeys(VisitType, _OUTPATIENT)
    | {
        VisitType.PHARMACY: (Paper.ORIGINAL_RECEIPT, Paper.GOODS_BACK),
        VisitType.INPATIENT: (Paper.ORIGINAL_RECEIPT, Paper.REFUND_NOTICE, Paper.ID_DOCUMENT),
    }
)
"""What a refund needs by kind of visit; NOT_DONE is the laboratory's or pharmacy's word that nothing was used."""


class Requested(Document, frozen=True):
    """What three persons approve: the bill, the reason, the papers, and every amount that goes back."""

    KIND: ClassVar[str] = "refund"
    number: str
    bill: str
    reason: str
    papers: tuple[Paper, ...]
    back: Settlement
    keep: tuple[int, ...] = ()
    """Lines of the bill that settle again, as the bill ``rebill``."""
    rebill: str = ""


class Moved(Document, frozen=True):
    """A step of a refund."""

    KIND: ClassVar[str] = "refund.step"
    refund: str
    to: RefundState
    reason: str = ""


class Refund(msgspec.Struct, frozen=True):
    """A refund as it stands."""

    number: str
    bill: str
    state: RefundState
    requested: Requested
    digest: str
    operator: str
    """Who requested it."""
    day: str
    approvals: tuple[Approval, ...] = ()
    reason: str = ""
    """Of the last step."""


class _Refunds(Tally):
    """Every refund as it stands."""

    KINDS = (Requested, Moved, Approved)

    def __init__(self) -> None:
        self.known: dict[str, Refund] = {}

    def take(self, note: Note[Any]) -> None:
        """A request, a step, or a person's yes; what followed an erased request is passed over."""
        match note.document:
            case Requested() as asked:
                self.known[asked.number] = Refund(
                    number=asked.number,
                    bill=asked.bill,
                    state=RefundState.REQUESTED,
                    requested=asked,
                    digest=digest(asked),
                    operator=note.actor,
                    day=note.at.date().isoformat(),
                    reason=asked.reason,
                )
            case Moved(refund, to, reason) if of := self.known.get(refund):
                self.known[refund] = msgspec.structs.replace(of, state=to, reason=reason)
            case Approved(subject, approval) if (of := self.known.get(subject)) and of.digest == approval.digest:
                self.known[subject] = msgspec.structs.replace(of, approvals=(*of.approvals, approval))


def refunds(till: Till) -> dict[str, Refund]:
    """Every refund as it stands, oldest first."""
    return dict(tally(till, _Refunds).known)


def find(till: Till, number: str) -> Refund:
    """One refund. Raises UnknownRefund."""
    try:
        return tally(till, _Refunds).known[number]
    except KeyError as error:
        raise UnknownRefund(refund=number) from error


def took_effect(till: Till, refund: Refund) -> bool:
    """Whether the bill no longer stands because of this refund, be the money out or not."""
    if refund.state is not RefundState.AUDITED:
        return refund.state is RefundState.DONE
    back, bill = journal.find(till.queue, refund.number), journal.find(till.queue, refund.bill)
    return bool((back and back.state is State.ACCEPTED) or (bill and bill.reason == refund.number))


def request(
    till: Till,
    bill: str,
    reason: str,
    papers: Collection[Paper],
    by: Session,
    *,
    keep: tuple[int, ...] = (),
    to: TenderKind | None = None,
) -> Refund:
    """The cashier's request, approved by the cashier at once. ``keep`` are lines that stay paid.

    Raises UnknownBill, NotRefundable, AlreadyRequested, PapersMissing, NoSuchLine, RefundLimit, CashForCardMoney,
    NotAllowed, AssuranceTooLow.
    """
    by.require(Right.REFUND_REQUEST, Assurance.PIN)
    item = journal.find(till.queue, bill)
    if item is None:
        raise UnknownBill(bill=bill)
    entry, standing = journal.entry(till.queue, item), _refundable(till, item)
    if missing := [paper for paper in PAPERS[entry.claim.visit.type] if paper not in papers]:
        raise PapersMissing(bill=bill, papers="、".join(missing))
    lines = {line.sn for line in entry.claim.lines}
    if keep and not set(keep) < lines:
        raise NoSuchLine(bill=bill, lines=", ".join(map(str, keep)))
    with writing(till) as write:
        known = [refund for refund in refunds(till).values() if refund.bill == bill]
        if live := next((refund for refund in known if refund.state not in _OVER), None):
            raise AlreadyRequested(bill=bill, refund=live.number)
        _check_limits(till, item, standing.total, by)
        place = len(known) + 1
        asked = Requested(
            f"{bill}-R{place}",
            bill,
            reason,
            tuple(sorted(set(papers))),
            red_ink(standing, to),
            tuple(sorted(keep)),
            f"{bill}-N{place}" if keep else "",
        )
        write(asked, by.number)
        approve(till, write, asked.number, digest(asked), Right.REFUND_REQUEST, by, Assurance.PIN)
    return find(till, asked.number)


def move(till: Till, number: str, to: RefundState, by: Session, reason: str = "") -> Refund:
    """Reviews, audits, rejects or withdraws; a yes is an approval of the digest by somebody new.

    Raises UnknownRefund, WrongStep, NotAllowed, AssuranceTooLow, SamePerson.
    """
    if to is RefundState.DONE:
        raise ValueError("a refund becomes done by give_back")
    with writing(till) as write:
        refund = find(till, number)
        right = _step(refund, to)
        by.require(right, Assurance.PIN)
        begun = any(journal.find(till.queue, key) for key in (number, refund.requested.rebill) if key)
        if to is RefundState.WITHDRAWN and (begun or took_effect(till, refund)):
            raise WrongStep(refund=number, state="on its way to the centre", to=to)
        if to not in _OVER:
            approve(till, write, number, refund.digest, right, by, Assurance.PIN)
        write(Moved(number, to, reason), by.number)
    return find(till, number)


def give_back(till: Till, number: str, by: Session, wait: float = 30.0, pos: BankPos | None = None) -> Refund:
    """Takes the bill back at the centre, settles what was kept, then pays out; called again, it goes on.

    Without the line, or behind an exception of the same person, the refund stays ``audited`` and no money leaves until
    the centre has taken it; so it does when what was kept cannot be settled, and until the bank POS has given back what
    came through it. Raises UnknownRefund, WrongStep, NotRefundable, StandsDifferently, NotAllowed, PosAnswerOpen,
    PosSaysNo, CardMoneyNotBack where the POS stands alone, and the faults of ``settle``.
    """
    refund = find(till, number)
    if refund.state is RefundState.DONE:
        return refund
    by.require(_step(refund, RefundState.DONE), Assurance.PIN)
    if not _take_back(till, refund, wait):
        return refund
    asked = refund.requested
    if asked.keep:
        claim = journal.entry(till.queue, till.queue.item(asked.bill)).claim
        lines = tuple(line for line in claim.lines if line.sn in asked.keep)
        settle(till, msgspec.structs.replace(claim, bill=asked.rebill, lines=lines))
    to_the_cards(till, refund, by, pos)
    with writing(till) as write:
        if find(till, number).state is not RefundState.DONE:
            write(Moved(number, RefundState.DONE), by.number)
    return find(till, number)


def _step(refund: Refund, to: RefundState) -> Right:
    try:
        return _STEPS[refund.state, to]
    except KeyError as error:
        raise WrongStep(refund=refund.number, state=refund.state, to=to) from error


def on_cards(till: Till, refund: Refund) -> list[tuple[Charge, Fen]]:
    """What of a refund has still to go back through the bank POS it came through, and how much of each charge."""
    return card_money.to_return(till, refund.bill, refund.number, _to_patient(refund))


def to_the_cards(till: Till, refund: Refund, by: Session, pos: BankPos | None) -> None:
    """Each payment goes back to its card, once. Raises PosAnswerOpen, PosSaysNo, CardMoneyNotBack."""
    card_money.return_all(till, refund.bill, refund.number, _to_patient(refund), by, pos)


def _to_patient(refund: Refund) -> list[Tender]:
    return [Tender(each.kind, Fen(-each.amount), each.reference) for each in refund.requested.back.tenders]


def _take_back(till: Till, refund: Refund, wait: float) -> bool:
    """Whether the bill no longer stands. The queue sends the cancellation, and knows its doubts."""
    item = till.queue.item(refund.bill)
    if item.state is State.CLOSED_BY_HAND:
        return True
    if (back := journal.find(till.queue, refund.number)) is None or back.state in (State.REFUSED, State.REVERSED):
        standing = _refundable(till, item)
        now, approved = red_ink(standing), refund.requested.back
        if differences(now, approved) or now.tenders != approved.tenders:
            raise StandsDifferently(bill=refund.bill, refund=refund.number)
        if item.state is State.REFUSED:
            return True
        if item.state is not State.ACCEPTED:
            approvers = tuple(approval.operator for approval in refund.approvals)
            till.queue.resolve(refund.bill, Decision.CLOSE, by=approvers, reason=refund.number)
            return True
        till.queue.record(_reversal(till, item, refund.requested, standing))
    try:
        with forwarder(till) as sender:
            sender.run(timedelta(seconds=wait), now=True)
    except AlreadyForwarding:
        pass  # the process that holds the lease sends it
    return till.queue.item(refund.number).state is State.ACCEPTED


def _reversal(till: Till, item: Item, asked: Requested, standing: Settlement) -> NewItem:
    entry = journal.entry(till.queue, item)
    call = call_of(till, entry, journal.last_call(till.queue, item), item.number)
    original = Original(call, standing)
    red = msgspec.structs.replace(entry, told=asked.back, takes_back=original)
    return NewItem(
        key=asked.number,
        lane=entry.person.number,
        kind=Kind.REVERSAL,
        payload=encode(red),
        amount_fen=standing.total - standing.cash,
        reverses=item.key,
    )


def _refundable(till: Till, item: Item) -> Settlement:
    """The bill as it stands. Raises NotRefundable when nobody knows, or nothing of it stands."""
    standing = journal.standing(till.queue, item)
    settled = item.state is State.ACCEPTED and standing.settlement_number and not item.reverses
    held_here = item.state is State.HELD and not item.number and item.reason != EXPORTED
    waiting = item.state is State.RECORDED or held_here
    paid_anyway = standing.fully_paid and item.state in (State.REFUSED, State.CLOSED_BY_HAND)
    if not (settled or waiting or paid_anyway) or journal.taken_back(till.queue, item):
        raise NotRefundable(bill=item.key, state=standing.state)
    return standing


def _check_limits(till: Till, item: Item, total: Fen, by: Session) -> None:
    limits, now = till.settings.refund, till.clock()
    if (age := abs(now - item.created)) > timedelta(days=limits.days):
        raise RefundLimit(bill=item.key, limit="days", found=age.days, allowed=limits.days)
    if total > limits.per_bill_fen:
        raise RefundLimit(bill=item.key, limit="per_bill", found=total, allowed=Fen(limits.per_bill_fen))
    today = now.date().isoformat()
    asked = total + sum(
        -refund.requested.back.total
        for refund in refunds(till).values()
        if refund.operator == by.number and refund.day == today and refund.state not in _OVER
    )
    if asked > limits.per_day_fen:
        raise RefundLimit(bill=item.key, limit="per_day", found=Fen(asked), allowed=Fen(limits.per_day_fen))
