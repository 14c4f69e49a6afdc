"""A whole visit under each province's profile, against a centre that plays that province."""

import msgspec
import pytest

from config import profiles
from terminal.centre import Centre, Endpoint, Intent, Operator, Reversed, Settled
from terminal.centre.simulator import Simulator
from terminal.centre.simulator.profile import DEMO_PRIVATE_KEY
from terminal.clock import now
from terminal.documents import Institution, Scheme, Tier
from tests.centre.conftest import STANDIN

HOSPITAL = Institution("H11010500001", "北京市测试医院", "110100", Tier.THREE)
CLIENT_ID, SECRET = "0123456789ABCDEF", "demo-secret-0001"
PRIVATE = bytes.fromhex(DEMO_PRIVATE_KEY)

PROVINCES = [
    ("national", "default", {}),
    ("national", "simulator", {}),
    ("national", "hebei", {}),
    ("national", "hunan", {}),
    ("chongqing", "simulator", {}),
    ("zhejiang", "zhejiang", {}),
    ("guangdong", "guangdong", {}),
    ("inner-mongolia", "inner-mongolia", {}),
    ("hubei", "hubei", {}),
    ("sichuan", "sichuan", {}),
    ("jilin", "jilin", {}),
]
"""(what the centre plays, the client's profile, changes to it)."""


@pytest.fixture(scope="module")
def centre_of(tmp_path_factory):
    """``centre_of(province)``: one running centre per province."""
    running: dict[str, Simulator] = {}

    def start(province: str) -> Simulator:
        if province not in running:
            ledger = tmp_path_factory.mktemp(province) / "centre.db"
            running[province] = Simulator(ledger, profile=province, adjudicator_command=STANDIN)
        return running[province]

    yield start
    for simulator in running.values():
        simulator.close()


@pytest.mark.parametrize(("province", "name", "changes"), PROVINCES, ids=[f"{p}-{n}" for p, n, _ in PROVINCES])
def test_a_visit_settles_and_is_reversed_under_each_profile(centre_of, bill, zhang, numbers, province, name, changes):
    profile = profiles.load(name)
    for key, values in changes.items():
        profile = msgspec.structs.replace(profile, **{key: msgspec.structs.replace(getattr(profile, key), **values)})
    endpoint = Endpoint(f"http://127.0.0.1:{centre_of(province).port}", HOSPITAL, CLIENT_ID, SECRET, PRIVATE)
    centre = Centre(profile, endpoint, Operator("op01", "收费员"), now, numbers)
    try:
        person = centre.identify(zhang)
        insurance = next(row for row in person.insurances if row.valid and row.insured.scheme is Scheme.EMPLOYEE)
        claim = bill(("XA01-TEST-0001", "12.50", "2"), ("NO-SUCH-CODE", "7.30", "1"))
        trial, number = centre.trial(claim, person, insurance), numbers()
        intent = Intent.decode(centre.intent(trial, number).encode())
        outcome = centre.settle(trial, claim, number)
        assert isinstance(outcome, Settled), outcome
        settled = outcome.settlement
        assert settled.balanced() and settled.total == 3230 and settled.lines[1].own_pay == 730
        assert settled.funds + settled.account + settled.cash == settled.total
        assert intent.transaction == "2207" + profile.suffixes.get("2207", "")
        assert isinstance(centre.reverse(intent, numbers()), Reversed)
    finally:
        centre.close()


def test_drug_trace_codes_travel_where_the_profile_wants_them(desk, bill, zhang, pharmacy, numbers, scripted, till):
    claim = bill(institution=pharmacy)
    line = msgspec.structs.replace(claim.lines[0], trace_codes=("8" * 20, "9" * 20))
    claim = msgspec.structs.replace(claim, lines=(line,))
    centre = desk(pharmacy)
    person = centre.identify(zhang)
    insurance = next(row for row in person.insurances if row.valid and row.insured.scheme is Scheme.EMPLOYEE)
    trial = centre.trial(claim, person, insurance)
    scripted.script["2102"] = lambda connection, _message: connection.close()
    till().settle(trial, claim, numbers())
    till(trace_codes=True).settle(trial, claim, numbers())
    plain, traced = scripted.requests("2102")
    assert "drug_trac_info" not in plain
    assert [row["drug_trac_codg"] for row in traced["drug_trac_info"]] == ["8" * 20, "9" * 20]
    assert {row["feedetl_sn"] for row in traced["drug_trac_info"]} == {"1"}
