"""Documents at the edge: what is refused, and how the refusal names file, place, value and expectation."""

import re
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.documents import DOCUMENTS, Claim, decode, encode, schema
from terminal.faults import BadDocument
from terminal.money import (
    Fen,
    MoneyText,
    Price,
    Quantity,
    Rounding,
    amount_of,
    divide,
    format_rate,
    parse_price,
    parse_quantity,
    parse_rate,
    parse_yuan,
)

CLAIM = {
    "bill": "B-1",
    "institution": {"code": "H11010500001", "name": "北京市测试医院", "area": "110100", "tier": "3"},
    "terminal": "01",
    "operator": "0001",
    "visit": {"type": "outpatient", "begin": "2026-03-02T09:30:00+08:00"},
    "lines": [
        {"sn": 1, "name": "测试药片", "price": "1.5", "quantity": "2", "amount": "3.00", "first_self_pay": "2/37"}
    ],
}


def changed(**changes: object) -> bytes:
    return msgspec.json.encode({**CLAIM, **changes})


def with_line(**changes: object) -> bytes:
    return changed(lines=[{**CLAIM["lines"][0], **changes}])  # type: ignore[index]


def test_a_claim_survives_the_way_to_json_and_back() -> None:
    claim = decode(msgspec.json.encode(CLAIM), Claim)
    assert claim.lines[0].first_self_pay == Fraction(2, 37)
    assert decode(encode(claim), Claim) == claim


@pytest.mark.parametrize(
    ("data", "place", "found", "expected"),
    [
        (with_line(amount=3.0), "lines[0].amount", "3.0", "never a JSON number"),
        (with_line(amount="3.001"), "lines[0].amount", "3.001", "at most 2 decimals"),
        (with_line(price="1e3"), "lines[0].price", "1e3", "unit price"),
        (with_line(first_self_pay="0.1"), "lines[0].first_self_pay", "0.1", "exact rate"),
        (with_line(item_class="D"), "lines[0].item_class", "D", "one of A, B, C"),
        (changed(visit={"type": "spa", "begin": "2026-03-02T09:30:00+08:00"}), "visit.type", "spa", "pharmacy"),
        (
            changed(visit={"type": "outpatient", "begin": "yesterday"}),
            "visit.begin",
            "yesterday",
            "2026-03-02T09:30:00+08:00",
        ),
        (changed(visit={"type": "outpatient", "begin": "2026-03-02T09:30:00"}), "visit.begin", "09:30:00", "offset"),
        (changed(bill=7), "bill", "7", "text"),
        (changed(lines=[]), "lines", "[]", "length >= 1"),
        (changed(operator=111111198101011110), "operator", "1111********10", "text"),
        (with_line(sn=None), "lines[0].sn", "", "a whole number"),
        (changed(bil="x"), "-", "bil", "only bill"),
        (b'{"bill": ', "-", "truncated", "Claim"),
        (b"\xff\xfe", "-", "", "Claim"),
        (b"[" * 50_000, "-", "array", "an object"),
        (b'{"bill": ' + b"[" * 50_000, "bill", "array", "text"),
    ],
    ids=[
        "float",
        "three-decimals",
        "exponent",
        "decimal-rate",
        "class",
        "visit-type",
        "instant",
        "no-offset",
        "number",
        "no-lines",
        "masked",
        "null",
        "key",
        "torn",
        "bytes",
        "nested",
        "nested-inside",
    ],
)
def test_a_wrong_document_is_refused_with_its_place(data: bytes, place: str, found: str, expected: str) -> None:
    with pytest.raises(BadDocument) as refused:
        decode(data, Claim, file="bill.json")
    told = refused.value.data
    assert told["file"] == "bill.json"
    assert told["place"] == place
    assert found in str(told["found"])
    assert expected in str(told["expected"])
    assert_whole(refused.value)


ENGLISH = re.compile(
    r"\b(expected|one of|only|such|text|an? \w|the|with|at|most|or|not|number|list|object|missing|unknown|malformed"
    r"|field|invalid|truncated|instant|year|between|characters|decimals|nothing|length|prints|deep|before)\b"
)


def assert_whole(refused: BadDocument) -> None:
    """No English inside the Chinese sentence but what stands in the document and names of its fields and types."""
    chinese = refused.zh.format(**refused.data)
    assert ENGLISH.findall(re.sub(r"`[^`]*`|\"[^\"]*\"", "", chinese)) == [], chinese


def visit(**changes: str) -> bytes:
    return changed(visit={**CLAIM["visit"], **changes})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("data", "place", "expected"),
    [
        (visit(begin="0001-01-01T00:00:00+08:00"), "visit.begin", "a year from 1900 to 2199"),
        (visit(begin="1899-12-31T23:59:59+08:00"), "visit.begin", "a year from 1900 to 2199"),
        (visit(begin="9999-12-31T23:00:00-12:00"), "visit.begin", "a year from 1900 to 2199"),
        (visit(end="2200-01-01T00:00:00+08:00"), "visit.end", "a year from 1900 to 2199"),
        (visit(end="2026-03-02T09:29:59+08:00"), "visit.end", "not before begin"),
        (with_line(charged_at="0001-01-01T00:00:00+08:00"), "lines[0].charged_at", "a year from 1900 to 2199"),
        (with_line(first_self_pay="200%"), "lines[0].first_self_pay", "between 0% and 100%"),
        (with_line(first_self_pay="38/37"), "lines[0].first_self_pay", "between 0% and 100%"),
        (with_line(first_self_pay="-1%"), "lines[0].first_self_pay", "an exact rate"),
        (with_line(sn=0), "lines[0].sn", "a whole number >= 1"),
        (with_line(sn=-1), "lines[0].sn", "a whole number >= 1"),
        (with_line(sn=10**23), "lines[0].sn", "a whole number"),
        (with_line(name="针\x1b[2J"), "lines[0].name", "text without control characters"),
        (with_line(name="针\u202e"), "lines[0].name", "text without control characters"),
        (with_line(trace_codes=["1", "2\t"]), "lines[0].trace_codes[1]", "text without control characters"),
        (changed(institution={**CLAIM["institution"], "name": "\x9b"}), "institution.name", "text without control"),  # type: ignore[dict-item]
        *((changed(bill=bill), "bill", "text without control characters") for bill in ("\x00", "a\nb", "a\n", "\x1bc")),
    ],
)  # fmt: skip
def test_what_the_type_allows_and_a_bill_does_not_is_refused_by_its_field(
    data: bytes, place: str, expected: str
) -> None:
    with pytest.raises(BadDocument) as refused:
        decode(data, Claim)
    told = refused.value.data
    assert told["place"] == place
    assert expected in str(told["expected"])
    assert str(refused.value).isprintable()
    assert_whole(refused.value)


@pytest.mark.parametrize(
    "data",
    [
        visit(begin="1900-01-01T00:00:00+08:00"),
        visit(end="2199-12-31T23:59:59+08:00"),
        visit(end=str(CLAIM["visit"]["begin"])),  # type: ignore[index]
        with_line(first_self_pay="100%"),
        with_line(first_self_pay="0%"),
        with_line(name="阿莫西林 “0.25g×24粒”（Ω）𠮷"),
    ],
)
def test_the_last_good_value_is_taken(data: bytes) -> None:
    assert encode(decode(data, Claim))


def test_nesting_is_refused_where_unknown_fields_are_passed_over() -> None:
    class Open(msgspec.Struct):
        bill: str

    with pytest.raises(BadDocument, match="nested too deep"):
        decode(b'{"bill": "B-1", "note": ' + b"[" * 50_000, Open)


@pytest.mark.parametrize("name", list(DOCUMENTS))
def test_every_document_has_a_schema_and_says_its_number(name: str) -> None:
    properties = schema(DOCUMENTS[name])["$defs"][DOCUMENTS[name].__name__]["properties"]
    assert properties["schema"]["enum"] == [f"{name}/1"]


@given(st.integers(-(10**15), 10**15))
def test_amounts_prices_and_quantities_survive_their_text(value: int) -> None:
    assert parse_yuan(str(Fen(value))) == value
    assert parse_price(str(Price(value))) == value
    assert parse_quantity(str(Quantity(value))) == value


@given(st.fractions(0, 2, max_denominator=10**6))
def test_a_rate_survives_its_text(rate: Fraction) -> None:
    assert parse_rate(format_rate(rate)) == rate


@pytest.mark.parametrize("text", ["", "1,00", "1.", ".5", "١.00", "1.234", "NaN", "--1", "1 "])
def test_text_that_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(MoneyText):
        parse_yuan(text)


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.HALF_UP, [3, 2, -3, 2]),
        (Rounding.HALF_EVEN, [2, 2, -2, 2]),
        (Rounding.UP, [3, 3, -3, 2]),
        (Rounding.DOWN, [2, 2, -2, 2]),
    ],
)
def test_a_quotient_rounds_as_its_word_says(rounding: Rounding, expected: list[int]) -> None:
    assert [divide(n, d, rounding) for n, d in ((5, 2), (9, 4), (-5, 2), (2, 1))] == expected


def test_a_line_amount_is_rounded_once_from_six_decimals() -> None:
    assert amount_of(parse_price("0.123456"), parse_quantity("17.5")) == 216


def test_instants_of_any_offset_become_beijing_time_whose_day_counts() -> None:
    claim = decode(changed(visit={"type": "outpatient", "begin": "2026-03-01T17:30:00Z"}), Claim)
    assert claim.visit.begin.isoformat() == "2026-03-02T01:30:00+08:00"
