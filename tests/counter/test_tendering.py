"""Money received: the lines always add up to what was due; only cash gives change and is rounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.counter.faults import TenderDoesNotFit
from terminal.counter.tendering import exactly, tenders
from terminal.documents import TenderKind
from terminal.money import Fen

CASH, CARD, CODE = TenderKind.CASH, TenderKind.BANK_CARD, TenderKind.CODE


@pytest.mark.parametrize(
    ("due", "received", "to_jiao", "lines"),
    [
        (7345, {CASH: 10000}, False, [("cash", 10000), ("change", -2655)]),
        (7345, {CASH: 10000}, True, [("cash", 10000), ("change", -2650), ("rounding", -5)]),
        (7344, {CASH: 7340}, True, [("cash", 7340), ("rounding", 4)]),
        (7345, {CARD: 7345}, True, [("bank_card", 7345)]),
        (7345, {CARD: 7000, CASH: 350}, True, [("bank_card", 7000), ("cash", 350), ("rounding", -5)]),
        (7345, {CODE: 7345}, False, [("code", 7345)]),
        (4, {CASH: 0}, True, [("rounding", 4)]),
        (0, {}, True, []),
    ],
)
def test_change_and_rounding_are_lines(
    due: int, received: dict[TenderKind, int], to_jiao: bool, lines: list[tuple[str, int]]
) -> None:
    money = {kind: Fen(amount) for kind, amount in received.items()}
    assert [(each.kind, each.amount) for each in tenders(Fen(due), money, to_jiao=to_jiao)] == lines


@pytest.mark.parametrize(
    "received", [{CASH: 7300}, {CARD: 8000}, {CODE: 7300}, {CARD: 8000, CASH: 100}, {CASH: 8000, CARD: -655}]
)
def test_money_that_does_not_fit_is_refused(received: dict[TenderKind, int]) -> None:
    with pytest.raises(TenderDoesNotFit):
        tenders(Fen(7345), {kind: Fen(amount) for kind, amount in received.items()})


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.booleans())
def test_the_lines_add_up(due: int, cash: int, card: int, to_jiao: bool) -> None:
    try:
        lines = tenders(Fen(due), {CASH: Fen(cash), CARD: Fen(card)}, to_jiao=to_jiao)
    except TenderDoesNotFit:
        return
    assert sum(line.amount for line in lines) == due
    assert sum(line.amount for line in exactly(Fen(due), to_jiao=to_jiao)) == due
    assert all(abs(line.amount) <= 5 for line in lines if line.kind is TenderKind.ROUNDING)
