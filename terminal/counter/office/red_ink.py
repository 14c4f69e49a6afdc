"""Red ink: the exact negation of a settlement. An original is never changed or deleted (红字冲销)."""

import msgspec

from terminal.adjudication import reverse
from terminal.counter.compare import FIGURES
from terminal.counter.office.card_faults import CashForCardMoney
from terminal.documents import BillState, Layer, LineSplit, Settlement, Tender, TenderKind
from terminal.money import Fen

_CASH = (TenderKind.CASH, TenderKind.CHANGE)


def red_ink(standing: Settlement, to: TenderKind | None = None) -> Settlement:
    """Every amount, layer, line, posting and tender of a settlement turned round.

    ``to`` is how the patient asks for the money; without it, as it was paid. Raises CashForCardMoney.
    """
    layers = tuple(Layer(each.fund, Fen(-each.base), Fen(-each.paid), each.label) for each in standing.layers)
    lines = tuple(
        LineSplit(each.sn, *(Fen(-amount) for amount in msgspec.structs.astuple(each)[1:])) for each in standing.lines
    )
    return msgspec.structs.replace(
        standing,
        **{name: Fen(-getattr(standing, name)) for name in FIGURES},
        state=BillState.REVERSED,
        layers=layers,
        lines=lines,
        postings=reverse(standing),
        tenders=_given_back(standing, to),
        account_balance=None,
        findings=(),
        steps=(),
        differences=(),
        settled_at=None,
        settlement_number="",
        message_number="",
    )


def _given_back(standing: Settlement, to: TenderKind | None) -> tuple[Tender, ...]:
    """Cash net of the change in one tender, every other by itself, to the reference it came from."""
    cash = Fen(sum(tender.amount for tender in standing.tenders if tender.kind in _CASH))
    others = [tender for tender in standing.tenders if tender.kind not in _CASH]
    for tender in others:
        if to and tender.kind not in (to, TenderKind.ROUNDING):
            raise CashForCardMoney(bill=standing.bill, kind=tender.kind, amount=tender.amount)
    if to and cash and to is not TenderKind.CASH:
        raise CashForCardMoney(bill=standing.bill, kind=TenderKind.CASH, amount=cash)
    back = [Tender(TenderKind.CASH, cash)] if cash else []
    return tuple(Tender(tender.kind, Fen(-tender.amount), tender.reference) for tender in [*back, *others])
