"""A policy small enough to work out by hand, behind the adjudicator's interface: claims in, settlements out, by lines.

The pooled fund pays 70 % of what is in scope above a yearly deductible of 100.00; the account pays the rest of what is
not paid in full by the patient. The accumulators are ``op_in_scope`` (money) and ``admissions`` (a count).
"""

import json
import sys
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

DEDUCTIBLE, RATE = 10000, Fraction(70, 100)


def fen(yuan: str) -> int:
    return int(Decimal(yuan) * 100)


def text(amount: int) -> str:
    return f"{Decimal(amount).scaleb(-2)}"


def half_up(value: Fraction) -> int:
    return int((Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1), ROUND_HALF_UP))


def divide(line: dict) -> dict:
    amount = fen(line["amount"])
    if line["item_class"] == "C":
        return {"own_pay": amount, "over_limit": 0, "first_self_pay": 0, "in_scope": 0}
    over = 0
    if "ceiling" in line:
        excess = max(Decimal(0), Decimal(line["price"]) - Decimal(line["ceiling"])) * Decimal(line["quantity"])
        over = half_up(Fraction(excess * 100))
    first = half_up((amount - over) * Fraction(line["first_self_pay"]))
    return {"own_pay": 0, "over_limit": over, "first_self_pay": first, "in_scope": amount - over - first}


def settle(claim: dict) -> dict:
    insured = claim["insured"]
    if insured["suspended"]:
        return {"fault": {"code": "cannot_split", "zh": "参保暂停", "en": "suspended"}}
    lines = [divide(line) for line in claim["lines"]]
    sums = {key: sum(line[key] for line in lines) for key in ("own_pay", "over_limit", "first_self_pay", "in_scope")}
    total = sum(sums.values())
    used = sum(row["value"] for row in claim["openings"] if row["accumulator"] == "op_in_scope")
    deductible = min(sums["in_scope"], max(0, DEDUCTIBLE - used))
    pooled = half_up((sums["in_scope"] - deductible) * RATE)
    rest = total - sums["own_pay"] - pooled
    account = min(rest, fen(insured["account_balance"])) if claim["account_use"] else 0
    period = claim["visit"]["begin"][:4]
    return {
        "total": text(total),
        **{key: text(amount) for key, amount in sums.items()},
        "deductible": text(deductible),
        "layers": [{"fund": "pooled", "base": text(sums["in_scope"] - deductible), "paid": text(pooled)}],
        "account": text(account),
        "cash": text(total - pooled - account),
        "family_account": "0.00",
        "hospital": "0.00",
        "postings": [
            {"accumulator": "op_in_scope", "period": period, "delta": sums["in_scope"]},
            {"accumulator": "admissions", "period": period, "delta": 1},
        ],
    }


for received in sys.stdin:
    print(json.dumps(settle(json.loads(received))), flush=True)
