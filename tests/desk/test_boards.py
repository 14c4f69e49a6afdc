"""The counter's other screens: stays paid ahead, filings, trace codes."""

import pytest

from terminal.counter.office import filings, shifts
from terminal.counter.office.advice import Check, answers
from terminal.counter.office.filings import FilingState
from terminal.counter.office.operators import acting
from terminal.counter.office.prepayments import deposit
from terminal.documents import VisitType
from terminal.money import Fen
from tests.desk.playing import desk, play
from tests.desk.scenes import fill

CODE, OTHER = "81234567890123456789", "81234567890123450000"


async def served(c):
    await fill(c)
    await c.press("f2", "enter")
    await c.type("")
    return c.app.charge.sale.bill


def test_money_for_a_stay_is_taken_topped_up_drawn_and_given_back_the_way_it_came(till):
    shifts.open_shift(till, Fen(0), acting(till))

    async def script(c):
        bill = await served(c)
        await c.press("alt+1", "t", "enter")
        for text in ("A-1", "300"):
            await c.type(text)
        assert "需补" in c.screen
        await c.press("t", "down", "enter")
        for text in ("A-1", "1000", "000123456789"):
            await c.type(text)
        assert "需补" not in c.screen and deposit(till, "A-1").balance == 130000
        await c.press("d")
        await c.type(bill)
        assert deposit(till, "A-1").drawn == 73435
        await c.press("b", "enter")
        for text in ("A-1", "400"):
            await c.type(text)
        assert "必须原路退回" in c.lines[22]
        await c.press("b", "down", "enter")
        for text in ("A-1", "400", "000123456789"):
            await c.type(text)
        assert "余额 165.65" in c.screen

    play(desk(till), script)
    assert shifts.report(till).section("prepaid") == {"cash": 30000, "bank_card": 60000}


def test_a_chronic_visit_takes_the_disease_on_file_and_the_patient_only_shows_the_card(till):
    async def script(c):
        await fill(c)
        while c.app.charge.sale.visit is not VisitType.CHRONIC:
            await c.press("f3")
        assert "慢特病 高血压" in c.lines[1]
        visit = c.app.charge.sale.claim().visit
        assert (visit.type, visit.disease, visit.disease_name) == (VisitType.CHRONIC, "M03900", "高血压")

    play(desk(till, who="li"), script)


def test_a_patient_without_a_filing_is_told_a_form_is_collected_approved_and_used(till):
    async def script(c):
        await c.press("f6")
        while c.app.charge.sale.visit is not VisitType.CHRONIC:
            await c.press("f3")
        assert "没有慢特病备案" in c.screen
        await c.press("ctrl+k", "n", "enter")
        for text in ("M01600", "糖尿病"):
            await c.type(text)
        assert "诊断证明" in c.screen
        await c.press("enter")
        number = next(iter(filings.filings(till)))
        await c.press("enter")
        assert "不能使用" in c.screen
        await c.press("a")
        assert filings.filings(till)[number].state is FilingState.APPROVED
        await c.press("enter")
        assert c.app.screen is c.app.charge
        assert "慢特病 糖尿病" in c.lines[1]

    play(desk(till), script)


@pytest.mark.parametrize(("key", "state"), [("r", FilingState.REJECTED), ("w", FilingState.WITHDRAWN)])
def test_a_form_is_rejected_or_withdrawn_for_a_reason_only(till, key, state):
    async def script(c):
        await c.press("f6", "ctrl+k", "n", "enter")
        for text in ("M01600", "糖尿病"):
            await c.type(text)
        await c.press("enter")
        number = next(iter(filings.filings(till)))
        await c.press(key, "escape")
        assert filings.filings(till)[number].state is FilingState.COLLECTED
        await c.press(key)
        await c.type("证明过期")
        await c.until(lambda: filings.filings(till)[number].state is state)
        assert filings.filings(till)[number].reason == "证明过期"
        await c.until(lambda: "证明过期" in c.screen)

    play(desk(till), script)


def test_what_the_centre_has_on_file_is_shown(till):
    async def script(c):
        await c.press("f6", "ctrl+k")
        await c.until(lambda: "高血压" in c.screen)
        assert "中心已有" in c.screen

    play(desk(till, who="li"), script)


def test_boxes_are_scanned_line_by_line_and_what_lacks_a_code_is_told(till):
    async def script(c):
        await fill(c)
        await c.press("alt+z")
        await c.type(CODE)
        assert "1/2" in c.screen and "还有 2 行缺码" in c.screen
        await c.type(CODE)
        assert "已在本单第 1 行" in c.screen
        await c.type(OTHER)
        assert "2/2" in c.screen
        await c.type("81234567890123451111")
        assert "还有 0 行缺码" in c.screen
        await c.press("up", "up", "up")
        await c.type("-")
        await c.press("escape")
        assert [len(line.trace_codes) for line in c.app.charge.sale.lines] == [1, 0, 1]

    play(desk(till), script)


def test_a_box_scanned_on_the_main_screen_goes_to_the_line_under_the_cursor(till):
    async def script(c):
        await c.press("f6")
        await c.type("2*amxl")
        await c.type(CODE)
        assert c.app.charge.sale.lines[0].trace_codes == (CODE,)

    play(desk(till), script)


def test_a_code_that_was_sold_before_is_asked_about_at_once_and_the_answer_kept(till):
    async def script(c):
        await c.press("f6")
        await c.type("amxl")
        await c.type(CODE)
        await c.press("f2")
        first = c.app.charge.sale.bill
        await c.press("f12", "f6")
        await c.type("amxl")
        await c.press("alt+z")
        await c.type(CODE)
        assert first in c.screen and "提示" in c.screen
        await c.type("扫错盒已换")
        second = c.app.charge.sale.bill
        assert [(each.check, each.answer) for each in answers(till, second)] == [(Check.CODE_SOLD, "扫错盒已换")]
        await c.press("escape", "f2")
        assert "提示" not in c.screen, "what was answered is not asked again"

    play(desk(till), script)


def test_where_the_site_wants_codes_a_line_without_one_is_asked_about(world):
    file = world.home / "settings.toml"
    file.write_text("trace_codes = true\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with world.till() as till:

        async def script(c):
            await c.press("f6")
            await c.type("2*amxl")
            await c.type(CODE)
            await c.press("f2")
            assert "应扫 2 个追溯码，只扫了 1 个" in c.screen
            await c.type("盒已破损")
            assert [each.check for each in answers(till, c.app.charge.sale.bill)] == [Check.CODE_MISSING]

        play(desk(till), script)
