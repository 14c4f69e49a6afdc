"""``yibao hub`` and a terminal as processes of their own, over mutual TLS."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.counter.settle import settle
from terminal.documents import encode
from tests.counter.office.test_hub import forwarded
from tests.offline_queue.sites import Authority
from tests.world import World, claim


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def _words(authority: Authority, name: str) -> str:
    files = authority.files(name)
    return f'[hub]\ncertificate = "{files.own}"\nprivate_key = "{files.private_key}"\nauthority = "{files.authority}"\n'


def _serving(world: World, home: Path, port: int = 0) -> tuple["subprocess.Popen[bytes]", dict[str, object]]:
    process = world.command("hub", "serve", "--home", str(home), "--port", str(port))
    assert process.stdout
    line = process.stdout.readline()
    assert line, process.stderr and process.stderr.read().decode()
    return process, json.loads(line)


def test_a_terminal_sends_through_the_hub_and_works_on_without_it(world: World, tmp_path: Path) -> None:
    authority, home = Authority(tmp_path), tmp_path / "hub"
    home.mkdir()
    own = (world.home / "settings.toml").read_text(encoding="utf-8")
    (home / "settings.toml").write_text(f'terminal = "H0"\n{own}{_words(authority, "hub")}', encoding="utf-8")
    hub, told = _serving(world, home)
    address = f'address = "https://127.0.0.1:{told["port"]}"\nkey = "{told["key"]}"\n'
    (world.home / "settings.toml").write_text(own + _words(authority, "01") + address, encoding="utf-8")

    with world.till() as till:
        settle(till, claim("B-1", "zhang"))
        world.centre.line_down()
        settle(till, claim("B-2", "zhang"))
        hub.kill()
        hub.communicate()
        settle(till, claim("B-3", "zhang"))
        world.centre.line_up()
    code, (left,), _ = world.run("queue", "forward", "--wait", "0", "--json")
    assert (code, left["left"]) != (0, 0) and world.standing() == {"B-1": 1}

    hub, _ = _serving(world, home, int(str(told["port"])))
    try:
        with world.till() as till:
            assert forwarded(till) == 0
        assert world.standing() == {"B-1": 1, "B-2": 1, "B-3": 1}
        assert world.run("bill", "show", "B-3", "--json")[1][0]["state"] == "settled"
        assert world.run("queue", "verify", "--json")[0] == 0
        told_slots = world.command("hub", "slots", "--json", "--home", str(home)).communicate()[0]
        assert [(row["terminal"], row["holds"]) for row in json.loads(told_slots)] == [("01", True)]
        for persons, expected in ((("0009",), 2), (("0009", "0009"), 1), (("0009", "0010"), 0)):
            by = [word for person in persons for word in ("--by", person)]
            assert world.command("hub", "release", "01", *by, "--home", str(home)).wait() == expected
        alarms = world.command("hub", "alarms", "--json", "--home", str(home))
        assert json.loads(alarms.communicate()[0]) == []
    finally:
        hub.send_signal(signal.SIGINT)
        hub.communicate()
    assert hub.returncode == 0
    code, _, err = world.run("queue", "verify", "--json")
    assert code == 0 and "中心机" in err


def test_a_terminal_that_never_met_its_hub_says_so_and_gives_out_no_number(world: World) -> None:
    file = world.home / "settings.toml"
    words = f'[hub]\naddress = "http://127.0.0.1:1"\nkey = "{"0" * 64}"\n'
    file.write_text(file.read_text(encoding="utf-8") + words, encoding="utf-8")
    bill = world.home / "bill.json"
    bill.write_bytes(encode(claim("B-1", "zhang")))
    code, _, err = world.run("settle", str(bill), "--json")
    assert code == 4 and "租约" in err and "Traceback" not in err
    assert world.standing() == {}


def test_a_hub_for_other_machines_needs_certificates(world: World) -> None:
    code, _, err = world.run("hub", "serve", "--host", "0.0.0.0", "--port", "0")
    assert code == 2 and "双向证书" in err and "Traceback" not in err
