"""The money for a bill's cash part: what was received, the change, and the rounding to the jiao as its own line."""

from collections.abc import Iterable, Mapping, Sequence

from terminal.counter.faults import TenderDoesNotFit
from terminal.documents import Tender, TenderKind
from terminal.money import Fen, divide

_IN_NOTES = (TenderKind.CASH, TenderKind.CHANGE, TenderKind.ROUNDING)


def exactly(due: Fen, *, to_jiao: bool = False) -> tuple[Tender, ...]:
    """All of it in cash, without change."""
    return tenders(due, {TenderKind.CASH: _payable(due, to_jiao)}, to_jiao=to_jiao) if due else ()


def tenders(
    due: Fen, received: Mapping[TenderKind, Fen], *, to_jiao: bool = False, cards: Sequence[Tender] = ()
) -> tuple[Tender, ...]:
    """What was received, then change and rounding with their signs, so that the lines add up to what was due.

    Only cash gives change and only cash is rounded; ``cards`` are payments under the bank's reference. Raises
    TenderDoesNotFit when the money does not reach, or when change would have to be given for money that is no cash.
    """
    lines = [*cards, *(Tender(kind, amount) for kind, amount in received.items() if amount)]
    cash = received.get(TenderKind.CASH, Fen(0))
    rest = Fen(due - sum(line.amount for line in lines) + cash)
    payable = _payable(rest, to_jiao)
    change = cash - payable
    if rest < 0 or change < 0 or any(line.amount < 0 for line in lines):
        raise TenderDoesNotFit(due=due, received=Fen(sum(line.amount for line in lines)))
    if change:
        lines.append(Tender(TenderKind.CHANGE, Fen(-change)))
    if rest != payable:
        lines.append(Tender(TenderKind.ROUNDING, Fen(rest - payable)))
    return tuple(lines)


def by_kind(money: Iterable[Tender]) -> tuple[Tender, ...]:
    """Cash first, net of change and rounding; every other by the reference it came from; nothing that is nil."""
    sums: dict[tuple[TenderKind, str], int] = {(TenderKind.CASH, ""): 0}
    for each in money:
        key = (TenderKind.CASH, "") if each.kind in _IN_NOTES else (each.kind, each.reference)
        sums[key] = sums.get(key, 0) + each.amount
    return tuple(Tender(kind, Fen(amount), reference) for (kind, reference), amount in sums.items() if amount)


def covering(due: Fen, taken: tuple[Tender, ...]) -> tuple[Tender, ...]:
    """What of the money taken pays what is due after all. Cash first: what is left over goes back to card or code.

    More than was taken is due in cash.
    """
    if sum(each.amount for each in taken) == due:
        return taken
    return share(due, by_kind(taken))


def share(amount: Fen, money: Iterable[Tender]) -> tuple[Tender, ...]:
    """An amount out of several tenders, in their order; what they do not hold is cash."""
    lines, rest = [], int(amount)
    for each in money:
        if (part := min(each.amount, rest)) > 0:
            lines.append(Tender(each.kind, Fen(part), each.reference))
            rest -= part
    return by_kind([*lines, Tender(TenderKind.CASH, Fen(rest))])


def rest_in_cash(
    due: Fen, received: Mapping[TenderKind, Fen], *, to_jiao: bool = False, cards: Sequence[Tender] = ()
) -> tuple[Tender, ...]:
    """The same, where what the others leave is handed over in cash without change. Raises TenderDoesNotFit."""
    rest = Fen(due - sum(received.values()) - sum(card.amount for card in cards))
    cash = {TenderKind.CASH: _payable(rest, to_jiao)} if rest > 0 else {}
    return tenders(due, {**received, **cash}, to_jiao=to_jiao, cards=cards)


def _payable(due: Fen, to_jiao: bool) -> Fen:
    return Fen(divide(due, 10) * 10) if to_jiao else due
