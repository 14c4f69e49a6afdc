"""Giving money back: three persons, one digest, the original tender, and nothing paid out twice or too early."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from offline_queue.vocabulary import State
from terminal.centre import CentreRefused, Trial
from terminal.counter import journal
from terminal.counter.far_end import forwarder
from terminal.counter.faults import UnknownBill
from terminal.counter.office import operators, refunds
from terminal.counter.office.card_faults import CashForCardMoney
from terminal.counter.office.faults import (
    AlreadyRequested,
    NoSuchLine,
    NotRefundable,
    PapersMissing,
    RefundLimit,
    StandsDifferently,
    WrongStep,
)
from terminal.counter.office.operators import CardShown, Session
from terminal.counter.office.owed import Cause, even_out, owed
from terminal.counter.office.person_faults import AssuranceTooLow, NotAllowed
from terminal.counter.office.red_ink import red_ink
from terminal.counter.office.refunds import PAPERS, Paper, Refund, RefundState
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import BillState, Tender, TenderKind, VisitType, decode
from terminal.faults import Fault
from terminal.money import Fen
from tests.counter.office.conftest import hire
from tests.world import AMOXICILLIN, CT, VITAMINS, World, claim

Staff = dict[str, Session]
ALL = PAPERS[VisitType.OUTPATIENT]
WAYS = {"cash": ("现金", "Cash"), "bank_card": ("银行卡", "Bank card"), "code": ("扫码", "Code")}


def audited(till: Till, staff: Staff, bill: str, keep: tuple[int, ...] = ()) -> Refund:
    """A refund that three persons have approved."""
    number = refunds.request(till, bill, "开错", ALL, staff["0001"], keep=keep).number
    refunds.move(till, number, RefundState.REVIEWED, staff["0002"])
    return refunds.move(till, number, RefundState.AUDITED, staff["0003"])


def back(world: World) -> list[str]:
    """Bills that the centre has cancelled."""
    rows = [row for row in world.centre.books()["settlements"] if row["cancels"] and row["state"] == "standing"]
    return [row["bill"].partition(".")[0] for row in rows]


def state(till: Till, bill: str) -> BillState:
    return journal.standing(till.queue, till.queue.item(bill)).state


def test_three_persons_approve_one_digest_and_the_bill_is_exactly_undone(
    world: World, till: Till, staff: Staff
) -> None:
    first = settle(till, claim("B-1", "zhang"))
    refund = audited(till, staff, "B-1")
    assert {(each.operator, each.digest) for each in refund.approvals} == {
        (number, refund.digest) for number in ("0001", "0002", "0003")
    }
    assert world.standing() == {"B-1": 1}
    done = refunds.give_back(till, refund.number, staff["0001"])
    assert (done.state, world.standing()) == (RefundState.DONE, {})
    red = journal.standing(till.queue, till.queue.item(refund.number))
    assert (red.total, red.account, red.cash, red.funds) == (-first.total, -first.account, -first.cash, -first.funds)
    assert red.tenders == (Tender(TenderKind.CASH, Fen(-first.cash)),)
    assert (state(till, "B-1"), red.state, red.differences) == (BillState.REVERSED, BillState.REVERSED, ())
    again = settle(till, claim("B-2", "zhang"))
    assert (again.deductible, again.account) == (first.deductible, first.account)
    assert again.differences == () and till.queue.verify().intact


def test_red_ink_is_the_exact_negation(till: Till) -> None:
    first = settle(till, claim("B-1", "zhang", (CT, 8), (AMOXICILLIN, 2), (VITAMINS, 1)))
    red = red_ink(first)
    assert red.balanced() and (red.total, red.deductible) == (-first.total, -first.deductible)
    assert [(each.accumulator, each.delta) for each in red.postings] == [
        (each.accumulator, -each.delta) for each in first.postings
    ]
    assert [each.in_scope for each in red.lines] == [-each.in_scope for each in first.lines]


def test_a_part_goes_back_by_a_full_reversal_and_a_new_bill(world: World, till: Till, staff: Staff) -> None:
    settle(till, claim("B-1", "zhang", (CT, 8), (VITAMINS, 1)))
    done = refunds.give_back(till, audited(till, staff, "B-1", keep=(1,)).number, staff["0001"])
    rebill = journal.entry(till.queue, till.queue.item(done.requested.rebill)).claim
    assert [line.name for line in rebill.lines] == [CT[1]]
    assert world.standing() == {"B-1-N1": 1}
    assert refunds.give_back(till, done.number, staff["0004"]).state is RefundState.DONE
    assert world.standing() == {"B-1-N1": 1}


@pytest.mark.parametrize("line", [True, False], ids=["settled", "provisional"])
def test_a_refund_is_done_only_when_what_was_kept_is_in_the_journal(
    world: World, till: Till, staff: Staff, line: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise CentreRefused(transaction="2206", number=-1, text="暂停参保")

    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    if not line:
        world.centre.line_down()
    first = settle(till, claim("B-1", "zhang", (CT, 8), (VITAMINS, 1)))
    number = audited(till, staff, "B-1", keep=(1,)).number
    world.centre.line_up()
    with monkeypatch.context() as centre, pytest.raises(CentreRefused):
        centre.setattr(till.centre, "trial", refused)
        refunds.give_back(till, number, staff["0001"])
    assert (refunds.find(till, number).state, world.standing()) == (RefundState.AUDITED, {"B-0": 1})
    assert [(each.bill, each.amount, each.cause) for each in owed(till)] == [("B-1", -first.cash, Cause.TAKEN_BACK)]
    with pytest.raises(WrongStep):
        refunds.move(till, number, RefundState.WITHDRAWN, staff["0001"])
    with pytest.raises(AlreadyRequested):
        even_out(till, "B-1", staff["0001"], to_patient=True)
    assert refunds.give_back(till, number, staff["0001"]).state is RefundState.DONE
    assert (owed(till), world.standing()) == ([], {"B-0": 1, "B-1-N1": 1})


@pytest.mark.parametrize(
    ("to", "who", "fault"),
    [
        (RefundState.AUDITED, "0003", WrongStep),
        (RefundState.REVIEWED, "0003", NotAllowed),
        (RefundState.REVIEWED, "0004", NotAllowed),
        (RefundState.REJECTED, "0001", NotAllowed),
        (RefundState.WITHDRAWN, "0002", NotAllowed),
    ],
)
def test_each_step_is_one_role_and_in_order(
    till: Till, staff: Staff, to: RefundState, who: str, fault: type[Fault]
) -> None:
    settle(till, claim("B-1", "zhang"))
    number = refunds.request(till, "B-1", "开错", ALL, staff["0001"]).number
    with pytest.raises(fault):
        refunds.move(till, number, to, staff[who])
    with pytest.raises(WrongStep):
        refunds.give_back(till, number, staff["0001"])
    assert refunds.find(till, number).state is RefundState.REQUESTED


def test_a_card_without_a_pin_approves_nothing(till: Till, staff: Staff) -> None:
    settle(till, claim("B-1", "zhang"))
    number = refunds.request(till, "B-1", "开错", ALL, staff["0001"]).number
    with pytest.raises(AssuranceTooLow):
        refunds.move(till, number, RefundState.REVIEWED, operators.login(till, "0002", CardShown("C0002")))


def test_what_was_rejected_or_withdrawn_can_be_asked_again_and_nothing_went_back(
    world: World, till: Till, staff: Staff
) -> None:
    settle(till, claim("B-1", "zhang"))
    first = refunds.request(till, "B-1", "开错", ALL, staff["0001"])
    with pytest.raises(AlreadyRequested):
        refunds.request(till, "B-1", "开错", ALL, staff["0004"])
    refused = refunds.move(till, first.number, RefundState.REJECTED, staff["0002"], "处方不符")
    assert refused.reason == "处方不符"
    second = refunds.request(till, "B-1", "开错", ALL, staff["0001"])
    refunds.move(till, second.number, RefundState.WITHDRAWN, staff["0001"])
    assert [each.number for each in refunds.refunds(till).values()] == ["B-1-R1", "B-1-R2"]
    assert world.standing() == {"B-1": 1}


def test_papers_lines_and_bills_are_checked(till: Till, staff: Staff) -> None:
    settle(till, claim("B-1", "zhang"))
    with pytest.raises(PapersMissing) as told:
        refunds.request(till, "B-1", "开错", ALL[1:], staff["0001"])
    assert Paper.ORIGINAL_RECEIPT in str(told.value.data["papers"])
    for keep in ((7,), (1, 2)):
        with pytest.raises(NoSuchLine):
            refunds.request(till, "B-1", "开错", ALL, staff["0001"], keep=keep)
    with pytest.raises(UnknownBill):
        refunds.request(till, "B-9", "开错", ALL, staff["0001"])


@pytest.mark.parametrize("limit", ["days = 0", "per_bill_fen = 100", "per_day_fen = 100"])
def test_limits_of_the_site_hold(tmp_path: Path, limit: str) -> None:
    world = World(tmp_path)
    with (world.home / "settings.toml").open("a") as settings:
        settings.write(f"\n[refund]\n{limit}\n")
    try:
        with world.till() as till:
            staff = hire(till)
            settle(till, claim("B-1", "zhang"))
            if limit == "days = 0":
                till.clock = lambda clock=till.clock: clock() + timedelta(days=1, hours=1)  # type: ignore[misc]
            with pytest.raises(RefundLimit):
                refunds.request(till, "B-1", "开错", ALL, staff["0001"])
    finally:
        world.close()


@pytest.mark.parametrize(
    ("paid", "to", "back"),
    [
        ((("cash", 10000, ""), ("change", -6550, "")), None, (("cash", -3450, ""),)),
        ((("cash", 10000, ""), ("change", -6550, "")), TenderKind.CASH, (("cash", -3450, ""),)),
        ((("bank_card", 3450, "R77"),), None, (("bank_card", -3450, "R77"),)),
        ((("bank_card", 3450, "R77"),), TenderKind.CASH, None),
        ((("cash", 450, ""), ("code", 3000, "C5")), TenderKind.CASH, None),
        ((("cash", 3450, ""),), TenderKind.BANK_CARD, None),
        ((("cash", 3450, ""), ("rounding", 3, "")), None, (("cash", -3450, ""), ("rounding", -3, ""))),
    ],
)
def test_money_goes_back_the_way_it_came(
    till: Till,
    paid: tuple[tuple[str, int, str], ...],
    to: TenderKind | None,
    back: tuple[tuple[str, int, str], ...] | None,
) -> None:
    def tenders(rows: tuple[tuple[str, int, str], ...]) -> tuple[Tender, ...]:
        return tuple(Tender(TenderKind(kind), Fen(amount), reference) for kind, amount, reference in rows)

    standing = msgspec.structs.replace(settle(till, claim("B-1", "zhang")), tenders=tenders(paid))
    if back is None:
        with pytest.raises(CashForCardMoney) as raised:
            red_ink(standing, to)
        zh, en = WAYS[raised.value.data["kind"]]
        assert f"是以{zh}支付" in raised.value.zh.format(**raised.value.data)
        assert f"came as {en} and" in str(raised.value)
    else:
        assert red_ink(standing, to).tenders == tenders(back)


def test_without_the_line_no_money_leaves_until_the_centre_has_taken_it(world: World, till: Till, staff: Staff) -> None:
    settle(till, claim("B-1", "zhang"))
    refund = audited(till, staff, "B-1")
    world.centre.line_down()
    assert refunds.give_back(till, refund.number, staff["0001"], wait=0.5).state is RefundState.AUDITED
    with pytest.raises(WrongStep):
        refunds.move(till, refund.number, RefundState.WITHDRAWN, staff["0001"])
    world.centre.line_up()
    forwarded(till)
    assert refunds.give_back(till, refund.number, staff["0001"]).state is RefundState.DONE
    assert (world.standing(), back(world)) == ({}, ["B-1"])


@pytest.mark.parametrize("trouble", [{"fault": "drop"}, {"fault": "drop", "done": False}, {"fault": "half"}])
def test_a_cancellation_whose_answer_never_came_is_done_once(
    world: World, till: Till, staff: Staff, trouble: dict[str, object]
) -> None:
    settle(till, claim("B-1", "zhang"))
    refund = audited(till, staff, "B-1")
    world.trouble({**trouble, "infno": "2208"})
    done = refunds.give_back(till, refund.number, staff["0001"])
    assert (done.state, world.standing(), back(world)) == (RefundState.DONE, {}, ["B-1"])


def test_a_refund_the_centre_already_knows_is_recognised(world: World, till: Till, staff: Staff) -> None:
    settle(till, claim("B-1", "zhang"))
    refund = audited(till, staff, "B-1")
    item = till.queue.item("B-1")
    (begun,) = [event.body for event in till.queue.events(item=item) if event.kind == "begin"]
    intent = till.centre.intent(decode(begun or b"", Trial), item.number)
    standing, asked = journal.standing(till.queue, item), journal.entry(till.queue, item).claim
    till.centre.cancel(intent, standing, asked, till.queue.numbers.next())
    done = refunds.give_back(till, refund.number, staff["0001"])
    assert (done.state, back(world)) == (RefundState.DONE, ["B-1"])


def test_a_provisional_bill_goes_back_without_the_centre_ever_hearing_of_it(
    world: World, till: Till, staff: Staff
) -> None:
    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()
    settle(till, claim("B-1", "zhang"))
    done = refunds.give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    assert (done.state, state(till, "B-1")) == (RefundState.DONE, BillState.REVERSED)
    assert till.queue.item("B-1").state is State.CLOSED_BY_HAND
    world.centre.line_up()
    assert world.standing() == {"B-0": 1}


def test_a_bill_in_doubt_cannot_go_back_yet(world: World, till: Till, staff: Staff) -> None:
    world.trouble({"fault": "drop", "infno": "2207"})
    settle(till, claim("B-1", "zhang"))
    with pytest.raises(NotRefundable, match="B-1 is in doubt") as raised:
        refunds.request(till, "B-1", "开错", ALL, staff["0001"])
    assert "B-1 现在是待确认，" in raised.value.zh.format(**raised.value.data)


def forwarded(till: Till) -> None:
    with forwarder(till) as sender:
        assert sender.run(timedelta(seconds=20), now=True).left == 0


def test_a_bill_forwarded_after_the_approvals_goes_back_at_the_centre(world: World, till: Till, staff: Staff) -> None:
    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()
    settle(till, claim("B-1", "zhang"))
    refund = audited(till, staff, "B-1")
    world.centre.line_up()
    forwarded(till)
    assert refunds.give_back(till, refund.number, staff["0001"]).state is RefundState.DONE
    assert (world.standing(), back(world)) == ({"B-0": 1}, ["B-1"])
    with pytest.raises(NotRefundable):
        refunds.request(till, "B-1", "又退", ALL, staff["0001"])


def test_a_bill_that_settled_differently_after_the_approvals_is_asked_anew(tmp_path: Path) -> None:
    world = World(tmp_path, offline={"settle_on_difference": True})
    try:
        with world.till() as till:
            staff = hire(till)
            settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
            world.centre.line_down()
            settle(till, claim("B-1", "zhang", ((*VITAMINS[:3], "A", None), 1)))
            refund = audited(till, staff, "B-1")
            world.centre.line_up()
            forwarded(till)
            with pytest.raises(StandsDifferently):
                refunds.give_back(till, refund.number, staff["0001"])
            refunds.move(till, refund.number, RefundState.WITHDRAWN, staff["0001"])
            anew = audited(till, staff, "B-1").number
            assert refunds.give_back(till, anew, staff["0001"]).state is RefundState.DONE
            assert world.standing() == {"B-0": 1}
    finally:
        world.close()
