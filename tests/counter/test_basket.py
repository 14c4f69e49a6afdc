"""A basket before its trial: the price follows the amount, a prescription brings its lines."""

import json

import pytest

from terminal.counter.basket import counted, discounted, fetch
from terminal.counter.faults import BadDiscount, NoPrescription
from terminal.documents import Line
from terminal.faults import BadDocument
from terminal.money import Fen, amount_of, parse_price, parse_quantity
from tests.world import AMOXICILLIN, bill


def line(price: str, quantity: str) -> Line:
    one, many = parse_price(price), parse_quantity(quantity)
    return Line(1, "阿莫西林", one, many, amount_of(one, many))


@pytest.mark.parametrize(
    ("price", "quantity", "text", "amount"),
    [
        ("12.50", "2", "90%", 2250),
        ("12.50", "3", "95%", 3563),
        ("0.333333", "7", "50%", 117),
        ("12.50", "2", "19.80", 1980),
        ("12.50", "2", "100%", 2500),
        ("12.50", "2", "0%", 0),
        ("33.33", "999.5", "88.8%", 2958225),
    ],
)
def test_after_a_discount_price_times_quantity_is_the_amount(price: str, quantity: str, text: str, amount: int) -> None:
    after = discounted(line(price, quantity), text)
    assert after.amount == amount == amount_of(after.price, after.quantity)


@pytest.mark.parametrize("text", ["25.01", "101%", "-5", "-5%", "x", "%", ""])
def test_what_is_no_discount_is_refused(text: str) -> None:
    with pytest.raises(BadDiscount):
        discounted(line("12.50", "2"), text)


def test_another_quantity_keeps_the_price() -> None:
    assert counted(line("12.50", "2"), parse_quantity("5")).amount == Fen(6250)


def test_a_prescription_that_lies_here_brings_its_lines(tmp_path) -> None:
    folder = tmp_path / "prescriptions"
    folder.mkdir()
    lines = bill("B", "zhang", (AMOXICILLIN, 2))["lines"]
    (folder / "R1.json").write_text(json.dumps({"number": "R1", "lines": lines}), encoding="utf-8")
    (folder / "R2.json").write_text(json.dumps({"number": "R1", "lines": lines}), encoding="utf-8")
    (folder / "R3.json").write_text("{", encoding="utf-8")
    found = fetch(tmp_path, "R1")
    assert found is not None and [each.name for each in found.lines] == ["阿莫西林胶囊"]
    assert fetch(tmp_path, "R9") is None
    assert fetch(tmp_path, "../settings") is None
    with pytest.raises(NoPrescription):
        fetch(tmp_path, "R2")
    with pytest.raises(BadDocument):
        fetch(tmp_path, "R3")
