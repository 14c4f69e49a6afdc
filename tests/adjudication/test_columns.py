"""Columns against the one-bill engine, stage by stage and period by period; and what columns refuse."""

import random
from datetime import timedelta

import pytest

from config.policies import pack_files
from terminal.adjudication import CannotSplit, NotConserved, after, columns, journal_lines, load_plan, split
from terminal.adjudication.columns import run
from terminal.adjudication.journal import NotInColumns, journal_of
from terminal.money import Fen, Price, Quantity
from tests.adjudication.asking import CAP, CURRENT, FULL, RATIO, YEAR, D
from tests.adjudication.bills import DAY, claim, insured_for, line
from tests.adjudication.packs import accumulator, layer_toml, small

PAID = accumulator("paid", "paid.l")
LINES = (
    '[[line]]\nkind = "exclude"\nclass = ["C"]\n'
    '[[line]]\nkind = "ceiling"\ncategory = ["bed"]\nper = "day"\namount = "bed"\n'
    '[[line]]\nkind = "ceiling"\ncategory = ["herb"]\nper = "unit"\namount = "dose"\n'
    '[[line]]\nkind = "ceiling"\ncategory = ["oxygen"]\nper = "day"\nunits = "hours"\n'
    '[[line]]\nkind = "ceiling"\ncategory = ["exam", "bed"]\nper = "visit"\namount = "visit"\n'
    '[[line]]\nkind = "separate"\ncategory = ["implant"]\nrate = "implant"\n'
    '[[line]]\nkind = "first_self_pay"\nclass = ["B"]\nrate = "b"\n'
)
LIMITS = {"bed": "20.00", "dose": "1.50", "hours": "24", "visit": "150.00", "implant": "35%", "b": "10%"}
BIG = layer_toml("big", '{ kind = "ratio", rate = "big" },', base="excess_over_cap", fund="large_amount")
BANDS = {"bands": "500.00:50% 2000.00:70% *:90%", "c": "900.00"}
SEGMENT = '{ kind = "segment", bands = "bands", origin = "zero", accumulator = "base" },'

PACKS = {
    "deductible over the year": small(D, FULL | {"d": "300.00"}, accumulators=YEAR),
    "cap by month": small(CAP, FULL | {"c": "300.00"}, accumulators=accumulator("paid", "paid.l", "month")),
    "cap by quarter": small(CAP, FULL | {"c": "300.00"}, accumulators=accumulator("paid", "paid.l", "quarter")),
    "cap by day": small(CAP, FULL | {"c": "300.00"}, accumulators=accumulator("paid", "paid.l", "day")),
    "cap by stay": small(CAP, FULL | {"c": "300.00"}, accumulators=accumulator("paid", "paid.l", "stay")),
    "cap for life": small(CAP, FULL | {"c": "900.00"}, accumulators=accumulator("paid", "paid.l", "lifetime")),
    "scheme year": small(
        D, FULL | {"d": "300.00"}, accumulators=accumulator("used", "charged.l", "scheme_year", begins=4),
    ),
    "by institution": small(
        CAP, FULL | {"c": "300.00"}, accumulators=accumulator("paid", "paid.l", scope="person+institution"),
    ),
    "by disease": small(
        CAP, FULL | {"c": "300.00"}, accumulators=accumulator("paid", "paid.l", scope="person+disease"),
    ),
    "every rule for lines": small(
        values=FULL | LIMITS | {"all": "100%"}, lines=LINES,
        layers=layer_toml("l", RATIO) + layer_toml("implants", '{ kind = "ratio", rate = "all" },', base="separate"),
    ),
    "ordinals": small(
        '{ kind = "deductible", amount = "d" },' + RATIO,
        FULL | {"d": {'admissions = "1"': "500.00", 'admissions = "2-3"': "200.00", 'admissions = "4+"': "0.00"}},
        accumulators=accumulator("admissions", "bills", unit="count"),
    ),
    "what a capped ratio left": small(
        values={"r": "3/7", "c": "100.00", "big": "90%"}, layers=layer_toml("l", CAP) + BIG, accumulators=PAID,
    ),
    "what capped bands of the year left": small(
        values=BANDS | {"big": "60%"}, layers=layer_toml("l", SEGMENT + CAP.removeprefix(RATIO)) + BIG,
        accumulators=PAID + accumulator("base", "base.l"),
    ),
    "gate, carve-out, copay, floor": small(
        '{ kind = "gate", amount = "g" },{ kind = "carve_out", rate = "q" },{ kind = "per_visit_copay", amount = "p" },'
        + RATIO + '{ kind = "floor_payment", rate = "f", of = "total" },',
        FULL | {"g": "200.00", "q": "10%", "p": "20.00", "f": "75%"},
    ),
    "price per case": small('{ kind = "package", standard = "s", rate = "r" },', {"s": "700.00", "r": "87%"}),
    "fixed sum a day": small('{ kind = "fixed_amount", amount = "f", per = "day" },', {"f": "33.33"}),
    "account before the deductible": small(
        '{ kind = "account", fills_deductible = true },{ kind = "deductible", amount = "d" },' + RATIO,
        FULL | {"d": "300.00"}, header=CURRENT,
    ),
    "weighted base": small(
        values=FULL | {"b": "10%", "s": "50%"}, lines='[[line]]\nkind = "first_self_pay"\nclass = ["B"]\nrate = "b"',
        layers=layer_toml("l", RATIO) + layer_toml(
            "s", '{ kind = "ratio", rate = "s" },', base="in_scope_personal", more='plus = { first_self_pay = "2/3" }'
        ),
    ),
}  # fmt: skip


def bills(rng, count):
    """Bills of a few people over two years."""
    made, day = [], DAY.replace(year=2025)
    for number in range(count):
        day += timedelta(days=rng.randrange(0, 9))
        lines = []
        for sn in range(1, rng.randint(2, 8)):
            price, quantity = rng.randrange(1, 300), rng.randint(1, 40)
            category = rng.choice(("", "bed", "herb", "oxygen", "exam", "implant"))
            words = {"price": Price(price * 10**4), "quantity": Quantity(quantity * 10**4), "category": category}
            if rng.random() < 0.2:
                words["ceiling"] = Price(rng.randrange(1, 400) * 10**4)
            lines.append(line(sn, price * quantity, rng.choice("AAB"), rng.choice((None, "10%", "2/37")), **words))
        lines.append(line(99, rng.randrange(1000_00), rng.choice("AC")))
        bill = claim(
            *lines, bill=f"B{number}", begin=day, end=day + timedelta(days=rng.randrange(5)),
            disease=rng.choice(("E11", "I10")), visit=rng.choice(("inpatient", "chronic")),
        )  # fmt: skip
        made.append((f"p{rng.randrange(6)}", bill, Fen(rng.randrange(200_00))))
    return made


@pytest.mark.parametrize("name", PACKS)
def test_each_stage_and_period_gives_the_same_in_columns(name, seed, size):
    plan = PACKS[name]
    told = [
        (person, bill, insured_for(plan, account_balance=balance))
        for person, bill, balance in bills(random.Random(seed), size(150, 5000))
    ]
    result = run(plan, journal_of(plan, told))
    held = {}
    answered = 0
    for number, (person, bill, insured) in enumerate(told):
        try:
            done = split(plan, bill, insured, held.get(person, ()))
        except CannotSplit:
            assert result.bad[number]
            continue
        answered += 1
        settled = done.settlement
        for figure, amount in done.figures.items():
            if figure.startswith("paid."):
                assert result.figures[figure][number] == amount, (number, figure)
        for figure in (
            "total",
            "own_pay",
            "over_limit",
            "first_self_pay",
            "in_scope",
            "deductible",
            "account",
            "cash",
            "hospital",
        ):
            assert result.figures[figure][number] == getattr(settled, figure), (number, figure)
        held[person] = after(held.get(person, ()), settled.postings, bill.visit.begin.date())
    assert answered > 20


def test_a_blocked_or_unanswered_bill_is_named_with_its_reason():
    plan = small(
        RATIO,
        FULL,
        accumulators=accumulator("open", "bills", "lifetime", unit="count"),
        benefit='blocked_by = ["open"]\n',
    )
    told = [("p", claim("100.00", bill=f"B{n}"), insured_for(plan)) for n in range(3)]
    result = run(plan, journal_of(plan, told))
    assert result.bad.tolist() == [False, True, True]
    assert "open" in result.reasons[1]
    beijing = load_plan(pack_files("beijing-employee"))
    told = [("p", claim("1.00", area="110100", tier="2"), insured_for(beijing))]
    assert "inpatient.bands" in run(beijing, journal_of(beijing, told)).reasons[0]


@pytest.mark.parametrize(
    ("plan", "bill", "why"),
    [
        (small(RATIO, FULL, benefit='crossing = "split"\n'), claim("1.00"), "cut by date"),
        (small(RATIO, FULL, benefit="cycle_days = 90\n"), claim("1.00"), "cut by date"),
        (
            small(D, FULL | {"d": "1.00"}, accumulators=accumulator("used", "charged.l", "cycle", days=90)),
            claim("1.00"), "bills before",
        ),
        (
            small(
                RATIO, FULL | {"b": {'admissions = "1"': "10%", 'admissions = "2+"': "20%"}},
                lines='[[line]]\nkind = "first_self_pay"\nclass = ["B"]\nrate = "b"\n',
                accumulators=accumulator("admissions", "bills", unit="count"),
            ),
            claim("1.00"), "lines by admissions",
        ),
        (small('{ kind = "class_ratio", class = ["A"], rate = "r" },', FULL), claim("1.00"), "one class"),
        (small(RATIO, FULL), claim(*["9000000.00"] * 120), "thousand million"),
        (small(RATIO, FULL), claim("9999999999.99"), "beyond what columns multiply"),
        (small(RATIO, FULL), claim("1.00", end=DAY + timedelta(days=4000)), "beyond what columns multiply"),
        (small(RATIO, FULL), claim(line(1, "1.00", "")), "no catalogue class"),
        (small(RATIO, FULL), claim("1.00", visit="maternity"), "0 benefits"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)  # fmt: skip
def test_columns_refuse_what_they_cannot_do_exactly(plan, bill, why):
    with pytest.raises(NotInColumns, match=why):
        run(plan, journal_of(plan, [("p", bill, insured_for(plan))]))


@pytest.mark.parametrize("pieces", [(1, 1), (9, 2), (40, 7)], ids=str)
@pytest.mark.parametrize("name", ["every rule for lines", "ordinals", "by disease"])
def test_pieces_that_are_worked_on_together_change_nothing(name, pieces, seed, monkeypatch):
    plan = PACKS[name]
    told = [(who, bill, insured_for(plan, account_balance=own)) for who, bill, own in bills(random.Random(seed), 120)]
    journal = journal_of(plan, told)
    whole = run(plan, journal)
    monkeypatch.setattr(journal_lines, "CHUNK", pieces[0])
    monkeypatch.setattr(columns, "CHUNK", pieces[1])
    monkeypatch.setattr(journal_lines, "FEW", pieces[1])
    parts = run(plan, journal)
    assert (parts.bad == whole.bad).all()
    for figure, column in whole.figures.items():
        assert (parts.figures[figure] == column).all()


def test_dear_hours_of_a_long_stay_are_cut_to_the_same_fen():
    plan = PACKS["every rule for lines"]
    hours = line(1, "9000000.00", "A", category="oxygen", price=Price(9 * 10**12), quantity=Quantity(10**9))
    bill = claim(hours, end=DAY + timedelta(days=400))
    result = run(plan, journal_of(plan, [("p", bill, insured_for(plan))]))
    settled = split(plan, bill, insured_for(plan)).settlement
    assert (result.figures["over_limit"][0], result.figures["cash"][0]) == (settled.over_limit, settled.cash)


def test_layers_that_pay_more_than_the_bill_stop_the_settlement():
    plan = small(values=FULL, layers=layer_toml("l", RATIO) + layer_toml("m", RATIO, fund="supplement"))
    with pytest.raises(NotConserved, match="B1"):
        split(plan, claim("100.00"), insured_for(plan))
