"""How the tests of rule shapes ask: a pack, a bill, the figures that come out."""

from terminal.adjudication import split
from terminal.adjudication.golden import figures_of
from terminal.documents import Opening, Source
from terminal.money import parse_yuan
from tests.adjudication.bills import insured_for
from tests.adjudication.packs import accumulator

RATIO = '{ kind = "ratio", rate = "r" },'
FULL = {"r": "80%"}
YEAR = accumulator("used", "charged.l")
D = '{ kind = "deductible", amount = "d", accumulator = "used" },' + RATIO
CAP = RATIO + '{ kind = "cap", on = "payment", amount = "c", accumulator = "paid" },'
CLASS_C = '[[line]]\nkind = "exclude"\nclass = ["C"]'
POOR = '[dimensions]\nidentity = ["poor"]\n'
PURSE = (
    '[[purse]]\nkind = "{kind}"\nref = "law"\npays = {{ deductible = true, copay = true, first_self_pay = true, '
    "over_limit = true, own_pay = {own} }}\n"
)
CURRENT = PURSE.format(kind="current", own="false")


def ask(plan, bill, *, openings=None, purses=None, **person):
    """The figures of a bill; openings go into the period of the bill's begin."""
    day = bill.visit.begin.date()
    held = [Opening(name, period, amount, day, Source.CENTRE) for (name, period), amount in (openings or {}).items()]
    return figures_of(split(plan, bill, insured_for(plan, **person), held, purses=purses))


def check(plan, bill, expected, **more):
    found = ask(plan, bill, **more)
    assert {key: found.get(key) for key in expected} == expected


def held(**amounts):
    return {
        (name, "2026"): parse_yuan(amount) if isinstance(amount, str) else amount for name, amount in amounts.items()
    }
