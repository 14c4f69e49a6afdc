"""Rule shapes of Chinese policies: lines of a bill (A) and deductibles (B).

Each is a pack, a bill and the answer worked out by hand.
"""

from datetime import date, timedelta

import pytest

from terminal.adjudication import load_plan, split
from terminal.adjudication.golden import figures_of
from terminal.documents import Opening, Source
from terminal.money import Price, Quantity, parse_yuan
from tests.adjudication.asking import FULL, POOR, RATIO, YEAR, D, check, held
from tests.adjudication.bills import DAY, claim, insured_for, line
from tests.adjudication.packs import accumulator, layer_toml, small, small_files

# A: lines


@pytest.mark.parametrize(
    ("lines", "values", "bill", "expected"),
    [
        pytest.param(
            '[[line]]\nkind = "first_self_pay"\nclass = ["B"]\nrate = "b"\n'
            '[[line]]\nkind = "first_self_pay"\ncategory = ["exam"]\nrate = "x"',
            {"b": "10%", "x": "30%"},
            claim(line(1, "0.15", "B"), line(2, "200.00", category="exam"), line(3, "100.00", "B", "15%")),
            {"first_self_pay": "75.02", "in_scope": "225.13", "paid.l": "180.10"},
            id="A1 by class 0.015 rounds up, by category 30%, the item's own rate goes first",
        ),
        pytest.param(
            '[[line]]\nkind = "exclude"\nclass = ["C"]',
            {},
            claim(line(1, "50.00", "C"), line(2, "100.00")),
            {"own_pay": "50.00", "in_scope": "100.00", "paid.l": "80.00", "cash": "70.00"},
            id="A2 class C enters no base",
        ),
        pytest.param(
            '[[line]]\nkind = "ceiling"\ncategory = ["bed"]\nper = "day"\namount = "bed"',
            {"bed": {'tier = "3"': "25.00", 'tier = ["2", "1", "community", "village", "none"]': "15.00"}},
            claim(line(1, "90.00", "B", "10%", category="bed"), end=DAY + timedelta(days=3)),
            {"over_limit": "15.00", "first_self_pay": "7.50", "in_scope": "67.50"},
            id="A3 bed standard a day by tier, ceiling first, then first self-pay",
        ),
        pytest.param(
            "",
            {},
            claim(line(1, "90.00", ceiling=Price(3_333_333), price=Price(3_600_000), quantity=Quantity(250_000))),
            {"over_limit": "6.67", "in_scope": "83.33"},
            id="A3 payment standard per unit that the item carries: 25 x 3.333333 = 83.33",
        ),
        pytest.param(
            '[[line]]\nkind = "ceiling"\ncategory = ["exam", "surgery"]\nper = "visit"\namount = "limit"',
            {"limit": "50.00"},
            claim(line(1, "30.00", category="exam"), line(2, "40.00", category="surgery"), line(3, "9.00")),
            {"over_limit": "20.00", "in_scope": "59.00"},
            id="A4 one limit per visit for a group of categories",
        ),
        pytest.param(
            '[[line]]\nkind = "ceiling"\ncategory = ["herb"]\nper = "unit"\namount = "dose"',
            {"dose": "1.00"},
            claim(line(1, "10.50", category="herb", price=Price(1_500_000), quantity=Quantity(70_000))),
            {"over_limit": "3.50"},
            id="A4 per herbal dose",
        ),
        pytest.param(
            '[[line]]\nkind = "ceiling"\ncategory = ["oxygen"]\nper = "day"\nunits = "hours"',
            {"hours": "24"},
            claim(line(1, "120.00", category="oxygen", price=Price(4_000_000), quantity=Quantity(300_000))),
            {"over_limit": "24.00", "note": ["units_over_limit"]},
            id="A6 thirty hours of oxygen in a day are cut to 24",
        ),
        pytest.param(
            '[[line]]\nkind = "ceiling"\ncategory = ["oxygen"]\nper = "day"\nunits = "hours"\neffect = "warn"',
            {"hours": "24"},
            claim(line(1, "120.00", category="oxygen", price=Price(4_000_000), quantity=Quantity(300_000))),
            {"over_limit": "0.00", "note": ["units_over_limit"]},
            id="A6 or only told",
        ),
        pytest.param(
            '[[line]]\nkind = "exclude"\ncategory = ["cosmetic"]\n'
            '[[line]]\nkind = "exclude"\nwhen = { disease = "V89" }',
            {},
            claim(line(1, "50.00", category="cosmetic"), line(2, "100.00")),
            {"own_pay": "50.00", "paid.l": "80.00"},
            id="A7 excluded category",
        ),
        pytest.param(
            '[[line]]\nkind = "exclude"\nwhen = { disease = "V89" }',
            {},
            claim(line(1, "50.00"), line(2, "100.00"), disease="V89"),
            {"own_pay": "150.00", "paid.l": "0.00", "cash": "150.00"},
            id="A7 traffic accident: nothing is covered",
        ),
    ],
)
def test_lines(lines, values, bill, expected):
    header = '[dimensions]\ndisease = ["V89"]\n' if "disease" in lines else ""
    check(small(RATIO, FULL | values, lines=lines, header=header), bill, expected)


def test_a5_lines_with_a_final_ratio_of_their_own_leave_the_calculation():
    plan = small(
        values={"d": "100.00", "r": "80%", "implant": "35%", "all": "100%"},
        lines='[[line]]\nkind = "separate"\ncategory = ["implant"]\nrate = "implant"',
        layers=layer_toml("l", '{ kind = "deductible", amount = "d" },' + RATIO)
        + layer_toml("implants", '{ kind = "ratio", rate = "all" },', base="separate"),
    )
    bill = claim(line(1, "1000.00", category="implant"), line(2, "600.00"))
    expected = {"paid.implants": "650.00", "first_self_pay": "350.00", "deductible": "100.00", "paid.l": "400.00"}
    check(plan, bill, expected | {"cash": "550.00"})


@pytest.mark.parametrize(("per", "days", "paid"), [("bill", 8, "10.00"), ("day", 8, "80.00"), ("day", 30, "200.00")])
def test_a8_fixed_amount_per_use_up_to_a_limit(per, days, paid):
    stage = f'{{ kind = "fixed_amount", amount = "f", per = "{per}", most = "m" }},'
    plan = small(stage, {"f": "10.00", "m": "200.00"})
    check(plan, claim("1000.00", end=DAY + timedelta(days=days)), {"paid.l": paid})


# B: deductibles


@pytest.mark.parametrize(
    ("used", "charged", "paid"),
    [
        ("0.00", "300.00", "560.00"),
        ("250.00", "50.00", "760.00"),
        ("300.00", "0.00", "800.00"),
        ("999.00", "0.00", "800.00"),
    ],
)
def test_b1_annual_deductible_is_charged_once_over_all_visits(used, charged, paid):
    plan = small(D, FULL | {"d": "300.00"}, accumulators=YEAR)
    check(plan, claim("1000.00"), {"deductible": charged, "paid.l": paid}, openings=held(used=used))


@pytest.mark.parametrize(("place", "charged"), [("H36040300001", "0.00"), ("H2", "40.00")])
def test_b2_per_day_and_institution(place, charged):
    day = accumulator("used", "charged.l", "day", scope="person+institution")
    plan = small(D, FULL | {"d": "40.00"}, accumulators=day)
    openings = {("used", f"2026-03-02@{place}"): parse_yuan("40.00")}
    check(plan, claim("120.00"), {"deductible": charged}, openings=openings)


def test_b2_per_visit_is_a_copay_and_accumulates_nothing():
    plan = small('{ kind = "per_visit_copay", amount = "d" },' + RATIO, FULL | {"d": "50.00"})
    check(plan, claim("120.00"), {"deductible": "0.00", "paid.l": "56.00"})


@pytest.mark.parametrize(("before", "charged"), [(0, "500.00"), (1, "400.00"), (2, "160.00"), (9, "160.00")])
def test_b3_per_admission_by_ordinal_with_a_floor(before, charged):
    count = accumulator("admissions", "bills", unit="count")
    table = {'admissions = "1"': "500.00", 'admissions = "2"': "400.00", 'admissions = "3+"': "160.00"}
    plan = small('{ kind = "deductible", amount = "d" },' + RATIO, FULL | {"d": table}, accumulators=count)
    check(plan, claim("1000.00"), {"deductible": charged, "posts.admissions": "1"}, openings=held(admissions=before))
    check(plan, claim("1000.00", admissions_before=before), {"deductible": charged})


def test_b4_all_deductibles_of_a_year_have_a_limit():
    stage = '{ kind = "deductible", amount = "d", limit = "all", limit_accumulator = "used" },' + RATIO
    plan = small(stage, FULL | {"d": "800.00", "all": "3000.00"}, accumulators=YEAR)
    check(plan, claim("2000.00"), {"deductible": "600.00"}, openings=held(used="2400.00"))


@pytest.mark.parametrize(("tier", "used", "charged"), [("3", "400.00", "600.00"), ("2", "1000.00", "0.00")])
def test_b4_one_deductible_a_year_at_the_highest_tier_used(tier, used, charged):
    table = {'tier = "3"': "1000.00", 'tier = ["2", "1", "community", "village", "none"]': "400.00"}
    plan = small(D, FULL | {"d": table}, accumulators=YEAR)
    check(plan, claim("2000.00", tier=tier), {"deductible": charged}, openings=held(used=used))


@pytest.mark.parametrize(
    ("as_of", "tier", "charged"),
    [(date(2026, 3, 1), "3", "600.00"), (date(2026, 3, 1), "1", "0.00"), (date(2026, 2, 20), "3", "1000.00")],
    ids=["upward", "downward", "another stay"],
)
def test_b5_a_transfer_pays_only_the_difference(as_of, tier, charged):
    table = {'tier = "3"': "1000.00", 'tier = ["2", "1", "community", "village", "none"]': "400.00"}
    episode = accumulator("used", "charged.l", "episode", days=1)
    plan = small(D, FULL | {"d": table}, accumulators=episode)
    opening = Opening("used", "2026-02-10+1", parse_yuan("400.00"), as_of, Source.JOURNAL)
    found = figures_of(split(plan, claim("2000.00", tier=tier), insured_for(plan), [opening]))
    assert found["deductible"] == charged


@pytest.mark.parametrize(
    ("total", "charged"), [("1000.00", "2000.00"), ("20000.00", "4000.00"), ("99000.00", "10000.00")]
)
def test_b6_share_of_the_bill_between_two_bounds(total, charged):
    stage = '{ kind = "deductible", rate = "p", of = "total", least = "least", most = "most" },' + RATIO
    plan = small(stage, FULL | {"p": "20%", "least": "2000.00", "most": "10000.00"})
    check(plan, claim(total), {"deductible": min(charged, total, key=parse_yuan)})


def test_b7_and_d5_share_and_multiple_of_the_average_wage():
    derived = (
        '[[value]]\nkey = "{key}"\nunit = "yuan"\nfrom = 2020-01-01\nknown = 2020-01-01\nref = "law"\n'
        'derive = {{ of = "wage", times = "{times}" }}\n'
    )
    files_values = {"r": "90%", "wage": "24000.00"}
    stages = (
        '{ kind = "cap", on = "eligible", amount = "c", accumulator = "counted" },'
        '{ kind = "deductible", amount = "d" },' + RATIO
    )
    files = small_files(stages, files_values, accumulators=accumulator("counted", "counted.l"))
    files["values.toml"] += (derived.format(key="d", times="10%") + derived.format(key="c", times="600%")).encode()
    check(load_plan(files), claim("150000.00"), {"deductible": "2400.00", "paid.l": "127440.00"})


def test_b8_one_deductible_over_several_kinds_of_visit():
    plan = small(D, FULL | {"d": "300.00"}, accumulators=YEAR)
    first = split(plan, claim("200.00", visit="chronic"), insured_for(plan))
    (posted,) = first.settlement.postings
    openings = {(posted.accumulator, posted.period): posted.delta}
    check(plan, claim("1000.00", visit="inpatient"), {"deductible": "100.00"}, openings=openings)


@pytest.mark.parametrize(("amount", "paid"), [("999.99", "0.00"), ("1000.00", "560.00")])
def test_b9_entry_gate_is_not_the_deductible(amount, paid):
    stages = '{ kind = "gate", amount = "g" },{ kind = "deductible", amount = "d" },' + RATIO
    check(small(stages, FULL | {"g": "1000.00", "d": "300.00"}), claim(amount), {"paid.l": paid})


def test_b10_deductible_from_class_b_before_its_first_self_pay():
    lines = '[[line]]\nkind = "first_self_pay"\nclass = ["B"]\nrate = "b"'
    stages = '{ kind = "deductible", amount = "d", of_class = ["B"] },' + RATIO
    plan = small(stages, FULL | {"d": "300.00", "b": "10%"}, lines=lines)
    # class B 1,000: 300 deductible, 10% of the other 700 = 70; in scope 930 + 500
    expected = {"first_self_pay": "70.00", "in_scope": "1430.00", "deductible": "300.00", "paid.l": "904.00"}
    check(plan, claim(line(1, "1000.00", "B"), line(2, "500.00")), expected)


@pytest.mark.parametrize(
    ("base", "plus", "paid"),
    [
        ("in_scope_personal", "", "130.00"),
        ("in_scope_personal_ex_deductible", "", "80.00"),
        ("in_scope_personal", 'plus = { first_self_pay = "50%" }', "155.00"),
    ],
)
def test_b11_what_counts_in_the_next_layer(base, plus, paid):
    plan = small(
        values={"d": "100.00", "r": "80%", "s": "50%", "b": "10%"},
        lines='[[line]]\nkind = "first_self_pay"\nclass = ["B"]\nrate = "b"',
        layers=layer_toml("l", '{ kind = "deductible", amount = "d" },' + RATIO)
        + layer_toml("si", '{ kind = "ratio", rate = "s" },', base=base, fund="serious_illness", more=plus),
    )
    check(plan, claim(line(1, "1000.00", "B")), {"paid.l": "640.00", "paid.si": paid})


def test_deductible_halved_or_waived_for_a_group():
    stages = (
        '{ kind = "waiver", of = "deductible", times = "half", when = { identity = "poor" } },'
        '{ kind = "deductible", amount = "d" },' + RATIO
    )
    plan = small(stages, FULL | {"d": "300.01", "half": "50%"}, header=POOR)
    check(plan, claim("1000.00"), {"deductible": "150.01"}, identities=("poor",))
    check(plan, claim("1000.00"), {"deductible": "300.01"})
