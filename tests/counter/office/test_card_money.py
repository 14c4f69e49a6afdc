"""Bank cards: an intent before, an outcome after, and no card charged twice however the answer was lost."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from terminal.counter import journal
from terminal.counter.far_end import forwarder
from terminal.counter.office import card_money, operators, refunds, shifts
from terminal.counter.office.bank import card_payments
from terminal.counter.office.card_faults import (
    CardMoneyNotBack,
    CardMoneyThere,
    NothingOnCard,
    PosAnswerOpen,
    PosReferenceMissing,
    PosSaysNo,
)
from terminal.counter.office.card_money import charges, held, open_charge
from terminal.counter.office.drafts import corrected, drafts, drop, park
from terminal.counter.office.faults import DraftHoldsMoney, UnknownDraft
from terminal.counter.office.operators import Session
from terminal.counter.office.owed import even_out, on_cards, owed, unbilled
from terminal.counter.office.refunds import PAPERS, RefundState
from terminal.counter.office.unfinished import Kind, unfinished
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.documents import TenderKind, VisitType
from terminal.money import Fen
from terminal.peripherals.bankpos.linked import LinkedPos
from terminal.peripherals.bankpos.messages import Deal
from terminal.peripherals.bankpos.port import Result
from terminal.peripherals.faults import DeviceFault, TypedAmountDiffers
from terminal.peripherals.lamp import Device
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.simulators.bankpos import PosSimulator, Trouble
from terminal.peripherals.simulators.plug import Pty
from tests.counter.office.conftest import hire
from tests.world import AMOXICILLIN, World, claim

DUE = Fen(3520)
PAPERS_HERE = PAPERS[VisitType.OUTPATIENT]


@pytest.fixture
def bank(tmp_path) -> Iterator[Pty]:
    """A POS on a pseudo-terminal."""
    with Pty(PosSimulator(), tmp_path / "pos") as plug:
        yield plug


@pytest.fixture
def pos(bank) -> LinkedPos:
    """The till's end of its cable, with little patience."""
    return LinkedPos(Outlet(Device.BANK_POS, bank.address), patience=0.4, inquiry_patience=0.4)


@pytest.fixture
def me(till):
    """Who stands at the till."""
    return operators.acting(till)


@pytest.mark.parametrize(
    ("trouble", "state", "taken"),
    [
        (Trouble.NONE, Result.APPROVED, 1),
        (Trouble.DECLINED, Result.DECLINED, 0),
        (Trouble.FRAME_REFUSED, Result.NOT_SENT, 0),
        (Trouble.OLD_ANSWER_FIRST, Result.APPROVED, 1),
        (Trouble.ANSWER_LOST, Result.IN_DOUBT, 1),
        (Trouble.ANSWER_TORN, Result.IN_DOUBT, 1),
        (Trouble.NEVER_HEARD, Result.IN_DOUBT, 0),
        (Trouble.WRONG_AMOUNT, Result.IN_DOUBT, 1),
        (Trouble.ISSUER_SILENT, Result.IN_DOUBT, 1),
    ],
)
def test_every_ending_of_a_charge_is_kept(till, me, bank, pos, trouble, state, taken):
    bank.device.trouble = trouble
    charge = card_money.charge(till, "T1", DUE, me, pos)
    assert (charge.state, charge.amount, charge.bill) == (state, DUE, "T1")
    assert charges(till)[charge.number] == charge
    assert len(bank.device.charged) == taken
    assert bool(held(till, "T1")) is (state is Result.APPROVED)
    assert (open_charge(till) is not None) is (state is Result.IN_DOUBT)


@pytest.mark.parametrize(
    ("trouble", "state", "taken"),
    [
        (Trouble.ANSWER_LOST, Result.APPROVED, 1),
        (Trouble.ANSWER_TORN, Result.APPROVED, 1),
        (Trouble.ANSWER_LATE, Result.APPROVED, 1),
        (Trouble.ISSUER_SILENT, Result.APPROVED, 1),
        (Trouble.NEVER_HEARD, Result.NOT_SENT, 0),
    ],
)
def test_a_lost_answer_is_asked_for_and_never_charged_a_second_time(till, me, bank, pos, trouble, state, taken):
    card_money.charge(till, "T0", Fen(100), me, pos)
    bank.device.trouble = trouble
    doubt = card_money.charge(till, "T1", DUE, me, pos)
    assert doubt.state is Result.IN_DOUBT
    asked = len(bank.device.requests)
    with pytest.raises(PosAnswerOpen, match=r"35\.20"):
        card_money.charge(till, "OTHER", Fen(100), me, pos)
    assert len(bank.device.requests) == asked
    found = card_money.inquire(till, doubt.number, me, pos)
    assert found.state is state
    assert sum(each.amount == DUE for each in bank.device.charged) == taken
    assert found.reference == ("000000000002" if taken else "")
    assert card_money.inquire(till, doubt.number, me, pos) == found
    assert len(charges(till)) == 2


def test_the_first_request_asks_where_the_pos_stands_and_none_that_is_away_is_asked_for_money(till, me, bank, pos):
    bank.unplug()
    with pytest.raises(DeviceFault):
        card_money.charge(till, "T1", DUE, me, pos)
    assert charges(till) == {}
    bank.plug()
    bank.device.trouble = Trouble.ANSWER_LOST
    doubt = card_money.charge(till, "T1", DUE, me, pos)
    assert card_money.inquire(till, doubt.number, me, pos).state is Result.APPROVED


def test_a_cable_pulled_in_the_middle_is_in_doubt_and_cleared_when_it_is_back(till, me, bank, pos):
    card_money.charge(till, "T0", Fen(100), me, pos)
    bank.unplug()
    doubt = card_money.charge(till, "T1", DUE, me, pos)
    assert doubt.state is Result.NOT_SENT
    bank.plug()
    bank.device.trouble = Trouble.ANSWER_LOST
    doubt = card_money.charge(till, "T1", DUE, me, pos)
    bank.unplug()
    assert card_money.inquire(till, doubt.number, me, pos).state is Result.IN_DOUBT
    bank.plug()
    assert card_money.inquire(till, doubt.number, me, pos).state is Result.APPROVED
    assert sum(each.amount == DUE for each in bank.device.charged) == 1


@pytest.mark.parametrize(("took", "reference", "state"), [(True, "R9", Result.APPROVED), (False, "", Result.NOT_SENT)])
def test_what_the_pos_cannot_say_a_person_reads_there(till, me, bank, pos, took, reference, state):
    bank.device.trouble = Trouble.WRONG_AMOUNT
    doubt = card_money.charge(till, "T1", DUE, me, pos)
    assert "36.20" in doubt.text
    with pytest.raises(PosReferenceMissing):
        card_money.decide(till, doubt.number, me, took=True)
    done = card_money.decide(till, doubt.number, me, took=took, reference=reference)
    assert (done.state, done.reference) == (state, reference)
    with pytest.raises(CardMoneyThere):
        card_money.decide(till, doubt.number, me, took=not took, reference="X")


def test_the_slip_of_a_pos_that_stands_alone_must_bear_the_amount_and_a_reference(till, me):
    asked = card_money.ask(till, "T1", DUE, me, None)
    with pytest.raises(TypedAmountDiffers):
        card_money.copy(till, asked.number, Fen(3250), "R1", me)
    with pytest.raises(PosReferenceMissing):
        card_money.copy(till, asked.number, DUE, "", me)
    assert open_charge(till) == asked
    assert card_money.copy(till, asked.number, DUE, "R1", me).state is Result.APPROVED


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_is_not_charged(till, me, pos, amount):
    with pytest.raises(NothingOnCard):
        card_money.charge(till, "T1", Fen(amount), me, pos)


def test_card_money_without_a_bill_is_told_and_goes_back_once(till, me, bank, pos):
    charge = card_money.charge(till, "T1", DUE, me, pos)
    assert [each.kind for each in unfinished(till)] == [Kind.CARD_WITHOUT_BILL]
    assert unbilled(till) == [charge]
    back = card_money.give_back(till, charge.number, me, pos)
    assert (back.deal, back.state) == (Deal.VOID, Result.APPROVED)
    assert bank.device.requests[-1].original.voucher == charge.voucher
    assert unfinished(till) == []
    with pytest.raises(NothingOnCard):
        card_money.give_back(till, charge.number, me, pos)


def test_what_cannot_be_voided_any_more_is_refunded_by_its_reference(till, me, bank, pos):
    charge = card_money.charge(till, "T1", DUE, me, pos)
    bank.device.trouble = Trouble.DECLINED
    assert card_money.give_back(till, charge.number, me, pos).state is Result.DECLINED
    back = card_money.give_back(till, charge.number, me, pos)
    assert (back.deal, back.state) == (Deal.REFUND, Result.APPROVED)
    assert bank.device.requests[-1].original.reference == charge.reference
    assert bank.device.requests[-1].original.day.endswith("0105")


def test_a_part_goes_back_by_refund_and_the_rest_still_lies_there(till, me, bank, pos):
    charge = card_money.charge(till, "T1", DUE, me, pos)
    assert card_money.give_back(till, charge.number, me, pos, Fen(1000)).deal is Deal.REFUND
    assert [each.amount for each in held(till, "T1")] == [2520]
    with pytest.raises(NothingOnCard):
        card_money.give_back(till, charge.number, me, pos, Fen(2521))
    assert card_money.give_back(till, charge.number, me, pos).amount == 2520
    assert held(till) == []
    assert [each.amount for each in bank.device.requests] == [DUE, 1000, 2520]


def paid_by_card(till, me, pos, number="B-1"):
    """A bill settled with 35.20 by card and the rest in cash."""
    card_money.charge(till, number, DUE, me, pos)
    return settle(till, claim(number, "zhang"), cards=card_money.tenders(till, number))


def test_a_settled_bill_names_the_bank_s_reference_and_the_bank_s_file_agrees(till, me, pos):
    settled = paid_by_card(till, me, pos)
    (card,) = (each for each in settled.tenders if each.kind is TenderKind.BANK_CARD)
    assert (card.amount, card.reference) == (DUE, "000000000001")
    assert sum(each.amount for each in settled.tenders) == settled.cash
    assert [(each.reference, each.amount) for each in card_payments(till, till.clock().date())] == [
        ("000000000001", DUE)
    ]
    assert unfinished(till) == [] == owed(till)


def test_a_bill_is_not_settled_while_its_card_money_is_unknown(till, me, bank, pos):
    bank.device.trouble = Trouble.ANSWER_LOST
    card_money.charge(till, "B-1", DUE, me, pos)
    with pytest.raises(PosAnswerOpen):
        card_money.tenders(till, "B-1")
    assert card_money.tenders(till, "B-2") == ()


def test_a_corrected_bill_takes_the_card_money_of_the_refused_one(till, me, pos):
    old, new = claim("T1", "zhang"), claim("T2", "zhang")
    park(till, old, "0001")
    charge = card_money.charge(till, "T1", DUE, me, pos)
    corrected(till, "T1", new, "0001")
    assert list(drafts(till)) == ["T2"]
    assert [each.number for each in held(till, "T2")] == [charge.number]
    assert held(till, "T1") == []


def three_sign(till, staff, bill):
    asked = refunds.request(till, bill, "药品未用", PAPERS_HERE, staff["0001"])
    refunds.move(till, asked.number, RefundState.REVIEWED, staff["0002"])
    refunds.move(till, asked.number, RefundState.AUDITED, staff["0003"])
    return asked.number


def test_a_refund_goes_back_to_the_card_through_the_pos_after_the_centre(till, world, bank, pos):
    staff = hire(till)
    paid_by_card(till, staff["0001"], pos)
    number = three_sign(till, staff, "B-1")
    world.centre.line_down()
    assert refunds.give_back(till, number, staff["0001"], wait=0.1, pos=pos).state is RefundState.AUDITED
    assert [each.deal for each in bank.device.requests] == [Deal.SALE], "card money left before the centre had it"
    world.centre.line_up()
    assert refunds.give_back(till, number, staff["0001"], pos=pos).state is RefundState.DONE
    assert [each.deal for each in bank.device.requests] == [Deal.SALE, Deal.VOID]
    assert refunds.give_back(till, number, staff["0001"], pos=pos).state is RefundState.DONE
    assert len(bank.device.requests) == 2
    assert owed(till) == [] == unfinished(till)


def test_a_refund_whose_pos_answer_is_lost_stays_open_and_pays_once(till, bank, pos):
    staff = hire(till)
    paid_by_card(till, staff["0001"], pos)
    number = three_sign(till, staff, "B-1")
    bank.device.trouble = Trouble.ANSWER_LOST
    with pytest.raises(PosAnswerOpen):
        refunds.give_back(till, number, staff["0001"], pos=pos)
    assert [each.kind for each in unfinished(till)] == [Kind.POS_ASKED_BACK, Kind.REFUND_TAKEN_BACK]
    with pytest.raises(PosAnswerOpen):
        refunds.give_back(till, number, staff["0001"], pos=pos)
    card_money.inquire(till, open_charge(till).number, staff["0001"], pos)
    assert refunds.give_back(till, number, staff["0001"], pos=pos).state is RefundState.DONE
    assert [each.deal for each in bank.device.requests] == [Deal.SALE, Deal.VOID]


def test_a_refund_that_the_pos_refuses_is_tried_again_and_one_without_a_cable_is_copied(till, bank, pos):
    staff = hire(till)
    paid_by_card(till, staff["0001"], pos)
    number = three_sign(till, staff, "B-1")
    bank.device.trouble = Trouble.DECLINED
    with pytest.raises(PosSaysNo):
        refunds.give_back(till, number, staff["0001"], pos=pos)
    with pytest.raises(CardMoneyNotBack, match=r"35\.20"):
        refunds.give_back(till, number, staff["0001"])
    ((charge, amount),) = refunds.on_cards(till, refunds.find(till, number))
    back = card_money.ask_back(till, charge.number, staff["0001"], None, amount)
    card_money.copy(till, back.number, amount, "R77", staff["0001"])
    assert refunds.give_back(till, number, staff["0001"]).state is RefundState.DONE
    report = shifts.takings(till, 1, "", till.clock(), Fen(0), 0)
    assert report.section("refunds")["bank_card"] == -DUE
    assert report.expected == 0


@pytest.fixture
def in_full(tmp_path) -> Iterator[World]:
    """A site that takes full payment while the line is down."""
    world = World(tmp_path / "full", offline={"on_outage": "full_payment"})
    yield world
    world.close()


def paid_in_full(world: World, till: Till, cashier: Session, pos: LinkedPos) -> Fen:
    """A bill paid in full by card in an outage and settled since; gives what goes back."""
    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()
    card_money.charge(till, "B-1", Fen(213_600), cashier, pos)
    told = settle(till, claim("B-1", "zhang"), cards=card_money.tenders(till, "B-1"))
    world.centre.line_up()
    with forwarder(till) as sender:
        assert sender.run(timedelta(seconds=20), now=True).left == 0
    return Fen(told.total - journal.standing(till.queue, till.queue.item("B-1")).cash)


def test_what_was_paid_in_full_by_card_goes_back_through_the_pos_once_and_a_later_refund_too(in_full, bank, pos):
    with in_full.till() as till:
        staff = hire(till)
        cashier = staff["0001"]
        back = paid_in_full(in_full, till, cashier, pos)
        with pytest.raises(CardMoneyNotBack):
            even_out(till, "B-1", cashier, to_patient=True)
        bank.device.trouble = Trouble.ANSWER_LOST
        with pytest.raises(PosAnswerOpen):
            even_out(till, "B-1", cashier, to_patient=True, pos=pos)
        card_money.inquire(till, open_charge(till).number, cashier, pos)
        assert [each.amount for each in owed(till)] == [-back], "the POS has given it back, the register not yet"
        assert even_out(till, "B-1", cashier, to_patient=True, pos=pos).amount == -back
        assert owed(till) == [] and [each.amount for each in held(till)] == [213_600 - back]
        number = three_sign(till, staff, "B-1")
        assert refunds.give_back(till, number, cashier, pos=pos).state is RefundState.DONE
        assert (owed(till), held(till), unbilled(till)) == ([], [], [])
    moved = [(each.deal, each.amount) for each in bank.device.requests if each.deal is not Deal.LAST]
    assert moved == [(Deal.SALE, 213_600), (Deal.REFUND, back), (Deal.REFUND, 213_600 - back)]


def test_a_refund_before_the_difference_went_back_leaves_that_to_be_paid_out_by_the_pos(in_full, bank, pos):
    with in_full.till() as till:
        staff = hire(till)
        cashier = staff["0001"]
        back = paid_in_full(in_full, till, cashier, pos)
        number = three_sign(till, staff, "B-1")
        bank.device.trouble = Trouble.ANSWER_LOST
        with pytest.raises(PosAnswerOpen):
            refunds.give_back(till, number, cashier, pos=pos)
        card_money.inquire(till, open_charge(till).number, cashier, pos)
        assert refunds.give_back(till, number, cashier, pos=pos).state is RefundState.DONE
        ((charge, amount, purpose),) = on_cards(till, "B-1")
        assert amount == back == charge.amount
        slip = card_money.ask_back(till, charge.number, cashier, None, amount, purpose)
        card_money.copy(till, slip.number, amount, "R88", cashier)
        assert even_out(till, "B-1", cashier, to_patient=True).amount == -back
        assert (owed(till), held(till)) == ([], [])
    moved = [each.amount for each in bank.device.requests if each.deal in (Deal.SALE, Deal.REFUND)]
    assert moved == [213_600, 213_600 - back]


def test_parked_bills_end_with_the_shift_except_those_with_card_money(till, me, bank, pos):
    shifts.open_shift(till, Fen(0), me)
    for number in ("T1", "T2", "T3"):
        park(till, claim(number, "zhang"), "0001")
    card_money.charge(till, "T2", DUE, me, pos)
    bank.device.trouble = Trouble.ANSWER_LOST
    card_money.charge(till, "T3", DUE, me, pos)
    for number in ("T2", "T3"):
        with pytest.raises(DraftHoldsMoney, match=r"35\.20"):
            drop(till, number, "0001")
    done = shifts.close_shift(till, {}, me)
    assert done.section("given_up") == {"T1": Fen(213600)}
    assert sorted(done.section("card_open").values()) == [DUE, DUE]
    assert list(drafts(till)) == ["T2", "T3"]
    with pytest.raises(UnknownDraft):
        drop(till, "T1", "0001")


def test_a_parked_bill_survives_the_hand_over_of_a_running_shift(till, world, me):
    shifts.open_shift(till, Fen(0), me)
    park(till, claim("T1", "zhang"), "0001")
    with world.till() as next_desk:
        assert drafts(next_desk)["T1"].document.claim == claim("T1", "zhang")
        settle(next_desk, claim("T1", "zhang"))
        assert drafts(next_desk) == {}
