"""One rounding, however it is worked out."""

import numpy as np
import pytest

from terminal.adjudication.rounding import ROUND, share_rounded, taken
from terminal.money import Rounding


@pytest.mark.parametrize("mode", Rounding)
@pytest.mark.parametrize(("numerator", "denominator"), [(1, 10), (1, 2), (3, 4), (2, 37), (17, 20), (1, 1), (3, 200)])
def test_a_share_made_ready_for_many_amounts_is_the_rounded_share(mode, numerator, denominator):
    amounts = range(1000)
    share = share_rounded(mode, numerator, denominator)
    expected = [ROUND[mode](amount * numerator, denominator) for amount in amounts]
    assert [taken(share, amount) for amount in amounts] == expected
    assert taken(share, np.array(amounts)).tolist() == expected


def test_a_rate_of_nothing_takes_no_share():
    assert all(share_rounded(mode, 0, 1) is None for mode in Rounding)
