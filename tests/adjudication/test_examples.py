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
        (lambda d: d["examples"][0]["bill"]["lines"][0].update(amount=2500.0), "BJ-EMP-OP-2009"),
        (lambda d: d["examples"][0]["policy"]["layers"][0].update(ratio="half"), "half"),
        (lambda d: d["examples"][0]["policy"]["layers"][0].update(fund="nobody"), "nobody"),
    ],
)
def test_an_unreadable_file_names_its_place(change, told):
    document = json.loads(FILE.read_text())
    change(document)
    with pytest.raises(BadDocument) as refused:
        run_examples(json.dumps(document).encode(), file="examples.json")
    assert told in str(refused.value)
    assert "examples.json" in str(refused.value)
