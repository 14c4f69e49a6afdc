"""Checks that advise: each finds its case, says why, and is silent otherwise."""

from typing import Any

import msgspec
import pytest

from terminal.counter.identify import identify
from terminal.counter.office.advice import Advisor, Check, answer, answers
from terminal.counter.office.operators import Session
from terminal.counter.office.refunds import give_back
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import Claim, Credential, CredentialKind
from tests.counter.office.test_refunds import audited
from tests.world import AMOXICILLIN, CARDS, bill, claim, decode


def asked(
    number: str, begin: str = "2026-03-02T09:30:00+08:00", line: dict[str, Any] | None = None, **more: Any
) -> Claim:
    """A bill of one box of capsules on its own prescription."""
    kind = more.pop("type", "outpatient")
    document = bill(number, "zhang", (AMOXICILLIN, 1))
    document["lines"][0] |= {"prescription": f"P-{number}", **(line or {})}
    visit = {"type": kind, "begin": begin, **more.pop("visit", {})}
    return decode(msgspec.json.encode({**document, "visit": visit, **more}), Claim)


CARD, CODE = CARDS["zhang"]
SHOWN = Credential(CredentialKind.CARD, CARD, identification_code=CODE)


def found(till: Till, claim: Claim) -> list[str]:
    return [hint.check for hint in Advisor(till).hints(claim, identify(till, SHOWN).person)]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (asked("B-2"), [Check.SECOND_PRESCRIPTION]),
        (asked("B-2", "2026-03-04T09:30:00+08:00"), [Check.STILL_COVERED]),
        (asked("B-2", "2026-03-09T09:30:00+08:00"), []),
        (asked("B-2", line={"prescription": "P-B-1"}), []),
        (asked("B-2", line={"code": "XA01-TEST-0009"}), []),
        (asked("B-2", "2026-03-09T09:30:00+08:00", line={"trace_codes": ["T-1"]}), [Check.CODE_SOLD]),
        (asked("B-2", "2026-03-09T09:30:00+08:00", line={"trace_codes": ["T-2"]}), []),
        (
            asked(
                "B-2",
                "2026-03-09T09:30:00+08:00",
                credential={"kind": "card", "number": CARD, "identification_code": CODE, "name": "李四"},
            ),
            [Check.OTHER_NAME],
        ),
        (
            asked(
                "B-2",
                "2026-03-09T09:30:00+08:00",
                credential={"kind": "manual", "number": "111111198101011110", "reason": "卡损坏", "reviewer": "0002"},
            ),
            [Check.CARD_NOT_SEEN],
        ),
    ],
)
def test_after_a_first_bill(till: Till, second: Claim, expected: list[Check]) -> None:
    settle(till, asked("B-1", line={"trace_codes": ["T-1"]}))
    assert found(till, second) == expected


@pytest.mark.parametrize(
    ("quantity", "visit", "expected"),
    [
        ("24", {}, []),
        ("25", {}, [Check.TOO_MANY_HOURS]),
        ("48", {"end": "2026-03-04T08:00:00+08:00"}, []),
        ("49", {"end": "2026-03-04T08:00:00+08:00"}, [Check.TOO_MANY_HOURS]),
    ],
)
def test_a_day_has_24_hours(till: Till, quantity: str, visit: dict[str, str], expected: list[Check]) -> None:
    line = {"name": "持续吸氧", "price": "2.00", "quantity": quantity, "amount": f"{int(quantity) * 2}.00"}
    assert found(till, asked("B-1", line=line, visit=visit)) == expected


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (asked("B-2", "2026-03-03T09:30:00+08:00"), [Check.STILL_COVERED, Check.IN_HOSPITAL]),
        (asked("B-2", "2026-03-06T09:30:00+08:00"), []),
        (asked("B-2", "2026-03-20T09:30:00+08:00", type="inpatient"), [Check.SPLIT_ADMISSION]),
        (asked("B-2", "2026-03-21T09:30:00+08:00", type="inpatient"), []),
    ],
)
def test_after_a_stay(till: Till, second: Claim, expected: list[Check]) -> None:
    stay = {"end": "2026-03-06T09:00:00+08:00", "admission_number": "A-1", "disease": "J18.900", "disease_name": "肺炎"}
    settle(till, asked("S-1", line={"prescription": ""}, type="inpatient", visit=stay))
    assert found(till, second) == expected


def test_a_refunded_bill_gives_its_code_back(till: Till, staff: dict[str, Session]) -> None:
    settle(till, asked("B-1", line={"trace_codes": ["T-1"]}))
    second = asked("B-2", "2026-03-09T09:30:00+08:00", line={"trace_codes": ["T-1"]})
    advisor, person = Advisor(till), identify(till, SHOWN).person
    assert [hint.check for hint in advisor.hints(second, person)] == [Check.CODE_SOLD]
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    assert advisor.hints(second, person) == []


def test_a_hint_says_why_in_both_languages_and_keeps_its_answer(till: Till) -> None:
    settle(till, asked("B-1"))
    second = asked("B-2")
    (hint,) = Advisor(till).hints(second, identify(till, SHOWN).person)
    assert (hint.line, "P-B-1" in hint.zh, "P-B-1" in hint.en) == (1, True, True)
    answer(till, "B-2", hint.check, "两位医生会诊，均需用药", line=hint.line)
    assert [(each.check, each.line) for each in answers(till, "B-2")] == [(Check.SECOND_PRESCRIPTION, 1)]
    assert answers(till, "B-1") == [] and settle(till, claim("B-3", "li", (AMOXICILLIN, 1))).total == 1250
