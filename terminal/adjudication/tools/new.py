"""A new pack to start from: complete, consistent, and with everything a law must fill in marked as unstated."""

import re
from datetime import date

import msgspec

from terminal.documents import Scheme
from terminal.faults import BadDocument

HEADER = """format = "policy/1"
id = "{id}"
area = "{area}"
scheme = "{scheme}"
title_zh = {title}
title_en = {title}
version = "1"
review_by = {review}
unknown_class = "stop"
suspension = "cash"

[[source]]
id = "law"
title = {title}
issuer = {title}
effective = {day}

[rounding]
line_amount = "half_up"
ceiling = "half_up"
first_self_pay = "half_up"
first_self_pay_at = "line"
carve_out = "half_up"
deductible = "half_up"
payment = "half_up"
payment_at = "layer"
"""

_ACCUMULATOR = """
[[accumulator]]
id = "paid"
zh = "统筹基金年内已付"
en = "pooled fund paid this year"
unit = "yuan"
measure = ["paid.pooled"]
benefits = ["inpatient"]
period = "calendar_year"
scope = "person"
opening = "centre"
"""

_BENEFITS = """[[line]]
kind = "exclude"
class = ["C"]

[[line]]
kind = "first_self_pay"
class = ["B"]
rate = "first_self_pay"

[[benefit]]
id = "inpatient"
zh = "住院"
en = "inpatient"
visits = ["inpatient"]
date_basis = "end"

[[benefit.layer]]
id = "pooled"
fund = "pooled"
zh = "统筹基金"
en = "pooled fund"
base = "in_scope"
reduces = true
stages = [
    { kind = "deductible", amount = "inpatient.deductible" },
    { kind = "ratio", rate = "inpatient.ratio" },
    { kind = "cap", on = "payment", amount = "inpatient.cap", accumulator = "paid" },
]
"""

_VALUE = """[[value]]
key = "{key}"
unit = "{unit}"
from = {day}
known = {day}
ref = "law"
unstated = "尚未录入 not entered yet"
"""

_CASES = """# 录入数字后删去这两例。 Delete these two once figures are entered.
[[case]]
id = "delete-once-figures-are-entered-1"
provenance = "regression"
ref = "law"
day = {day}
visit = "inpatient"
lines = [{{ class = "B", amount = "1000.00" }}]
expect = {{ stop = ["policy_value_missing", "policy_value_missing", "policy_value_missing", "policy_value_missing"] }}

[[case]]
id = "delete-once-figures-are-entered-2"
provenance = "regression"
ref = "law"
day = {day}
visit = "inpatient"
lines = [{{ class = "A", amount = "1000.00" }}]
expect = {{ stop = ["policy_value_missing", "policy_value_missing", "policy_value_missing"] }}
"""


def in_toml(text: str) -> str:
    """Text as TOML writes it, quotation marks and all."""
    return msgspec.json.encode(text).decode()


def new_pack(pack_id: str, *, area: str, scheme: Scheme, title: str, day: date, today: date) -> dict[str, bytes]:
    """The files of a pack that reads without a mistake and answers nothing yet, to be reviewed within a year.

    Raises BadDocument.
    """
    for place, text, pattern, expected in (
        ("PACK", pack_id, r"[a-z0-9]+(-[a-z0-9]+)*", 'small letters, digits and hyphens, such as "hangzhou-resident"'),
        ("--area", area, r"[0-9]{6}", 'six digits, such as "330100"'),
    ):
        if not re.fullmatch(pattern, text):
            raise BadDocument(file="policy new", place=place, found=repr(text), expected=expected)
    latest = max(day, today)
    review = latest.replace(year=latest.year + 1, day=min(latest.day, 28))
    header = HEADER.format(id=pack_id, area=area, scheme=scheme, title=in_toml(title), day=day, review=review)
    keys = {
        "first_self_pay": "rate", "inpatient.deductible": "yuan", "inpatient.ratio": "rate", "inpatient.cap": "yuan",
    }  # fmt: skip
    values = "\n".join(_VALUE.format(key=key, unit=unit, day=day) for key, unit in keys.items())
    texts = {
        "pack.toml": header + _ACCUMULATOR,
        "benefits.toml": _BENEFITS,
        "values.toml": values,
        "cases.toml": _CASES.format(day=day),
    }
    return {name: text.encode() for name, text in texts.items()}
