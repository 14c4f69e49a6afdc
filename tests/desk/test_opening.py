"""Opening a desk: only in a terminal, one per data folder, with keys that exist; and what a killed one leaves."""

import os
import pty
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from terminal.clock import now
from terminal.desk.faults import BadKeymap, DeskRunning
from terminal.desk.keys import PROFILES, Action, keymap
from terminal.desk.seat import seat
from tests.desk.playing import desk, play
from tests.desk.scenes import fill


def test_without_a_terminal_the_command_says_what_to_use(world):
    code, _, said = world.run("desk")
    assert code == 2
    assert "yibao settle --json" in said


def test_a_second_desk_is_refused_with_the_process_that_has_the_folder(world, till):
    with seat(till):
        with pytest.raises(DeskRunning, match=str(os.getpid())), seat(till):
            pass
        master, slave = pty.openpty()
        process = world.command("desk", stdin=slave, stdout=slave)
        _, said = process.communicate(timeout=60)
        for end in (master, slave):
            os.close(end)
    assert process.returncode == 5
    assert str(os.getpid()) in said.decode()
    with seat(till):
        pass


def test_a_killed_desk_leaves_its_seat(world, till):
    script = "import sys,time; from pathlib import Path; from terminal.counter.till import Till\n"
    script += "from terminal.desk.seat import seat\n"
    script += "with Till(Path(sys.argv[1])) as till, seat(till):\n    print('seated', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", script, str(world.home)], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"seated\n"
    with pytest.raises(DeskRunning), seat(till):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    with seat(till):
        pass


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_gives_every_action_keys_of_its_own_with_a_second_way(profile):
    keys = keymap(profile)
    assert keys.keys() == set(Action)
    every = [key for text in keys.values() for key in text.split(",")]
    assert len(every) == len(set(every))
    assert all(any(key.startswith("alt+") for key in text.split(",")) for text in keys.values())


def test_a_profile_changes_what_a_key_does(till):
    async def script(c):
        await c.press("f2")
        assert c.app.charge.sale.who is not None
        await c.press("alt+n")
        assert c.app.charge.sale.who is None

    play(desk(till, profile="newtouch"), script)


def test_the_sites_own_keys_go_over_the_profile(till, tmp_path):
    (tmp_path / "keymap.toml").write_text('credential = "f11, alt+c"\n', encoding="utf-8")

    async def script(c):
        await c.press("f11")
        assert c.app.charge.sale.who is not None
        assert "F11读卡" in c.screen

    play(desk(till, own_keys=tmp_path / "keymap.toml"), script)


@pytest.mark.parametrize(
    "text", ['fly = "f7"', 'settle = "f1"', "settle =", 'settle = "f6"'], ids=["action", "clash", "torn", "taken"]
)
def test_keys_that_cannot_be_are_refused_with_their_place(tmp_path, text):
    own = tmp_path / "keymap.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(BadKeymap, match=r"keymap\.toml"):
        keymap("default", own)


def test_a_profile_nobody_knows_is_refused_with_those_that_exist():
    with pytest.raises(BadKeymap, match="retail"):
        keymap("unknown")


def test_the_palette_offers_the_actions_and_nothing_that_shows_a_patient_elsewhere(till):
    async def script(c):
        names = [command.title for command in c.app.get_system_commands(c.app.screen)]
        assert len(names) == len(Action)
        await c.press("ctrl+p")
        for letter in "devices":
            await c.hit(letter)
        await c.until(lambda: "设备 devices" in c.screen)
        await c.press("enter")
        await c.until(lambda: "没有内容" in c.screen)

    play(desk(till), script)


def test_help_is_about_the_field_and_lists_every_key(till):
    async def script(c):
        await c.press("f1")
        assert "3*amxl" in c.screen.replace("\n", "")[:2000] or "拼音首字母" in c.screen
        await c.press("escape", "f9", "f1")
        assert "结算单上的单号" in c.screen

    play(desk(till), script)


def test_the_language_changes_at_once_and_in_the_middle_of_a_bill(till):
    async def script(c):
        await fill(c)
        await c.press("f5", "ctrl+g")
        assert "Personal account" in c.screen
        assert "employee active" in c.screen
        await c.press("f5")
        assert "WHY THESE AMOUNTS" in c.screen
        await c.press("escape", "ctrl+g")
        assert "个人账户" in c.screen

    play(desk(till), script)


def test_a_mistake_of_the_program_closes_the_desk_and_shows_nothing_of_the_patient(till, capfd):
    async def script(c):
        await c.press("f6")

        def broken(text):
            raise RuntimeError("a mistake")

        c.app.find = broken
        await c.hit("a")

    app = desk(till)
    with pytest.raises(RuntimeError, match="a mistake"):
        play(app, script)
    assert isinstance(app.failure, RuntimeError)
    said = capfd.readouterr()
    assert "张三" not in said.out + said.err
    assert "locals" not in said.out + said.err


def test_a_clock_set_back_gives_no_number_twice_and_settles(world):
    back = [timedelta(0)]
    with world.till(clock=lambda: now() - back[0]) as till:

        async def script(c):
            numbers = []
            for passed in (0, 120):
                back[0] = timedelta(seconds=passed)
                await c.press("f12", "f6")
                await c.type("amxl")
                await c.press("f2")
                await c.rest()
                numbers.append(c.app.charge.sale.settled.message_number)
            assert numbers == sorted(set(numbers))

        play(desk(till), script)
    assert list(world.standing().values()) == [1, 1]


def test_a_desk_says_before_the_first_patient_that_its_signed_policy_is_missing(world):
    with (world.home / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'policy = "offline.signed"\npolicy_key = "{"00" * 32}"\n')

    async def script(c):
        await c.until(lambda: "断网不能暂结：签名的离线政策不可用" in c.screen)
        assert "管理员" in c.screen
        await c.press("escape")
        assert "断网不能暂结!" in c.screen
        await fill(c)
        await c.press("f2", "enter")
        assert c.app.charge.sale.settled

    with world.till() as till:
        play(desk(till), script)
    assert list(world.standing().values()) == [1]
