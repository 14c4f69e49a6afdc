"""The second way through an outage: the patient pays all, the insurance settles later, its part goes back."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from offline_queue.faults import LimitReached
from offline_queue.ports import Intent, Item, Outcome
from offline_queue.vocabulary import Decision, State
from terminal.adjudication import CannotSplit
from terminal.centre import NotSent
from terminal.centre import Trial as CentreTrial
from terminal.clock import now
from terminal.counter import journal
from terminal.counter.far_end import FarEnd, forwarder
from terminal.counter.faults import LineLost, TenderDoesNotFit
from terminal.counter.office import operators, refunds, shifts
from terminal.counter.office.approvals import resolve
from terminal.counter.office.bank import card_payments, match
from terminal.counter.office.card_faults import CashForCardMoney
from terminal.counter.office.faults import NothingOwed, StandsDifferently
from terminal.counter.office.four_ways import four_ways
from terminal.counter.office.operators import Session
from terminal.counter.office.owed import Cause, even_out, next_step, owed, reach
from terminal.counter.office.reconciling import reconcile
from terminal.counter.office.refunds import RefundState, give_back
from terminal.counter.settle import commit, settle, try_out
from terminal.counter.slip import slip
from terminal.counter.till import Till
from terminal.counter.why import why
from terminal.counter.words import Language
from terminal.documents import BillState, Settlement, Tender, TenderKind, decode
from terminal.money import Fen
from tests.counter.office.conftest import hire
from tests.counter.office.test_refunds import ALL, audited
from tests.counter.office.test_shifts import counting
from tests.world import AMOXICILLIN, CT, VITAMINS, World, claim

Staff = dict[str, Session]
FULL = {"on_outage": "full_payment"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A site that takes full payment while the line is down."""
    world = World(tmp_path, offline=FULL)
    yield world
    world.close()


class Refusing(FarEnd):
    """The trial is gone before the bill arrives, so the centre really refuses it."""

    def send(self, item: Item, payload: bytes, intent: Intent) -> Outcome:
        self.give_up(decode(intent.data, CentreTrial))
        return super().send(item, payload, intent)


def paid_in_full(
    world: World, till: Till, bill: str = "B-1", received: Mapping[TenderKind, Fen] | None = None
) -> Settlement:
    """A bill settled in an outage, by a person the terminal knows; the line is back afterwards."""
    settle(till, claim(f"{bill}-known", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()
    told = settle(till, claim(bill, "zhang"), received)
    world.centre.line_up()
    return told


def forwarded(till: Till, far_end: type[FarEnd] = FarEnd) -> int:
    with till.queue.forwarder(far_end(till)) as sender:
        return sender.run(timedelta(seconds=20), now=True).left


def stands(till: Till, bill: str = "B-1") -> Settlement:
    return journal.standing(till.queue, till.queue.item(bill))


def drawer(till: Till) -> Fen:
    return shifts.report(till).expected


def office(till: Till, staff: Staff) -> Session:
    operators.add(till, "0007", "医保办", [operators.Role.OFFICE], by=staff["0009"], card="C0007")
    return operators.login(till, "0007", operators.CardShown("C0007"))


def printed(settlement: Settlement, till: Till, language: Language = Language.ZH) -> str:
    item = till.queue.item(settlement.bill)
    return "".join(slip(settlement, journal.entry(till.queue, item).claim, language))


def test_an_outage_paid_in_full_is_settled_paid_back_counted_and_reconciled_to_the_fen(
    world: World, till: Till, staff: Staff
) -> None:
    cashier = staff["0001"]
    shifts.open_shift(till, Fen(50_000), cashier)
    told = paid_in_full(world, till)
    known = stands(till, "B-1-known")
    assert (told.state, told.fully_paid, told.cash, told.funds, told.account) == (
        BillState.PROVISIONAL, True, told.total, 0, 0,
    )  # fmt: skip
    assert told.balanced() and sum(tender.amount for tender in told.tenders) == told.total
    assert owed(till) == []
    assert drawer(till) == 50_000 + known.cash + told.total
    first = shifts.close_shift(till, counting(drawer(till)), cashier)
    assert (first.over, first.section("paid")["cash"]) == (0, known.cash + told.total)
    reach(till, "B-1", "13800000000", "0001")

    assert forwarded(till) == 0
    final = stands(till)
    insurance = Fen(final.total - final.cash)
    assert (final.state, final.fully_paid, final.differences) == (BillState.SETTLED, True, ())
    assert final.balanced() and insurance > 0 and sum(tender.amount for tender in final.tenders) == final.cash
    (debt,) = owed(till)
    assert (debt.bill, debt.name, debt.phone, debt.amount, debt.cause) == (
        "B-1", "张三", "13800000000", -insurance, Cause.PAID_IN_FULL,
    )  # fmt: skip

    shifts.open_shift(till, first.expected, cashier)
    assert shifts.report(till).section("late") == {"B-1 settled": -insurance}
    with pytest.raises(NothingOwed):
        even_out(till, "B-1", cashier, to_patient=False)
    assert even_out(till, "B-1", cashier, to_patient=True).amount == -insurance
    assert owed(till) == []
    with pytest.raises(NothingOwed):
        even_out(till, "B-1", cashier, to_patient=True)
    assert drawer(till) == 50_000 + known.cash + final.cash
    second = shifts.close_shift(till, counting(drawer(till)), cashier)
    assert (second.over, second.section("evened")) == (0, {"cash": -insurance})

    day = till.clock().date()
    books = reconcile(till, day, office(till, staff))
    assert (books.bills, books.differences, books.doubtful) == (2, (), ())
    assert books.fund == known.funds + final.funds and books.account == known.account + final.account
    assert all(line.agrees for line in four_ways(till, day, books, match(card_payments(till, day), [])))
    assert stands(till).state is BillState.RECONCILED and world.standing() == {"B-1-known": 1, "B-1": 1}
    assert till.queue.verify().intact


def test_a_bill_paid_in_full_and_refused_later_owes_nothing_and_names_the_papers(
    world: World, till: Till, staff: Staff
) -> None:
    shifts.open_shift(till, Fen(0), staff["0001"])
    told = paid_in_full(world, till)
    before = drawer(till)
    assert forwarded(till, Refusing) == 0
    assert till.queue.item("B-1").state is State.REFUSED
    final = stands(till)
    assert (final.state, final.cash, final.balanced()) == (BillState.REFUSED, told.total, True)
    assert owed(till) == [] and drawer(till) == before
    with pytest.raises(NothingOwed):
        even_out(till, "B-1", staff["0001"], to_patient=False)
    paper = printed(final, till)
    for words in ("不欠款", "手工报销", "收费票据原件", "费用清单", "病历", "身份证"):
        assert words in paper
    assert "owe nothing" in printed(final, till, Language.EN).replace("\n", " ")
    closed = shifts.close_shift(till, counting(before), staff["0001"])
    assert closed.over == 0
    assert closed.section("paid")["cash"] == stands(till, "B-1-known").cash + told.total
    books = reconcile(till, till.clock().date(), office(till, staff))
    assert (books.bills, books.differences, books.doubtful, world.standing()) == (1, (), (), {"B-1-known": 1})


def test_two_persons_who_close_a_bill_paid_in_full_leave_the_patient_without_a_debt(
    world: World, till: Till, staff: Staff
) -> None:
    paid_in_full(world, till)
    world.trouble({"fault": "no_output", "infno": "2206", "rate": 1.0})
    with till.queue.forwarder(FarEnd(till)) as sender:
        sender.run(timedelta(seconds=1), now=True)
    resolve(till, "B-1", Decision.CLOSE, [staff["0001"], staff["0002"]], "病人改手工报销")
    assert owed(till) == [] and "手工报销" in printed(stands(till), till)


@pytest.mark.parametrize("language", list(Language))
def test_both_ways_say_on_the_slip_what_they_are(tmp_path: Path, language: Language) -> None:
    papers = {}
    for way in ("local_split", "full_payment"):
        world = World(tmp_path / way, offline={"on_outage": way})
        with world.till() as till:
            papers[way] = printed(paid_in_full(world, till), till, language)
            final = printed(stands(till), till, language)
        world.close()
        assert final == papers[way]
    split, full = papers["local_split"], papers["full_payment"]
    words = {
        Language.ZH: ("脱机暂结", "已全额收费", "不是最终金额", "保留本单", "留下电话", "退还"),
        Language.EN: ("PROVISIONAL: not", "PAID IN FULL", "not", "keep this", "phone", "back"),
    }[language]
    assert words[0] in split and words[0] not in full
    for each in words[1:]:
        assert each in full


def test_the_slip_after_the_centre_has_settled_says_that_the_rest_goes_back(world: World, till: Till) -> None:
    paid_in_full(world, till)
    forwarded(till)
    text = printed(stands(till), till)
    assert "多收的退还" in text and "尚未结算" not in text


def test_what_was_received_must_reach_the_whole_bill(world: World, till: Till) -> None:
    with pytest.raises(TenderDoesNotFit):
        paid_in_full(world, till, received={TenderKind.CASH: Fen(100_000)})
    assert till.queue.status().open == {}


@pytest.mark.parametrize(
    ("card", "back"),
    [
        (213_600, {"bank_card": -140_790}),
        (150_000, {"bank_card": -140_790}),
        (3_000, {"bank_card": -3_000, "cash": -137_790}),
        (0, {"cash": -140_790}),
    ],
    ids=["all_by_card", "more_by_card_than_goes_back", "card_and_cash", "all_in_cash"],
)
def test_the_insurance_part_goes_back_the_way_it_came_card_first(
    world: World, till: Till, staff: Staff, card: int, back: dict[str, int]
) -> None:
    received = {TenderKind.BANK_CARD: Fen(card), TenderKind.CASH: Fen(213_600 - card)}
    paid_in_full(world, till, received=received)
    forwarded(till)
    wrong = TenderKind.CASH if card else TenderKind.BANK_CARD
    with pytest.raises(CashForCardMoney):
        even_out(till, "B-1", staff["0001"], to_patient=True, tender=wrong)
    shifts.open_shift(till, Fen(0), staff["0001"])
    even_out(till, "B-1", staff["0001"], to_patient=True)
    moved = shifts.report(till).section("evened")
    assert moved == back
    left = {kind: amount + moved.get(kind, 0) for kind, amount in received.items()}
    assert {each.kind: each.amount for each in stands(till).tenders} == {
        kind: rest for kind, rest in left.items() if rest
    }


@pytest.mark.parametrize("when", ["waiting", "settled", "paid_back", "refused", "closed"])
@pytest.mark.parametrize("card", [False, True], ids=["cash", "card"])
def test_a_refund_of_a_bill_paid_in_full_leaves_nobody_with_the_others_money(
    world: World, till: Till, staff: Staff, when: str, card: bool
) -> None:
    cashier, kind = staff["0001"], TenderKind.BANK_CARD if card else TenderKind.CASH
    shifts.open_shift(till, Fen(0), cashier)
    told = paid_in_full(world, till, received={kind: Fen(213_600)})
    known = stands(till, "B-1-known").cash
    if when == "closed":
        world.trouble({"fault": "no_output", "infno": "2206", "rate": 1.0})
        with till.queue.forwarder(FarEnd(till)) as sender:
            sender.run(timedelta(seconds=1), now=True)
        resolve(till, "B-1", Decision.CLOSE, [staff["0001"], staff["0002"]], "病人改手工报销")
        world.trouble()
    elif when != "waiting":
        assert forwarded(till, Refusing if when == "refused" else FarEnd) == 0
    if when == "paid_back":
        even_out(till, "B-1", cashier, to_patient=True)
    final = stands(till)
    asked = audited(till, staff, "B-1")
    assert [each.kind for each in asked.requested.back.tenders] == [kind]
    assert give_back(till, asked.number, cashier).state is RefundState.DONE
    rest = [(each.bill, each.amount, each.cause) for each in owed(till)]
    if when == "settled":
        assert rest == [("B-1", final.cash - told.total, Cause.TAKEN_BACK)]
        steps = [next_step(each, Language.ZH) for each in owed(till)]
        assert len(steps) == 1 and "请退给病人 1407.90" in steps[0]
        assert [each.kind for each in even_out(till, "B-1", cashier, to_patient=True).ways] == [kind]
    assert owed(till) == [] if when == "settled" else rest == []
    report = shifts.report(till)
    sections = ("sales", "refunds", "evened")
    assert sum(report.section(name).get(kind, 0) for name in sections) == (0 if card else known)
    assert report.expected == known
    assert world.standing() == {"B-1-known": 1}
    assert forwarded(till) == 0 and till.queue.verify().intact


def test_a_refund_approved_before_the_bill_was_forwarded_is_asked_anew_after_it(
    world: World, till: Till, staff: Staff
) -> None:
    paid_in_full(world, till)
    asked = audited(till, staff, "B-1")
    forwarded(till)
    with pytest.raises(StandsDifferently):
        give_back(till, asked.number, staff["0001"])
    refunds.move(till, asked.number, RefundState.WITHDRAWN, staff["0001"])
    assert give_back(till, audited(till, staff, "B-1").number, staff["0001"]).state is RefundState.DONE


def test_a_part_of_a_bill_paid_in_full_goes_back_and_the_rest_is_settled(
    world: World, till: Till, staff: Staff
) -> None:
    told = paid_in_full(world, till)
    world.centre.line_down()
    number = refunds.request(till, "B-1", "开错", ALL, staff["0001"], keep=(1,)).number
    refunds.move(till, number, RefundState.REVIEWED, staff["0002"])
    refunds.move(till, number, RefundState.AUDITED, staff["0003"])
    assert give_back(till, number, staff["0001"]).state is RefundState.DONE
    rebill = stands(till, "B-1-N1")
    assert (rebill.fully_paid, rebill.cash, rebill.total) == (True, rebill.total, told.total - 5600)
    world.centre.line_up()
    assert forwarded(till) == 0
    assert [(each.bill, each.cause) for each in owed(till)] == [("B-1-N1", Cause.PAID_IN_FULL)]
    assert world.standing() == {"B-1-known": 1, "B-1-N1": 1}


def test_a_refused_bill_that_was_refunded_and_settles_after_all_owes_nothing(
    world: World, till: Till, staff: Staff
) -> None:
    paid_in_full(world, till)
    forwarded(till, Refusing)
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    assert settle(till, claim("B-1", "zhang")).state is BillState.SETTLED
    assert owed(till) == []


@pytest.mark.parametrize(
    ("limits", "stops"),
    [
        ({"per_bill_fen": 100, "total_fen": 100}, False),
        ({"snapshot_hours": 0}, False),
        ({"per_person_open": 0}, True),
        ({"open_items": 0}, True),
        ({"hours": 0}, True),
    ],
    ids=["sums_of_the_fund", "age_of_what_is_known", "bills_of_one_person", "bills", "hours_offline"],
)
def test_limits_of_the_funds_risk_do_not_bind_where_the_patient_paid_all_and_the_others_do(
    tmp_path: Path, limits: dict[str, Any], stops: bool
) -> None:
    world = World(tmp_path, offline={**FULL, **limits})
    try:
        with world.till() as till:
            if stops:
                with pytest.raises(LimitReached):
                    paid_in_full(world, till)
            else:
                assert paid_in_full(world, till).fully_paid
    finally:
        world.close()


def test_a_bill_this_terminal_cannot_split_is_paid_in_full_and_a_wrong_one_is_refused(world: World, till: Till) -> None:
    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()
    unknown = (*CT[:3], "B", None)
    told = settle(till, claim("B-1", "zhang", (unknown, 1)))
    assert (told.fully_paid, told.cash) == (True, 26_000)
    twice = claim("B-2", "zhang", (CT, 1), (VITAMINS, 1))
    twice = msgspec.structs.replace(twice, lines=(twice.lines[0], twice.lines[0]))
    with pytest.raises(CannotSplit):
        settle(till, twice)
    world.centre.line_up()
    assert forwarded(till) == 0 and stands(till).state is BillState.SETTLED


def test_a_line_that_goes_between_trial_and_settlement_asks_for_the_whole_bill(world: World, till: Till) -> None:
    trial = try_out(till, claim("B-1", "zhang"))
    assert trial.centre and trial.told.cash < trial.told.total
    world.centre.line_down()
    with pytest.raises(LineLost):
        commit(till, trial)
    assert till.queue.status().open == {} and owed(till) == []
    again = settle(till, claim("B-1", "zhang"))
    assert (again.state, again.cash) == (BillState.PROVISIONAL, again.total)
    world.centre.line_up()
    assert forwarded(till) == 0 and world.standing() == {"B-1": 1}


def test_a_line_that_only_fails_when_it_is_time_to_settle_ends_with_the_whole_bill_and_not_in_a_circle(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = iter((NotSent("the line"),))
    monkeypatch.setattr(till.centre, "settle", lambda *_: next(calls))
    told = settle(till, claim("B-1", "zhang"))
    assert (told.state, told.fully_paid, told.cash) == (BillState.PROVISIONAL, True, told.total)


def test_an_answer_that_never_came_is_no_full_payment_because_its_figures_are_the_centres(
    world: World, till: Till
) -> None:
    world.trouble({"fault": "drop", "infno": "2207"})
    told = settle(till, claim("B-1", "zhang"))
    assert (told.state, told.fully_paid) == (BillState.IN_DOUBT, False) and told.cash < told.total
    assert forwarded(till) == 0 and owed(till) == []


def test_a_later_local_split_counts_what_a_bill_paid_in_full_will_use_up(world: World, till: Till) -> None:
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    world.centre.line_down()
    settle(till, claim("B-1", "li", (CT, 4)))
    world_settings = world.home / "settings.toml"
    text = world_settings.read_text(encoding="utf-8")
    world_settings.write_text(text.replace('"full_payment"', '"local_split"'), encoding="utf-8")
    with world.till() as other:
        second = settle(other, claim("B-2", "li", (CT, 4)))
        first = why(other, other.queue.item("B-1"), explain=0)
    assert first.deductible + second.deductible + 1250 == 130_000


def test_a_known_persons_old_snapshot_is_enough_for_full_payment(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        till.line(True)

    def later() -> datetime:
        return now() + timedelta(hours=23)

    world.centre.line_down()
    with world.till(clock=later) as till:
        assert settle(till, claim("B-1", "zhang")).tenders == (Tender(TenderKind.CASH, Fen(213_600)),)


def test_forwarding_twice_and_opening_again_pays_back_once(world: World) -> None:
    with world.till() as till:
        hire(till)
        paid_in_full(world, till)
        forwarded(till)
        (before,) = owed(till)
    with world.till() as till:
        with forwarder(till) as sender:
            sender.run(timedelta(seconds=1), now=True)
        assert owed(till) == [before]
