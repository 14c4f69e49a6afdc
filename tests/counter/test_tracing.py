"""Trace codes: one for every box of a packed medicine, each on one line only."""

import pytest

from terminal.counter.faults import TraceCodeTwice
from terminal.counter.tracing import is_code, lacking, traced, wanted
from terminal.documents import Line
from terminal.money import Fen, parse_price, parse_quantity


def line(sn: int, code: str = "XA01", quantity: str = "1", codes: tuple[str, ...] = ()) -> Line:
    return Line(sn, code, parse_price("1"), parse_quantity(quantity), Fen(100), code=code, trace_codes=codes)


@pytest.mark.parametrize(
    ("code", "quantity", "boxes"),
    [("XA01", "2", 2), ("ZA01", "1", 1), ("XA01", "0.5", 1), ("XA01", "2.25", 3), ("SA01", "8", 0), ("", "1", 0)],
)
def test_every_box_of_a_packed_medicine_needs_one_a_broken_box_too(code: str, quantity: str, boxes: int) -> None:
    assert wanted(line(1, code, quantity)) == boxes


def test_lines_that_lack_a_code_are_told_until_all_boxes_have_one() -> None:
    lines = [line(1, quantity="2"), line(2, "SA01")]
    assert [each.sn for each in lacking(lines)] == [1]
    lines = traced(lines, 1, ("A",))
    assert [each.sn for each in lacking(lines)] == [1]
    assert lacking(traced(lines, 1, ("A", "B"))) == ()


@pytest.mark.parametrize(("sn", "codes"), [(1, ("A", "A")), (2, ("A",))])
def test_one_box_is_scanned_once(sn: int, codes: tuple[str, ...]) -> None:
    with pytest.raises(TraceCodeTwice):
        traced([line(1, codes=("A",)), line(2)], sn, codes)


@pytest.mark.parametrize(
    ("text", "is_one"), [("81234567890123456789", True), ("6900000000017", False), ("8123456789012345678A", False)]
)
def test_a_trace_code_is_known_by_its_twenty_digits(text: str, is_one: bool) -> None:
    assert is_code(text) is is_one
