"""Rule shapes of Chinese policies: layers above the basic one (E) and fixed amounts (F).

Each is a pack, a bill and the answer worked out by hand.
"""

import pytest

from terminal.adjudication import load_plan
from terminal.money import parse_yuan
from tests.adjudication.asking import CAP, CLASS_C, POOR, RATIO, check, held
from tests.adjudication.bills import DAY, claim, line
from tests.adjudication.packs import accumulator, layer_toml, small, small_files, value

# E: layers


def layered(*layers, values, **more):
    return small(values=values, layers="".join(layers), **more)


def test_e1_large_amount_layer_takes_exactly_what_the_cap_left():
    plan = layered(
        layer_toml("l", CAP),
        layer_toml("big", '{ kind = "ratio", rate = "b" },', base="excess_over_cap", fund="large_amount"),
        values={"r": "3/7", "c": "100.00", "b": "90%"},
        accumulators=accumulator("paid", "paid.l"),
    )
    # 100.00 / (3/7) = 233.33... consumed; (1000 - 233.33...) x 90% = 690.00 exactly
    check(plan, claim("1000.00"), {"paid.l": "100.00", "paid.big": "690.00", "cash": "210.00"})


def test_e1_large_amount_layer_above_bands():
    stages = '{ kind = "segment", bands = "b", origin = "zero" },{ kind = "cap", on = "payment", amount = "c" },'
    plan = layered(
        layer_toml("l", stages),
        layer_toml("big", '{ kind = "ratio", rate = "r" },', base="excess_over_cap", fund="large_amount"),
        values={"b": "1000.00:50% 2000.00:70% *:90%", "c": "850.00", "r": "60%"},
    )
    # 500 from the first band, 350 = 500 x 70%: 1,500 consumed, 1,500 over
    check(plan, claim("3000.00"), {"paid.l": "850.00", "paid.big": "900.00"})


def serious_illness(poor=""):
    stages = (
        '{ kind = "waiver", of = "deductible", times = "half", when = { identity = "poor" } },'
        '{ kind = "deductible", amount = "si.d", accumulator = "si.used" },'
        '{ kind = "adjust_points", plus = "si.plus", when = { identity = "poor" } },'
        '{ kind = "segment", bands = "si.b", origin = "after_deductible", accumulator = "si.above" },'
    )
    return layered(
        layer_toml("l", RATIO),
        layer_toml("si", stages, base="in_scope_personal", fund="serious_illness"),
        values={"r": "50%", "si.d": "10000.00", "half": "50%", "si.plus": "5%", "si.b": "10000.00:60% *:70%"},
        accumulators=accumulator("si.used", "charged.si") + accumulator("si.above", "above.si"),
        header=POOR,
    )


@pytest.mark.parametrize(
    ("person", "openings", "paid"),
    [
        ({}, {}, "13000.00"),
        ({"identities": ("poor",)}, {}, "17750.00"),
        ({}, {"si.used": "10000.00", "si.above": "5000.00"}, "20500.00"),
    ],
    ids=["first bill of the year", "poor: half the deductible, five points more", "later bill: bands go on"],
)
def test_e2_serious_illness_on_the_burden_of_the_year(person, openings, paid):
    check(
        serious_illness(),
        claim("60000.00"),
        {"paid.l": "30000.00", "paid.si": paid},
        openings=held(**openings),
        **person,
    )


def test_e3_and_e4_assistance_and_tilt_work_on_what_is_left():
    plan = layered(
        layer_toml("l", '{ kind = "deductible", amount = "d" },' + RATIO),
        layer_toml(
            "ma",
            '{ kind = "ratio", rate = "m" },',
            base="in_scope_personal",
            fund="assistance",
            more='when = { identity = "poor" }',
        ),
        layer_toml(
            "tilt",
            '{ kind = "deductible", amount = "t" },{ kind = "ratio", rate = "x" },',
            base="in_scope_personal",
            fund="tilt",
            more='when = { identity = "poor" }',
        ),
        values={"d": "300.00", "r": "70%", "m": "70%", "t": "3000.00", "x": "60%"},
        header=POOR,
    )
    check(
        plan,
        claim("50000.00"),
        {"paid.l": "34790.00", "paid.ma": "10647.00", "paid.tilt": "937.80"},
        identities=("poor",),
    )
    check(plan, claim("50000.00"), {"funds": "34790.00"})


@pytest.mark.parametrize(("base", "paid", "cash"), [("in_scope", "100.00", "1100.00"), ("total", "0.00", "1200.00")])
def test_e5_guarantee_is_a_share_the_patient_bears_at_most(base, paid, cash):
    plan = layered(
        layer_toml("l", RATIO),
        layer_toml(
            "g",
            f'{{ kind = "deductible", rate = "p", of = "{base}" }},{{ kind = "ratio", rate = "all" }},',
            base="in_scope_personal",
            fund="guarantee",
        ),
        values={"r": "80%", "p": "10%", "all": "100%"},
        lines=CLASS_C,
    )
    check(plan, claim(line(1, "1000.00"), line(2, "1000.00", "C")), {"paid.g": paid, "cash": cash})


def test_e6_two_funds_on_the_same_base_and_a_share_of_a_share():
    above = '{ kind = "ratio", rate = "s" },'
    plan = layered(
        layer_toml("l", '{ kind = "deductible", amount = "d" },' + RATIO),
        layer_toml("s", above, base="above_deductible", fund="supplement"),
        layer_toml("half", '{ kind = "ratio", rate = "h" },', base="copay", fund="other", reduces=False),
        values={"d": "1300.00", "r": "70%", "s": "15%", "h": "50%"},
    )
    check(plan, claim("3300.00"), {"paid.l": "1400.00", "paid.s": "300.00", "paid.half": "300.00", "cash": "1300.00"})


def test_e7_civil_servant_subsidy_on_deductible_and_copay():
    only = 'when = { civil_servant = "yes" }'
    plan = layered(
        layer_toml("l", '{ kind = "deductible", amount = "d" },' + RATIO),
        layer_toml("cd", '{ kind = "ratio", rate = "x" },', base="deductible", fund="civil_servant", more=only),
        layer_toml("cc", '{ kind = "ratio", rate = "y" },', base="copay", fund="civil_servant", more=only),
        values={"d": "1000.00", "r": "80%", "x": "50%", "y": "90%"},
    )
    check(plan, claim("6000.00"), {"paid.cd": "500.00", "paid.cc": "900.00", "cash": "600.00"}, civil_servant=True)
    check(plan, claim("6000.00"), {"funds": "4000.00"})


@pytest.mark.parametrize(("year", "used", "paid"), [(2025, "0.00", "800.00"), (2026, "0.00", "900.00"),
                                                    (2026, "1000.00", "1200.00")])  # fmt: skip
def test_e8_secondary_reimbursement_by_bands_that_change_every_year(year, used, paid):
    stages = '{ kind = "segment", bands = "b", origin = "zero", accumulator = "burden" },'
    layers = layer_toml("l", RATIO) + layer_toml("second", stages, base="in_scope_personal", fund="large_amount")
    files = small_files(values={"r": "50%"}, layers=layers, accumulators=accumulator("burden", "base.second"))
    old = value("b", "1000.00:20% *:60%").replace("ref", "until = 2026-01-01\nref")
    files["values.toml"] += (old + value("b", "1000.00:30% *:60%").replace("from = 2020", "from = 2026")).encode()
    bill = claim("4000.00", begin=DAY.replace(year=year))
    check(load_plan(files), bill, {"paid.second": paid}, openings={("burden", str(year)): parse_yuan(used)})


def test_e9_several_responsibilities_with_bases_and_deductibles_of_their_own():
    plan = layered(
        layer_toml("l", RATIO),
        layer_toml(
            "in",
            '{ kind = "deductible", amount = "d1" },{ kind = "ratio", rate = "x" },',
            base="in_scope_personal",
            fund="supplement",
        ),
        layer_toml(
            "out",
            '{ kind = "deductible", amount = "d2" },{ kind = "ratio", rate = "y" },',
            base="own_pay",
            fund="other",
            reduces=False,
        ),
        layer_toml("drug", '{ kind = "ratio", rate = "z" },', base="declared.special", fund="other", reduces=False),
        values={"r": "50%", "d1": "100.00", "x": "60%", "d2": "500.00", "y": "80%", "z": "10%"},
        lines=CLASS_C,
        accumulators=accumulator("special", period="lifetime"),
    )
    bill = claim(line(1, "1000.00"), line(2, "2000.00", "C"))
    expected = {"paid.in": "240.00", "paid.out": "1200.00", "paid.drug": "30.00", "cash": "1030.00"}
    check(plan, bill, expected, openings={("special", "life"): parse_yuan("300.00")})


def test_e10_personal_maximum_of_a_year():
    plan = layered(
        layer_toml("l", RATIO),
        layer_toml(
            "max",
            '{ kind = "deductible", amount = "m", accumulator = "burden" },{ kind = "ratio", rate = "all" },',
            base="in_scope_personal",
            fund="civil_servant",
        ),
        values={"r": "80%", "m": "1000.00", "all": "100%"},
        accumulators=accumulator("burden", "charged.max"),
    )
    check(plan, claim("2000.00"), {"paid.max": "300.00", "cash": "100.00"}, openings=held(burden="900.00"))


# F: fixed amounts


@pytest.mark.parametrize(("bill", "hospital"), [("3000.00", "-300.00"), ("3500.00", "200.00"), ("3300.00", "0.00")])
def test_f1_a_price_per_case_whatever_the_bill(bill, hospital):
    plan = small('{ kind = "package", standard = "s", rate = "r" },', {"s": "3300.00", "r": "87%"})
    check(plan, claim(bill), {"paid.l": "2871.00", "cash": "429.00", "hospital": hospital})


def test_f2_lump_sum_not_more_than_the_bill():
    plan = small('{ kind = "fixed_amount", amount = "f", per = "bill" },', {"f": "3000.00"}, visits=("maternity",))
    check(plan, claim("2500.00", visit="maternity"), {"paid.l": "2500.00"})
    check(plan, claim("4500.00", visit="maternity"), {"paid.l": "3000.00", "cash": "1500.00"})
