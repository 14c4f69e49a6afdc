"""How a bank charge ends, held against what the bank will really pay out."""

import random
from collections.abc import Callable
from itertools import pairwise

import pytest

from terminal.money import Fen
from terminal.peripherals.bankpos.linked import LinkedPos, new_nonce
from terminal.peripherals.bankpos.messages import Answer, Deal, Original, Request
from terminal.peripherals.bankpos.port import BankPos, Result
from terminal.peripherals.bankpos.standalone import StandAlonePos, Typed
from terminal.peripherals.lamp import Device, Lamp
from terminal.peripherals.outlet import Outlet
from terminal.peripherals.simulators.bankpos import PosSimulator, Trouble
from terminal.peripherals.simulators.plug import Pty, Simulated
from tests.peripherals.waiting import eventually

Plug = Callable[[Simulated], Pty]


def linked(pty: Pty, patience: float = 10.0) -> LinkedPos:
    return LinkedPos(Outlet(Device.BANK_POS, pty.address), patience=patience)


def charged_before(pos: BankPos) -> str:
    """One good sale of another patient; its voucher is the last one the till knows."""
    answer = pos.perform(Request(Deal.SALE, Fen(500), "100")).answer
    assert answer is not None
    return answer.voucher


# Trouble, the outcome at once, the outcome of the inquiry, times charged.
ENDS = [
    (Trouble.NONE, Result.APPROVED, None, 1),
    (Trouble.OLD_ANSWER_FIRST, Result.APPROVED, None, 1),
    (Trouble.OLD_REFUSAL_FIRST, Result.APPROVED, None, 1),
    (Trouble.DECLINED, Result.DECLINED, None, 0),
    (Trouble.FRAME_REFUSED, Result.NOT_SENT, None, 0),
    (Trouble.NEVER_HEARD, Result.IN_DOUBT, Result.NOT_SENT, 0),
    (Trouble.ANSWER_LOST, Result.IN_DOUBT, Result.APPROVED, 1),
    (Trouble.OLD_REFUSAL_THEN_NOTHING, Result.IN_DOUBT, Result.APPROVED, 1),
    (Trouble.ANSWER_LATE, Result.IN_DOUBT, Result.APPROVED, 1),
    (Trouble.ANSWER_TORN, Result.IN_DOUBT, Result.APPROVED, 1),
    (Trouble.ISSUER_SILENT, Result.IN_DOUBT, Result.APPROVED, 1),
    (Trouble.WRONG_AMOUNT, Result.IN_DOUBT, Result.IN_DOUBT, 1),
]


@pytest.mark.parametrize(("trouble", "at_once", "asked", "times"), ENDS)
def test_a_sale_is_never_called_what_it_is_not(
    plug: Plug, trouble: Trouble, at_once: Result, asked: Result | None, times: int
) -> None:
    simulator = PosSimulator()
    pty = plug(simulator)
    sale = Request(Deal.SALE, Fen(1230), "417", "T01", "0001", after=charged_before(linked(pty)))
    simulator.trouble = trouble
    pos = linked(pty, patience=0.3 if asked else 10.0)
    outcome = pos.perform(sale)
    assert outcome.result is at_once
    if asked:
        outcome = pos.inquire(sale)
        assert outcome.result is asked
        assert pos.inquire(sale).result is asked
    assert len(simulator.charged) == 1 + times
    if outcome.result is Result.APPROVED:
        assert outcome.answer is not None
        assert (outcome.answer.amount, outcome.answer.reference) == (Fen(1230), simulator.charged[-1].reference)


def test_a_pos_that_is_not_there_has_not_been_sent_anything(plug: Plug) -> None:
    pty = plug(PosSimulator())
    pos = linked(pty)
    pty.unplug()
    outcome = pos.perform(Request(Deal.SALE, Fen(1), "001"))
    assert (outcome.result, outcome.fault and outcome.fault.code) == (Result.NOT_SENT, "device_absent")
    assert pos.inquire(Request(Deal.SALE, Fen(1), "001")).result is Result.IN_DOUBT
    assert pos.check().lamp is Lamp.ABSENT
    pty.plug()
    assert pos.perform(Request(Deal.SALE, Fen(1), "002")).result is Result.APPROVED


def test_an_answer_that_was_read_is_acknowledged(plug: Plug) -> None:
    simulator = PosSimulator()
    charged_before(linked(plug(simulator)))
    assert eventually(lambda: simulator.acknowledged == 1)


def test_without_a_known_earlier_voucher_an_inquiry_never_guesses(plug: Plug) -> None:
    simulator = PosSimulator()
    pos = linked(plug(simulator))
    charged_before(pos)
    simulator.trouble = Trouble.NEVER_HEARD
    pos.patience = 0.3
    sale = Request(Deal.SALE, Fen(500), "417")
    assert pos.perform(sale).result is Result.IN_DOUBT
    assert pos.inquire(sale).result is Result.IN_DOUBT


def test_a_till_that_asked_for_the_last_transaction_when_opening_can_tell(plug: Plug) -> None:
    simulator = PosSimulator()
    pos = linked(plug(simulator))
    voucher = charged_before(pos)
    opening = pos.perform(Request(Deal.LAST, Fen(0), "101")).answer
    assert opening is not None
    assert opening.voucher == voucher
    simulator.trouble = Trouble.NEVER_HEARD
    pos.patience = 0.3
    sale = Request(Deal.SALE, Fen(500), "417", after=opening.voucher)
    assert pos.perform(sale).result is Result.IN_DOUBT
    assert pos.inquire(sale).result is Result.NOT_SENT


def test_while_the_customer_takes_his_time_nobody_says_that_nothing_was_charged(plug: Plug) -> None:
    simulator = PosSimulator()
    pos = linked(plug(simulator))
    sale = Request(Deal.SALE, Fen(1230), "417", after=charged_before(pos))
    simulator.trouble = Trouble.CUSTOMER_SLOW
    pos.patience = pos.inquiry_patience = 0.3
    assert pos.perform(sale).result is Result.IN_DOUBT
    assert pos.inquire(sale).result is Result.IN_DOUBT
    simulator.customer_pays()
    pos.inquiry_patience = 10.0
    assert pos.inquire(sale).result is Result.APPROVED
    assert len(simulator.charged) == 2


def test_an_inquiry_charges_nothing(plug: Plug) -> None:
    simulator = PosSimulator()
    pos = linked(plug(simulator))
    sale = Request(Deal.SALE, Fen(1230), "417", after=charged_before(pos))
    for _ in range(3):
        assert pos.inquire(sale).result is Result.NOT_SENT
    assert len(simulator.charged) == 1


def test_a_void_names_the_voucher_it_takes_back(plug: Plug) -> None:
    simulator = PosSimulator()
    pos = linked(plug(simulator))
    void = Request(Deal.VOID, Fen(500), "418", original=Original(voucher=charged_before(pos)))
    assert pos.perform(void).result is Result.APPROVED
    assert simulator.requests[-1].original.voucher == "000001"


@pytest.mark.parametrize("deal", [Deal.BALANCE, Deal.SIGN_IN, Deal.SETTLE, Deal.SHIFT_TOTALS])
def test_what_moves_no_money_is_not_measured_by_its_amount(plug: Plug, deal: Deal) -> None:
    simulator = PosSimulator()
    assert linked(plug(simulator)).perform(Request(deal, Fen(0), "001")).result is Result.APPROVED
    assert simulator.charged == []


def test_the_till_and_the_bank_agree_on_a_whole_shift(plug: Plug, seed: int, size: Callable[[int, int], int]) -> None:
    chance = random.Random(seed)
    simulator = PosSimulator()
    pty = plug(simulator)
    pos = linked(pty, patience=0.05)
    last, nonce, approved = charged_before(linked(pty)), "", {"000001"}
    for _ in range(size(30, 2000)):
        nonce = new_nonce(nonce)
        sale = Request(Deal.SALE, Fen(chance.randrange(1, 10**6)), nonce, after=last)
        simulator.trouble = chance.choice([row[0] for row in ENDS if row[0] is not Trouble.WRONG_AMOUNT])
        outcome = pos.perform(sale)
        for _ in range(3):
            if outcome.result is Result.IN_DOUBT:
                outcome = pos.inquire(sale)
        assert outcome.result is not Result.IN_DOUBT
        if outcome.result is Result.APPROVED:
            assert outcome.answer is not None
            last = outcome.answer.voucher
            approved.add(last)
    assert approved == {answer.voucher for answer in simulator.charged}


def test_the_test_button_asks_and_charges_nothing(plug: Plug) -> None:
    simulator = PosSimulator()
    assert linked(plug(simulator)).test().lamp is Lamp.OK
    assert simulator.charged == []


def test_the_test_button_tells_a_silent_pos_from_an_absent_one(plug: Plug) -> None:
    class Off:
        def feed(self, data: bytes) -> bytes:
            return b""

    pos = linked(plug(Off()))
    pos.inquiry_patience = 0.3
    health = pos.test()
    assert (health.lamp, health.code) == (Lamp.FAULT, "device_silent")


def test_a_nonce_is_three_digits_and_never_the_one_before() -> None:
    nonces = [new_nonce()]
    for _ in range(2000):
        nonces.append(new_nonce(nonces[-1]))
    assert all(len(nonce) == 3 and nonce.isdigit() for nonce in nonces)
    assert all(one != other for one, other in pairwise(nonces))


DUE = Request(Deal.SALE, Fen(1230), "417")
SLIP = Typed(Fen(1230), voucher="000007", reference="000000000007", card_tail="0019", day="0105")


@pytest.mark.parametrize(
    ("typed", "result", "fault"),
    [
        (SLIP, Result.APPROVED, None),
        (Typed(Fen(12300), "000007", "000000000007"), Result.IN_DOUBT, "typed_amount_differs"),
        (False, Result.DECLINED, None),
        (None, Result.IN_DOUBT, "no_pos_slip"),
    ],
)
def test_a_stand_alone_pos_is_believed_only_when_its_slip_agrees(
    typed: Typed | bool | None, result: Result, fault: str | None
) -> None:
    pos: BankPos = StandAlonePos(lambda request: typed)
    for outcome in (pos.perform(DUE), pos.inquire(DUE)):
        assert (outcome.result, outcome.fault and outcome.fault.code) == (result, fault)


def test_the_slip_of_a_stand_alone_pos_is_kept_for_a_later_refund() -> None:
    answer = StandAlonePos(lambda request: SLIP).perform(DUE).answer
    assert answer == Answer(
        code="00", card="******0019", voucher="000007", amount=Fen(1230), day="0105", reference="000000000007"
    )
