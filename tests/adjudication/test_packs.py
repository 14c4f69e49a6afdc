"""Every shipped pack reads without a mistake and answers its golden cases to the fen."""

import pytest

from config.policies import pack_files, pack_ids
from terminal.adjudication import load_plan
from terminal.adjudication.golden import check_case
from tests.adjudication.asking import FULL, D
from tests.adjudication.packs import accumulator, small_files

CASES = [(pack, case) for pack in pack_ids() for case in load_plan(pack_files(pack)).pack.cases]


@pytest.mark.parametrize(("pack", "case"), CASES, ids=[f"{pack}-{case.id}" for pack, case in CASES])
def test_golden_case(pack, case):
    assert case.expect, "a golden case expects something"
    assert check_case(load_plan(pack_files(pack)), case) == []


CUT = """[[case]]
id = "over-the-year"
provenance = "hand_calculated"
ref = "law"
day = 2025-12-20
visit = "inpatient"
stay = { end = "2026-01-08T10:00:00+08:00" }
openings = { admissions = 1 }
lines = [
    { class = "A", amount = "1000.00", charged_at = "2025-12-25T09:00:00+08:00" },
    { class = "A", amount = "1000.00", charged_at = "2026-01-03T09:00:00+08:00" },
]
expect = { deductible = "200.00", "paid.l" = "1440.00" }
"""


def test_openings_of_a_case_that_is_cut_by_date_are_those_of_its_first_part():
    counters = accumulator("admissions", "bills", unit="count") + accumulator("used", "charged.l", "stay")
    values = FULL | {"d": {'admissions = "1"': "300.00", 'admissions = "2+"': "200.00"}}
    files = small_files(D, values, accumulators=counters, benefit='crossing = "split"\ndate_basis = "end"\n')
    plan = load_plan({**files, "cases.toml": CUT.encode()})
    assert check_case(plan, plan.pack.cases[0]) == []
