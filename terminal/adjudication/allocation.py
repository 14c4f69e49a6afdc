"""A sum over lines in proportion, so that the shares add up and no line gets more than its own part."""

from collections.abc import Sequence
from heapq import nlargest


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares of ``amount`` by largest remainder; ties go to the earlier line.

    With ``amount <= sum(weights)`` no share exceeds its weight. Weights are not negative; all zero gives zeros.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares, rests = [], []
    for place, weight in enumerate(weights):
        share, rest = divmod(amount * weight, whole)
        shares.append(share)
        rests.append((rest, -place))
    for _, place in nlargest(amount - sum(shares), rests):
        shares[-place] += 1
    return shares
