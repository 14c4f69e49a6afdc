"""What patients show on serial lines: the ID card on its reader, codes before a scanner on a cable of its own."""

from contextlib import ExitStack
from datetime import date

import pytest

from cardio.faults import NoCard
from cardio.virtual.pty import IdentityReaderDevice, device, identity_reader, identity_text
from terminal.documents import CredentialKind
from terminal.money import Quantity
from tests.desk.playing import BARCODE, desk, play
from tests.desk.scenes import fill

LI = identity_text(name="李测试", sex="2", number="111111195001010002", birth_date=date(1950, 1, 1))
CODE = "TESTQR11010000000000000002"


@pytest.fixture
def plugged(world, tmp_path):
    """An ID-card reader without a card and a scanner on pseudo-terminals, both in the settings."""
    reader = IdentityReaderDevice()
    with ExitStack() as stack:
        line, scanner = stack.enter_context(identity_reader(reader)), stack.enter_context(device())
        (tmp_path / "scanner").symlink_to(scanner.device)  # a freed pty's own name is soon another test's
        with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[devices]\nid_reader = "serial:{line.device}"\nscanner = "serial:{tmp_path}/scanner"\n')
        yield reader, scanner


@pytest.fixture
def here(plugged, world):
    with world.till() as till:
        yield till


def test_an_id_card_on_its_reader_identifies_where_no_social_security_card_is_in(here, plugged):
    async def script(c):
        plugged[0].card = LI
        await c.press("f6")
        assert "李*试" in c.screen
        credential = c.app.charge.sale.credential
        assert (credential.kind, credential.number) == (CredentialKind.ID_NUMBER, "111111195001010002")

    play(desk(here, who=None), script)


def test_the_social_security_card_goes_before_the_id_card(here, plugged):
    async def script(c):
        plugged[0].card = LI
        await c.press("f6")
        assert "张*" in c.screen

    play(desk(here), script)


def test_without_either_card_it_is_the_card_reader_that_speaks_and_the_next_press_asks_for_a_number(here):
    async def script(c):
        await c.press("f6")
        assert NoCard(reader="Virtual Reader 00").zh.format(reader="Virtual Reader 00")[:8] in c.screen
        await c.press("f6")
        assert "手工录入" in c.screen

    play(desk(here, who=None), script)


def test_a_code_before_the_scanner_identifies_a_patient_and_a_box_becomes_a_line(here, plugged):
    async def script(c):
        plugged[1].send(f"{CODE}\r".encode())
        await c.until(lambda: "[医保码] 李*试" in c.screen)
        await c.hit("3", "*")
        plugged[1].send(f"{BARCODE}\r\n".encode())
        await c.until(lambda: len(c.app.charge.sale.lines) == 1)
        assert c.app.charge.sale.lines[0].quantity == Quantity(30_000)

    play(desk(here, who=None), script)


def test_a_code_is_never_read_into_a_field_for_money(here, plugged):
    async def script(c):
        await fill(c)
        await c.press("f2", "enter")
        assert "收到现金" in c.screen
        bells = []
        c.app.bell = lambda: bells.append(1)
        plugged[1].send(b"6900000000017\r")
        await c.until(lambda: bells == [1])
        assert "69000000" not in c.screen
        await c.type("800")
        assert "65.65" in c.screen

    play(desk(here), script)


def test_both_have_a_lamp_and_stand_on_the_devices_screen(here, plugged, tmp_path):
    async def script(c):
        await c.press("ctrl+b")
        await c.until(lambda: c.screen.count("正常") >= 2)
        assert "身份证阅读器" in c.screen and "扫码器" in c.screen
        await c.press("escape")
        await c.until(lambda: "证件OK 扫码OK" in c.screen)
        (tmp_path / "scanner").unlink()
        await c.until(lambda: "扫码-" in c.screen)

    play(desk(here), script)


def test_the_command_reads_the_id_card_of_the_settings(plugged, world):
    code, _, said = world.run("card", "id", "--json")
    assert code != 0 and "没有检测到身份证" in said
    plugged[0].card = LI
    code, (read,), _ = world.run("card", "id", "--json")
    assert (code, read["number"], read["name"]) == (0, "111111195001010002", "李测试")
