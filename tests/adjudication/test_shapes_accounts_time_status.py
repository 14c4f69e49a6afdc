"""Rule shapes of Chinese policies: personal account (G), time (H), rounding (I) and status (J).

Each is a pack, a bill and the answer worked out by hand.
"""

from datetime import timedelta

import pytest

from terminal.adjudication import CannotSplit, Purse, PurseKind, load_plan, split
from terminal.adjudication.history import join_observation
from terminal.documents import Opening, Source
from terminal.money import Fen, parse_yuan
from tests.adjudication.asking import CAP, CLASS_C, CURRENT, FULL, PURSE, RATIO, YEAR, D, ask, check
from tests.adjudication.bills import DAY, claim, insured_for, line
from tests.adjudication.packs import accumulator, layer_toml, small, small_files, value

# G: account


@pytest.mark.parametrize(("fills", "charged", "paid"), [("true", "300.00", "560.00"), ("false", "300.00", "480.00")])
def test_g1_and_g5_account_before_the_deductible_and_whether_it_fills_it(fills, charged, paid):
    stages = f'{{ kind = "account", fills_deductible = {fills} }},{{ kind = "deductible", amount = "d" }},' + RATIO
    plan = small(stages, FULL | {"d": "300.00"}, header=CURRENT)
    expected = {"account": "100.00", "deductible": charged, "paid.l": paid, "account_left": "0.00"}
    check(plan, claim("1000.00"), expected, account_balance=parse_yuan("100.00"))


def test_g2_two_purses_with_different_uses():
    historical = PURSE.format(kind="historical", own="true")
    plan = small(RATIO, FULL, lines=CLASS_C, header=CURRENT + historical)
    purses = (Purse(parse_yuan("150.00")), Purse(parse_yuan("500.00"), PurseKind.HISTORICAL))
    done = split(plan, claim(line(1, "1000.00"), line(2, "300.00", "C")), insured_for(plan), purses=purses)
    assert [str(purse.balance) for purse in done.purses] == ["0.00", "150.00"]
    assert (str(done.settlement.account), str(done.settlement.cash)) == ("500.00", "0.00")


@pytest.mark.parametrize(("first", "left"), [("current", ["0.00", "450.00"]), ("historical", ["150.00", "300.00"])])
def test_g2_the_pack_says_which_purse_is_used_first(first, left):
    second = "historical" if first == "current" else "current"
    header = PURSE.format(kind=first, own="false") + PURSE.format(kind=second, own="false")
    plan = small(RATIO, FULL, header=header)
    purses = (Purse(parse_yuan("150.00")), Purse(parse_yuan("500.00"), PurseKind.HISTORICAL))
    done = split(plan, claim("1000.00"), insured_for(plan), purses=purses)
    assert [str(purse.balance) for purse in done.purses] == left


FAMILY = """[family]
ref = "law"
most_grantors = {most}
pays = {{ deductible = true, copay = true, first_self_pay = true, over_limit = true, own_pay = false }}
{conditions}
"""


def test_g3_own_account_then_relatives_in_their_order_then_cash():
    plan = small(RATIO, FULL, header=CURRENT + FAMILY.format(most=2, conditions=""))
    purses = (Purse(parse_yuan("50.00")), *(Purse(parse_yuan("100.00"), holder=name) for name in "甲乙丙"))
    done = split(plan, claim("2000.00"), insured_for(plan), purses=purses)
    result = done.settlement
    assert (str(result.account), str(result.family_account), str(result.cash)) == ("50.00", "200.00", "150.00")
    assert [found.code for found in result.findings] == ["family_refused"]
    assert "丙" in result.findings[0].zh


CONDITIONS = 'balance_above = "above"\nrequest_least = "least"\nleft_least = "left"'


@pytest.mark.parametrize(
    ("balance", "request_", "given"),
    [
        ("9000.00", "2500.00", "2500.00"),
        ("6000.00", "2000.00", "0.00"),
        ("6000.01", "2000.00", "2000.00"),
        ("9000.00", "1999.99", "0.00"),
        ("9000.00", "6000.01", "0.00"),
    ],
    ids=["all hold", "balance not above", "just above", "asks too little", "leaves too little"],
)
def test_g4_conditions_on_the_grantors_purse_refuse_the_request_as_a_whole(balance, request_, given):
    values = FULL | {"above": "6000.00", "least": "2000.00", "left": "3000.00"}
    plan = small(RATIO, values, header=FAMILY.format(most=1, conditions=CONDITIONS))
    purse = Purse(parse_yuan(balance), holder="甲", request=parse_yuan(request_))
    done = split(plan, claim("40000.00"), insured_for(plan), purses=(purse,))
    assert str(done.settlement.family_account) == given


@pytest.mark.parametrize(("own", "account"), [("false", "200.00"), ("true", "300.00")])
def test_g6_scope_of_the_account(own, account):
    header = PURSE.format(kind="current", own=own)
    plan = small(RATIO, FULL, lines=CLASS_C, header=header)
    balance = {"account_balance": parse_yuan("900.00")}
    check(plan, claim(line(1, "1000.00"), line(2, "100.00", "C")), {"account": account}, **balance)
    check(plan, claim("1000.00", account_use=False), {"account": "0.00", "cash": "200.00"}, **balance)


def test_g7_household_account_pays_all_until_it_is_empty():
    plan = small(benefit="", header=CURRENT)
    check(
        plan,
        claim("120.00"),
        {"account": "80.00", "cash": "40.00", "funds": "0.00"},
        account_balance=parse_yuan("80.00"),
    )


# H: time


@pytest.mark.parametrize(("basis", "paid"), [("begin", "500.00"), ("end", "900.00")])
def test_h1_law_of_the_admission_or_of_the_discharge(basis, paid):
    files = small_files(RATIO, {}, benefit=f'date_basis = "{basis}"\n')
    old = value("r", "50%").replace("ref", "until = 2026-03-05\nref")
    files["values.toml"] = (old + value("r", "90%").replace("from = 2020-01-01", "from = 2026-03-05")).encode()
    check(load_plan(files), claim("1000.00", end=DAY + timedelta(days=5)), {"paid.l": paid})


def test_h2_a_stay_over_the_year_end_as_a_whole_or_by_days():
    stages = (
        '{ kind = "deductible", amount = "d", accumulator = "stay.used" },'
        '{ kind = "segment", bands = "b", origin = "zero", accumulator = "stay.base" },'
        '{ kind = "cap", on = "payment", amount = "c", accumulator = "paid" },'
    )
    counters = (
        accumulator("stay.used", "charged.l", "stay") + accumulator("stay.base", "base.l", "stay")
        + accumulator("paid", "paid.l") + accumulator("admissions", "bills", unit="count")
    )  # fmt: skip
    values = {
        "d": {'admissions = "1"': "1300.00", 'admissions = "2+"': "650.00"},
        "b": "30000.00:80% *:90%",
        "c": "20000.00",
    }
    begin = DAY.replace(year=2025, month=12, day=20)
    lines = [line(1, "20000.00", charged_at=begin), line(2, "20000.00", charged_at=DAY.replace(month=1, day=5))]
    bill = claim(*lines, begin=begin, end=DAY.replace(month=1, day=8))
    openings = {("admissions", "2025"): 1, ("admissions", "2026"): 0, ("paid", "2025"): parse_yuan("19000.00")}
    cut = small(stages, values, accumulators=counters, benefit='crossing = "split"\ndate_basis = "end"\n')
    found = split(
        cut, bill, insured_for(cut), [Opening(n, p, v, begin.date(), Source.CENTRE) for (n, p), v in openings.items()]
    )
    result = found.settlement
    # 2025: (20,000 - 650) x 80% = 15,480, the cap leaves 1,000
    # 2026: no second deductible, 10,000 x 80% + 10,000 x 90% = 17,000
    assert [(str(part.base), str(part.paid)) for part in result.layers] == [("40000.00", "18000.00")]
    assert str(result.deductible) == "650.00"
    posted = {(p.accumulator, p.period): p.delta for p in result.postings}
    assert posted[("paid", "2025")] == 1_000_00
    assert posted[("paid", "2026")] == 17_000_00
    assert {key: delta for key, delta in posted.items() if key[0] == "admissions"} == {("admissions", "2025"): 1}
    assert result.balanced()
    whole = small(stages, values, accumulators=counters, benefit='crossing = "whole"\ndate_basis = "end"\n')
    check(whole, bill, {"paid.l": "20000.00", "deductible": "1300.00"}, openings=openings)


def test_h2_a_line_without_a_date_cannot_be_cut():
    plan = small(RATIO, FULL, benefit='crossing = "split"\ndate_basis = "end"\n')
    begin = DAY.replace(year=2025, month=12, day=20)
    with pytest.raises(CannotSplit, match="charged_at"):
        split(plan, claim("100.00", begin=begin, end=DAY), insured_for(plan))


def test_h3_long_stays_are_settled_in_cycles_with_a_deductible_each():
    plan = small('{ kind = "deductible", amount = "d" },' + RATIO, FULL | {"d": "100.00"}, benefit="cycle_days = 90\n")
    days = [0, 89, 90, 200]
    lines = [line(sn, "1000.00", charged_at=DAY + timedelta(days=day)) for sn, day in enumerate(days, 1)]
    bill = claim(*lines, end=DAY + timedelta(days=201))
    check(plan, bill, {"deductible": "300.00", "paid.l": "2960.00"})


@pytest.mark.parametrize(("month", "key"), [(3, "2025-10"), (10, "2026-10")])
def test_h4_a_medical_year_that_begins_in_october(month, key):
    plan = small(D, FULL | {"d": "300.00"}, accumulators=accumulator("used", "charged.l", "scheme_year", begins=10))
    bill = claim("1000.00", begin=DAY.replace(month=month))
    check(plan, bill, {"deductible": "0.00"}, openings={("used", key): parse_yuan("300.00")})
    check(plan, bill, {"deductible": "300.00"}, openings={("used", "2024-10"): parse_yuan("300.00")})


def test_h5_a_first_partial_year_halves_the_limit():
    files = small_files(CAP, FULL, accumulators=accumulator("paid", "paid.l"))
    first = value("c", "500.00").replace("from = 2020-01-01", "from = 2025-07-01\nuntil = 2026-01-01")
    files["values.toml"] += (first + value("c", "1000.00").replace("from = 2020-01-01", "from = 2026-01-01")).encode()
    plan = load_plan(files)
    check(plan, claim("5000.00", begin=DAY.replace(year=2025, month=9)), {"paid.l": "500.00"})
    check(plan, claim("5000.00"), {"paid.l": "1000.00"})


@pytest.mark.parametrize(("days", "joined"), [(7, True), (8, False)])
def test_h6_an_observation_so_many_days_before_an_admission_joins_it(days, joined):
    plan = small(
        '{ kind = "deductible", amount = "d" },' + RATIO, FULL | {"d": "300.00"}, header="observation_days = 7"
    )
    watched = claim("1000.00", visit="observation")
    stay = claim("1000.00", bill="B2", begin=DAY + timedelta(days=days))
    whole = join_observation(plan, watched, stay)
    assert (whole is not None) == joined
    if whole is not None:
        check(plan, whole, {"deductible": "300.00", "paid.l": "1360.00"})


# I: rounding


@pytest.mark.parametrize(("mode", "first", "second"), [("half_up", "0.13", "0.06"), ("half_even", "0.12", "0.06"),
                                                       ("down", "0.12", "0.06"), ("up", "0.13", "0.06")])  # fmt: skip
def test_i1_each_layer_is_rounded_to_the_fen_and_the_next_works_on_the_rounded_amount(mode, first, second):
    layers = layer_toml("l", RATIO) + layer_toml("m", '{ kind = "ratio", rate = "s" },', base="in_scope_personal")
    files = small_files(values={"r": "50%", "s": "50%"}, layers=layers)
    files["pack.toml"] = files["pack.toml"].replace(b'payment = "half_up"', f'payment = "{mode}"'.encode())
    check(load_plan(files), claim("0.25"), {"paid.l": first, "paid.m": second})


# J: status


def test_j1_suspension_leaves_everything_to_cash_and_posts_nothing():
    plan = small(D, FULL | {"d": "300.00"}, accumulators=YEAR, header=CURRENT)
    expected = {
        "funds": "0.00",
        "account": "0.00",
        "cash": "200.00",
        "in_scope": "200.00",
        "note": ["benefits_suspended"],
    }
    check(plan, claim("200.00"), expected, suspended="三年", account_balance=Fen(99900))


def test_j2_where_waiting_time_means_own_pay():
    files = small_files(RATIO, FULL)
    files["pack.toml"] = files["pack.toml"].replace(b'suspension = "cash"', b'suspension = "own_pay"')
    check(
        load_plan(files),
        claim("200.00"),
        {"own_pay": "200.00", "in_scope": "0.00", "cash": "200.00"},
        suspended="等待期",
    )


@pytest.mark.parametrize("blocked", [0, 1])
def test_j3_benefits_that_exclude_each_other(blocked):
    flag = accumulator("open_stay", period="lifetime", unit="count")
    plan = small(RATIO, FULL, accumulators=flag, benefit='blocked_by = ["open_stay"]\n')
    openings = {("open_stay", "life"): blocked}
    if blocked:
        with pytest.raises(CannotSplit) as refused:
            ask(plan, claim("100.00"), openings=openings)
        assert [found.code for found in refused.value.findings] == ["benefit_blocked"]
    else:
        check(plan, claim("100.00"), {"paid.l": "80.00"}, openings=openings)
