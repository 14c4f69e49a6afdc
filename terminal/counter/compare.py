"""The local split against the centre's, figure by figure; a difference is shown with its cause, never tolerated."""

from terminal.documents import Difference, Fund, Settlement
from terminal.money import Fen

FIGURES = (
    "total", "own_pay", "over_limit", "first_self_pay", "in_scope", "deductible",
    "account", "family_account", "cash", "hospital",
)  # fmt: skip
"""The amounts of a split besides its layers."""
_FROM_LINES = ("own_pay", "over_limit", "first_self_pay", "in_scope")


def differences(local: Settlement, centre: Settlement) -> tuple[Difference, ...]:
    """Every figure on which two splits of one bill disagree, with the earliest cause in the order of the split."""

    def paid(settlement: Settlement, fund: Fund) -> Fen:
        return Fen(sum(layer.paid for layer in settlement.layers if layer.fund is fund))

    pairs = [(name, getattr(local, name), getattr(centre, name)) for name in FIGURES]
    pairs += [(f"fund.{fund}", paid(local, fund), paid(centre, fund)) for fund in Fund]
    found = [(name, mine, theirs) for name, mine, theirs in pairs if mine != theirs]
    names = {name for name, _, _ in found}
    if "total" in names:
        cause = "bill"
    elif names.intersection(_FROM_LINES):
        cause = "catalogue"
    elif "deductible" in names:
        cause = "accumulator"
    elif any(name.startswith("fund.") for name in names):
        cause = "policy"
    else:
        cause = "account"
    return tuple(Difference(name, mine, theirs, cause) for name, mine, theirs in found)
