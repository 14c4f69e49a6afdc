"""Rule shapes of Chinese policies: ratios (C) and caps (D).

Each is a pack, a bill and the answer worked out by hand.
"""

from datetime import date

import pytest

from terminal.adjudication import load_plan
from terminal.documents import Employment
from terminal.money import parse_yuan
from tests.adjudication.asking import CAP, CLASS_C, FULL, RATIO, check, held
from tests.adjudication.bills import claim, line
from tests.adjudication.packs import accumulator, small, small_files

WORKING = '[dimensions]\nemployment = ["active", "retired"]\n'

# C: ratios


@pytest.mark.parametrize(
    ("tier", "employment", "age", "paid"),
    [
        ("3", "active", 40, "500.00"),
        ("3", "retired", 69, "700.00"),
        ("3", "retired", 70, "800.00"),
        ("2", "active", 40, "600.00"),
    ],
)
def test_c1_table_of_tier_employment_and_age(tier, employment, age, paid):
    table = {
        'tier = "3", employment = "active"': "50%",
        'tier = ["2", "1", "community", "village", "none"], employment = "active"': "60%",
        'employment = "retired", age = "0-69"': "70%",
        'employment = "retired", age = "70+"': "80%",
    }
    plan = small(RATIO, {"r": table}, header=WORKING)
    person = {"employment": Employment(employment), "born": date(2026 - age, 3, 2)}
    check(plan, claim("1000.00", tier=tier), {"paid.l": paid}, **person)


BANDS = "1000.00:50% 2000.00:70% *:0%"


@pytest.mark.parametrize(
    ("origin", "amount", "paid"),
    [
        ("zero", "1500.00", "750.00"),
        ("after_deductible", "1500.00", "710.00"),
        ("zero", "9000.00", "1100.00"),
        ("after_deductible", "9000.00", "1200.00"),
    ],
)
def test_c2_and_c3_bands_from_zero_or_from_above_the_deductible(origin, amount, paid):
    stages = f'{{ kind = "deductible", amount = "d" }},{{ kind = "segment", bands = "b", origin = "{origin}" }},'
    check(small(stages, {"d": "200.00", "b": BANDS}), claim(amount), {"paid.l": paid})


def test_c3_bands_on_the_position_of_the_year():
    stages = '{ kind = "segment", bands = "b", origin = "zero", accumulator = "so_far" },'
    plan = small(stages, {"b": BANDS}, accumulators=accumulator("so_far", "base.l"))
    # 900 used: 100 at 50%, 400 at 70%
    check(plan, claim("500.00"), {"paid.l": "330.00", "posts.so_far": "50000"}, openings=held(so_far="900.00"))


def test_c4_base_ratio_and_age_increment_stop_at_everything():
    stages = '{ kind = "adjust_points", plus = "age" },' + RATIO
    table = {'age = "0-59"': "0%", 'age = "60-79"': "6%", 'age = "80+"': "20%"}
    plan = small(stages, {"r": "85%", "age": table})
    check(plan, claim("1000.00"), {"paid.l": "910.00"}, born=date(1960, 1, 1))
    check(plan, claim("1000.00"), {"paid.l": "1000.00"}, born=date(1940, 1, 1))


@pytest.mark.parametrize(("employment", "paid"), [("active", "850.00"), ("retired", "910.00")])
def test_c5_retirees_bear_a_share_of_what_the_active_bear(employment, paid):
    files = small_files(RATIO, {"r": {'employment = "active"': "85%"}}, header=WORKING)
    files["values.toml"] += (
        b'[[value]]\nkey = "r"\nunit = "rate"\nfrom = 2020-01-01\nknown = 2020-01-01\nref = "law"\n'
        b'when = { employment = "retired" }\n'
        b'derive = { of = "r", when = { employment = "active" }, personal_times = "60%" }\n'
    )
    check(load_plan(files), claim("1000.00"), {"paid.l": paid}, employment=Employment(employment))


def test_c6_points_for_several_reasons_add_up():
    stages = (
        '{ kind = "adjust_points", minus = "away", when = { referral = "unreferred" } },'
        '{ kind = "adjust_points", plus = "tcm", when = { kind = "tcm_hospital" } },' + RATIO
    )
    plan = small(stages, {"r": "60%", "away": "20%", "tcm": "5%"})
    bill = claim("1000.00", area="110100", referral="unreferred", kind="tcm_hospital")
    check(plan, bill, {"paid.l": "450.00"})
    check(plan, claim("1000.00"), {"paid.l": "600.00"})


@pytest.mark.parametrize(
    ("stage", "paid"),
    [('{ kind = "carve_out", rate = "q" },', "480.00"), ('{ kind = "adjust_points", times = "rest" },', "504.00")],
)
def test_c7_carve_out_before_the_deductible_or_a_factor_on_the_ratio(stage, paid):
    stages = stage + '{ kind = "deductible", amount = "d" },' + RATIO
    values = {"r": "80%", "d": "300.00"} | ({"q": "10%"} if "carve" in stage else {"rest": "90%"})
    check(small(stages, values), claim("1000.00"), {"paid.l": paid})


def test_c8_floor_payment_on_the_whole_bill():
    stages = (
        '{ kind = "deductible", amount = "d" },'
        + RATIO.replace('"r"', '"low"')
        + '{ kind = "floor_payment", rate = "f", of = "total" },'
    )
    plan = small(stages, {"low": "50%", "d": "1000.00", "f": "45%"}, lines=CLASS_C)
    check(plan, claim(line(1, "5000.00"), line(2, "6000.00", "C")), {"paid.l": "4500.00", "cash": "6500.00"})
    check(plan, claim(line(1, "11000.00")), {"paid.l": "5000.00"})
    # the floor of 45% may reach beyond what is in scope
    check(plan, claim(line(1, "3000.00"), line(2, "8000.00", "C")), {"paid.l": "4500.00", "in_scope_personal": "0.00"})


@pytest.mark.parametrize(
    ("identities", "paid"), [(("grade_1",), "600.00"), (("grade_2",), "700.00"), (("grade_2", "grade_1"), "600.00")]
)
def test_c9_grade_of_payment_the_first_word_of_the_pack_counts(identities, paid):
    table = {'identity = "grade_1"': "60%", 'identity = "grade_2"': "70%", 'identity = "none"': "0%"}
    plan = small(RATIO, {"r": table}, header='[dimensions]\nidentity = ["grade_1", "grade_2"]\n')
    check(plan, claim("1000.00"), {"paid.l": paid}, identities=identities)


@pytest.mark.parametrize(
    ("identities", "paid"), [(("chosen:H36040300001",), "700.00"), (("chosen:H9",), "0.00"), ((), "0.00")]
)
def test_c10_only_the_chosen_provider_pays(identities, paid):
    plan = small(RATIO, {"r": {'chosen = "yes"': "70%", 'chosen = "no"': "0%"}})
    check(plan, claim("1000.00"), {"paid.l": paid}, identities=identities)


@pytest.mark.parametrize(("trips", "paid"), [(0, "640.00"), (1, "560.00"), (2, "0.00"), (7, "0.00")])
def test_c11_by_number_of_unreferred_trips(trips, paid):
    stages = '{ kind = "carve_out", rate = "q" },' + RATIO
    table = {'trips = "1"': "20%", 'trips = "2"': "30%", 'trips = "3+"': "100%"}
    plan = small(stages, FULL | {"q": table}, accumulators=accumulator("trips", "bills", unit="count"))
    check(plan, claim("1000.00"), {"paid.l": paid, "posts.trips": "1"}, openings=held(trips=trips))


# D: caps


def test_d1_annual_cap_on_the_payment():
    plan = small(CAP, FULL | {"c": "1000.00"}, accumulators=accumulator("paid", "paid.l"))
    check(plan, claim("1000.00"), {"paid.l": "100.00", "posts.paid": "10000"}, openings=held(paid="900.00"))


def test_d2_cap_on_what_counts_has_the_deductible_inside():
    stages = (
        '{ kind = "cap", on = "eligible", amount = "c", accumulator = "counted" },'
        '{ kind = "deductible", amount = "d" },' + RATIO
    )
    plan = small(stages, FULL | {"c": "1000.00", "d": "200.00"}, accumulators=accumulator("counted", "counted.l"))
    check(plan, claim("5000.00"), {"paid.l": "640.00", "posts.counted": "100000"})


@pytest.mark.parametrize(("period", "key"), [("month", "2026-03"), ("quarter", "2026Q1"), ("day", "2026-03-02")])
def test_d3_month_quarter_and_day_caps_lapse_with_their_period(period, key):
    plan = small(CAP, FULL | {"c": "300.00"}, accumulators=accumulator("paid", "paid.l", period))
    check(plan, claim("1000.00"), {"paid.l": "30.00"}, openings={("paid", key): parse_yuan("270.00")})
    check(plan, claim("1000.00"), {"paid.l": "300.00"}, openings={("paid", "2026-02"): parse_yuan("270.00")})


def test_d3_visit_cap_needs_no_accumulator():
    plan = small(RATIO + '{ kind = "cap", on = "payment", amount = "c" },', FULL | {"c": "30.00"})
    check(plan, claim("1000.00"), {"paid.l": "30.00"})


def test_d4_cap_by_person_and_disease():
    table = {'identity = "insulin"': "600.00", 'identity = "diabetes"': "300.00", 'identity = "none"': "0.00"}
    disease = accumulator("paid", "paid.l", scope="person+disease")
    plan = small(
        CAP, FULL | {"c": table}, accumulators=disease, header='[dimensions]\nidentity = ["insulin", "diabetes"]\n'
    )
    bill = claim("1000.00", visit="chronic", disease="E11")
    check(
        plan, bill, {"paid.l": "40.00"}, identities=("insulin",), openings={("paid", "2026#E11"): parse_yuan("560.00")}
    )
    check(
        plan,
        bill,
        {"paid.l": "300.00"},
        identities=("diabetes",),
        openings={("paid", "2026#I10"): parse_yuan("560.00")},
    )


def test_d4_cap_by_months_insured_is_a_declared_count():
    table = {'months = "1-12"': "100.00", 'months = "13+"': "500.00"}
    months = accumulator("months", period="lifetime", unit="count")
    plan = small(CAP, FULL | {"c": table}, accumulators=accumulator("paid", "paid.l") + months)
    check(plan, claim("1000.00"), {"paid.l": "500.00"}, openings={("months", "life"): 30})


def test_d6_a_sub_cap_inside_a_shared_cap():
    shared = CAP + '{ kind = "cap", on = "payment", amount = "sub", accumulator = "small", when = { tier = "3" } },'
    figures = FULL | {"c": "1000.00", "sub": "300.00"}
    plan = small(shared, figures, accumulators=accumulator("paid", "paid.l") + accumulator("small", "paid.l"))
    check(plan, claim("1000.00", tier="3"), {"paid.l": "200.00"}, openings=held(paid="100.00", small="100.00"))
    check(plan, claim("1000.00", tier="2"), {"paid.l": "800.00"}, openings=held(paid="100.00", small="100.00"))


def test_a_ratio_for_each_class_of_lines():
    stages = (
        '{ kind = "class_ratio", class = ["A"], rate = "a" },'
        '{ kind = "class_ratio", category = ["exam"], rate = "x" },'
        '{ kind = "cap", on = "payment", amount = "c" },'
    )
    plan = small(stages, {"a": "80%", "x": "50%", "c": "500.00"})
    bill = claim(line(1, "100.00"), line(2, "100.01", "B", "10%", category="exam"), line(3, "50.00", "B", "0%"))
    # 80.00 + (100.01 - 10.00) x 50% = 45.005; the third line is of neither
    check(plan, bill, {"in_scope": "240.01", "paid.l": "125.01", "cash": "125.00"})
    check(plan, claim("1000.00"), {"paid.l": "500.00"})
