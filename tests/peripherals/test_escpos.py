"""What a slip becomes on the cable, byte for byte, and what a printer's status bytes mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.peripherals.escpos import (
    MODELS,
    Encoding,
    Model,
    State,
    Stop,
    encode,
    fit,
    paper_cells,
    printable,
    state,
)
from terminal.peripherals.glyphs import none
from terminal.peripherals.simulators.printer import PrinterSimulator
from terminal.peripherals.slip import Align, Bars, Cut, Element, Pair, Qr, Rule, Slip, Text

NARROW = Model(columns=16, dots=192)
HEAD = bytes.fromhex("1b40 1c26")

GOLDEN: list[tuple[str, Element, bytes]] = [
    ("ASCII as it is", Text("AB 12.30"), b"AB 12.30\n"),
    ("Chinese in GB18030", Text("医保"), bytes.fromhex("d2bd b1a3 0a")),
    ("the full-width yuan sign", Text("￥1"), bytes.fromhex("a3a4 31 0a")),
    ("a half-width yuan sign becomes the full-width one", Text("¥1"), bytes.fromhex("a3a4 31 0a")),
    ("an ambiguous sign takes two columns", Text("×", Align.CENTRE), b" " * 7 + bytes.fromhex("a1c1 0a")),
    ("a combining sign that makes no letter is left out", Text("e\u0332x"), b"ex\n"),
    ("a centred line", Text("ab", Align.CENTRE), b" " * 7 + b"ab\n"),
    ("a big line", Text("大", big=True), bytes.fromhex("1d2111 1c210c b4f3 0a 1d2100 1c2100")),
    ("a long line wraps", Text("一二三四五六七八九"), "一二三四五六七八\n九\n".encode("gbk")),
    ("a pair at both edges", Pair("现金", "12.30"), "现金       12.30\n".encode("gbk")),
    (
        "a pair too long for one line",
        Pair("基本医疗保险统筹基金", "9.00"),
        "基本医疗保险统筹\n基金\n            9.00\n".encode("gbk"),
    ),
    ("a rule", Rule(), b"-" * 16 + b"\n"),
    ("a barcode", Bars("A1{2"), bytes.fromhex("1b6101 1d683c 1d7702 1d4802 1d6b4907 7b42 41317b7b32 0a 1b6100")),
    ("a barcode too wide for the paper", Bars("A1B2C3D4"), b"    A1B2C3D4\n"),
    ("a cut", Cut(), bytes.fromhex("1b6404 1d564200")),
    ("no glyph and no font: a note names it", Text("𠮷A"), "〓A\n注: 〓=U+20BB7\n".encode("gbk")),
]


@pytest.mark.parametrize(("element", "wire"), [row[1:] for row in GOLDEN], ids=[row[0] for row in GOLDEN])
def test_an_element_has_exactly_these_bytes(element: Element, wire: bytes) -> None:
    assert encode(Slip((element,)), NARROW, none) == HEAD + wire


def test_each_paper_has_the_notes_of_its_own_characters() -> None:
    simulator = PrinterSimulator()
    simulator.feed(encode(Slip((Text("𠮷𠮷"), Cut(), Text("b"), Cut())), NARROW, none))
    assert simulator.lines == ["〓〓", "注: 〓=U+20BB7", "b"]


def test_a_native_qr_code_is_ordered_from_the_printer() -> None:
    wire = encode(Slip((Qr("ab"),)), Model(48, 576, qr="native"), none)
    assert wire == HEAD + bytes.fromhex(
        "1b6101 1d286b0400 31413200 1d286b0300 314306 1d286b0300 314531"
        "1d286b0500 3150306162 1d286b0300 315130 0a 1b6100"
    )


def test_a_character_the_printer_lacks_is_sent_as_a_picture_in_its_line() -> None:
    wire = encode(Slip((Text("王㐀A"),)), NARROW, lambda sign: b"\xaa" * 72 if sign == "㐀" else None)
    assert wire == HEAD + "王".encode("gbk") + bytes.fromhex("1b2a21 1800") + b"\xaa" * 72 + b"A\n"


@pytest.mark.parametrize(
    ("encoding", "wire"),
    [
        (Encoding.GB18030, HEAD + bytes.fromhex("d5c5 0a")),
        (Encoding.GBK, HEAD + bytes.fromhex("d5c5 0a")),
        (Encoding.UTF8, bytes.fromhex("1b40 e5bca0 0a")),
    ],
)
def test_the_chinese_encoding_is_the_printers(encoding: Encoding, wire: bytes) -> None:
    assert encode(Slip((Text("张"),)), Model(16, 192, encoding=encoding), none) == wire


@given(st.text())
def test_no_text_ever_becomes_a_command(text: str) -> None:
    for model in MODELS.values():
        wire = encode(Slip((Text(text),)), model, none)
        body = wire.removeprefix(b"\x1b@").removeprefix(b"\x1c&")
        assert min(body.replace(b"\n", b" ")) >= 0x20


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(2, 64))
def test_a_line_is_wrapped_never_cut(text: str, columns: int) -> None:
    lines = fit(printable(text), columns)
    assert all(paper_cells(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == printable(text).replace(" ", "")


ELEMENTS = st.one_of(
    st.builds(Text, st.text(max_size=80), st.sampled_from(Align), st.booleans()),
    st.builds(Pair, st.text(max_size=40), st.text(max_size=40)),
    st.builds(Rule),
    st.builds(Bars, st.text("AZ09{ ~", min_size=1, max_size=30)),
    st.builds(Qr, st.text("sm3:0f", min_size=1, max_size=40)),
    st.builds(Cut),
)


@given(st.lists(ELEMENTS, max_size=6), st.sampled_from(sorted(MODELS)))
def test_a_printer_understands_every_slip_to_its_last_byte(elements: list[Element], name: str) -> None:
    model = MODELS[name]
    simulator = PrinterSimulator(encoding=model.encoding)
    simulator.feed(encode(Slip((*elements, Text("the end"))), model, none))
    assert "the end" in simulator.lines
    assert simulator.cuts == (elements.count(Cut()) if model.cutter else 0)
    assert len(simulator.qr) + len(simulator.pictures) == sum(isinstance(element, Qr) for element in elements)


def test_a_line_laid_out_for_a_screen_keeps_its_amount_on_the_line() -> None:
    screen = "阿莫西林 ×2" + " " * 17 + "24.60"
    assert paper_cells(screen) == 34
    assert fit(screen, 32) == ["阿莫西林 ×2" + " " * 15 + "24.60"]


@pytest.mark.parametrize(
    ("offline", "paper", "expected"),
    [
        (0x12, 0x12, State(None, False)),
        (0x12, 0x1E, State(None, True)),
        (0x12, 0x72, State(Stop.PAPER_OUT, False)),
        (0x32, 0x12, State(Stop.PAPER_OUT, False)),
        (0x32, 0x7E, State(Stop.PAPER_OUT, True)),
        (0x16, 0x12, State(Stop.COVER_OPEN, False)),
        (0x52, 0x12, State(Stop.ERROR, False)),
    ],
)
def test_status_bytes_are_read_as_the_manual_says(offline: int, paper: int, expected: State) -> None:
    assert state(offline, paper) == expected
