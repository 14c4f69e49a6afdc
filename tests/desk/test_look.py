"""How the screens look: a picture of each, every line within 79 cells, nothing cut off in any size or language."""

import sys

import pytest
from textual.widgets import DataTable, Input, Static

from terminal.counter.words import Language, word
from terminal.desk import words
from terminal.desk.keys import NAMES, Action, name
from terminal.desk.panels import AMOUNT, LABEL, WIDTH
from terminal.documents import Fund
from terminal.width import cells
from tests.desk.playing import Cashier, desk, play, stock
from tests.desk.scenes import NOW, SCENES
from tests.world import World

SIZES = ((80, 24), (100, 30), (132, 43))


@pytest.fixture
def still(tmp_path):
    """A world where time stands still."""
    world = World(tmp_path / "still", clock=lambda: NOW)
    stock(world.home)
    yield world
    world.close()


def look(c, size):
    """Every line within the window but its last cell, every text whole in its box."""
    assert max(cells(line) for line in c.lines) < size[0]
    for text in c.app.screen.query(Static):
        if text.display and text.content_size.width and not text.parent.allow_vertical_scroll:
            shown = str(text.content).split("\n")
            assert max(cells(line) for line in shown) <= text.content_size.width or text.content_size.height > 1
            assert len(shown) <= text.content_size.height
    for table in c.app.screen.query(DataTable):
        for column in table.columns.values():
            assert cells(column.label.plain.strip()) <= column.width


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="pictures are drawn on Python 3.11 only")
@pytest.mark.parametrize("scene", SCENES)
def test_the_screen_looks_like_its_picture(still, snap_compare, scene):
    async def before(pilot):
        await pilot.pause()
        await SCENES[scene](Cashier(pilot.app, pilot, still))
        pilot.app.clear_notifications()
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        await pilot.pause()
        look(Cashier(pilot.app, pilot), (80, 24))

    with still.till(clock=lambda: NOW) as till:
        assert snap_compare(desk(till), terminal_size=(80, 24), run_before=before)


@pytest.mark.parametrize("scene", SCENES)
def test_no_text_is_cut_off_in_english_or_in_another_size(till, world, scene):
    async def script(c):
        await SCENES[scene](c)
        for size in SIZES:
            await c.resize(*size)
            look(c, size)

    play(desk(till, language=Language.EN), script, world)


@pytest.mark.parametrize("language", Language)
def test_the_key_line_has_room_for_all_its_keys(till, language):
    async def script(c):
        for action in (Action.HELP, Action.SETTLE, Action.NEXT, Action.EXCEPTIONS):
            assert name(action, language) in c.lines[23]

    play(desk(till, language=language), script)


@pytest.mark.parametrize("language", Language)
def test_every_sentence_for_the_message_line_fits_it(language):
    place = list(Language).index(language)
    for phrase, texts in words._WORDS.items():
        if not phrase.startswith(("help.", "decision.")):
            assert cells(texts[place]) <= WIDTH, phrase


def test_every_action_has_a_name_in_both_languages():
    assert NAMES.keys() == set(Action)
    assert all(zh and en for zh, en in NAMES.values())


@pytest.mark.parametrize("language", Language)
def test_labels_beside_amounts_are_never_cut(language):
    split = [f"fund.{fund}" for fund in Fund] + [
        "total", "account", "family_account", "hospital", "cash", "own_pay", "over_limit", "first_self_pay",
        "deductible",
    ]  # fmt: skip
    assert max(cells(word(key, language)) for key in split) <= 54 // 2 - AMOUNT
    tender = ("receivable", "received", "change", "pay_bank_card", "pay_code")
    assert max(cells(words.say(key, language)) for key in tender) <= LABEL
