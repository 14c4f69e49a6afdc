"""Receipts: every printed number is used once, void or lost, and nothing is asked of a service twice."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from terminal.counter.faults import UnknownBill
from terminal.counter.office import issuing, receipts, shifts
from terminal.counter.office.faults import NoReceipt, NoReceiptsLeft, NumberTaken, WrongRoll
from terminal.counter.office.issuing import Paper
from terminal.counter.office.operators import Session
from terminal.counter.office.person_faults import NotAllowed
from terminal.counter.office.receipts import Roll
from terminal.counter.office.refunds import give_back
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.money import Fen
from tests.counter.office.conftest import hire
from tests.counter.office.test_refunds import audited
from tests.world import AMOXICILLIN, World, claim

Staff = dict[str, Session]


@pytest.fixture
def bills(till: Till) -> list[str]:
    numbers = [f"B-{n}" for n in range(1, 4)]
    for number in numbers:
        settle(till, claim(number, "zhang", (AMOXICILLIN, 1)))
    return numbers


def test_numbers_are_used_in_order_roll_after_roll(till: Till, staff: Staff, bills: list[str]) -> None:
    receipts.add_roll(till, Roll("京A", 7, 8), staff["0001"])
    receipts.add_roll(till, Roll("京B", 1, 1), staff["0001"])
    used = [receipts.use(till, bill, staff["0001"]).number for bill in bills]
    assert used == ["京A00000007", "京A00000008", "京B00000001"]
    assert [(roll.next, roll.left) for roll in receipts.stock(till)] == [("", 0), ("", 0)]
    assert receipts.use(till, "B-1", staff["0001"]).number == "京A00000007"


def test_an_empty_stock_and_an_unknown_bill_are_told(till: Till, staff: Staff, bills: list[str]) -> None:
    with pytest.raises(NoReceiptsLeft):
        receipts.use(till, "B-1", staff["0001"])
    with pytest.raises(UnknownBill):
        receipts.use(till, "B-9", staff["0001"])
    with pytest.raises(NoReceipt):
        receipts.reprint(till, "B-1", staff["0001"])
    with pytest.raises(NotAllowed):
        receipts.add_roll(till, Roll("京A", 1, 2), staff["0003"])


@pytest.mark.parametrize("roll", [Roll("京A", 10, 20), Roll("京A", 1, 99), Roll("京C", 5, 4), Roll("京C", 1, 10**8)])
def test_a_roll_is_issued_once(till: Till, staff: Staff, roll: Roll) -> None:
    receipts.add_roll(till, Roll("京A", 5, 10), staff["0001"])
    with pytest.raises(WrongRoll):
        receipts.add_roll(till, roll, staff["0001"])
    assert len(receipts.stock(till)) == 1


def test_void_and_lost_numbers_are_passed_over_and_a_void_receipt_is_issued_anew(
    till: Till, staff: Staff, bills: list[str]
) -> None:
    receipts.add_roll(till, Roll("京A", 1, 5), staff["0001"])
    receipts.spoil(till, ("京A00000001",), "卡纸", staff["0001"])
    assert receipts.use(till, "B-1", staff["0001"]).number == "京A00000002"
    receipts.spoil(till, ("京A00000002",), "打印错位", staff["0001"])
    receipts.spoil(till, ("京A00000003",), "丢失", staff["0001"], lost=True)
    assert receipts.use(till, "B-1", staff["0001"]).number == "京A00000004"
    for wrong in ("京A00000001", "京A00000006", "京X"):
        with pytest.raises(NumberTaken):
            receipts.spoil(till, (wrong,), "?", staff["0001"])


def test_each_further_print_bears_its_number(till: Till, staff: Staff, bills: list[str]) -> None:
    receipts.add_roll(till, Roll("京A", 1, 5), staff["0001"])
    receipts.use(till, "B-1", staff["0001"])
    assert [receipts.reprint(till, "B-1", staff["0001"]).copy for _ in range(2)] == [2, 3]


def test_a_settled_bill_draws_the_next_number_once_and_further_prints_are_copies(
    till: Till, staff: Staff, bills: list[str]
) -> None:
    who = staff["0001"]
    assert issuing.issue(till, "B-1", who) == Paper()
    receipts.add_roll(till, Roll("京A", 1, 2), who)
    assert issuing.issue(till, "B-1", who) == Paper("京A00000001")
    assert [each.bill for each in issuing.unprinted(till)] == ["B-1"]
    assert issuing.issue(till, "B-1", who) == Paper("京A00000001"), "the paper never came out: no copy"
    issuing.printed(till, "京A00000001", who)
    assert issuing.unprinted(till) == []
    assert [issuing.issue(till, "B-1", who).copy for _ in range(2)] == [2, 3]


def test_a_misprint_voids_and_draws_again_in_one_step_and_the_shift_report_agrees(
    till: Till, staff: Staff, bills: list[str]
) -> None:
    who = staff["0001"]
    shifts.open_shift(till, Fen(0), who)
    receipts.add_roll(till, Roll("京A", 1, 4), who)
    for bill in bills[:2]:
        issuing.issue(till, bill, who)
    assert issuing.misprint(till, "B-2", "错位", who).number == "京A00000003"
    report = shifts.report(till)
    rows = {(row.section, row.name): row.count for row in report.rows if row.section.startswith(("receipts", "num"))}
    assert rows == {
        ("receipts", "used"): 2,
        ("numbers.used", "京A00000001"): 1,
        ("numbers.used", "京A00000003"): 1,
        ("receipts", "void"): 1,
        ("numbers.void", "京A00000002"): 1,
    }
    issuing.issue(till, "B-3", who)
    assert ("numbers.used", "京A00000003 - 京A00000004") in {
        (row.section, row.name) for row in shifts.report(till).rows
    }
    with pytest.raises(NoReceiptsLeft):
        issuing.misprint(till, "B-3", "错位", who)
    assert receipts.of_bill(till, "B-3") is not None


def test_what_was_wanted_and_not_drawn_is_told_and_a_bill_that_has_not_settled_draws_nothing(
    till: Till, staff: Staff, world: World
) -> None:
    who = staff["0001"]
    receipts.add_roll(till, Roll("京A", 1, 4), who)
    settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    for bill in ("B-1", "B-2"):
        issuing.want(till, bill, who)
    settle(till, claim("B-1", "zhang", (AMOXICILLIN, 1)))
    world.centre.line_down()
    settle(till, claim("B-2", "zhang", (AMOXICILLIN, 1)))
    assert [(each.number, each.bill) for each in issuing.unprinted(till)] == [("", "B-1")]
    assert issuing.issue(till, "B-2", who) == Paper()


def test_a_refund_draws_a_red_ink_receipt(till: Till, staff: Staff, bills: list[str]) -> None:
    who = staff["0001"]
    receipts.add_roll(till, Roll("京A", 1, 4), who)
    issuing.issue(till, "B-1", who)
    number = audited(till, staff, "B-1").number
    assert issuing.issue(till, number, who) == Paper(), "no money has left yet"
    give_back(till, number, who)
    assert issuing.issue(till, number, who) == Paper("京A00000002")
    shown = issuing.shown(till, number)
    assert shown is not None and shown[0].total == -Fen(1250) and shown[1].bill == number


class Electronic(BaseHTTPRequestHandler):
    """A receipt service that answers as often as it is told to."""

    issued: ClassVar[dict[str, bytes]]
    left: ClassVar[int]

    def do_PUT(self) -> None:
        bill = self.path.rpartition("/")[2]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if type(self).left == 0:
            self.send_error(503)
            return
        type(self).left -= 1
        self.issued.setdefault(bill, body)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"number": "E-%s"}' % bill.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def electronic(world: World) -> Iterator[type[Electronic]]:
    Electronic.issued, Electronic.left = {}, 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Electronic)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'[receipts]\nservice = "http://127.0.0.1:{server.server_port}/receipts"\n')
    yield Electronic
    server.shutdown()
    server.server_close()


def test_electronic_receipts_wait_until_the_service_is_back(electronic: type[Electronic], world: World) -> None:
    with world.till() as till:
        staff = hire(till)
        numbers = ["B-1", "B-2", "B-3"]
        for number in numbers:
            settle(till, claim(number, "zhang", (AMOXICILLIN, 1)))
            assert issuing.issue(till, number, staff["0001"]) == Paper(waits=True)
        assert issuing.unprinted(till) == []
        electronic.left = 1
        assert issuing.issue_wanted(till) == 2
        assert receipts.of_bill(till, "B-2") is None
        electronic.left = 9
        assert issuing.issue_wanted(till) == 0
        found = [receipts.of_bill(till, bill) for bill in numbers]
        assert [each and each.number for each in found] == ["E-B-1", "E-B-2", "E-B-3"]
        assert issuing.issue_wanted(till) == 0 and electronic.left == 7
        assert b'"settled"' in electronic.issued["B-1"]
        settle(till, claim("B-4", "zhang", (AMOXICILLIN, 1)))
        assert issuing.issue(till, "B-4", staff["0001"]) == Paper("E-B-4")
