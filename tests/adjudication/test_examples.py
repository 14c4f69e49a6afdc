"""Published and derived calculations, through the engine's own stages, to the fen."""

import json
from pathlib import Path

import pytest

from terminal.adjudication.tools.examples import read_examples, run_example, run_examples
from terminal.faults import BadDocument

FILE = Path(__file__).parent / "data" / "policy-examples.json"
EXAMPLES = read_examples(FILE.read_bytes()).examples


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_every_amount_of_the_example_comes_out(example):
    outcome = run_example(example)
    assert outcome.differences == {}
    assert set(example.expected) <= set(outcome.computed)


def test_there_are_all_forty_four():
    assert len(EXAMPLES) == 44


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_a_figure_that_is_a_fen_off_is_reported(example):
    key, value = next(iter(example.expected.items()))
    whole, _, part = value.partition(".")
    wrong = f"{whole}.{(int(part) + 1) % 100:02d}"
    document = json.loads(FILE.read_text())
    document["examples"] = [
        {**one, "expected": {**one["expected"], key: wrong}} for one in document["examples"] if one["id"] == example.id
    ]
    (outcome,) = run_examples(json.dumps(document).encode())
    assert not outcome.ok
    assert outcome.differences == {key: (wrong, value)}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda d: d.update(schema="policy-examples/9"), "policy-examples/9"),
        (lambda d: d["examples"][0]["bill"]["lines"][0].update(amount=2500), "BJ-EMP-OP-2009"),
        (lambda d: d["examples"][0]["policy"]["layers"][0].update(ratio="half"), "half"),
        (lambda d: d["examples"][0]["policy"]["layers"][0].update(fund="nobody"), "nobody"),
        (lambda d: d["examples"][0]["policy"]["layers"][0].update(ratio=0.5), "binary float 0.5"),
        (lambda d: d["examples"][0]["policy"]["layers"][0].update(base="elgible"), '"eligible"'),
        (lambda d: d["examples"][0]["policy"]["layers"][0].update(kind="quotta"), '"quota"'),
        (lambda d: d["examples"][0]["policy"].update(layers="x"), "BJ-EMP-OP-2009"),
        (lambda d: d["examples"][0]["bill"]["lines"][0].update(amount="-1.00"), "negative"),
        (lambda d: d["examples"][0]["bill"]["lines"][0].pop("amount"), "no 'amount'"),
    ],
)
def test_an_unreadable_file_names_its_place(change, told):
    document = json.loads(FILE.read_text())
    change(document)
    with pytest.raises(BadDocument) as refused:
        run_examples(json.dumps(document).encode(), file="examples.json")
    assert told in str(refused.value)
    assert "examples.json" in str(refused.value)


def told(layers, lines=(("A", "10000.00"),), rules=(), **more):
    """What the engine makes of an example with these layers."""
    bill = {"lines": [{"class": c, "amount": a, **dict(*rest)} for c, a, *rest in lines]}
    policy = {"line_rules": list(rules), "layers": layers, **more}
    example = {"id": "X", "bill": bill, "policy": policy, "expected": {}}
    (outcome,) = run_examples(json.dumps({"schema": "policy-examples/1", "examples": [example]}).encode())
    return outcome.computed


BASIC = {"fund": "pooled", "base": "eligible", "ratio": "0.80"}
D1000 = {"amount": "1000.00", "period": "year"}
B10 = {"match": {"class": "B"}, "first_self_pay": "0.10"}
C = {"match": {"class": "C"}, "treat": "self_paid"}


@pytest.mark.parametrize(
    ("layers", "more", "expected"),
    [
        ([BASIC | {"gate": "10000.01"}], {}, {"fund_pooled": "0.00"}),
        ([BASIC | {"gate": "10000.00", "deductible": D1000}], {}, {"fund_pooled": "7200.00"}),
        ([BASIC | {"carve_out": "0.10", "deductible": D1000}], {}, {"fund_pooled": "6400.00", "deductible": "1000.00"}),
        ([BASIC | {"deductible": D1000, "floor": "0.85"}], {}, {"fund_pooled": "7650.00"}),
        ([BASIC | {"ratio_times": ["0.90", "0.50"]}], {}, {"fund_pooled": "3600.00"}),
        (
            [BASIC | {"cap": {"on": "payment", "amount": "9000.00", "used": "0.00"},
                      "more_caps": [{"on": "payment", "amount": "5000.00", "used": "4000.00"}]}], {},
            {"fund_pooled": "1000.00"},
        ),
        ([BASIC | {"deductible": {"percent_of_total": "0.20", "min": "2500.00", "max": "9000.00"}}], {},
         {"deductible": "2500.00", "fund_pooled": "6000.00"}),
        ([BASIC | {"deductible": D1000 | {"year_limit": "3000.00", "year_used": "2600.00"}}], {},
         {"deductible": "400.00"}),
        (
            [{"fund": "pooled", "base": "eligible", "band_origin": "zero", "band_prior": "5000.00",
              "bands": [{"up_to": "8000", "ratio": "0.50"}, {"up_to": "12000", "ratio": "0.60"}]}], {},
            {"fund_pooled": "3900.00"},
        ),
        (
            [BASIC | {"cap": {"on": "payment", "amount": "4000.00", "used": "0.00"}},
             {"fund": "large_amount", "base": "excess_over_cap", "ratio": "0.90"}], {},
            {"fund_pooled": "4000.00", "fund_large_amount": "4500.00"},
        ),
        ([{"kind": "none", "fund": "pooled"}], {}, {"fund_total": "0.00", "personal_total": "10000.00"}),
        (
            [BASIC | {"deductible": D1000}, {"fund": "civil_servant", "base": "deductible", "ratio": "0.50"},
             {"fund": "supplement", "base": "pooled_copay", "ratio": "0.90"}], {},
            {"fund_civil_servant": "500.00", "fund_supplement": "1620.00", "in_scope_personal": "680.00"},
        ),
        (
            [BASIC], {"account": {"balance": "5000.00", "scope": "in_scope_personal", "order": "before_deductible"}},
            {"account": "5000.00", "fund_pooled": "4000.00", "cash": "1000.00"},
        ),
    ],
)  # fmt: skip
def test_every_parameter_of_the_form_has_its_stage(layers, more, expected):
    computed = told(layers, **more)
    assert {key: computed[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("layers", "lines", "rules", "expected"),
    [
        (
            [{"kind": "class_ratio", "fund": "pooled", "ratios": {"A": "0.80", "B": "0.605"}}],
            [("A", "100.01"), ("B", "10.00")], [B10],
            {"fund_pooled": "85.46", "first_self_pay": "1.00", "in_scope_personal": "23.55"},
        ),
        (
            [BASIC | {"kind": "deductible_from_class_gross", "class": "B", "deductible": D1000}],
            [("A", "500.00"), ("B", "3000.00")], [B10],
            {"first_self_pay": "200.00", "deductible": "1000.00", "eligible": "3300.00", "fund_pooled": "1840.00"},
        ),
        (
            [BASIC, {"fund": "supplement", "base": {"sum": [["in_scope_personal", "1"], ["first_self_pay", "0.5"]]},
                     "ratio": "0.50"}],
            [("A", "1000.00"), ("B", "1000.00")], [B10],
            {"fund_pooled": "1520.00", "fund_supplement": "215.00"},
        ),
        (
            [BASIC, {"fund": "other", "base": {"sum": [["self_paid", "0.5"], ["over_limit", "1"]]}, "ratio": "1",
                     "reduces": "none"}],
            [("C", "100.00"), ("bed", "100.00", {"days": "3"})],
            [C, {"match": {"class": "bed"}, "ceiling": {"per": "day", "amount": "20.00", "times": "days"}}],
            {"over_limit": "40.00", "fund_pooled": "48.00", "fund_other": "90.00", "personal_total": "62.00"},
        ),
        (
            [BASIC], [("implant", "1000.00")],
            [{"match": {"class": "implant"}, "treat": "separate", "personal_ratio": "0.35"}],
            {"fund_pooled": "650.00", "personal_total": "350.00"},
        ),
    ],
)  # fmt: skip
def test_every_rule_for_lines_and_sum_of_bases_has_its_stage(layers, lines, rules, expected):
    computed = told(layers, lines, rules)
    assert {key: computed[key] for key in expected} == expected
