"""A settled bill as FHIR R4, held against the elements that R4 requires."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.world import AMOXICILLIN, CT, VITAMINS, World, bill

REQUIRED = {
    ("Coverage", "13.1"): ("status", "beneficiary", "payor"),
    ("Claim", "13.6"): (
        "status", "type", "use", "patient", "created", "provider", "priority", "insurance",
        "insurance.sequence", "insurance.focal", "insurance.coverage", "item.sequence", "item.productOrService",
    ),
    ("ClaimResponse", "13.7"): (
        "status", "type", "use", "patient", "created", "insurer", "outcome",
        "item.itemSequence", "item.adjudication", "item.adjudication.category", "total.category", "total.amount",
    ),
    ("ExplanationOfBenefit", "13.10"): (
        "status", "type", "use", "patient", "created", "insurer", "provider", "outcome", "insurance",
        "insurance.focal", "insurance.coverage", "item.sequence", "item.productOrService",
        "item.adjudication.category", "total.category", "total.amount",
    ),
}  # fmt: skip
"""Resource and section of R4 -> elements with a lower bound of one, nested ones where their parent is there."""

CODES = {
    "status": {"active"},
    "use": {"claim"},
    "outcome": {"complete"},
}


def found(node: Any, path: str) -> list[Any]:
    nodes = [node]
    for name in path.split("."):
        nodes = [each.get(name) for each in nodes]
        nodes = [part for each in nodes for part in (each if isinstance(each, list) else [each])]
    return nodes


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    world = World(tmp_path_factory.mktemp("fhir"))
    try:
        world.run("settle", "-", "--json", feed=[bill("F/1", "zhang", (CT, 8), (AMOXICILLIN, 2), (VITAMINS, 1))])
        world.centre.line_down()
        world.run("settle", "-", "--json", feed=[bill("F/2", "zhang", (CT, 1))])
        assert world.run("export", "fhir", "F/2")[0] == 1, "a provisional bill is no settlement"
        process = world.command("export", "fhir", "F/1")
        return json.loads(process.communicate(timeout=60)[0], parse_float=Decimal)
    finally:
        world.close()


def resource(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    (one,) = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]
    return dict(one)


@pytest.mark.parametrize(("kind", "section"), list(REQUIRED))
def test_every_required_element_is_there(bundle: dict[str, Any], kind: str, section: str) -> None:
    one = resource(bundle, kind)
    for path in REQUIRED[kind, section]:
        values = found(one, path)
        assert values and None not in values, f"{kind}.{path} ({section})"
    for name, codes in CODES.items():
        assert one.get(name, next(iter(codes))) in codes


def test_references_inside_the_bundle_resolve(bundle: dict[str, Any]) -> None:
    known = {f"{entry['resource']['resourceType']}/{entry['resource']['id']}" for entry in bundle["entry"]}
    text = json.dumps(bundle, default=str)
    assert {part.split('"')[0] for part in text.split('"reference": "')[1:]} <= known


def test_amounts_are_exact_numbers_that_add_up(bundle: dict[str, Any]) -> None:
    one = resource(bundle, "ExplanationOfBenefit")
    totals = {total["category"]["coding"][0]["code"]: total["amount"]["value"] for total in one["total"]}
    assert totals["submitted"] == Decimal("2161.00") == sum(item["net"]["value"] for item in one["item"])
    assert totals["submitted"] == totals["benefit"] + totals["account"] + totals["cash"]
    assert totals["eligible"] + totals["own_pay"] + totals["first_self_pay"] == totals["submitted"]
    assert "张三" not in json.dumps(bundle, ensure_ascii=False, default=str)
