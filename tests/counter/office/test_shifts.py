"""Shifts: every fen stands in exactly one report, and the drawer is held against it."""

import contextlib
import io
import random
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from offline_queue.faults import LimitReached
from offline_queue.vocabulary import Decision, State
from terminal.counter import journal
from terminal.counter.far_end import forwarder
from terminal.counter.faults import RefusedByCentre
from terminal.counter.office import operators, receipts, shifts
from terminal.counter.office.faults import NoShift, ShiftIsOpen, WrongCount
from terminal.counter.office.operators import Session
from terminal.counter.office.owed import even_out, owed
from terminal.counter.office.person_faults import NotAllowed
from terminal.counter.office.refunds import RefundState, give_back
from terminal.counter.office.sheet import workbook
from terminal.counter.settle import commit, settle, try_out
from terminal.counter.till import Till
from terminal.money import Fen
from tests.counter.office.test_refunds import audited
from tests.world import AMOXICILLIN, CT, VITAMINS, World, claim

Staff = dict[str, Session]
YUAN = Fen(100)


def counting(cash: Fen) -> dict[Fen, int]:
    """The fewest notes and coins for an amount."""
    counted: dict[Fen, int] = {}
    for each in shifts.DENOMINATIONS:
        counted[each], rest = divmod(cash, each)
        cash = Fen(rest)
    return counted


def test_a_shift_says_what_came_in_by_tender_and_by_payer(till: Till, staff: Staff) -> None:
    shifts.open_shift(till, Fen(20000), staff["0001"])
    bills = [settle(till, claim("B-1", "zhang")), settle(till, claim("B-2", "li", (AMOXICILLIN, 3)))]
    shifts.move_cash(till, Fen(-5000), "交银行", staff["0001"])
    report = shifts.report(till)
    cash = sum(bill.cash for bill in bills)
    assert report.section("sales") == {"cash": cash}
    assert report.section("bills") == {"settled": sum(bill.total for bill in bills)}
    assert report.section("paid")["total"] == sum(bill.total for bill in bills)
    assert sum(report.section("paid").values()) == 2 * report.section("paid")["total"]
    assert report.expected == 20000 + cash - 5000
    done = shifts.close_shift(till, counting(Fen(report.expected - 100)), staff["0001"])
    assert (done.over, done.counted, done.closed_by) == (-100, report.expected - 100, "0001")
    assert shifts.report(till, 1) == done and shifts.current(till) is None


def test_a_refund_stands_apart_and_negative_in_the_shift_that_paid_it(till: Till, staff: Staff) -> None:
    shifts.open_shift(till, Fen(0), staff["0001"])
    bill = settle(till, claim("B-1", "zhang"))
    first = shifts.close_shift(till, counting(bill.cash), staff["0001"])
    shifts.open_shift(till, bill.cash, staff["0004"])
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    second = shifts.report(till)
    assert (first.section("sales"), first.section("refunds")) == ({"cash": bill.cash}, {})
    assert (second.section("sales"), second.section("refunds")) == ({}, {"cash": -bill.cash})
    assert second.section("paid_back")["total"] == -bill.total
    assert (first.over, second.expected) == (0, 0)


def test_late_results_go_to_the_shift_that_is_open_then(world: World, till: Till, staff: Staff) -> None:
    before = settle(till, claim("B-0", "zhang", (AMOXICILLIN, 1)))
    shifts.open_shift(till, Fen(0), staff["0001"])
    world.centre.line_down()
    told = settle(till, claim("B-1", "zhang"))
    first = shifts.close_shift(till, {}, staff["0001"])
    assert first.section("open") == {"B-1 provisional": told.total - told.cash}
    world.centre.line_up()
    with forwarder(till) as sender:
        sender.run(timedelta(seconds=20), now=True)
    shifts.open_shift(till, Fen(0), staff["0004"])
    second = shifts.report(till)
    assert second.section("late") == {"B-1 settled": 0} and second.section("sales") == {}
    assert first.section("sales") == {"cash": told.cash + before.cash}


def test_what_happens_while_no_shift_is_open_belongs_to_the_next(till: Till, staff: Staff) -> None:
    bills = [settle(till, claim("B-1", "zhang"))]
    shifts.open_shift(till, Fen(0), staff["0001"])
    shifts.close_shift(till, {}, staff["0001"])
    bills.append(settle(till, claim("B-2", "li", (AMOXICILLIN, 3))))
    shifts.open_shift(till, Fen(0), staff["0001"])
    shifts.close_shift(till, {}, staff["0001"])
    taken = [shifts.report(till, number).section("sales").get("cash", 0) for number in (1, 2)]
    assert taken == [bill.cash for bill in bills]


def test_a_refused_bill_moves_no_money(till: Till, staff: Staff) -> None:
    shifts.open_shift(till, Fen(0), staff["0001"])
    trial = try_out(till, claim("B-1", "zhang"))
    assert trial.centre
    till.centre.give_up(trial.centre)
    with pytest.raises(RefusedByCentre):
        commit(till, trial)
    assert shifts.report(till).rows == ()


def test_a_difference_collected_is_in_the_drawer(world: World, till: Till, staff: Staff) -> None:
    settle(till, claim("B-0", "li", (AMOXICILLIN, 1)))
    settle(till, claim("B-0b", "li", (CT, 8)))
    world.centre.line_down()
    settle(till, claim("B-1", "li", ((*VITAMINS[:3], "A", None), 1)))
    world.centre.line_up()
    with forwarder(till) as sender:
        sender.run(timedelta(seconds=1), now=True)
    till.queue.resolve("B-1", till.queue.choices(till.queue.item("B-1"))[-1], by=("0001", "0002"), reason="目录错误")
    before = shifts.open_shift(till, Fen(0), staff["0001"])
    expected = shifts.report(till).expected
    (debt,) = owed(till)
    even_out(till, "B-1", staff["0001"], to_patient=False)
    report = shifts.report(till)
    assert (before.number, report.section("evened")) == (1, {"cash": debt.amount})
    assert report.expected == expected + debt.amount


def test_one_drawer_has_one_shift_and_only_cashiers_have_it(till: Till, staff: Staff) -> None:
    for act in (
        lambda: shifts.report(till),
        lambda: shifts.close_shift(till, {}, staff["0001"]),
        lambda: shifts.move_cash(till, Fen(1), "?", staff["0001"]),
    ):
        with pytest.raises(NoShift):
            act()
    with pytest.raises(NotAllowed):
        shifts.open_shift(till, Fen(0), staff["0003"])
    shifts.open_shift(till, Fen(0), staff["0001"])
    with pytest.raises(ShiftIsOpen):
        shifts.open_shift(till, Fen(0), staff["0004"])
    for wrong in ({Fen(300): 1}, {Fen(100): -1}):
        with pytest.raises(WrongCount):
            shifts.close_shift(till, wrong, staff["0001"])
    assert shifts.current(till)


def test_a_report_counts_the_receipts(till: Till, staff: Staff) -> None:
    receipts.add_roll(till, receipts.Roll("京A", 1, 10), staff["0001"])
    shifts.open_shift(till, Fen(0), staff["0001"])
    settle(till, claim("B-1", "zhang"))
    receipts.use(till, "B-1", staff["0001"])
    receipts.reprint(till, "B-1", staff["0001"])
    receipts.spoil(till, ("京A00000002", "京A00000003"), "卡纸", staff["0001"])
    rows = {row.name: row.count for row in shifts.report(till).rows if row.section == "receipts"}
    assert rows == {"used": 1, "reprinted": 1, "void": 2}


def test_a_workbook_holds_text_counts_and_amounts() -> None:
    book = workbook([("班次 <1>", [["现金 & 卡", 2, Fen(-1205), None]]), ("空", [])])
    assert book == workbook([("班次 <1>", [["现金 & 卡", 2, Fen(-1205), None]]), ("空", [])])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        assert archive.testzip() is None
        parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    cells = list(parts["xl/worksheets/sheet1.xml"].iter(f"{space}c"))
    assert ["".join(cell.itertext()) for cell in cells] == ["现金 & 卡", "2", "-12.05", ""]
    assert [cell.get("s") for cell in cells] == [None, "0", "1", None]
    names = [sheet.get("name") for sheet in parts["xl/workbook.xml"].iter(f"{space}sheet")]
    assert names == ["班次 <1>", "空"]


def test_rounding_to_the_jiao_is_its_own_line_and_not_in_the_drawer(tmp_path: Path) -> None:
    world = World(tmp_path)
    settings = world.home / "settings.toml"
    settings.write_text("cash_to_jiao = true\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")
    try:
        with world.till() as till:
            who = operators.acting(till)
            shifts.open_shift(till, Fen(0), who)
            bill = settle(till, claim("B-1", "zhang", ((*VITAMINS[:2], "12.34", "C", None), 1)))
            report = shifts.report(till)
    finally:
        world.close()
    assert (bill.cash % 10, report.section("sales")) == (4, {"cash": bill.cash - 4, "rounding": 4})
    assert report.expected == bill.cash - 4


def test_every_fen_stands_in_exactly_one_shift(
    world: World, till: Till, staff: Staff, size: Callable[[int, int], int], seed: int
) -> None:
    chance = random.Random(seed)
    cashier = staff["0001"]
    settle(till, claim("B-first", "zhang", (AMOXICILLIN, 1)))
    settle(till, claim("B-second", "li", (AMOXICILLIN, 1)))
    taken, back, waiting, closed, up = [], [], [], 0, True
    for place in range(size(60, 2000)):
        match chance.choice(("bill", "bill", "bill", "refund", "line", "shift")):
            case "bill":
                who, item = chance.choice(("zhang", "li")), chance.choice((AMOXICILLIN, VITAMINS))
                with contextlib.suppress(LimitReached):
                    settle(till, claim(f"B-{place}", who, (item, chance.randint(1, 4))))
                    taken.append(f"B-{place}")
            case "refund" if taken and up:
                bill = taken.pop(chance.randrange(len(taken)))
                number = audited(till, staff, bill).number
                waiting.append(number)
                if give_back(till, number, cashier).state is RefundState.DONE:
                    back.append(bill)
                    waiting.remove(number)
            case "line":
                up = not up
                world.centre.line_up() if up else world.centre.line_down()
            case "shift":
                if shifts.current(till):
                    closed = shifts.close_shift(till, {}, cashier).shift
                else:
                    shifts.open_shift(till, Fen(0), cashier)
    world.centre.line_up()
    for _ in range(100):  # a refund of a provisional bill can make later ones differ: two persons close those
        with forwarder(till) as sender:
            if not sender.run(timedelta(seconds=30), now=True).left:
                break
        for item in till.queue.items([State.HELD]):
            till.queue.resolve(item.key, Decision.CLOSE, by=("0001", "0002"), reason="差额")
    for number in waiting:
        done = give_back(till, number, cashier)
        assert done.state is RefundState.DONE
        back.append(done.bill)
    if shifts.current(till):
        closed = shifts.close_shift(till, {}, cashier).shift
    shifts.open_shift(till, Fen(0), cashier)
    closed = shifts.close_shift(till, {}, cashier).shift
    reports = [shifts.report(till, number) for number in range(1, closed + 1)]

    def cash(bills: list[str]) -> int:
        entries = (journal.entry(till.queue, till.queue.item(bill)) for bill in bills)
        return sum(tender.amount for entry in entries for tender in entry.told.tenders)

    everything = [item.key for item, _ in journal.bills(till.queue)]
    assert sum(report.section("sales").get("cash", 0) for report in reports) == cash(everything)
    assert sum(report.section("refunds").get("cash", 0) for report in reports) == -cash(back)
    assert sum(report.expected for report in reports) == cash(everything) - cash(back)
    assert till.queue.verify().intact
