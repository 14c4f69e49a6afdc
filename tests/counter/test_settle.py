"""A settlement with the line, without it, and when nobody knows: what the patient is told and what stands."""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from offline_queue.faults import KeyReused, LaneMoved, LimitReached
from terminal.adjudication import CannotSplit
from terminal.centre import CentreRefused
from terminal.clock import now
from terminal.counter.far_end import forwarder
from terminal.counter.faults import (
    NoCredential,
    NotEntitled,
    NotTheSettings,
    OfflineNotAllowed,
    PersonUnknownOffline,
    SnapshotTooOld,
)
from terminal.counter.settle import commit, settle, try_out
from terminal.counter.till import Till
from terminal.documents import BillState, Source
from terminal.money import parse_yuan
from tests.world import AMOXICILLIN, CT, PHARMACY, VITAMINS, World, bill, claim


def forwarded(till: Till, seconds: float = 20) -> int:
    """Forwards until nothing is left that time can move; returns what is still open."""
    with forwarder(till) as sender:
        return sender.run(timedelta(seconds=seconds), now=True).left


def test_a_bill_settles_with_the_line_and_both_splits_agree(world: World) -> None:
    with world.till() as till:
        result = settle(till, claim("B-1", "zhang", (CT, 8), (AMOXICILLIN, 2), (VITAMINS, 1)))
    assert (result.state, result.source) == (BillState.SETTLED, Source.CENTRE)
    assert (result.total, result.own_pay, result.first_self_pay, result.in_scope) == (216100, 5600, 20800, 189700)
    assert (result.deductible, result.funds, result.account, result.cash) == (180000, 4850, 137815, 73435)
    assert result.differences == () and result.balanced()
    assert {found.code for found in result.findings} == {"opening_assumed_zero"}
    assert result.settlement_number and result.message_number.startswith("H11010500001")
    assert world.standing() == {"B-1": 1}


def test_the_next_bill_finds_what_the_first_used_up(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang"))
        result = settle(till, claim("B-2", "zhang"))
    assert (result.deductible, result.account, result.differences) == (0, 0, ())


def test_the_same_claim_again_returns_the_first_result(world: World) -> None:
    with world.till() as till:
        first = settle(till, claim("B-1", "zhang"))
        assert settle(till, claim("B-1", "zhang")) == first
        with pytest.raises(KeyReused):
            settle(till, claim("B-1", "zhang", (CT, 1)))
    assert world.standing() == {"B-1": 1}


def test_without_the_line_a_known_person_is_served_and_the_centre_agrees_later(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-1", "zhang"))
        world.centre.line_down()
        told = [settle(till, claim(number, "zhang")) for number in ("B-2", "B-3")]
        assert [(each.state, each.source, each.deductible) for each in told] == [
            (BillState.PROVISIONAL, Source.LOCAL, 0)
        ] * 2
        assert world.standing() == {"B-1": 1}
        world.centre.line_up()
        assert forwarded(till) == 0
        stands = [settle(till, claim(number, "zhang")) for number in ("B-2", "B-3")]
    assert [each.state for each in stands] == [BillState.SETTLED] * 2
    assert [each.cash for each in stands] == [each.cash for each in told]
    assert world.standing() == {"B-1": 1, "B-2": 1, "B-3": 1}


def test_offline_bills_of_one_person_use_up_one_deductible_together(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
        world.centre.line_down()
        first, second = (settle(till, claim(number, "li", (CT, 4))) for number in ("B-1", "B-2"))
    assert first.deductible + second.deductible + 1250 == 130000
    assert first.account + second.account <= 52000


@pytest.mark.parametrize("trouble", ["drop", "half", "html", "bad_gateway", "no_output"])
def test_an_answer_that_never_came_is_in_doubt_and_then_settled_once(world: World, trouble: str) -> None:
    with world.till() as till:
        world.trouble({"fault": trouble, "infno": "2207"})
        result = settle(till, claim("B-1", "zhang"))
        assert result.state is BillState.IN_DOUBT
        assert forwarded(till) == 0
        assert settle(till, claim("B-1", "zhang")).state is BillState.SETTLED
    assert world.standing() == {"B-1": 1}


def test_a_call_that_takes_effect_after_its_reversal_found_nothing_is_not_settled_twice(world: World) -> None:
    with world.till() as till:
        world.trouble({"fault": "late", "infno": "2207", "seconds": 1.2})
        assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
        assert forwarded(till) == 0
    assert world.standing() == {"B-1": 1}


def test_a_call_that_never_arrived_is_freed_only_after_the_horizon(world: World) -> None:
    with world.till() as till:
        world.trouble({"fault": "drop", "infno": "2207", "done": False})
        assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
        assert forwarded(till, seconds=0.5) == 1
        assert world.standing() == {}
        assert forwarded(till) == 0
    assert world.standing() == {"B-1": 1}


def test_a_bill_after_a_doubtful_one_counts_its_deductible_once(world: World) -> None:
    with world.till() as till:
        world.trouble({"fault": "drop", "infno": "2207"})
        first = settle(till, claim("B-1", "zhang", (CT, 4)))
        second = settle(till, claim("B-2", "zhang", (CT, 6)))
        assert (first.state, second.state) == (BillState.IN_DOUBT, BillState.PROVISIONAL)
        assert first.deductible + second.deductible == 180000
        assert forwarded(till) == 0
        stands = settle(till, claim("B-2", "zhang", (CT, 6)))
    assert (stands.state, stands.deductible) == (BillState.SETTLED, second.deductible)
    assert world.standing() == {"B-1": 1, "B-2": 1}


def test_a_site_may_let_a_doubtful_settlement_stand_until_the_days_comparison(tmp_path: Path) -> None:
    world = World(tmp_path, offline={"on_doubt": "wait"})
    try:
        with world.till() as till:
            world.trouble({"fault": "drop", "infno": "2207"})
            assert settle(till, claim("B-1", "zhang")).state is BillState.IN_DOUBT
            assert forwarded(till, seconds=2) == 1
        assert world.standing() == {"B-1": 1}
    finally:
        world.close()


def test_a_split_that_differs_waits_for_a_person(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        world.centre.line_down()
        wrong = (VITAMINS[0], VITAMINS[1], VITAMINS[2], "A", None)
        settle(till, claim("B-1", "zhang", (wrong, 1)))
        world.centre.line_up()
        assert forwarded(till, seconds=3) == 1
        result = settle(till, claim("B-1", "zhang", (wrong, 1)))
        assert result.state is BillState.EXCEPTION
        assert till.queue.item("B-1").reason == "split_differs"
    assert world.standing() == {"B-0": 1}


def test_a_person_nobody_here_knows_cannot_settle_without_the_line(world: World) -> None:
    world.centre.line_down()
    with world.till() as till, pytest.raises(PersonUnknownOffline):
        settle(till, claim("B-1", "zhang"))


def test_a_snapshot_older_than_the_site_allows_is_refused(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()

    def later() -> datetime:
        return now() + timedelta(days=31)

    with world.till(clock=later) as till, pytest.raises(SnapshotTooOld):
        settle(till, claim("B-1", "zhang"))


def test_a_suspended_person_is_told_why(world: World) -> None:
    with world.till() as till, pytest.raises(NotEntitled) as told:
        settle(till, claim("B-1", "chen"))
    assert "暂停参保" in str(told.value.data["reason"])
    assert world.standing() == {}


def test_the_limits_of_the_site_hold(tmp_path: Path) -> None:
    world = World(tmp_path, offline={"per_person_open": 1})
    try:
        with world.till() as till:
            settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
            world.centre.line_down()
            settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
            with pytest.raises(LimitReached):
                settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))
    finally:
        world.close()


def test_a_site_may_forbid_provisional_settlement(tmp_path: Path) -> None:
    world = World(tmp_path, offline={"allowed": False})
    try:
        with world.till() as till:
            settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
            world.centre.line_down()
            with pytest.raises(OfflineNotAllowed):
                settle(till, claim("B-1", "zhang"))
    finally:
        world.close()


def test_a_figure_no_document_states_is_the_centres_online_and_nobodys_offline(world: World) -> None:
    with world.till() as till:
        unknown = (CT[0], CT[1], CT[2], "B", None)
        online = settle(till, claim("B-1", "zhang", (unknown, 1)))
        assert online.state is BillState.SETTLED
        assert [found.code for found in online.findings] == ["policy_value_missing"]
        world.centre.line_down()
        with pytest.raises(CannotSplit):
            settle(till, claim("B-2", "zhang", (unknown, 1)))


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"credential": None}, NoCredential),
        ({"terminal": "07"}, NotTheSettings),
        ({"credential": {"kind": "card", "number": "X99999999", "identification_code": "0" * 32}}, CentreRefused),
    ],
)
def test_a_bill_that_cannot_be_served_changes_nothing(
    world: World, changes: dict[str, object], fault: type[Exception]
) -> None:
    with world.till() as till:
        with pytest.raises(fault):
            settle(till, claim("B-1", "zhang", **changes))
        assert till.queue.status().open == {}
    assert world.standing() == {}


def test_two_desks_on_one_folder_do_not_use_one_deductible_twice(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    world.centre.line_down()
    desks = [world.command("settle", "-", "--json") for _ in range(3)]
    for place, desk in enumerate(desks):
        assert desk.stdin
        desk.stdin.write(msgspec.json.encode(bill(f"B-{place + 1}", "li", (CT, 4))) + b"\n")
        desk.stdin.flush()
    told = [msgspec.json.decode(desk.communicate(timeout=60)[0]) for desk in desks]
    assert [each["state"] for each in told] == ["provisional"] * 3
    assert sum(parse_yuan(each["deductible"]) for each in told) + 1250 == 130000


def test_a_pharmacy_settles_in_one_step_with_and_without_the_line(tmp_path: Path) -> None:
    world = World(tmp_path, site=PHARMACY)
    sale = {"institution": PHARMACY, "visit": {"type": "pharmacy", "begin": "2026-03-02T09:30:00+08:00"}}
    try:
        with world.till() as till:
            online = settle(till, claim("P-1", "zhang", (AMOXICILLIN, 3), **sale))
            assert (online.state, online.account, online.cash) == (BillState.SETTLED, 3750, 0)
            world.centre.line_down()
            assert settle(till, claim("P-2", "zhang", (AMOXICILLIN, 1), **sale)).state is BillState.PROVISIONAL
            world.centre.line_up()
            world.trouble({"fault": "drop", "infno": "2102"})
            assert forwarded(till) == 0
            assert settle(till, claim("P-2", "zhang", (AMOXICILLIN, 1), **sale)).state is BillState.SETTLED
        assert world.standing() == {"P-1": 1, "P-2": 1}
    finally:
        world.close()


def test_the_same_claim_at_several_desks_at_once_is_one_bill_for_all_of_them(world: World) -> None:
    document = msgspec.json.encode(bill("B-1", "zhang")) + b"\n"
    desks = [world.command("settle", "-", "--json") for _ in range(4)]
    for desk in desks:
        assert desk.stdin
        desk.stdin.write(document)
        desk.stdin.flush()
    told = [msgspec.json.decode(desk.communicate(timeout=60)[0]) for desk in desks]
    assert {each.get("state", each.get("fault")) for each in told} <= {"settled", "settling"}
    assert world.standing() == {"B-1": 1}


def test_a_rotated_secret_leaves_what_waits_waiting(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        world.centre.line_down()
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
        world.centre.line_up()
    secret = world.home / "secret"
    right = secret.read_text(encoding="utf-8")
    secret.write_text("account=TEST\nsecret=another\n", encoding="utf-8")
    with world.till() as till:
        assert forwarded(till, seconds=1) == 1
        assert till.queue.item("B-1").state == "recorded"
    secret.write_text(right, encoding="utf-8")
    with world.till() as till:
        assert forwarded(till) == 0
    assert world.standing() == {"B-0": 1, "B-1": 1}


def test_a_no_that_nobody_has_classified_waits_for_a_person(world: World) -> None:
    with world.till() as till:
        settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
        world.centre.line_down()
        other_name = {"kind": "id_number", "number": "111111198101011110", "name": "李四"}
        settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1), credential=other_name))
        world.centre.line_up()
        assert forwarded(till, seconds=2) == 1
        assert till.queue.item("B-1").state == "held"


def test_what_the_two_splits_disagree_on_stays_with_the_settled_bill(world: World) -> None:
    wrong = (VITAMINS[0], VITAMINS[1], VITAMINS[2], "A", None)
    with world.till() as till:
        result = settle(till, claim("B-1", "zhang", (wrong, 1)))
        kept = settle(till, claim("B-1", "zhang", (wrong, 1)))
    assert result.state is BillState.SETTLED
    assert {each.figure: each.cause for each in result.differences}["own_pay"] == "catalogue"
    assert kept.differences == result.differences


def test_a_trial_that_another_desk_overtook_is_tried_again(world: World) -> None:
    with world.till() as here, world.till() as there:
        trial = try_out(here, claim("B-1", "zhang"))
        settle(there, claim("B-2", "zhang"))
        with pytest.raises(LaneMoved):
            commit(here, trial)
        result = settle(here, claim("B-1", "zhang"))
    assert result.deductible == 0 and sum(tender.amount for tender in result.tenders) == result.cash
    assert world.standing() == {"B-1": 1, "B-2": 1}


def test_a_program_fault_during_the_call_leaves_the_bill_in_doubt_not_settling(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise MemoryError

    with world.till() as till:
        trial = try_out(till, claim("B-1", "zhang"))
        monkeypatch.setattr(till.centre, "settle", broken)
        with pytest.raises(MemoryError):
            commit(till, trial)
        assert till.queue.item("B-1").state == "in_doubt"
        monkeypatch.undo()
        assert forwarded(till) == 0
    assert world.standing() == {"B-1": 1}
