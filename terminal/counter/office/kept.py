"""What was kept of a refunded bill and the centre will not settle: two persons end such a refund by hand.

All that was paid goes back as it was approved, and the kept lines become the patient's own pay: owed on the bill's
number, to be collected at once, and to be claimed from the insurance by hand.
"""

from collections.abc import Sequence
from typing import ClassVar

from offline_queue.vocabulary import WITHOUT_EFFECT
from terminal.counter import journal
from terminal.counter.office.approvals import two_persons
from terminal.counter.office.faults import NothingKept
from terminal.counter.office.operators import Session
from terminal.counter.office.refunds import Moved, Refund, RefundState, find, to_the_cards, took_effect
from terminal.counter.office.register import Document, writing
from terminal.counter.office.roles import Right
from terminal.counter.till import Till
from terminal.money import Fen
from terminal.peripherals.bankpos.port import BankPos


class OwnPay(Document, frozen=True):
    """The kept lines of a refunded bill as the patient's own pay, as two persons decided."""

    KIND: ClassVar[str] = "refund.own_pay"
    refund: str
    bill: str
    amount: Fen
    reason: str


def end_by_hand(till: Till, number: str, by: Sequence[Session], reason: str, pos: BankPos | None = None) -> Refund:
    """Two persons end an audited refund whose kept lines cannot be settled; the first of them hands out the money.

    Raises NothingKept unless the bill is taken back and its rest neither settled nor waiting; UnknownRefund,
    NotAllowed, SamePerson; PosAnswerOpen, PosSaysNo, and CardMoneyNotBack where the POS stands alone.
    """
    refund = find(till, number)
    _check(till, refund)
    claim = journal.entry(till.queue, till.queue.item(refund.bill)).claim
    amount = Fen(sum(line.amount for line in claim.lines if line.sn in refund.requested.keep))
    decided = OwnPay(number, refund.bill, amount, reason)
    two_persons(till, number, decided, Right.RESOLVE, by)
    to_the_cards(till, refund, by[0], pos)
    actor = " + ".join(session.number for session in by)
    with writing(till) as write:
        _check(till, find(till, number))
        write(decided, actor)
        write(Moved(number, RefundState.DONE, reason), actor)
    return find(till, number)


def _check(till: Till, refund: Refund) -> None:
    rest = journal.find(till.queue, refund.requested.rebill) if refund.requested.rebill else None
    waits = rest is not None and rest.state not in WITHOUT_EFFECT
    audited = refund.state is RefundState.AUDITED and took_effect(till, refund)
    if not refund.requested.keep or waits or not audited:
        raise NothingKept(refund=refund.number, state=refund.state)
