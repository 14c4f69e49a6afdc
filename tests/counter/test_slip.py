"""The slip is a picture of one stored settlement: it fits the paper and says every amount that is not zero."""

import pytest

from terminal.counter.slip import bar, masked, slip, split_picture
from terminal.counter.words import Language
from terminal.documents import BillState, Claim, Fund, Layer, Settlement, Source, decode
from terminal.money import Fen
from terminal.width import cells, cut, pair, right

CLAIM = decode(
    '{"bill":"B-7","institution":{"code":"H11010500001","name":"北京市测试医院","area":"110100","tier":"3"},'
    '"terminal":"01","operator":"0001","visit":{"type":"outpatient","begin":"2026-03-02T09:30:00+08:00"},'
    '"lines":[{"sn":1,"name":"名字很长很长很长很长很长很长很长的测试药片","price":"1250.00","quantity":"2",'
    '"amount":"2500.00","item_class":"B"}]}'.encode(),
    Claim,
)


def settlement(state: BillState = BillState.PROVISIONAL) -> Settlement:
    return Settlement(
        bill="B-7",
        state=state,
        source=Source.LOCAL,
        total=Fen(250000),
        own_pay=Fen(0),
        over_limit=Fen(0),
        first_self_pay=Fen(25000),
        in_scope=Fen(225000),
        deductible=Fen(180000),
        layers=(Layer(fund=Fund.LARGE_AMOUNT, base=Fen(45000), paid=Fen(22500)),),
        account=Fen(100000),
        cash=Fen(127500),
        person="张三丰",
        pack="beijing-employee",
        pack_digest="0123456789abcdef",
    )


@pytest.mark.parametrize("width", [48, 32])
@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("state", list(BillState))
def test_every_line_fits_the_paper(width: int, language: Language, state: BillState) -> None:
    lines = slip(settlement(state), CLAIM, language, width)
    assert [line for line in lines if cells(line) > width] == []


def test_the_slip_says_each_amount_and_hides_the_name() -> None:
    text = "\n".join(slip(settlement(), CLAIM, Language.ZH))
    for amount in ("2500.00", "250.00", "2250.00", "1800.00", "225.00", "1000.00", "1275.00"):
        assert amount in text
    assert "张*丰" in text and "张三丰" not in text


@pytest.mark.parametrize(("state", "word"), [(BillState.PROVISIONAL, "暂结"), (BillState.IN_DOUBT, "待确认")])
def test_an_unfinished_bill_says_what_to_keep_and_when_to_come_back(state: BillState, word: str) -> None:
    text = "".join(slip(settlement(state), CLAIM, Language.ZH))
    assert word in text and "保留本单" in text


def test_the_bars_of_all_payers_show_their_share() -> None:
    rows = split_picture(settlement(), Language.EN)
    assert [row.count("#") for row in rows] == [2, 8, 10]


@pytest.mark.parametrize(("name", "shown"), [("", ""), ("张", "张*"), ("张三", "张*"), ("张三丰", "张*丰")])
def test_a_name_is_masked(name: str, shown: str) -> None:
    assert masked(name) == shown


def test_widths_count_cells_not_characters() -> None:
    assert (cells("中a￥"), cut("中文", 3), right("中", 4), pair("中", "1", 6)) == (5, "中", "  中", "中   1")
    assert bar(Fen(5), Fen(0), 4) == "...."
