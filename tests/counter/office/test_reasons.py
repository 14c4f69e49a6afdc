"""Reason cards: every failure at the counter leads to words, a step and papers; the rate counts both sides."""

from fractions import Fraction

import pytest

from terminal.counter.office import reasons
from terminal.counter.office.faults import UnknownCause
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.faults import Fault
from tests.world import AMOXICILLIN, World, claim


@pytest.mark.parametrize(
    ("code", "said", "cause"),
    [
        ("not_entitled", "暂停参保", "arrears"),
        ("not_entitled", "没有有效的参保 no valid insurance", "arrears"),
        ("centre_refused", "该人员存在在途审核业务", "under_review"),
        ("bill_refused", "急诊留观费用未转归", "observation"),
        ("snapshot_too_old", "", "network"),
        ("centre_unreachable", "", "network"),
        ("no_credential", "", "own"),
        ("centre_refused", "诊断编码不能为空", None),
        ("store_failed", "", None),
    ],
)
def test_an_error_leads_to_its_card(code: str, said: str, cause: str | None) -> None:
    assert reasons.cause_of(code, said) == cause


def test_a_suspended_patient_gets_a_card(till: Till) -> None:
    with pytest.raises(Fault) as told:
        settle(till, claim("B-1", "chen"))
    cause = reasons.cause_of(told.value.code, str(told.value.data.get("reason")))
    assert cause == "arrears" and len(reasons.cards()[cause].papers) >= 4


@pytest.mark.parametrize("name", list(reasons.cards()))
def test_a_card_says_everything_in_both_languages(name: str) -> None:
    card = reasons.cards()[name]
    texts = [card.title, card.patient, card.step, *card.papers]
    assert card.papers and all(text.zh and text.en and not text.zh.isascii() and text.en.isascii() for text in texts)


def test_the_rate_counts_who_settled_and_who_did_not(world: World, till: Till) -> None:
    day = till.clock().date()
    assert reasons.rates(till, day, day) == []
    for number in ("B-1", "B-2"):
        settle(till, claim(number, "zhang", (AMOXICILLIN, 1)))
    settle(till, claim("B-3", "li", (AMOXICILLIN, 1)))
    reasons.record(till, "network", "active")
    found = {each.group: each for each in reasons.rates(till, day, day)}
    active = found["active"]
    assert (active.settled, active.causes, active.rate) == (2, {"network": 1}, Fraction(2, 3))
    assert (found["retired"].rate, found["retired"].causes) == (1, {})
    with pytest.raises(UnknownCause):
        reasons.record(till, "weather", "active")
