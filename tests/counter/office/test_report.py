"""The printed report fits the paper and says every stored amount."""

import pytest

from terminal.counter.office import receipts, shifts
from terminal.counter.office.operators import Session
from terminal.counter.office.refunds import give_back
from terminal.counter.office.report import printed, sheet
from terminal.counter.settle import settle
from terminal.counter.till import Till
from terminal.counter.words import Language
from terminal.money import Fen
from terminal.width import cells
from tests.counter.office.test_refunds import audited
from tests.world import World, claim


@pytest.mark.parametrize("width", [48, 32])
@pytest.mark.parametrize("language", list(Language))
def test_a_report_fits_the_paper(
    world: World, till: Till, staff: dict[str, Session], language: Language, width: int
) -> None:
    shifts.open_shift(till, Fen(20000), staff["0001"])
    settle(till, claim("B-1", "zhang"))
    give_back(till, audited(till, staff, "B-1").number, staff["0001"])
    world.centre.line_down()
    settle(till, claim("B-A-VERY-LONG-BILL-NUMBER-OF-A-HOSPITAL-20260302", "zhang"))
    shifts.move_cash(till, Fen(-100), "一个很长很长很长很长很长很长的用途说明", staff["0001"])
    receipts.add_roll(till, receipts.Roll("京A", 1, 9), staff["0001"])
    receipts.spoil(till, ("京A00000001",), "卡纸", staff["0001"])
    report = shifts.close_shift(till, {Fen(100): 3}, staff["0001"])
    lines = printed(report, language, width)
    assert [line for line in lines if cells(line) > width] == []
    text = "\n".join(lines)
    for row in report.rows:
        assert str(row.amount) in text
    assert str(report.over) in text and sheet(report, language)[:2] == b"PK"
