"""Every shipped pack reads without a mistake and answers its golden cases to the fen."""

import pytest

from config.policies import pack_files, pack_ids
from terminal.adjudication import load_plan
from terminal.adjudication.golden import check_case

CASES = [(pack, case) for pack in pack_ids() for case in load_plan(pack_files(pack)).pack.cases]


@pytest.mark.parametrize(("pack", "case"), CASES, ids=[f"{pack}-{case.id}" for pack, case in CASES])
def test_golden_case(pack, case):
    assert case.expect, "a golden case expects something"
    assert check_case(load_plan(pack_files(pack)), case) == []
