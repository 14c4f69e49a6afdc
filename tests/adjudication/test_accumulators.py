"""Which opening counts, which period a bill falls into, and what is booked."""

from datetime import date, timedelta

import pytest

from terminal.adjudication import after, split
from terminal.documents import Opening, Posting, Source
from terminal.money import parse_yuan
from tests.adjudication.asking import D, check
from tests.adjudication.bills import DAY, claim, insured_for
from tests.adjudication.packs import accumulator, small


def plan_of(period, trust="centre", **more):
    counter = accumulator("used", "charged.l", period, **more).replace('opening = "centre"', f'opening = "{trust}"')
    return small(D, {"r": "80%", "d": "300.00"}, accumulators=counter)


@pytest.mark.parametrize(
    ("trust", "charged"), [("centre", "200.00"), ("journal", "50.00"), ("zero", "300.00")]
)  # fmt: skip
def test_the_pack_says_whom_to_trust_when_two_state_an_opening(trust, charged):
    openings = [
        Opening("used", "2026", parse_yuan("250.00"), date(2026, 3, 1), Source.JOURNAL),
        Opening("used", "2026", parse_yuan("100.00"), date(2026, 2, 1), Source.CENTRE),
    ]
    plan = plan_of("calendar_year", trust)
    assert str(split(plan, claim("1000.00"), insured_for(plan), openings).settlement.deductible) == charged


@pytest.mark.parametrize(
    ("period", "more", "key"),
    [
        ("calendar_year", {}, "2026"),
        ("scheme_year", {"begins": 4}, "2025-04"),
        ("quarter", {}, "2026Q1"),
        ("month", {}, "2026-03"),
        ("day", {}, "2026-03-02"),
        ("stay", {}, "stay:Z1"),
        ("lifetime", {}, "life"),
        ("cycle", {"days": 90}, "2026-03-02+90"),
        ("episode", {"days": 7}, "2026-03-02+7"),
        ("calendar_year", {"scope": "person+institution"}, "2026@H36040300001"),
        ("calendar_year", {"scope": "person+disease"}, "2026#E11"),
    ],
)
def test_a_bill_posts_into_the_period_it_reads(period, more, key):
    plan = plan_of(period, **more)
    bill = claim("1000.00", admission_number="Z1", disease="E11")
    done = split(plan, bill, insured_for(plan)).settlement
    assert done.postings == (Posting("used", key, 300_00),)
    check(plan, bill, {"deductible": "0.00"}, openings={("used", key): 300_00})


@pytest.mark.parametrize(("days", "charged"), [(89, "0.00"), (90, "300.00")])
def test_a_cycle_ends_after_its_days(days, charged):
    opening = Opening("used", "2026-03-02+90", 300_00, DAY.date(), Source.JOURNAL)
    plan = plan_of("cycle", days=90)
    later = claim("1000.00", begin=DAY + timedelta(days=days))
    assert str(split(plan, later, insured_for(plan), [opening]).settlement.deductible) == charged


def test_booking_adds_to_what_was_held_and_starts_what_was_not():
    held = [Opening("a", "2026", 5, date(2026, 1, 1), Source.CENTRE)]
    booked = after(held, [Posting("a", "2026", 7), Posting("b", "life", 1)], date(2026, 3, 2))
    assert [(o.accumulator, o.value, o.source) for o in booked] == [
        ("a", 12, Source.CENTRE), ("b", 1, Source.JOURNAL),
    ]  # fmt: skip
