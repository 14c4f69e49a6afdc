"""Shares of a sum over lines: exact in sum, never above a line's own part, the same every time."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from terminal.adjudication.allocation import allocate

WEIGHTS = st.lists(st.integers(0, 10_000_00), max_size=60)


@given(data=st.data(), weights=WEIGHTS)
def test_shares_add_up_and_stay_within_their_lines(data, weights):
    amount = data.draw(st.integers(0, sum(weights)))
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - Fraction(amount * weight, sum(weights) or 1)) < 1


def test_ten_lines_of_a_fen_share_seven_in_their_order():
    assert allocate(7, [1] * 10) == [1] * 7 + [0] * 3
    assert allocate(0, [0, 0]) == [0, 0]
    assert allocate(5, []) == []
