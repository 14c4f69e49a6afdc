"""Bills of the past: replay bit for bit, law that changed afterwards, reversals and whom they touch, joined bills."""

import random
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from config.policies import pack_files
from terminal.adjudication import adjudicate, after, load_plan, reverse
from terminal.adjudication.history import Entry, affected, join_observation, replay
from terminal.money import parse_yuan
from tests.adjudication.bills import DAY, claim, insured_for
from tests.adjudication.packs import small_files, value

BEIJING = load_plan(pack_files("beijing-employee"))
PERSON = insured_for(BEIJING)


def outpatient(amount, bill="B1", day=DAY):
    return claim(amount, visit="outpatient", area="110100", bill=bill, begin=day)


def entry(bill, openings=(), **more):
    return Entry(bill, PERSON, tuple(openings), adjudicate(BEIJING, bill, PERSON, openings), **more)


def year(amounts):
    """Bills of one person one after the other, each opening with what the others used up."""
    entries, openings = [], ()
    for number, amount in enumerate(amounts):
        made = entry(outpatient(amount, f"B{number}", DAY + timedelta(days=number)), openings)
        openings = after(openings, made.settlement.postings, made.claim.visit.begin.date())
        entries.append(made)
    return entries, openings


def test_a_replay_is_the_same_bit_for_bit():
    entries, _ = year(["700.00", "1500.05", "20000.00"])
    for one in entries:
        again = replay(BEIJING, one)
        assert (again.settlement, again.same_pack, again.differences) == (one.settlement, True, ())


def test_a_replay_under_a_changed_pack_says_so_and_what_differs():
    files = pack_files("beijing-employee")
    files["values.toml"] = files["values.toml"].replace(b'is = "50%"', b'is = "60%"')
    (one,), _ = year(["2000.00"])
    again = replay(load_plan(files), one)
    assert not again.same_pack
    assert again.differences == ("layers", "cash", "postings")


def test_retroactive_law_has_two_answers_as_known_then_and_as_known_now():
    files = small_files('{ kind = "ratio", rate = "r" },', {"r": "50%"})
    later = value("r", "60%").replace("known = 2020-01-01", "known = 2026-06-01")
    files["values.toml"] += later.encode()
    plan = load_plan(files)
    person = insured_for(plan)
    then = adjudicate(plan, claim("100.00"), person, known=date(2026, 3, 2))
    now = adjudicate(plan, claim("100.00"), person)
    assert [str(one.funds) for one in (then, now)] == ["50.00", "60.00"]
    made = Entry(claim("100.00"), person, (), then, date(2026, 3, 2))
    assert replay(plan, made).differences == ()
    assert str(replay(plan, made, known=date(2026, 6, 1)).settlement.funds) == "60.00"


def test_reversing_a_bill_restores_every_accumulator_and_the_bill_settles_the_same_again():
    entries, openings = year(["700.00", "1500.05", "3000.00"])
    first = entries[0]
    back = after(openings, reverse(entries[2].settlement), date(2026, 4, 1))
    two_bills = after(after((), first.settlement.postings, DAY.date()), entries[1].settlement.postings, DAY.date())
    assert {(o.accumulator, o.value) for o in back} == {(o.accumulator, o.value) for o in two_bills}
    assert adjudicate(BEIJING, entries[2].claim, PERSON, back).layers == entries[2].settlement.layers


def test_a_reversal_goes_into_the_period_of_the_bill_whatever_the_day():
    one = entry(outpatient("2000.00", day=DAY.replace(year=2025, month=12, day=31)))
    assert {posting.period for posting in reverse(one.settlement)} == {"2025"}
    assert [p.delta for p in reverse(one.settlement)] == [-p.delta for p in one.settlement.postings]


def test_later_bills_that_would_now_split_otherwise_are_listed_with_the_difference():
    entries, _ = year(["700.00", "1500.00", "1000.00"])
    found = affected(BEIJING, entries[0].settlement, entries[1:])
    # without the first 700, the second bill bears 700 more of the deductible, and so would the third on its own
    assert [(one.bill, str(one.funds), str(one.funds_now)) for one in found] == [
        ("B1", "200.00", "0.00"), ("B2", "500.00", "150.00"),
    ]  # fmt: skip
    assert affected(BEIJING, entries[2].settlement, []) == []


def test_in_many_years_some_later_bill_is_touched_and_never_silently_changed(seed, size):
    rng = random.Random(seed)
    touched = 0
    rounds = size(60, 5000)
    for _ in range(rounds):
        entries, _ = year([f"{rng.randrange(20, 900)}.00" for _ in range(12)])
        number = rng.randrange(11)
        before = [one.settlement for one in entries]
        found = affected(BEIJING, entries[number].settlement, entries[number + 1 :])
        assert [one.settlement for one in entries] == before
        assert all(one.funds != one.funds_now for one in found)
        touched += bool(found)
    assert 0 < touched <= rounds


@pytest.mark.parametrize(("gap", "joined"), [(0, True), (7, True), (8, False), (-1, False)])
def test_an_observation_joins_the_admission_that_follows_within_seven_days(gap, joined):
    watched = claim("2000.00", visit="observation", area="110100", end=DAY + timedelta(days=1))
    stay = claim("28000.00", area="110100", begin=DAY + timedelta(days=1 + gap), end=DAY + timedelta(days=20))
    whole = join_observation(BEIJING, watched, stay)
    assert (whole is not None) == joined
    if whole is None:
        return
    assert whole.visit.begin == DAY
    assert [line.sn for line in whole.lines] == [1, 2]
    # (2,000 + 28,000 - 1,300) x 85%
    assert str(adjudicate(BEIJING, whole, PERSON).funds) == "24395.00"


def test_an_observation_that_is_not_followed_stays_an_outpatient_bill():
    watched = claim("2000.00", visit="observation", area="110100")
    assert str(adjudicate(BEIJING, watched, PERSON).funds) == "100.00"
    assert join_observation(BEIJING, watched, replace(watched, bill="B2")) is None
    jiujiang = load_plan(pack_files("jiujiang-resident"))
    assert join_observation(jiujiang, watched, claim("100.00")) is None


def test_two_counters_cannot_use_one_deductible_twice_once_the_first_has_posted():
    first = entry(outpatient("1800.00", "B1"))
    held = after((), first.settlement.postings, DAY.date())
    second = adjudicate(BEIJING, outpatient("1800.00", "B2"), PERSON, held)
    assert (str(second.deductible), second.funds) == ("0.00", parse_yuan("900.00"))
