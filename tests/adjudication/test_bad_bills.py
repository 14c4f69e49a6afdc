"""Bills the engine must not guess about: each gets its finding, in both languages, and no split."""

import pytest
from msgspec.structs import replace

from config.policies import pack_files
from terminal.adjudication import CannotSplit, adjudicate, load_plan
from terminal.documents import Scheme, Severity
from terminal.faults import Exit
from terminal.money import Fen, Price, Quantity
from tests.adjudication.bills import DAY, claim, insured_for, line

PLAN = load_plan(pack_files("jiujiang-resident"))
PERSON = insured_for(PLAN)


@pytest.mark.parametrize(
    ("bill", "person", "code", "place"),
    [
        (claim(line(1, "1.00"), line(1, "2.00")), PERSON, "duplicate_line", "line 1"),
        (claim(line(1, -100)), PERSON, "negative_amount", "line 1"),
        (claim(line(1, "1.00", "")), PERSON, "unknown_class", "line 1"),
        (claim(line(1, "1.00", "B")), PERSON, "policy_value_missing", "first_self_pay"),
        (claim("1.00", begin=DAY.replace(year=2019)), PERSON, "no_policy_on_date", "visit"),
        (claim("1.00", visit="maternity"), PERSON, "no_benefit", "visit"),
        (claim("1.00"), replace(PERSON, area="110100"), "wrong_pack", "bill"),
        (claim("1.00"), replace(PERSON, scheme=Scheme.EMPLOYEE), "wrong_pack", "bill"),
        (claim("1.00", area="110100"), PERSON, "fact_missing", "referral"),
        (claim(*["99999999999.99"] * 2), PERSON, "too_large", "bill"),
    ],
)  # fmt: skip
def test_no_split_but_a_finding(bill, person, code, place):
    with pytest.raises(CannotSplit) as refused:
        adjudicate(PLAN, bill, person)
    finding = refused.value.findings[0]
    assert (finding.code, finding.place, finding.severity) == (code, place, Severity.STOP)
    assert finding.zh
    assert finding.en
    assert refused.value.exit is Exit.NO
    assert finding.en in str(refused.value)


def test_everything_that_stops_a_bill_is_told_at_once():
    with pytest.raises(CannotSplit) as refused:
        adjudicate(PLAN, claim(line(1, "1.00", "B"), line(2, "1.00", ""), tier="none"), PERSON)
    assert sorted(found.code for found in refused.value.findings) == [
        "policy_value_missing", "policy_value_missing", "policy_value_missing", "unknown_class",
    ]  # fmt: skip


def test_a_line_that_does_not_multiply_counts_as_charged_and_is_told():
    odd = line(1, "2.16", price=Price(123_456), quantity=Quantity(175_000))
    assert adjudicate(PLAN, claim(odd), PERSON).findings == ()
    wrong = replace(odd, amount=Fen(210))
    result = adjudicate(PLAN, claim(wrong), PERSON)
    assert [(found.code, found.severity) for found in result.findings] == [("line_does_not_multiply", Severity.NOTE)]
    assert "2.16" in result.findings[0].zh
    assert result.total == 210


def test_nobody_stating_an_opening_is_told():
    plan = load_plan(pack_files("beijing-employee"))
    result = adjudicate(plan, claim("1.00", visit="outpatient", area="110100"), insured_for(plan))
    assert {found.code for found in result.findings} == {"opening_assumed_zero"}
    assert {found.place for found in result.findings} == {"op.deductible", "op.paid"}


def test_another_persons_card_gives_no_pooled_benefits():
    with pytest.raises(CannotSplit) as refused:
        adjudicate(PLAN, claim("1.00"), PERSON, card_holder="张三")
    assert [found.code for found in refused.value.findings] == ["card_of_another"]
    assert "张三" in refused.value.findings[0].zh
