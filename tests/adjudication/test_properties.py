"""What holds on every bill under every shipped pack."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from config.policies import pack_files, pack_ids
from terminal.adjudication import CannotSplit, adjudicate, after, load_plan, reverse
from terminal.adjudication.history import Entry, replay
from terminal.adjudication.lines import Ceiling
from terminal.adjudication.stages import Cap, Copay, Declared, Deductible, FixedAmount
from terminal.documents import ItemClass, encode
from terminal.money import Fen
from tests.adjudication.bills import line, situations

PLANS = {pack: load_plan(pack_files(pack)) for pack in pack_ids()}
every_pack = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def split_or_skip(plan, claim, insured, openings, **more):
    """A split, or None where the pack gives no answer for a stated reason."""
    try:
        return adjudicate(plan, claim, insured, openings, **more)
    except CannotSplit as refused:
        assert refused.findings
        return None


@every_pack
@some
@given(data=st.data())
def test_the_parts_add_up_and_none_is_negative(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    result = split_or_skip(plan, claim, insured, openings)
    if result is None:
        return
    assert result.balanced()
    assert result.total == sum(one.amount for one in claim.lines)
    for one in result.lines:
        assert one.amount == one.own_pay + one.over_limit + one.first_self_pay + one.in_scope
        assert min(one.own_pay, one.over_limit, one.first_self_pay, one.in_scope) >= 0
    assert all(layer.paid >= 0 for layer in result.layers)
    assert 0 <= result.account <= insured.account_balance
    assert result.account == 0 or claim.account_use
    assert result.cash >= 0


@every_pack
@some
@given(data=st.data())
def test_the_order_of_the_lines_on_paper_changes_nothing(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    shuffled = list(claim.lines)
    random.Random(data.draw(st.integers(0, 99))).shuffle(shuffled)
    one = split_or_skip(plan, claim, insured, openings)
    assert one == split_or_skip(plan, replace(claim, lines=tuple(shuffled)), insured, openings)


@every_pack
@some
@given(data=st.data(), extra=st.integers(1, 10_000_00))
def test_a_class_c_line_changes_only_own_pay_and_cash(plan, data, extra):
    claim, insured, openings = data.draw(situations(plan))
    one = split_or_skip(plan, claim, insured, openings)
    more = replace(claim, lines=(*claim.lines, line(99, Fen(extra), "C")))
    other = split_or_skip(plan, more, insured, openings)
    if one is None or other is None:
        assert one is other
        return
    assert other.own_pay - one.own_pay == extra
    assert (other.in_scope, other.deductible) == (one.in_scope, one.deductible)
    assert [p for p in other.layers if p.fund == "pooled"] == [p for p in one.layers if p.fund == "pooled"]


@every_pack
@some
@given(data=st.data())
def test_a_reversal_restores_every_accumulator(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    result = split_or_skip(plan, claim, insured, openings)
    if result is None:
        return
    day = claim.visit.begin.date()
    there = after(openings, result.postings, day)
    back = after(there, reverse(result), day)
    before = {(o.accumulator, o.period): o.value for o in openings}
    assert {(o.accumulator, o.period): o.value for o in back if o.value} == {k: v for k, v in before.items() if v}
    assert (
        split_or_skip(plan, claim, insured, tuple(o for o in back if o.value or (o.accumulator, o.period) in before))
        == result
    )


@every_pack
@some
@given(data=st.data())
def test_an_explanation_changes_no_amount_and_ends_in_the_same_figures(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    plain = split_or_skip(plan, claim, insured, openings)
    if plain is None:
        return
    told = adjudicate(plan, claim, insured, openings, explain=3)
    assert replace(told, steps=()) == plain
    paid = [step.amount for step in told.steps if step.stage == "layer_paid"]
    assert paid == [layer.paid for layer in plain.layers]
    assert [step.amount for step in told.steps if step.stage == "cash"] == [plain.cash]


@every_pack
@some
@given(data=st.data())
def test_one_more_fen_in_scope_moves_no_fund_by_more_than_a_fen(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    if claim.lines[0].item_class is not ItemClass.A or claim.lines[0].ceiling or claim.lines[0].first_self_pay:
        return
    first = claim.lines[0]
    more = replace(claim, lines=(replace(first, amount=Fen(first.amount + 1)), *claim.lines[1:]))
    one, other = (split_or_skip(plan, bill, insured, openings) for bill in (claim, more))
    if one is None or other is None:
        return
    assert 0 <= other.funds - one.funds <= 1 + len(one.layers)


@every_pack
@some
@given(data=st.data())
def test_caps_hold_and_using_more_before_never_pays_more_now(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    result = split_or_skip(plan, claim, insured, openings)
    if result is None:
        return
    caps = {stage.accumulator: stage.amount for b in plan.pack.benefits.benefit for layer in b.layer
            for stage in layer.stages if isinstance(stage, Cap) and stage.accumulator}  # fmt: skip
    for posting in result.postings:
        if posting.accumulator in caps:
            limits = [row.amount for row in plan.pack.rows if row.key == caps[posting.accumulator]]
            assert posting.delta <= max(limits)
    more = tuple(replace(o, value=o.value + 1_00) if o.accumulator in caps else o for o in openings)
    other = split_or_skip(plan, claim, insured, more)
    assert other.funds <= result.funds


@every_pack
@some
@given(data=st.data(), more=st.integers(1, 2000_00))
def test_a_deductible_that_is_further_used_up_never_lowers_what_the_funds_pay(plan, data, more):
    claim, insured, openings = data.draw(situations(plan))
    used = {stage.accumulator for b in plan.pack.benefits.benefit for layer in b.layer
            for stage in layer.stages if isinstance(stage, Deductible)}  # fmt: skip
    result = split_or_skip(plan, claim, insured, openings)
    further = tuple(replace(o, value=o.value + more) if o.accumulator in used else o for o in openings)
    other = split_or_skip(plan, claim, insured, further)
    if result is None or other is None:
        assert result is other
        return
    assert other.funds >= result.funds - len(result.layers)
    assert other.deductible <= result.deductible


@every_pack
@some
@given(data=st.data())
def test_a_replay_is_the_same_bit_for_bit(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    result = split_or_skip(plan, claim, insured, openings)
    if result is not None:
        again = replay(plan, Entry(claim, insured, openings, result))
        assert encode(again.settlement) == encode(result)
        assert (again.same_pack, again.differences) == (True, ())


def additive(plan, claim):
    """Whether a bill of this kind, cut in two, should come to the same but for roundings."""
    visit_limits = {rule.category for rule in plan.pack.benefits.line if isinstance(rule, Ceiling)}
    benefit = next(b for b in plan.pack.benefits.benefit if claim.visit.type in b.visits)
    kinds = {type(stage) for layer in benefit.layer for stage in layer.stages}
    once = kinds & {FixedAmount, Declared, Copay}
    return not (visit_limits or once or claim.visit.type == "inpatient" or len(claim.lines) < 2)


def one_after_the_other(plan, insured, openings, bills):
    """What the funds pay on bills of one person, or None where one has no answer."""
    funds = 0
    for bill in bills:
        result = split_or_skip(plan, bill, insured, openings)
        if result is None:
            return None
        funds += result.funds
        openings = after(openings, result.postings, bill.visit.begin.date())
    return funds


@every_pack
@some
@given(data=st.data())
def test_the_order_of_two_bills_moves_a_fen_for_each_rounding_at_most(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    if not additive(plan, claim):
        return
    bills = [replace(claim, lines=claim.lines[:1]), replace(claim, lines=claim.lines[1:])]
    one, other = (one_after_the_other(plan, insured, openings, order) for order in (bills, bills[::-1]))
    layers = max(len(b.layer) for b in plan.pack.benefits.benefit)
    assert (one is None) == (other is None)
    assert one is None or abs(one - other) <= 2 * layers


@every_pack
@some
@given(data=st.data())
def test_a_bill_cut_in_two_moves_a_fen_for_each_rounding_at_most(plan, data):
    claim, insured, openings = data.draw(situations(plan))
    if not additive(plan, claim):
        return
    whole = split_or_skip(plan, claim, insured, openings)
    parts = [replace(claim, lines=claim.lines[:1]), replace(claim, lines=claim.lines[1:])]
    funds = one_after_the_other(plan, insured, openings, parts)
    if whole is not None and funds is not None:
        assert abs(funds - whole.funds) <= 2 * len(whole.layers)
