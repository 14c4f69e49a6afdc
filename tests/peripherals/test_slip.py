"""The stored slip: what is printed is what was stored, and a second paper says that it is one."""

import pytest

from terminal.documents.edge import decode, encode
from terminal.faults import BadDocument
from terminal.peripherals.escpos import MODELS, paper_cells
from terminal.peripherals.slip import Align, Bars, Cut, Mark, Pair, Qr, Rule, Slip, Text, from_lines, marked

SLIP = Slip((Text("医院", Align.CENTRE, big=True), Rule(), Pair("现金", "1.00"), Bars("B1"), Qr("sm3:00"), Cut()))


def test_a_slip_survives_being_stored() -> None:
    assert decode(encode(SLIP), Slip) == SLIP


@pytest.mark.parametrize(
    "stored",
    [
        b'{"elements":[{"type":"sum","of":"lines"}],"schema":"slip/1"}',
        b'{"elements":[{"type":"pair","left":"a"}]}',
        b'{"elements":[],"schema":"slip/2"}',
        '{"elements":[{"type":"bars","code":"票"}]}'.encode(),
        b'{"elements":[{"type":"qr","payload":""}]}',
        b'{"elements":[{"type":"te',
    ],
)
def test_a_torn_or_foreign_slip_is_refused(stored: bytes) -> None:
    with pytest.raises(BadDocument):
        decode(stored, Slip)


def test_ready_lines_become_a_slip_with_their_digest_below() -> None:
    assert from_lines(["a", "b"], qr="sm3:00") == Slip((Text("a"), Text("b"), Qr("sm3:00"), Cut()))


def test_marks_stand_at_the_head_and_before_every_cut() -> None:
    mark = Text("*重打 REPRINT*", Align.CENTRE, big=True)
    two = Slip((Text("a"), Cut(), Text("b"), Cut()))
    assert marked(two, [Mark.REPRINT]).elements == (mark, Text("a"), mark, Cut(), Text("b"), mark, Cut())
    assert marked(two, []) == two


@pytest.mark.parametrize("mark", Mark)
def test_a_mark_fits_one_big_line_of_the_narrowest_paper(mark: Mark) -> None:
    (banner, *_) = marked(Slip(()), [mark]).elements
    assert isinstance(banner, Text)
    assert paper_cells(banner.text) <= min(model.columns for model in MODELS.values()) // 2
