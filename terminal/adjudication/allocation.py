"""A sum over lines in proportion, so that the shares add up and no line gets more than its own part."""

from collections.abc import Sequence


def allocate(amount: int, weights: Sequence[int]) -> list[int]:
    """Shares of ``amount`` by largest remainder; ties go to the earlier line.

    With ``amount <= sum(weights)`` no share exceeds its weight. Weights are not negative; all zero gives zeros.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares, rests = [], []
    for weight in weights:
        share, rest = divmod(amount * weight, whole)
        shares.append(share)
        rests.append(rest)
    for place in sorted(range(len(rests)), key=rests.__getitem__, reverse=True)[: amount - sum(shares)]:
        shares[place] += 1
    return shares
