"""Pictures of rare characters from a font file."""

from pathlib import Path

import pytest

from terminal.peripherals.glyphs import HexFont, columns


@pytest.fixture
def font(tmp_path: Path) -> HexFont:
    file = tmp_path / "tiny.hex"
    file.write_text(f"0041:{'80' * 16}\n3400:{'8000' + '0000' * 14 + '0001'}\n20BB7:{'FFFF' * 16}\n")
    return HexFont(file)


def test_a_character_of_the_font_is_scaled_to_a_cell_of_the_printer(font: HexFont) -> None:
    assert font("𠮷") == b"\xff" * 72
    picture = font("㐀")
    assert picture is not None
    # The dot in the corner of sixteen becomes two by two of twenty-four at one corner, one by one at the other.
    assert picture[:9] == bytes.fromhex("c00000 c00000 000000")
    assert picture[-6:] == bytes.fromhex("000000 000001")


def test_a_narrow_character_is_widened(font: HexFont) -> None:
    assert font("A") == b"\xff\xff\xff" * 3 + bytes(63)


def test_a_character_the_font_lacks_has_no_picture(font: HexFont) -> None:
    assert font("医") is None


def test_a_torn_line_of_the_font_is_no_picture(tmp_path: Path) -> None:
    file = tmp_path / "torn.hex"
    file.write_text("3400:80\n")
    assert HexFont(file)("㐀") is None


def test_the_top_dot_comes_first() -> None:
    assert columns([0xFFFF, *[0] * 15], 16) == bytes.fromhex("c00000") * 24
